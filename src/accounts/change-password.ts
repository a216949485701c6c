import type { ClientSession } from 'mongodb';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError, badInput } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { clearFailures } from './count-attempt.ts';
import type { LoginWithHash } from './find-login.ts';
import { loginFilter } from './login-filter.ts';
import { voidEmailTokens } from './one-time-token.ts';
import { openSession } from './open-session.ts';
import { checkNewPassword } from './password-policy.ts';
import { type Session, sessionFor } from './session.ts';
import { readOwnLogin, requireViewer, verifyCurrentPassword } from './verify-current-password.ts';
import { loginAddress, type Viewer, viewerRole } from './viewer.ts';

export interface ChangePasswordInput {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Gives the viewer a new password, ends all their sessions, the asking one included, and opens a new one. A new address
 * that waits to be confirmed is forgotten: whoever knew the old password may have asked for it.
 *
 * @throws AppError UNAUTHENTICATED without a viewer; BAD_USER_INPUT (`newPassword`) by the policy, and when nothing would
 * change; INVALID_CREDENTIALS for a wrong current password, counted like a failed log-in; CONFLICT when the password was
 * changed at the same time; RATE_LIMITED when too many passwords are being checked.
 */
export async function changePassword(
  dependencies: AccountsDependencies,
  viewer: Viewer | null,
  input: ChangePasswordInput,
): Promise<Session> {
  const { database, hasher, accessTokens, authenticator, indexSettings } = dependencies;
  const found = await readOwnLogin(dependencies, requireViewer(viewer));
  const { login } = found;
  await checkNewPassword(input.newPassword, ownerOf(found), indexSettings.defaultPhoneRegion);
  if (input.newPassword === input.currentPassword) {
    throw badInput('newPassword', 'The new password is the current one. Choose another.');
  }
  await verifyCurrentPassword(dependencies, found, input.currentPassword);
  const newHash = await hasher.hash(input.newPassword);
  try {
    const sessionId = await inTransaction(database, (transaction) =>
      writeNewPassword(dependencies, found, newHash, transaction),
    );
    return await sessionFor(accessTokens, login, {
      sessionId,
      mustChangePassword: false,
      pendingEmail: null,
    });
  } finally {
    authenticator.forget(login.key);
  }
}

function ownerOf({ login }: LoginWithHash) {
  return {
    role: viewerRole(login.role) ?? 'CUSTOMER',
    name: login.name,
    email: login.email,
    phone: login.phone,
  };
}

/** All or nothing; answers the id of the session that goes on. */
async function writeNewPassword(
  { database, accessTokens, indexSettings, now }: AccountsDependencies,
  { login, passwordHash }: LoginWithHash,
  newHash: string,
  transaction: ClientSession,
): Promise<string> {
  const at = now();
  const { matchedCount } = await database.users.updateOne(
    // The role too: what the password must be like was decided by it.
    loginFilter(login._id, { password_hash: passwordHash, role: login.role }),
    { $set: { password_hash: newHash } },
    { session: transaction },
  );
  if (matchedCount === 0)
    throw new AppError('CONFLICT', 'The password or the role has just been changed elsewhere. Log in again.');
  const account = await database.accounts.findOneAndUpdate(
    { _id: login.key },
    {
      $set: { mustChangePassword: false, passwordExpiresAt: null, pendingEmail: null, ...clearFailures },
      $unset: { temporarySalt: '' },
      $inc: { sessionEpoch: 1 },
    },
    { upsert: true, returnDocument: 'after', session: transaction },
  );
  await voidEmailTokens(database, login.key, transaction);
  const session = {
    loginId: login._id,
    sessionEpoch: account?.sessionEpoch ?? 1,
    createdAt: at,
    expiresAt: new Date(at.getTime() + accessTokens.lifetimeMs),
  };
  const sessionId = await openSession(database, session, transaction);
  const self = loginAddress(login);
  await writeJournal(
    database,
    [{ at, actor: self, action: 'PASSWORD_CHANGED', subjectIds: [self] }],
    transaction,
  );
  await refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [] }, indexSettings, transaction);
  return sessionId;
}
