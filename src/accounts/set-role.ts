import type { ClientSession } from 'mongodb';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { StoredAccount } from '../database/collections.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { loginFilter } from './login-filter.ts';
import { type LoginTarget, readTarget } from './login-target.ts';
import { type LoginView, loginView } from './login-view.ts';
import { voidRecovery } from './one-time-token.ts';
import { minPasswordLength } from './password-policy.ts';
import { requireAdmin } from './require-admin.ts';
import { storedRole, type Viewer, type ViewerRole, viewerRole } from './viewer.ts';

export interface SetRoleInput {
  /** `id` of a login, or its `_id`. */
  readonly userId: string;
  readonly role: ViewerRole;
}

/**
 * Gives a login another role and ends its sessions; the role that it has already changes nothing. Whoever comes to see
 * everybody's records has to choose a new password, since theirs may be shorter than these need.
 *
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT for the last admin who can log in, for a login
 * that is linked to a delivery record and should be staff, and for an id that several logins have.
 */
export async function setRole(
  dependencies: AccountsDependencies,
  viewer: Viewer | null,
  input: SetRoleInput,
): Promise<LoginView> {
  const admin = requireAdmin(viewer);
  const { login, account } = await inTransaction(dependencies.database, (session) =>
    writeRole(dependencies, admin, input, session),
  );
  dependencies.authenticator.forget(login.key);
  return loginView(login, account);
}

async function writeRole(
  dependencies: AccountsDependencies,
  admin: Viewer,
  { userId, role }: SetRoleInput,
  session: ClientSession,
): Promise<Pick<LoginTarget, 'login' | 'account'>> {
  const { database, indexSettings, now } = dependencies;
  const target = await readTarget(database, userId, session);
  const newRole = storedRole(role);
  if (target.login.role === newRole) return target;
  if (target.isLinked && role !== 'CUSTOMER') throw linkedCustomer();
  if (role !== 'ADMIN') await refuseLastAdmin(dependencies, target, session);
  await database.users.updateOne(loginFilter(target.login._id), { $set: { role: newRole } }, { session });
  const account = await database.accounts.findOneAndUpdate(
    { _id: target.login.key },
    { $inc: { sessionEpoch: 1 }, ...passwordDemand(target, role) },
    { upsert: true, returnDocument: 'after', session },
  );
  await voidRecovery(database, [target.login.key], session);
  await writeJournal(
    database,
    [
      {
        at: now(),
        actor: admin.id,
        action: 'ROLE_CHANGED',
        subjectIds: target.subjectIds,
        changes: [{ field: 'role', before: target.roleText, after: newRole }],
      },
    ],
    session,
  );
  await refreshIndex(database, { loginKeys: [target.login._id], deliveryKeys: [] }, indexSettings, session);
  return { login: { ...target.login, role: newRole }, account };
}

/**
 * A password that need not be changed yet, and was chosen when less was asked of it. What is said holds for whatever hash
 * there is, not for the present one's salt alone: a log-in of this moment may be about to store the same password with
 * another salt. One that is temporary already stays as it is, and expires when it did.
 */
function passwordDemand({ login, account }: LoginTarget, role: ViewerRole) {
  const present = viewerRole(login.role) ?? 'CUSTOMER';
  if (minPasswordLength(role) <= minPasswordLength(present) || mustChangePassword(account, login)) return {};
  const demand: Partial<StoredAccount> = { mustChangePassword: true, passwordExpiresAt: null };
  return { $set: demand, $unset: { temporarySalt: '' } } as const;
}

/** An operator's account that is linked as a customer reads somebody's record with an operator's rights. */
function linkedCustomer(): AppError {
  return new AppError('CONFLICT', 'This login is linked to a delivery record. Unlink it first.');
}
