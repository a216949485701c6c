import type { ClientSession } from 'mongodb';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { legacyTokenFields } from '../database/clear-legacy-tokens.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import { maskDestination } from '../notifications/mask-destination.ts';
import { giveBack, isWithinLimit } from '../throttles/throttle.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { addressKey } from './address-key.ts';
import { clearFailures } from './count-attempt.ts';
import { endSessionsOf } from './end-sessions.ts';
import { loginWithHashProjection, toLoginWithHash } from './find-login.ts';
import { loginFilter } from './login-filter.ts';
import { loginName } from './login-name.ts';
import { nameToLogInBy } from './name-to-log-in-by.ts';
import { invalidToken, voidEverySecret } from './one-time-token.ts';
import { ownPassword, passwordChangedNotice, passwordOwner } from './password-changed.ts';
import { checkNewPassword } from './password-policy.ts';
import { mayRecover } from './recovery-destinations.ts';
import { recoveryFailureLimit } from './recovery-limits.ts';
import { consumeProof, findProof, type RecoveryProof, returnProof } from './recovery-proof.ts';
import { loginAddress } from './viewer.ts';

export interface ResetPasswordInput {
  /** Of the link that was sent by e-mail, or the code that was sent by SMS. */
  readonly token: string;
  /** With a code: what its message was asked for with, or the phone that it was sent to. Null with a link. */
  readonly identifier: string | null;
  readonly newPassword: string;
  /** Address of the client, read through the trusted proxies. */
  readonly clientAddress: string;
}

/**
 * Gives a login a new password, to whoever has the link or the code that was sent to the login's own contact. Every session
 * ends, everything else that the login was sent is void, and its owner is told. Nobody is logged in by it.
 *
 * @throws AppError INVALID_OR_EXPIRED_TOKEN for everything that is no good, all alike; BAD_USER_INPUT (`newPassword`) by
 * the policy, and (`identifier`) for a code without one: the token goes on holding; RATE_LIMITED when too many passwords
 * are being checked, and after 100 that were no good from one address in 10 minutes; CONFLICT when the login is changed
 * at the same time.
 */
export async function resetPassword(
  dependencies: AccountsDependencies,
  input: ResetPasswordInput,
): Promise<{ message: string }> {
  const { database, hasher, outbox, authenticator, indexSettings } = dependencies;
  const client = addressKey(input.clientAddress);
  if (!(await isWithinLimit(dependencies, recoveryFailureLimit, client))) {
    throw new AppError(
      'RATE_LIMITED',
      'Too many links and codes that are no good. Try again in ten minutes.',
    );
  }
  const proof = await findProof(dependencies, input);
  await giveBack(dependencies, recoveryFailureLimit, client);
  const login = await readRecovering(dependencies, proof);
  let newHash: string;
  try {
    await checkNewPassword(input.newPassword, passwordOwner(login), indexSettings.defaultPhoneRegion);
    newHash = await hasher.hash(input.newPassword);
  } catch (error) {
    await returnProof(dependencies, proof);
    throw error;
  }
  try {
    await inTransaction(database, (session) =>
      writeReset(dependencies, proof, { newHash, role: login.role }, session),
    );
  } finally {
    authenticator.forget(login.key);
  }
  outbox.wake();
  const named = await nameToLogInBy(database, login, indexSettings.defaultPhoneRegion);
  const logInAs = loginName(named, indexSettings.defaultPhoneRegion);
  return { message: `Your password is changed. Log in as ${logInAs} with the new one.` };
}

/**
 * The login of a proof, as it is now.
 *
 * @throws AppError INVALID_OR_EXPIRED_TOKEN when it may not have a new password, or when the contact that the message
 * went to is its own no more.
 */
async function readRecovering(
  { database, indexSettings }: AccountsDependencies,
  proof: RecoveryProof,
  session?: ClientSession,
): Promise<LoginRecord> {
  const stored = await database.users.findOne(loginFilter(proof.loginId), {
    projection: loginWithHashProjection,
    ...(session && { session }),
  });
  const login = stored === null ? null : toLoginWithHash(stored).login;
  if (login === null || !mayRecover(login)) throw invalidToken();
  const contact =
    proof.kind === 'LINK'
      ? canonicalEmail(login.email)
      : canonicalPhone(login.phone, indexSettings.defaultPhoneRegion);
  if (contact !== proof.sentTo) throw invalidToken();
  return login;
}

/** All or nothing. */
async function writeReset(
  dependencies: AccountsDependencies,
  proof: RecoveryProof,
  { newHash, role }: { readonly newHash: string; readonly role: LoginRecord['role'] },
  session: ClientSession,
): Promise<void> {
  const { database, outbox, indexSettings, now } = dependencies;
  const at = now();
  if (!(await consumeProof(dependencies, proof, at, session))) throw invalidToken();
  const login = await readRecovering(dependencies, proof, session);
  // What the password must be like was decided by the role.
  if (login.role !== role) throw new AppError('CONFLICT', 'The role has just been changed. Try again.');
  await database.users.updateOne(
    loginFilter(login._id),
    { $set: { password_hash: newHash }, $unset: legacyTokenFields },
    { session },
  );
  await database.accounts.updateOne(
    { _id: login.key },
    {
      $set: { ...ownPassword, ...clearFailures },
      $unset: { temporarySalt: '' },
    },
    { upsert: true, session },
  );
  await endSessionsOf(database, login.key, session);
  await voidEverySecret(database, login.key, session);
  const self = loginAddress(login);
  await writeJournal(
    database,
    [
      {
        at,
        actor: self,
        action: 'PASSWORD_RESET',
        subjectIds: [self],
        changes: [{ field: 'provedBy', before: null, after: maskDestination(proof.sentTo) }],
      },
    ],
    session,
  );
  await outbox.add([await passwordChangedNotice(dependencies, login, at)], session);
  await refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [] }, indexSettings, session);
}
