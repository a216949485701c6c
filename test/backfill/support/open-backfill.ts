import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import { loadSigningKeys } from '../../../src/accounts/signing-keys.ts';
import type { BackfillDependencies } from '../../../src/backfill/backfill-dependencies.ts';
import { type BackfillJob, type BackfillProgress, backfillKind } from '../../../src/backfill/backfill-job.ts';
import { backfillWork } from '../../../src/backfill/backfill-work.ts';
import { startStoredBackfill } from '../../../src/backfill/start-backfill.ts';
import { buildUseCases } from '../../../src/build-use-cases.ts';
import { readConfig } from '../../../src/config.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { Database } from '../../../src/database/collections.ts';
import { makeUniqueLinkIndexes } from '../../../src/database/unique-links.ts';
import { findJob } from '../../../src/jobs/job.ts';
import { type RunJobOptions, runJob } from '../../../src/jobs/run-job.ts';
import { openTestDatabase, type TestDatabase } from '../../support/test-database.ts';

export interface OpenBackfill {
  readonly opened: TestDatabase;
  readonly database: Database;
  readonly dependencies: BackfillDependencies;
  /** Takes away everything that is stored, the schema aside. */
  clear(): Promise<void>;
  /** Stores documents as the older application does, and brings the index up to date. */
  add(records: { users?: readonly Document[]; customersV2?: readonly Document[] }): Promise<void>;
  start(retryOf?: string): Promise<BackfillJob>;
  /** Works on a run until it is finished or `stopping` fires; null when another does. */
  work(id: string, options?: Partial<RunJobOptions>): Promise<BackfillJob | null>;
  /** Starts a run and works on it. */
  run(retryOf?: string): Promise<BackfillJob>;
  find(id: string): Promise<BackfillJob>;
  /** What a run could not do, in its order. */
  failures(id: string): Promise<{ customerId: string; code: string }[]>;
  /** Every document of every collection but those of the runner itself. */
  contents(): Promise<Record<string, Document[]>>;
  close(options?: Parameters<TestDatabase['close']>[0]): Promise<void>;
}

/** The backfill on a database of its own, without a gateway around it. */
export async function openBackfill(
  environment: Readonly<Record<string, string>> = {},
): Promise<OpenBackfill> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-backfill-'));
  const opened = await openTestDatabase();
  const { database } = opened;
  const config = { ...readConfig({ DATA_DIR: directory, ...environment }), bcryptCost: 4 };
  const now = () => new Date();
  const { backfill: dependencies } = await buildUseCases({
    config,
    database,
    keys: await loadSigningKeys(config),
    now,
  });
  const find = async (id: string) => {
    const job = await findJob(database, backfillKind, id);
    if (job === null) throw new Error('The run is gone.');
    return job as BackfillJob;
  };
  const start = (retryOf?: string) => startStoredBackfill(dependencies, 'test', retryOf ?? null);
  const work: OpenBackfill['work'] = async (id, options) =>
    (await runJob(database, id, backfillWork(dependencies), {
      now,
      stopping: new AbortController().signal,
      ...options,
    })) as BackfillJob | null;
  const names = async () =>
    (await opened.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  return {
    opened,
    database,
    dependencies,
    start,
    work,
    find,
    async clear() {
      for (const name of await names())
        if (name !== 'migrations') await opened.db.collection(name).deleteMany({});
    },
    async add({ users = [], customersV2 = [] }) {
      // As in life: records that share a link were there before the gateway, and keep its unique indexes waiting.
      const linked = [database.users, database.customersV2] as const;
      for (const collection of linked)
        await opened.db
          .collection(collection.collectionName)
          .dropIndex('gateway_unique_link')
          .catch(() => {});
      if (users.length > 0) await opened.db.collection('users').insertMany([...users]);
      if (customersV2.length > 0) await opened.db.collection('customers_v2').insertMany([...customersV2]);
      await makeUniqueLinkIndexes(database);
      await sweepIndex(database, dependencies.customers.settings);
    },
    async run(retryOf) {
      const { id } = await start(retryOf);
      await work(id);
      return find(id);
    },
    async failures(id) {
      const found = await database.jobFailures.find({ jobId: id }).sort({ _id: 1 }).toArray();
      return found.map(({ customerId, code }) => ({ customerId, code }));
    },
    async contents() {
      const found: Record<string, Document[]> = {};
      for (const name of (await names()).sort()) {
        found[name] = await opened.db.collection(name).find().sort({ _id: 1 }).toArray();
      }
      return found;
    },
    async close(options) {
      await opened.close(options);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function countsOf({ progress }: { readonly progress: BackfillProgress }) {
  const { total, processed, created, skipped, errors } = progress;
  return { total, processed, created, skipped, errors };
}
