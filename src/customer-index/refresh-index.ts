import type { AnyBulkWriteOperation, ClientSession } from 'mongodb';
import type { Database, IndexedRecord } from '../database/collections.ts';
import { type DeliveryRecord, type LoginRecord, recordKey } from '../database/stored-documents.ts';
import type { CustomerIndexRow } from './customer-index-row.ts';
import { customerIndexRows, type IndexSettings } from './customer-index-rows.ts';
import { indexedDelivery, indexedLogin } from './indexed-record.ts';
import { readAccountFacts, readNeighbourhood } from './neighbourhood.ts';

/** Records that were written, by `_id` as stored; those that are gone count too. */
export interface TouchedRecords {
  readonly loginKeys: readonly unknown[];
  readonly deliveryKeys: readonly unknown[];
}

/**
 * Brings the rows of `customer_index` up to date with records that were just written, in the transaction that wrote
 * them: the rows of these records, of whom they claimed before and claim now, and of everybody linked to any of them.
 */
export async function refreshIndex(
  database: Database,
  touched: TouchedRecords,
  settings: IndexSettings,
  session: ClientSession,
): Promise<void> {
  const touchedKeys = [
    ...touched.loginKeys.map((key) => `user/${recordKey(key)}`),
    ...touched.deliveryKeys.map((key) => `v2/${recordKey(key)}`),
  ];
  if (touchedKeys.length === 0) return;
  const before = await database.indexedRecords
    .find({ _id: { $in: touchedKeys } }, { session, projection: { source: 1, id: 1, claimedId: 1 } })
    .toArray();
  const logins = before.filter(({ source }) => source === 'user');
  const deliveries = before.filter(({ source }) => source === 'v2');
  const records = await readNeighbourhood(
    database,
    {
      ...touched,
      loginIds: texts(logins.map(({ id }) => id)),
      deliveryIds: texts(deliveries.map(({ id }) => id)),
      possibleLoginIds: texts(deliveries.map(({ claimedId }) => claimedId)),
      possibleDeliveryIds: texts(logins.map(({ claimedId }) => claimedId)),
    },
    { session },
  );
  const accounts = await readAccountFacts(database, records.logins, session);
  const rows = customerIndexRows({ ...records, accounts }, settings);
  await writeRows(database, rows, possibleRowKeys(touchedKeys, records), session);
  await writeRecords(database, touchedKeys, records, settings, session);
}

interface Records {
  readonly logins: readonly LoginRecord[];
  readonly deliveries: readonly DeliveryRecord[];
}

/** The rows that these records may have had until now. */
function possibleRowKeys(touchedKeys: readonly string[], { logins, deliveries }: Records): string[] {
  return [
    ...touchedKeys,
    ...logins.map((login) => `user/${login.key}`),
    ...deliveries.map((delivery) => `v2/${delivery.key}`),
  ];
}

async function writeRows(
  database: Database,
  rows: readonly CustomerIndexRow[],
  possibleKeys: readonly string[],
  session: ClientSession,
): Promise<void> {
  const present = new Set(rows.map((row) => row._id));
  const gone = [...new Set(possibleKeys)].filter((key) => !present.has(key));
  const writes: AnyBulkWriteOperation<CustomerIndexRow>[] = rows.map(({ _id, ...row }) => ({
    replaceOne: { filter: { _id }, replacement: row, upsert: true },
  }));
  if (gone.length > 0) writes.push({ deleteMany: { filter: { _id: { $in: gone } } } });
  if (writes.length > 0) await database.customerIndex.bulkWrite(writes, { session });
}

async function writeRecords(
  database: Database,
  touchedKeys: readonly string[],
  { logins, deliveries }: Records,
  settings: IndexSettings,
  session: ClientSession,
): Promise<void> {
  const touched = new Set(touchedKeys);
  const present = [
    ...logins
      .filter((login) => touched.has(`user/${login.key}`))
      .map((login) => indexedLogin(login, settings)),
    ...deliveries
      .filter((delivery) => touched.has(`v2/${delivery.key}`))
      .map((delivery) => indexedDelivery(delivery, settings)),
  ];
  for (const record of present) touched.delete(record._id);
  const writes: AnyBulkWriteOperation<IndexedRecord>[] = present.map(({ _id, ...record }) => ({
    replaceOne: { filter: { _id }, replacement: record, upsert: true },
  }));
  if (touched.size > 0) writes.push({ deleteMany: { filter: { _id: { $in: [...touched] } } } });
  if (writes.length > 0) await database.indexedRecords.bulkWrite(writes, { session });
}

function texts(values: readonly (string | null)[]): string[] {
  return values.filter((value) => value !== null);
}
