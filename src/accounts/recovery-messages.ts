import type { StoredToken } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { PreparedNotification } from '../notifications/outbox.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { newOneTimeToken } from './one-time-token.ts';
import { type RecoveryCode, recoveryCodePurpose } from './recovery-codes.ts';
import type { RecoveryDestination } from './recovery-destinations.ts';
import { recoveryLabels } from './recovery-labels.ts';
import { newTypedCode } from './typed-code.ts';
import { loginAddress } from './viewer.ts';

/** How long what is sent holds. */
export const recoveryLinkLifetimeMs = 60 * 60_000;
export const recoveryCodeLifetimeMs = 10 * 60_000;

/** So many logins are offered by one message, which for an SMS is one segment. */
export const maxOffered = { EMAIL: 10, SMS: 4 } as const;

/** A message, and what is stored of the secrets in it: ready to be written. */
export interface PreparedRecovery {
  readonly destination: RecoveryDestination;
  readonly message: PreparedNotification;
  /** Of links. */
  readonly tokens: readonly StoredToken[];
  readonly codes: readonly RecoveryCode[];
}

/** Makes the links or codes for the logins of a destination, and their one message: before the transaction. */
export async function prepareRecovery(
  dependencies: AccountsDependencies,
  destination: RecoveryDestination,
  now: Date,
): Promise<PreparedRecovery> {
  if (destination.logins.length > maxOffered[destination.channel]) {
    const message = await prepareUnclear(dependencies, destination, now);
    return { destination, message, tokens: [], codes: [] };
  }
  return destination.channel === 'EMAIL'
    ? prepareLinks(dependencies, destination, now)
    : prepareCodes(dependencies, destination, now);
}

async function prepareLinks(
  dependencies: AccountsDependencies,
  destination: RecoveryDestination,
  now: Date,
): Promise<PreparedRecovery> {
  const { outbox, publicUrl } = dependencies;
  const expiresAt = new Date(now.getTime() + recoveryLinkLifetimeMs);
  const made = destination.logins.map((login) => ({ login, ...newOneTimeToken() }));
  const tokens = made.map(
    ({ login, digest }): StoredToken => ({
      _id: digest,
      kind: 'RESET_PASSWORD',
      loginKey: login.key,
      loginId: login._id,
      email: destination.key,
      createdAt: now,
      expiresAt,
    }),
  );
  const links = made.map(({ token }) => `${publicUrl}/reset-password?token=${token}`);
  const common = { ...envelope(destination, now), expiresAt };
  const minutes = String(recoveryLinkLifetimeMs / minuteMs);
  const [only, ...others] = destination.logins;
  const message =
    only !== undefined && others.length === 0
      ? await outbox.prepare({
          ...common,
          kind: 'PASSWORD_RESET',
          values: { name: only.name ?? '', minutes },
          secrets: { link: links[0] ?? '' },
        })
      : await outbox.prepare({
          ...common,
          kind: 'PASSWORD_RESET_SHARED',
          values: { minutes },
          secrets: { options: labelled(destination, links, '\n') },
        });
  return { destination, message, tokens, codes: [] };
}

async function prepareCodes(
  dependencies: AccountsDependencies,
  destination: RecoveryDestination,
  now: Date,
): Promise<PreparedRecovery> {
  const { outbox, codeDigests } = dependencies;
  const expiresAt = new Date(now.getTime() + recoveryCodeLifetimeMs);
  const typed = distinctCodes(destination.logins.length);
  const codes = await Promise.all(
    destination.logins.map(async ({ key, _id }, position): Promise<RecoveryCode> => {
      const purpose = recoveryCodePurpose(destination.key, key);
      const codeDigest = await codeDigests.digest(purpose, typed[position] ?? '');
      return { loginKey: key, loginId: _id, codeDigest, expiresAt };
    }),
  );
  const common = { ...envelope(destination, now), expiresAt };
  const minutes = String(recoveryCodeLifetimeMs / minuteMs);
  const [only, ...others] = destination.logins;
  const message =
    only !== undefined && others.length === 0
      ? await outbox.prepare({
          ...common,
          kind: 'PASSWORD_RESET_CODE',
          values: { name: only.name ?? '', minutes },
          secrets: { code: typed[0] ?? '' },
        })
      : await outbox.prepare({
          ...common,
          kind: 'PASSWORD_RESET_SHARED',
          values: { minutes },
          secrets: { options: labelled(destination, typed, ', ') },
        });
  return { destination, message, tokens: [], codes };
}

function prepareUnclear(
  { outbox }: AccountsDependencies,
  destination: RecoveryDestination,
  now: Date,
): Promise<PreparedNotification> {
  return outbox.prepare({
    ...envelope(destination, now),
    kind: 'PASSWORD_RESET_UNCLEAR',
    values: {},
    secrets: {},
    expiresAt: new Date(now.getTime() + recoveryLinkLifetimeMs),
  });
}

function envelope({ to, logins }: RecoveryDestination, now: Date) {
  return {
    to,
    // Of several it belongs to none: what one of them does must not take it from the others.
    loginKey: logins.length === 1 ? (logins[0]?.key ?? null) : null,
    subjectIds: logins.map((login: LoginRecord) => loginAddress(login)),
    now,
  };
}

/** One line for each in an e-mail; one after the other in an SMS. */
function labelled(
  destination: RecoveryDestination,
  secrets: readonly string[],
  between: '\n' | ', ',
): string {
  return recoveryLabels(destination)
    .map((label, position) => {
      const secret = secrets[position] ?? '';
      return between === '\n' ? `${label}:\n${secret}` : `${label} ${secret}`;
    })
    .join(between);
}

/** Each tells by itself which login is meant. */
function distinctCodes(count: number): string[] {
  const codes = new Set<string>();
  while (codes.size < count) codes.add(newTypedCode());
  return [...codes];
}

const minuteMs = 60_000;
