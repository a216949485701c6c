import type { ClientSession } from 'mongodb';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { legacyTokenFields } from '../database/clear-legacy-tokens.ts';
import type { StoredAccount } from '../database/collections.ts';
import { hashSalt } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError, badInput } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { NotificationKind } from '../notifications/notification-kinds.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { clearFailures } from './count-attempt.ts';
import type { LoginWithHash } from './find-login.ts';
import { loginFilter } from './login-filter.ts';
import { cancelMessages, voidEmailTokens, voidRecovery } from './one-time-token.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { passwordChangedNotice, passwordOwner } from './password-changed.ts';
import { checkNewPassword } from './password-policy.ts';
import { type Session, sessionFor } from './session.ts';
import { readOwnLogin, requireViewer, verifyCurrentPassword } from './verify-current-password.ts';
import { loginAddress, type Viewer } from './viewer.ts';

export interface ChangePasswordInput {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Gives the viewer a new password, ends all their sessions, the asking one included, opens a new one, and tells them. A
 * new address that waits to be confirmed is forgotten: whoever knew the old password may have asked for it. So are links
 * and codes for a forgotten password. The code for a delivery record, which opens nothing without a session, goes on.
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
  await checkNewPassword(input.newPassword, passwordOwner(login), indexSettings.defaultPhoneRegion);
  if (input.newPassword === input.currentPassword) {
    throw badInput('newPassword', 'The new password is the current one. Choose another.');
  }
  await verifyCurrentPassword(dependencies, found, input.currentPassword);
  const newHash = await hasher.hash(input.newPassword);
  try {
    const { account, ...opened } = await inTransaction(database, (transaction) =>
      writeNewPassword(dependencies, found, newHash, transaction),
    );
    dependencies.outbox.wake();
    return await sessionFor(accessTokens, login, account, opened);
  } finally {
    authenticator.forget(login.key);
  }
}

/** All or nothing; answers the session that goes on. */
async function writeNewPassword(
  dependencies: AccountsDependencies,
  { login, passwordHash }: LoginWithHash,
  newHash: string,
  transaction: ClientSession,
): Promise<OpenedSession & { account: StoredAccount | null }> {
  const { database, outbox, indexSettings, now } = dependencies;
  const at = now();
  const { matchedCount } = await database.users.updateOne(
    // The role too: what the password must be like was decided by it.
    loginFilter(login._id, { password_hash: passwordHash, role: login.role }),
    { $set: { password_hash: newHash }, $unset: legacyTokenFields },
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
  await voidRecovery(database, [login.key], transaction);
  // The temporary password in it is no good any more.
  await cancelMessages(database, { loginKey: login.key, kind: credentialsKind }, transaction);
  await database.sessions.deleteMany({ loginKey: login.key }, { session: transaction });
  const changed = { ...login, hashSalt: hashSalt(newHash) };
  const opened = await openSession(dependencies, changed, account, transaction);
  const self = loginAddress(login);
  await writeJournal(
    database,
    [{ at, actor: self, action: 'PASSWORD_CHANGED', subjectIds: [self] }],
    transaction,
  );
  await outbox.add([await passwordChangedNotice(dependencies, login, at)], transaction);
  await refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [] }, indexSettings, transaction);
  return { ...opened, account };
}

const credentialsKind: NotificationKind = 'CREDENTIALS';
