import type { ClientSession, Filter } from 'mongodb';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import type { Database } from '../database/collections.ts';
import {
  type LoginRecord,
  loginProjection,
  type StoredUser,
  toLoginRecord,
} from '../database/stored-documents.ts';

/**
 * Every login with this e-mail in any spelling that the index knows and, since the older application may have written one
 * a moment ago, in its canonical spelling in `users` itself. Two finds, in a transaction where a session is given.
 *
 * @param email In canonical form.
 */
export async function loginsWithEmail(
  database: Database,
  email: string,
  session?: ClientSession,
): Promise<LoginRecord[]> {
  const options = session === undefined ? {} : { session };
  const indexed = await database.indexedRecords
    .find({ source: 'user', email }, { ...options, projection: { recordId: 1 } })
    .toArray();
  const filter = { $or: [{ _id: { $in: indexed.map(({ recordId }) => recordId) } }, { email }] };
  const stored = await database.users
    .find(filter as Filter<StoredUser>, { ...options, projection: loginProjection })
    .toArray();
  return stored.map(toLoginRecord).filter((login) => canonicalEmail(login.email) === email);
}
