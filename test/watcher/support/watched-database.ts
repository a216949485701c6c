import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from 'mongodb';
import { vi } from 'vitest';
import { indexSettingsOf } from '../../../src/build-use-cases.ts';
import { readConfig } from '../../../src/config.ts';
import type { CustomerIndexRow } from '../../../src/customer-index/customer-index-row.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { Database, JournalEntry } from '../../../src/database/collections.ts';
import {
  startWatcher,
  type Watcher,
  type WatchReport,
  type WatchTiming,
} from '../../../src/watcher/watcher.ts';
import { openTestDatabase, type TestDatabase } from '../../support/test-database.ts';

/** As a gateway with its default settings reads the stored values. */
export const settings = indexSettingsOf(readConfig({}));

export interface TestWatcher extends Watcher {
  readonly reports: WatchReport[];
  readonly errors: unknown[];
  /** Resolves when a report of this kind has come, so many times. */
  reported(kind: WatchReport['kind'], times?: number): Promise<void>;
}

/** Quick, so that tests are. */
const timing: Partial<WatchTiming> = { leaseMs: 600, standbyMs: 100, retryMs: 50, refusedMs: 200 };

/** One process's watcher. */
function watcherOf(database: Database): TestWatcher {
  const reports: WatchReport[] = [];
  const errors: unknown[] = [];
  const watcher = startWatcher({
    database,
    settings,
    now: () => new Date(),
    onReport: (report) => reports.push(report),
    onError: (error) => errors.push(error),
    timing,
  });
  const count = (kind: string) => reports.filter((report) => report.kind === kind).length;
  return {
    ...watcher,
    reports,
    errors,
    reported: (kind, times = 1) => until(() => count(kind) >= times, `${times} reports of ${kind}`),
  };
}

export interface WatchedDatabase extends TestDatabase {
  /** The foreign collections as another application writes them. */
  readonly users: ReturnType<TestDatabase['db']['collection']>;
  readonly records: ReturnType<TestDatabase['db']['collection']>;
  /** What the journal tells of another application, oldest first, each change as one line. */
  told(): Promise<Document[]>;
  /** The watcher of one more process; ended with the database. */
  watch(database?: Database): TestWatcher;
  /** The same, once it watches and everything was looked at. */
  watching(): Promise<TestWatcher>;
  rowOf(id: string): Promise<CustomerIndexRow | null>;
  /** Waits until the index is as a sweep would make it, and everything written so far is told. */
  settled(): Promise<void>;
}

/** A migrated database with one linked pair, `u1` and `d1`, and one login and delivery record alone, in the index. */
export async function openWatchedDatabase(): Promise<WatchedDatabase> {
  const opened = await openTestDatabase();
  const { database, db } = opened;
  const users = db.collection('users');
  const records = db.collection('customers_v2');
  const login = { role: 'customer', is_active: true, password_hash: 'none' };
  await users.insertMany([
    { ...login, id: 'u1', name: 'Priya', email: 'priya@example.com', customer_v2_id: 'd1' },
    { ...login, id: 'u2', name: 'Asha', email: 'asha@example.com', customer_v2_id: null },
  ]);
  await records.insertMany([
    { id: 'd1', name: 'Priya', status: 'active', user_id: 'u1' },
    { id: 'd2', name: 'Ravi', status: 'active', user_id: null },
  ]);
  await sweepIndex(database, settings);
  const watchers: TestWatcher[] = [];
  const watch = (watched: Database = database) => {
    const watcher = watcherOf(watched);
    watchers.push(watcher);
    return watcher;
  };
  return {
    ...opened,
    users,
    records,
    watch,
    async watching() {
      const watcher = watch();
      await watcher.reported('WATCHING');
      await until(async () => (await placeOf(database))?.sweepDue === false, 'the first look at everything');
      return watcher;
    },
    rowOf: (id) => database.customerIndex.findOne({ ids: id }),
    async close() {
      await Promise.all(watchers.map((watcher) => watcher.stop()));
      await opened.close();
    },
    told: async () => (await foreignEntries(database)).map(asLines),
    async settled() {
      // Events come in order: once the change of a record of its own is told, everything before it is too.
      const mark = `mark-${Math.random().toString(36).slice(2)}`;
      await records.insertOne({ id: mark });
      await until(
        async () => (await database.journal.findOne({ subjectIds: mark })) !== null,
        'the change stream to come so far',
      );
      await records.deleteOne({ id: mark });
      await until(
        async () => (await database.journal.countDocuments({ subjectIds: mark })) === 2,
        'the change stream to come so far',
      );
      await database.journal.deleteMany({ subjectIds: mark });
    },
  };
}

/** How far the watcher has written down that it has come. */
export async function placeOf(database: Database): Promise<Document | undefined> {
  return (await database.jobs.findOne({ _id: watcherJob }))?.progress;
}

export const watcherJob = 'foreign-writes';

/** Waits for what has to become true within seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error(`Waited in vain for ${what}.`);
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** A moment, in which what must not happen could. */
export function aMoment(): Promise<void> {
  return sleep(300);
}

function foreignEntries(database: Database): Promise<JournalEntry[]> {
  return database.journal.find({ actor: 'another application' }).sort({ at: 1, _id: 1 }).toArray();
}

function asLines({ action, subjectIds, changes }: JournalEntry): Document {
  const lines = changes.map(({ field, before, after }) => `${field}: ${before} → ${after}`);
  return { [action]: subjectIds, changes: lines };
}
