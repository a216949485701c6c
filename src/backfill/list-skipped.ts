import type { ClientSession } from 'mongodb';
import type { Database, StoredJobFailure } from '../database/collections.ts';
import { Page, type PageArguments } from '../graphql/connection.ts';
import type { CursorCodec } from '../graphql/cursor.ts';

/** Somebody for whom a job did not do its work, and why. */
export interface SkippedLogin {
  /** Record key of the login. */
  readonly key: string;
  /** Address of the customer. */
  readonly customerId: string;
  /** Stable. */
  readonly code: string;
  readonly message: string;
}

/**
 * Lists them, in the transaction of the progress that counts them.
 *
 * @returns Those who were not listed before.
 */
export async function listSkipped(
  database: Database,
  jobId: string,
  skipped: readonly SkippedLogin[],
  session: ClientSession,
): Promise<SkippedLogin[]> {
  if (skipped.length === 0) return [];
  const rows = skipped.map(({ key, ...entry }): StoredJobFailure => {
    return { _id: `${jobId}/${key}`, jobId, rowKey: `user/${key}`, ...entry };
  });
  const ids = rows.map(({ _id }) => _id);
  const before = await database.jobFailures
    .find({ _id: { $in: ids } }, { session, projection: { _id: 1 } })
    .toArray();
  const known = new Set(before.map(({ _id }) => _id));
  const fresh = rows.filter(({ _id }) => !known.has(_id));
  if (fresh.length > 0) await database.jobFailures.insertMany(fresh, { session });
  return skipped.filter((_, index) => !known.has(ids[index] ?? ''));
}

/**
 * A page of them, in an order that stays.
 *
 * @throws AppError BAD_USER_INPUT naming `after`.
 */
export async function skippedPage<Node>(
  { database, cursors }: { readonly database: Database; readonly cursors: CursorCodec },
  jobId: string,
  { first, after }: PageArguments,
  show: (row: StoredJobFailure) => Node,
): Promise<Page<Node>> {
  const list = `skipped:${jobId}`;
  const place = after === null ? null : cursors.decode(after, list);
  const prefix = `${jobId}/`;
  const found = await database.jobFailures
    .find({ _id: { $gt: place?.row ?? prefix, $lt: `${prefix}\u{10FFFF}` } })
    .sort({ _id: 1 })
    .limit(first + 1)
    .toArray();
  const rows = found.slice(0, first);
  return new Page({
    nodes: rows.map(show),
    hasNextPage: found.length > first,
    hasPreviousPage: place !== null,
    cursorOf: (index) => {
      const row = rows[index];
      if (row === undefined) throw new RangeError('Nobody is there on this page.');
      return cursors.encode({ list, key: '', row: row._id });
    },
  });
}
