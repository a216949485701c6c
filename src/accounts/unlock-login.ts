import type { ClientSession } from 'mongodb';
import { inTransaction } from '../database/transaction.ts';
import { changesBetween, writeJournal } from '../journal/write-journal.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { clearFailures } from './count-attempt.ts';
import { type LoginTarget, readTarget } from './login-target.ts';
import { unknownRole } from './login-view.ts';
import { requireAdmin } from './require-admin.ts';
import { type Viewer, viewerRole } from './viewer.ts';

/**
 * Forgets the failed log-ins of a login, so that the next one is not refused for them. Its sessions go on. Where there are
 * none, nothing changes.
 *
 * @param userId `id` of a login, or its `_id`.
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT for an id that several logins have, and for a login of
 * a role that the gateway does not know.
 */
export async function unlockLogin(
  dependencies: AccountsDependencies,
  viewer: Viewer | null,
  userId: string,
): Promise<Pick<LoginTarget, 'login' | 'account'>> {
  const admin = requireAdmin(viewer);
  return inTransaction(dependencies.database, (session) => clear(dependencies, admin, userId, session));
}

async function clear(
  { database, now }: AccountsDependencies,
  admin: Viewer,
  userId: string,
  session: ClientSession,
): Promise<Pick<LoginTarget, 'login' | 'account'>> {
  const target = await readTarget(database, userId, session);
  const { login, account } = target;
  if (viewerRole(login.role) === null) throw unknownRole();
  const failures = account?.failures ?? 0;
  const lockedUntil = account?.lockedUntil ?? null;
  if (account === null || (failures === 0 && lockedUntil === null)) return target;
  await database.accounts.updateOne({ _id: login.key }, { $set: clearFailures }, { session });
  const changes = changesBetween(
    { failures: String(failures), lockedUntil: lockedUntil?.toISOString() ?? null },
    { failures: '0', lockedUntil: null },
  );
  const entry = {
    at: now(),
    actor: admin.id,
    action: 'LOGIN_UNLOCKED',
    subjectIds: target.subjectIds,
    changes,
  } as const;
  await writeJournal(database, [entry], session);
  return { login, account: { ...account, ...clearFailures } };
}
