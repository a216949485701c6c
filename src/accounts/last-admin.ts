import type { ClientSession } from 'mongodb';
import { touchClaims } from '../database/claims.ts';
import { loginProjection, toLoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { passwordHasExpired } from './credentials.ts';
import type { LoginTarget } from './login-target.ts';

/**
 * Refuses to take the rights of an admin away when nobody could log in as one any more. Of two transactions that do so at
 * once, such as of two admins who remove each other, the second begins again and sees what the first has done.
 *
 * @throws AppError CONFLICT for the last one.
 */
export async function refuseLastAdmin(
  { database, now }: Pick<AccountsDependencies, 'database' | 'now'>,
  { login }: LoginTarget,
  session: ClientSession,
): Promise<void> {
  if (login.role !== 'admin' || !login.isActive) return;
  const at = now();
  await touchClaims(database, [adminClaim], at, session);
  const stored = await database.users
    .find({ role: 'admin' }, { session, projection: loginProjection })
    .toArray();
  const others = stored
    .map(toLoginRecord)
    .filter((other) => other.key !== login.key && other.isActive && other.hashSalt !== null);
  const accounts = await database.accounts
    .find({ _id: { $in: others.map(({ key }) => key) } }, { session })
    .toArray();
  const accountOf = new Map(accounts.map((account) => [account._id, account]));
  const remains = others.some((other) => !passwordHasExpired(accountOf.get(other.key) ?? null, other, at));
  if (!remains) {
    throw new AppError('CONFLICT', 'This is the last admin who can log in. Make another one first.');
  }
}

const adminClaim = 'role/admin';
