import { forgotPassword } from '../../../src/accounts/forgot-password.ts';
import { workOnRecovery } from '../../../src/accounts/recovery-work.ts';
import { resetPassword } from '../../../src/accounts/reset-password.ts';
import type { AccountsFixture, ReadableMessage } from './open-accounts.ts';

export const newPassword = 'seven coconuts by noon';

let clients = 0;

/** Asks for a new password from an address that nobody has used, and has what was asked worked on. */
export async function ask(
  accounts: AccountsFixture,
  identifier: string,
  clientAddress?: string,
): Promise<string> {
  clients += 1;
  const address = clientAddress ?? `198.51.${Math.floor(clients / 250)}.${clients % 250}`;
  const { message } = await forgotPassword(accounts, { identifier, clientAddress: address });
  await workOnAll(accounts);
  return message;
}

export async function workOnAll(accounts: AccountsFixture): Promise<void> {
  while (await workOnRecovery(accounts));
}

/** What the newest message to a destination says in confidence. */
export async function newestSecrets(
  accounts: AccountsFixture,
  destination: string,
): Promise<Record<string, string>> {
  const sent = await recoveryMessages(accounts, destination);
  return sent.at(-1)?.secrets ?? {};
}

/** Messages about a forgotten password, oldest first. */
export async function recoveryMessages(
  accounts: AccountsFixture,
  destination: string,
): Promise<ReadableMessage[]> {
  const all = await accounts.messagesTo(destination);
  return all.filter(({ kind }) => kind.startsWith('PASSWORD_RESET'));
}

/** The token of the newest link to an address. */
export async function linkTo(accounts: AccountsFixture, email: string): Promise<string> {
  const { link = '' } = await newestSecrets(accounts, email);
  return new URL(link).searchParams.get('token') ?? '';
}

/** The newest code to a phone, which was sent for one login. */
export async function codeTo(accounts: AccountsFixture, phoneE164: string): Promise<string> {
  return (await newestSecrets(accounts, phoneE164)).code ?? '';
}

/** What an e-mail or SMS offers, by name. */
export async function optionsTo(
  accounts: AccountsFixture,
  destination: string,
): Promise<Record<string, string>> {
  const { options = '' } = await newestSecrets(accounts, destination);
  const pairs = destination.includes('@') ? options.split(/\n(?!http)/) : options.split(', ');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', secret = ''] = /^(.*?):?\s(\S+)$/s.exec(pair) ?? [];
      return [name, secret.includes('token=') ? (new URL(secret).searchParams.get('token') ?? '') : secret];
    }),
  );
}

/** `changed`, or the code of the refusal. */
export async function tryReset(
  accounts: AccountsFixture,
  token: string,
  identifier: string | null = null,
  password = newPassword,
  clientAddress = '192.0.2.77',
): Promise<string> {
  return resetPassword(accounts, { token, identifier, newPassword: password, clientAddress }).then(
    () => 'changed',
    (error: { code?: string }) => error.code ?? String(error),
  );
}
