import type { ClientSession } from 'mongodb';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError, badInput } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { clearFailures, countAttempt } from './count-attempt.ts';
import { passwordHasExpired } from './credentials.ts';
import { type LoginWithHash, loginWithHashProjection, toLoginWithHash } from './find-login.ts';
import { loginFilter } from './login-filter.ts';
import { openSession } from './open-session.ts';
import { checkNewPassword } from './password-policy.ts';
import { type Session, sessionFor } from './session.ts';
import { loginAddress, type Viewer, viewerRole } from './viewer.ts';

export interface ChangePasswordInput {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Gives the viewer a new password, ends all their sessions, the asking one included, and opens a new one.
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
  const found = await readLogin(dependencies, viewer);
  const { login } = found;
  await checkNewPassword(input.newPassword, ownerOf(found), indexSettings.defaultPhoneRegion);
  if (input.newPassword === input.currentPassword) {
    throw badInput('newPassword', 'The new password is the current one. Choose another.');
  }
  await verifyCurrent(dependencies, found, input.currentPassword);
  const newHash = await hasher.hash(input.newPassword);
  try {
    const sessionId = await inTransaction(database, (transaction) =>
      writeNewPassword(dependencies, found, newHash, transaction),
    );
    return await sessionFor(accessTokens, login, {
      sessionId,
      mustChangePassword: false,
      pendingEmail: viewer?.pendingEmail ?? null,
    });
  } finally {
    authenticator.forget(login.key);
  }
}

async function readLogin({ database }: AccountsDependencies, viewer: Viewer | null): Promise<LoginWithHash> {
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'Log in first.');
  const stored = await database.users.findOne(loginFilter(viewer.loginId), {
    projection: loginWithHashProjection,
  });
  const found = stored === null ? null : toLoginWithHash(stored);
  if (found === null || !found.login.isActive || viewerRole(found.login.role) === null) {
    throw new AppError('UNAUTHENTICATED', 'This session has ended. Log in again.');
  }
  return found;
}

function ownerOf({ login }: LoginWithHash) {
  return {
    role: viewerRole(login.role) ?? 'CUSTOMER',
    name: login.name,
    email: login.email,
    phone: login.phone,
  };
}

async function verifyCurrent(
  { database, hasher, now }: AccountsDependencies,
  { login, passwordHash }: LoginWithHash,
  currentPassword: string,
): Promise<void> {
  hasher.admit();
  const at = now();
  const { locked, account } = await countAttempt(database, login.key, at);
  const matches = await hasher.verify(currentPassword, passwordHash);
  if (!matches || locked || passwordHasExpired(account, login, at)) {
    throw new AppError('INVALID_CREDENTIALS', 'The current password is not right.');
  }
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
    loginFilter(login._id, { password_hash: passwordHash }),
    { $set: { password_hash: newHash } },
    { session: transaction },
  );
  if (matchedCount === 0)
    throw new AppError('CONFLICT', 'The password has just been changed elsewhere. Log in again.');
  const account = await database.accounts.findOneAndUpdate(
    { _id: login.key },
    {
      $set: { mustChangePassword: false, passwordExpiresAt: null, ...clearFailures },
      $unset: { temporarySalt: '' },
      $inc: { sessionEpoch: 1 },
    },
    { upsert: true, returnDocument: 'after', session: transaction },
  );
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
