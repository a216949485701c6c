import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document, ObjectId } from 'mongodb';
import { newLogin } from '../../../src/accounts/new-login.ts';
import { loadSigningKeys } from '../../../src/accounts/signing-keys.ts';
import type { BackfillDependencies } from '../../../src/backfill/backfill-dependencies.ts';
import { backfillKind } from '../../../src/backfill/backfill-job.ts';
import { backfillWork } from '../../../src/backfill/backfill-work.ts';
import { madeAs } from '../../../src/backfill/made-as.ts';
import { releaseWork } from '../../../src/backfill/release-work.ts';
import { startRevert } from '../../../src/backfill/revert-batch.ts';
import { findRevert, type RevertJob } from '../../../src/backfill/revert-job.ts';
import { revertWork } from '../../../src/backfill/revert-work.ts';
import { startStoredBackfill } from '../../../src/backfill/start-backfill.ts';
import { buildUseCases, notificationSecrets } from '../../../src/build-use-cases.ts';
import { readConfig } from '../../../src/config.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { Database } from '../../../src/database/collections.ts';
import { connectDatabase } from '../../../src/database/connect.ts';
import { recordKey, type StoredUser } from '../../../src/database/stored-documents.ts';
import { runJob } from '../../../src/jobs/run-job.ts';
import { openTestDatabase } from '../../support/test-database.ts';

/** A login that a backfill made, and the delivery record that it was made for. */
export interface MadePair {
  readonly login: StoredUser & { readonly _id: ObjectId; readonly id: string };
  readonly delivery: Document & { readonly id: string };
  readonly key: string;
}

export interface PairOptions {
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly isActive?: boolean;
  /** Default: of the backfill that the fixture knows. */
  readonly backfillId?: string;
  /** `user_id` of the delivery record before. */
  readonly linkBefore?: null | '' | undefined;
}

export interface OpenRelease {
  readonly database: Database;
  readonly dependencies: BackfillDependencies;
  readonly clock: { ms: number };
  /** The id of a backfill that is done. */
  readonly backfillId: string;
  addPairs(pairs: readonly PairOptions[]): Promise<MadePair[]>;
  /** Works on a release until it is finished or paused; waiting lets the clock go on. */
  run(id: string, options?: { stopping?: AbortSignal; onWait?: () => void }): Promise<void>;
  /** Another process with the same settings, on the same database by another way. */
  startProcess(uri: string): Promise<{ run(id: string): Promise<void>; kill(): Promise<void> }>;
  /** Undoes a backfill to its end. */
  revert(batchId: string): Promise<RevertJob>;
  /** Gives every delivery record without a login one, and answers the id of the run. */
  backfill(): Promise<string>;
  /** Messages with credentials, in the order in which they were written. */
  messages(): Promise<
    {
      loginKey: string | null;
      createdAt: Date;
      password: string | undefined;
      destination: string;
      state: string;
    }[]
  >;
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;

/** The migration's use cases on a database of their own, with cheap hashes and a clock that waiting sets. */
export async function openRelease(): Promise<OpenRelease> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-data-'));
  const opened = await openTestDatabase();
  const { database } = opened;
  const config = { ...readConfig({ DATA_DIR: directory, SMS_PRICE: '0.15' }), bcryptCost: 4 };
  const keys = await loadSigningKeys(config);
  const clock = { ms: Date.parse('2026-03-01T10:00:00.000Z') };
  const now = () => new Date(clock.ms);
  const { backfill } = await buildUseCases({ config, database, keys, now });
  const box = notificationSecrets(keys);
  const backfillId = randomUUID();
  await database.jobs.insertOne({
    _id: backfillId,
    kind: backfillKind,
    state: 'SUCCEEDED',
    startedAt: now(),
    updatedAt: now(),
    finishedAt: now(),
    progress: {},
  });
  const sweep = async () => void (await sweepIndex(database, backfill.customers.settings));
  return {
    database,
    dependencies: backfill,
    clock,
    backfillId,
    sweep,
    async addPairs(pairs) {
      const made = pairs.map((pair, index) => makePair(pair, index, pair.backfillId ?? backfillId, now()));
      await database.db.collection('users').insertMany(made.map(({ login }) => ({ ...login })));
      await database.db
        .collection('customers_v2')
        .insertMany(made.map(({ login, delivery }) => ({ ...delivery, user_id: login.id })));
      await database.accounts.insertMany(made.map(({ account }) => account));
      await sweep();
      return made;
    },
    run: (id, options) => runRelease(backfill, clock, id, options),
    async startProcess(uri) {
      const own = await connectDatabase(uri, opened.name);
      const process = await buildUseCases({ config, database: own, keys, now });
      return {
        run: (id) => runRelease(process.backfill, clock, id),
        kill: () => own.client.close(),
      };
    },
    async revert(batchId) {
      const { id } = await startRevert(backfill, 'command line', batchId);
      await runJob(database, id, revertWork(backfill), { now: () => new Date(), stopping: never });
      const job = await findRevert(database, id);
      if (job === null) throw new Error('The run is gone.');
      return job;
    },
    async backfill() {
      const { id } = await startStoredBackfill(backfill, 'command line', null);
      await runJob(database, id, backfillWork(backfill), { now: () => new Date(), stopping: never });
      return id;
    },
    async messages() {
      const rows = await database.notifications
        .find({ kind: 'CREDENTIALS' })
        .sort({ createdAt: 1 })
        .toArray();
      return Promise.all(
        rows.map(async ({ loginKey, createdAt, destination, secrets, state }) => ({
          loginKey,
          createdAt,
          destination,
          state,
          password: secrets === null ? undefined : (await box.open(secrets))?.password,
        })),
      );
    },
    async close() {
      await opened.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function runRelease(
  dependencies: BackfillDependencies,
  clock: { ms: number },
  id: string,
  { stopping = never, onWait }: { stopping?: AbortSignal; onWait?: () => void } = {},
): Promise<void> {
  const work = releaseWork(dependencies, {
    async wait(durationMs) {
      clock.ms += durationMs;
      onWait?.();
    },
  });
  await runJob(dependencies.customers.database, id, work, { now: () => new Date(), stopping });
}

function makePair(pair: PairOptions, index: number, backfillId: string, createdAt: Date) {
  const { email = `made${randomUUID()}@example.com`, phone = null, isActive = true } = pair;
  const id = randomUUID();
  const delivery = {
    id: randomUUID(),
    name: `Customer ${index}`,
    phone,
    email,
    address: '1 Temple Street',
    status: isActive ? 'active' : 'inactive',
    created_at: '2024-01-01T00:00:00',
    ...('linkBefore' in pair && pair.linkBefore !== undefined && { user_id: pair.linkBefore }),
  };
  const login = newLogin(
    {
      name: delivery.name,
      email: email ?? `${id}@delivery.local`,
      phone,
      passwordHash: null,
      role: 'customer',
      isActive,
      customerV2Id: delivery.id,
      createdAt,
    },
    id,
  );
  const key = recordKey(login._id);
  const account = {
    _id: key,
    credentialsPending: true,
    createdByJob: backfillId,
    madeAs: madeAs(login, pair.linkBefore),
  };
  return { login, delivery, key, account };
}
