import type { ClientSession, Filter, FindOptions } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import { rowKeyOfDelivery } from '../customer-index/customer-index-rows.ts';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import type { Database } from '../database/collections.ts';
import {
  type DeliveryRecord,
  deliveryProjection,
  recordKey,
  type StoredCustomerV2,
  type StoredUser,
  toDeliveryRecord,
} from '../database/stored-documents.ts';
import type { ExaminedRecord, Orphan } from './plan-logins.ts';

/** What of a row of `customer_index` a backfill goes by. */
export type WalkedRow = Pick<CustomerIndexRow, '_id' | 'id' | 'linkState' | 'v2Key'>;

export const walkedRowProjection = { id: 1, linkState: 1, v2Key: 1 } as const;

/**
 * The delivery records behind rows as they are stored now. Rows that already have a login, or that the index knows to be
 * in disorder, are taken at their word; that a record is an orphan is seen from the stored records, two finds for all of
 * them: nobody else has its id, and nobody claims it. Those of which this is not so are looked at with all their links.
 */
export async function examineRows(
  database: Database,
  rows: readonly WalkedRow[],
  session: ClientSession,
): Promise<ExaminedRecord[]> {
  const candidates = rows.filter((row) => row.linkState === 'ORPHANED_V2');
  const orphans = await readOrphans(database, candidates, session);
  const doubtful = candidates.filter((row) => !orphans.has(row._id)).map((row) => row.v2Key);
  const others = new Map(
    doubtful.length === 0
      ? []
      : (await examineRecords(database, doubtful, session)).map((record) => [record.rowKey, record]),
  );
  return rows.map((row) => {
    const known = { rowKey: row._id, customerId: row.id };
    if (row.linkState !== 'ORPHANED_V2') return { ...known, state: row.linkState, orphan: null };
    const orphan = orphans.get(row._id);
    if (orphan !== undefined) return { ...known, state: row.linkState, orphan };
    return others.get(row._id) ?? { ...known, state: null, orphan: null };
  });
}

/** Delivery records with all their links, by `_id` as stored. Those that are gone are left out. */
export async function examineRecords(
  database: Database,
  keys: readonly unknown[],
  session?: ClientSession,
): Promise<ExaminedRecord[]> {
  const options = session === undefined ? {} : { session };
  const stored = await findByKeys(database, keys, options);
  const linkBefore = new Map(stored.map((record) => [recordKey(record._id), record.user_id]));
  const records = await readNeighbourhood(database, { deliveryKeys: keys }, options);
  return linkCustomers(records).flatMap(({ delivery, state, link }) => {
    if (delivery === null || !linkBefore.has(delivery.key)) return [];
    return [
      {
        rowKey: rowKeyOfDelivery(delivery),
        customerId: link.customerV2Id ?? delivery.keyText,
        state,
        orphan: state === 'ORPHANED_V2' ? orphanOf(delivery, linkBefore.get(delivery.key)) : null,
      },
    ];
  });
}

/** Those of the rows whose record has an id to itself, claims nobody and is claimed by nobody; by row key. */
async function readOrphans(
  database: Database,
  rows: readonly WalkedRow[],
  session: ClientSession,
): Promise<Map<string, Orphan>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map((row) => row.id);
  const stored = await database.customersV2
    .find({ id: { $in: ids } } as Filter<StoredCustomerV2>, {
      session,
      projection: deliveryProjection,
      batchSize: ids.length + many,
    })
    .toArray();
  const claimants = await database.users
    .find({ customer_v2_id: { $in: ids } } as Filter<StoredUser>, {
      session,
      projection: { _id: 0, customer_v2_id: 1 },
    })
    .toArray();
  const claimed = new Set(claimants.map((login) => login.customer_v2_id));
  const byId = new Map<string, Orphan[]>();
  for (const document of stored) {
    const orphan = orphanOf(toDeliveryRecord(document), document.user_id);
    if (orphan !== null) byId.set(orphan.delivery.id, [...(byId.get(orphan.delivery.id) ?? []), orphan]);
  }
  const orphans = new Map<string, Orphan>();
  for (const row of rows) {
    const [orphan, ...others] = byId.get(row.id) ?? [];
    if (orphan === undefined || others.length > 0 || claimed.has(row.id)) continue;
    const { delivery } = orphan;
    if (delivery.claim.kind === 'none' && rowKeyOfDelivery(delivery) === row._id)
      orphans.set(row._id, orphan);
  }
  return orphans;
}

function orphanOf(delivery: DeliveryRecord, linkBefore: unknown): Orphan | null {
  const { id } = delivery;
  return id === null ? null : { delivery: { ...delivery, id }, linkBefore };
}

function findByKeys(
  database: Database,
  keys: readonly unknown[],
  options: FindOptions,
): Promise<StoredCustomerV2[]> {
  return database.customersV2.find(byKeys(keys), { ...options, projection: { user_id: 1 } }).toArray();
}

function byKeys<Stored>(keys: readonly unknown[]): Filter<Stored> {
  return { _id: { $in: [...keys] } } as Filter<Stored>;
}

/** The row's own record, and room for others with its id, so that one command brings them all. */
const many = 100;
