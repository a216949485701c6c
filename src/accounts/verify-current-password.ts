import { AppError } from '../errors.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { countAttempt } from './count-attempt.ts';
import { passwordHasExpired } from './credentials.ts';
import { type LoginWithHash, loginWithHashProjection, toLoginWithHash } from './find-login.ts';
import { journalFailure } from './journal-failure.ts';
import { loginFilter } from './login-filter.ts';
import { loginAddress, type Viewer, viewerRole } from './viewer.ts';

/** @throws AppError UNAUTHENTICATED without a viewer; the permission table has refused before. */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'Log in first.');
  return viewer;
}

/**
 * The login of a viewer as it is now, with its hash.
 *
 * @throws AppError UNAUTHENTICATED when it may not log in any more.
 */
export async function readOwnLogin(
  { database }: Pick<AccountsDependencies, 'database'>,
  viewer: Viewer,
): Promise<LoginWithHash> {
  const stored = await database.users.findOne(loginFilter(viewer.loginId), {
    projection: loginWithHashProjection,
  });
  const found = stored === null ? null : toLoginWithHash(stored);
  if (found === null || !found.login.isActive || viewerRole(found.login.role) === null) {
    throw new AppError('UNAUTHENTICATED', 'This session has ended. Log in again.');
  }
  return found;
}

/**
 * Checks the password of somebody who is logged in. The attempt counts like a log-in, as a failure until `clearFailures`
 * is written to the account.
 *
 * @throws AppError INVALID_CREDENTIALS for a wrong one, after too many failures, and for a temporary one that has expired;
 * RATE_LIMITED when too many passwords are being checked.
 */
export async function verifyCurrentPassword(
  { database, hasher, now }: Pick<AccountsDependencies, 'database' | 'hasher' | 'now'>,
  { login, passwordHash }: LoginWithHash,
  currentPassword: string,
): Promise<void> {
  const at = now();
  const place = hasher.reserve();
  try {
    const counted = await countAttempt(database, login.key, at);
    const matches = await hasher.verify(currentPassword, passwordHash, place);
    if (matches && !counted.locked && !passwordHasExpired(counted.account, login, at)) return;
    await journalFailure(database, { login, counted, at, by: loginAddress(login), clientAddress: null });
    throw new AppError('INVALID_CREDENTIALS', 'The current password is not right.');
  } finally {
    place.leave();
  }
}
