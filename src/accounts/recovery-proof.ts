import type { ClientSession } from 'mongodb';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import { badInput } from '../errors.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { findLogins } from './find-login.ts';
import { consumeToken, findToken, invalidToken } from './one-time-token.ts';
import {
  consumeRecoveryCode,
  findRecoveryCode,
  giveBackCodeAttempt,
  type RecoveryCode,
} from './recovery-codes.ts';
import { readTypedCode } from './typed-code.ts';

/** A link or code that is good, and what it proves: that somebody receives what is sent to a login's own contact. */
export type RecoveryProof = {
  readonly loginKey: string;
  /** `_id` of the login as stored. */
  readonly loginId: unknown;
  /** The address in canonical form, or the phone in E.164. */
  readonly sentTo: string;
} & (
  | { readonly kind: 'LINK'; readonly token: string }
  | { readonly kind: 'CODE'; readonly code: RecoveryCode }
);

/**
 * What somebody shows who has forgotten a password. A code counts as an attempt, and is good only for a login that
 * `identifier` means.
 *
 * @throws AppError INVALID_OR_EXPIRED_TOKEN for whatever is no good, all alike; BAD_USER_INPUT (`identifier`) for a code
 * without one.
 */
export async function findProof(
  dependencies: AccountsDependencies,
  { token, identifier }: { readonly token: string; readonly identifier: string | null },
): Promise<RecoveryProof> {
  const code = readTypedCode(token);
  return code === null
    ? findLink(dependencies, token.trim())
    : findCode(dependencies, code, identifier?.trim() ?? '');
}

async function findLink({ database, now }: AccountsDependencies, token: string): Promise<RecoveryProof> {
  const found = await findToken(database, 'RESET_PASSWORD', token, now());
  if (found?.email === undefined) throw invalidToken();
  const { loginKey, loginId, email } = found;
  return { kind: 'LINK', loginKey, loginId, sentTo: email, token };
}

/** The same commands whoever is meant. */
async function findCode(
  { database, codeDigests, indexSettings, now }: AccountsDependencies,
  code: string,
  identifier: string,
): Promise<RecoveryProof> {
  if (identifier === '') {
    throw badInput('identifier', 'With a code, say the phone that it was sent to, too.');
  }
  const region = indexSettings.defaultPhoneRegion;
  const meant = (await findLogins(database, identifier, region)).map(({ login }) => login);
  const [phoneE164, ...others] = new Set(meant.map(({ phone }) => canonicalPhone(phone, region)));
  const sentTo = others.length === 0 ? (phoneE164 ?? null) : null;
  const found = await findRecoveryCode(database, codeDigests, {
    phoneE164: sentTo,
    code,
    loginKeys: meant.map(({ key }) => key),
    now: now(),
  });
  if (found === null || sentTo === null) throw invalidToken();
  return { kind: 'CODE', loginKey: found.loginKey, loginId: found.loginId, sentTo, code: found };
}

/** It could not be used yet, and goes on holding. */
export async function returnProof({ database }: AccountsDependencies, proof: RecoveryProof): Promise<void> {
  if (proof.kind === 'CODE') await giveBackCodeAttempt(database, proof.sentTo, proof.code);
}

/** Uses it up, in the transaction that changes the password: of several that try at once one learns true. */
export async function consumeProof(
  { database }: AccountsDependencies,
  proof: RecoveryProof,
  now: Date,
  session: ClientSession,
): Promise<boolean> {
  if (proof.kind === 'CODE') return consumeRecoveryCode(database, proof.sentTo, proof.code, now, session);
  return (await consumeToken(database, 'RESET_PASSWORD', proof.token, now, session)) !== null;
}
