import type { Database, StoredAccount, StoredSession } from '../database/collections.ts';
import { type LoginRecord, loginProjection, toLoginRecord } from '../database/stored-documents.ts';
import { loginFilter } from './login-filter.ts';
import { viewerRole } from './viewer.ts';

/** A session that holds, and whose it is. */
export interface SessionHolder {
  readonly session: StoredSession;
  readonly login: LoginRecord;
  readonly account: HolderAccount | null;
}

export type HolderAccount = Pick<StoredAccount, keyof typeof accountProjection | '_id'>;

/**
 * Whose session it is: three reads. Null when it has ended: by a log-out, for not being used, because the session epoch of
 * the account was raised, or because the login may not log in any more or has another role or password than when it was
 * opened, whoever changed them: the older application raises no epoch.
 */
export async function readSessionHolder(
  database: Database,
  sessionId: string,
  now: Date,
): Promise<SessionHolder | null> {
  const session = await database.sessions.findOne({ _id: sessionId });
  if (session === null || session.expiresAt.getTime() <= now.getTime()) return null;
  const [account, stored] = await Promise.all([
    database.accounts.findOne({ _id: session.loginKey }, { projection: accountProjection }),
    database.users.findOne(loginFilter(session.loginId), { projection: loginProjection }),
  ]);
  if (session.sessionEpoch !== (account?.sessionEpoch ?? 0) || stored === null) return null;
  const login = toLoginRecord(stored);
  if (!login.isActive || viewerRole(login.role) === null || login.role !== session.role) return null;
  return hasSamePassword(session, login, account) ? { session, login, account } : null;
}

const accountProjection = {
  mustChangePassword: 1,
  temporarySalt: 1,
  passwordExpiresAt: 1,
  sessionEpoch: 1,
  pendingEmail: 1,
  upgradedHash: 1,
} as const;

/** A hash that was only brought to a higher cost is of the same password. */
function hasSamePassword(
  { hashSalt }: StoredSession,
  login: LoginRecord,
  account: HolderAccount | null,
): boolean {
  if (hashSalt === login.hashSalt) return true;
  const upgraded = account?.upgradedHash;
  return upgraded !== undefined && upgraded.from === hashSalt && upgraded.to === login.hashSalt;
}
