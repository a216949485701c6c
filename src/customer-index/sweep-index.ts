import type { Database, RecordSource } from '../database/collections.ts';
import {
  type DeliveryRecord,
  deliveryProjection,
  type LoginRecord,
  loginProjection,
  recordKey,
  toDeliveryRecord,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import type { IndexSettings } from './customer-index-rows.ts';
import { fingerprint } from './indexed-record.ts';
import { refreshIndex } from './refresh-index.ts';

export interface SweepReport {
  /** Stored records that were looked at. */
  readonly examined: number;
  /** Records that were new, changed or gone. */
  readonly changed: number;
}

export interface SweepOptions {
  /** Ends the sweep between two batches. */
  readonly signal?: AbortSignal;
  /** Treats every record as changed: the rebuild. */
  readonly everything?: boolean;
  readonly onProgress?: (report: SweepReport) => void;
}

/**
 * Finds what others have written since the index last looked, and refreshes the rows that depend on it. Reads both
 * collections in batches and compares digests; memory stays flat.
 */
export async function sweepIndex(
  database: Database,
  settings: IndexSettings,
  options: SweepOptions = {},
): Promise<SweepReport> {
  let examined = 0;
  let changed = 0;
  const refresh = async (source: RecordSource, keys: unknown[]) => {
    if (keys.length === 0) return;
    const touched =
      source === 'user' ? { loginKeys: keys, deliveryKeys: [] } : { loginKeys: [], deliveryKeys: keys };
    await inTransaction(database, (session) => refreshIndex(database, touched, settings, session));
    changed += keys.length;
  };
  for (const source of ['user', 'v2'] as const) {
    for await (const batch of batches(readSource(database, source))) {
      if (options.signal?.aborted) return { examined, changed };
      examined += batch.length;
      await refresh(
        source,
        options.everything
          ? batch.map(({ _id }) => _id)
          : await changedKeys(database, source, batch, settings),
      );
      options.onProgress?.({ examined, changed });
    }
    for await (const batch of batches(readIndexed(database, source))) {
      if (options.signal?.aborted) return { examined, changed };
      await refresh(source, await goneKeys(database, source, batch));
    }
  }
  return { examined, changed };
}

/** How many stored records the index does not know as they are now: what a sweep would find. Only reads. */
export async function countUnindexed(database: Database, settings: IndexSettings): Promise<number> {
  let count = 0;
  for (const source of ['user', 'v2'] as const) {
    for await (const batch of batches(readSource(database, source))) {
      count += (await changedKeys(database, source, batch, settings)).length;
    }
    for await (const batch of batches(readIndexed(database, source))) {
      count += (await goneKeys(database, source, batch)).length;
    }
  }
  return count;
}

/**
 * Makes every row anew and removes those that no record stands behind. Clients are served from the old rows until each
 * is replaced.
 */
export async function rebuildIndex(
  database: Database,
  settings: IndexSettings,
  options: Omit<SweepOptions, 'everything'> = {},
): Promise<SweepReport> {
  const report = await sweepIndex(database, settings, { ...options, everything: true });
  for await (const batch of batches(database.customerIndex.find({}, { projection: { _id: 1 } }))) {
    const keys = batch.map((row) => row._id);
    const known = await database.indexedRecords
      .find({ _id: { $in: keys } }, { projection: { _id: 1 } })
      .toArray();
    const backed = new Set(known.map((record) => record._id));
    const stray = keys.filter((key) => !backed.has(key));
    if (stray.length > 0) await database.customerIndex.deleteMany({ _id: { $in: stray } });
  }
  return report;
}

type SourceRecord = LoginRecord | DeliveryRecord;

/** Records of one batch, of one transaction and of one `$in`. */
const batchSize = 500;

async function* readSource(database: Database, source: RecordSource): AsyncGenerator<SourceRecord> {
  if (source === 'user') {
    const found = database.users.find({}, { projection: loginProjection, batchSize, sort: { _id: 1 } });
    for await (const stored of found) yield toLoginRecord(stored);
  } else {
    const found = database.customersV2.find(
      {},
      { projection: deliveryProjection, batchSize, sort: { _id: 1 } },
    );
    for await (const stored of found) yield toDeliveryRecord(stored);
  }
}

function readIndexed(
  database: Database,
  source: RecordSource,
): AsyncIterable<{ _id: string; recordId: unknown }> {
  return database.indexedRecords
    .find({ _id: { $gte: `${source}/`, $lt: `${source}0` } }, { projection: { recordId: 1 }, batchSize })
    .sort({ _id: 1 });
}

async function changedKeys(
  database: Database,
  source: RecordSource,
  batch: SourceRecord[],
  settings: IndexSettings,
): Promise<unknown[]> {
  const known = await database.indexedRecords
    .find(
      { _id: { $in: batch.map((record) => `${source}/${record.key}`) } },
      { projection: { fingerprint: 1 } },
    )
    .toArray();
  const fingerprints = new Map(known.map((record) => [record._id, record.fingerprint]));
  return batch
    .filter((record) => fingerprints.get(`${source}/${record.key}`) !== fingerprint(record, settings))
    .map((record) => record._id);
}

async function goneKeys(
  database: Database,
  source: RecordSource,
  batch: { _id: string; recordId: unknown }[],
): Promise<unknown[]> {
  const keys = batch.map((record) => record.recordId);
  const collection = database.db.collection(
    (source === 'user' ? database.users : database.customersV2).collectionName,
  );
  const present = await collection
    .find({ _id: { $in: keys as never[] } }, { projection: { _id: 1 } })
    .toArray();
  const stillThere = new Set(present.map((record) => recordKey(record._id)));
  return keys.filter((key) => !stillThere.has(recordKey(key)));
}

async function* batches<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
