import type { Filter } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import type { Database } from '../database/collections.ts';
import { recordIdOf } from '../database/record-id-of.ts';
import type { ReleasePlace } from './release-job.ts';

/** A login that may be without credentials; what is stored decides. */
export interface ReleaseCandidate {
  /** `_id` as stored. */
  readonly loginId: unknown;
  readonly place: ReleasePlace;
}

/**
 * Logins that a release looks at, in an order that sending does not change: those that a backfill made and that still wait,
 * or, without one, every login of a customer by which nobody can log in.
 */
export async function candidatesAfter(
  database: Database,
  backfillId: string | null,
  after: ReleasePlace | null,
  limit: number,
): Promise<ReleaseCandidate[]> {
  if (backfillId === null) return loginlessAfter(database, after, limit);
  const accounts = await database.accounts
    .find(
      { ...madeAndPending(backfillId), ...(after && { _id: { $gt: after.row } }) },
      { projection: { _id: 1 } },
    )
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
  return accounts.map(({ _id }) => ({ loginId: recordIdOf(_id), place: { key: null, row: _id } }));
}

/** How many there are. */
export function countCandidates(database: Database, backfillId: string | null): Promise<number> {
  return backfillId === null
    ? database.customerIndex.countDocuments(withoutUsableLogin)
    : database.accounts.countDocuments(madeAndPending(backfillId));
}

function madeAndPending(backfillId: string) {
  return { createdByJob: backfillId, credentialsPending: true } as const;
}

const withoutUsableLogin = { loginUsable: false, hasLogin: true } as const;

/** In the order of `createdAt`, in which an index holds them. */
async function loginlessAfter(
  database: Database,
  after: ReleasePlace | null,
  limit: number,
): Promise<ReleaseCandidate[]> {
  const rows = await database.customerIndex
    .find({ ...withoutUsableLogin, ...beyond(after) }, { projection: { userKey: 1, createdAtKey: 1 } })
    .sort({ createdAtKey: 1, _id: 1 })
    .limit(limit)
    .toArray();
  return rows.map(({ _id, userKey, createdAtKey }) => ({
    loginId: userKey,
    place: { key: createdAtKey, row: _id },
  }));
}

function beyond(after: ReleasePlace | null): Filter<CustomerIndexRow> {
  if (after === null || after.key === null) return {};
  return {
    createdAtKey: { $gte: after.key },
    $or: [{ createdAtKey: { $gt: after.key } }, { _id: { $gt: after.row } }],
  };
}
