import type { ClientSession } from 'mongodb';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { inTransaction } from '../database/transaction.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { NotificationKind } from '../notifications/notification-kinds.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { loginFilter } from './login-filter.ts';
import { type LoginTarget, readTarget } from './login-target.ts';
import { unknownRole } from './login-view.ts';
import { voidRecovery } from './one-time-token.ts';
import { requireAdmin } from './require-admin.ts';
import { type Viewer, viewerRole } from './viewer.ts';

export interface SetLoginActiveInput {
  /** `id` of a login, or its `_id`. */
  readonly userId: string;
  readonly active: boolean;
}

/**
 * Lets a login log in, or no more: then its sessions end, and credentials that have not been sent to it never are. Saying
 * it again changes nothing.
 *
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT for the last admin who can log in, for an id that
 * several logins have, and for a login of a role that the gateway does not know.
 */
export async function setLoginActive(
  dependencies: AccountsDependencies,
  viewer: Viewer | null,
  input: SetLoginActiveInput,
): Promise<Pick<LoginTarget, 'login' | 'account'>> {
  const admin = requireAdmin(viewer);
  const changed = await inTransaction(dependencies.database, (session) =>
    writeActive(dependencies, admin, input, session),
  );
  dependencies.authenticator.forget(changed.login.key);
  return changed;
}

async function writeActive(
  dependencies: AccountsDependencies,
  admin: Viewer,
  { userId, active }: SetLoginActiveInput,
  session: ClientSession,
): Promise<Pick<LoginTarget, 'login' | 'account'>> {
  const { database, indexSettings, now } = dependencies;
  const target = await readTarget(database, userId, session);
  const { login } = target;
  if (viewerRole(login.role) === null) throw unknownRole();
  if (login.isActive === active) return target;
  if (!active) await refuseLastAdmin(dependencies, target, session);
  await database.users.updateOne(loginFilter(login._id), { $set: { is_active: active } }, { session });
  // When it becomes active, too: sessions of before, which the older application has not ended, are not to come back.
  const account = await database.accounts.findOneAndUpdate(
    { _id: login.key },
    { $inc: { sessionEpoch: 1 } },
    { upsert: true, returnDocument: 'after', session },
  );
  await voidRecovery(database, [login.key], session);
  if (!active) {
    await database.notifications.updateMany(
      { loginKey: login.key, state: { $in: ['PENDING', 'DEAD'] }, kind: credentialsKind },
      { $set: { state: 'CANCELLED', secrets: null } },
      { session },
    );
  }
  await writeJournal(
    database,
    [
      {
        at: now(),
        actor: admin.id,
        action: active ? 'LOGIN_ACTIVATED' : 'LOGIN_DEACTIVATED',
        subjectIds: target.subjectIds,
        changes: [{ field: 'isActive', before: String(login.isActive), after: String(active) }],
      },
    ],
    session,
  );
  await refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [] }, indexSettings, session);
  return { login: { ...login, isActive: active }, account };
}

const credentialsKind: NotificationKind = 'CREDENTIALS';
