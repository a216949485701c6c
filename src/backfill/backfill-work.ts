import { type ClientSession, MongoBulkWriteError } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import type { Database } from '../database/collections.ts';
import { pause } from '../database/pause.ts';
import { inTransaction } from '../database/transaction.ts';
import { isUnavailable } from '../database/unavailable.ts';
import { AppError } from '../errors.ts';
import { saveProgress } from '../jobs/job.ts';
import { createPace } from '../jobs/pace.ts';
import type { JobWork } from '../jobs/run-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { backfillFailureMessages } from './backfill-failure.ts';
import { type BackfillJob, type BackfillProgress, backfillKind } from './backfill-job.ts';
import { examineRows, type WalkedRow, walkedRowProjection } from './backfill-page.ts';
import { loginsWithContacts } from './logins-with-contacts.ts';
import { type PlannedRecord, planLogins } from './plan-logins.ts';
import { planPair } from './plan-pair.ts';
import { BackfillRefusedError, writeLogins } from './write-logins.ts';

/**
 * Gives every delivery record that has none its login, page by page in the order of row keys: each page is one transaction
 * with its counts and failures, so that whatever interrupts it, nothing is done twice or left out.
 */
export function backfillWork(dependencies: BackfillDependencies): JobWork {
  const pages = new Map<string, PageSize>();
  return {
    kind: backfillKind,
    async step(job, stopping) {
      const run = job as BackfillJob;
      if (run.progress.phase === 'PREPARING') return prepare(dependencies, run, stopping);
      const size = pages.get(job.id) ?? new PageSize();
      pages.clear();
      pages.set(job.id, size);
      const startedAt = performance.now();
      const items = await writePage(dependencies, run, size);
      await pause(size.settle(items, performance.now() - startedAt), stopping);
    },
  };
}

/** Others' writes have to be in the index, by which records are walked and contacts looked up. */
async function prepare(
  { customers }: BackfillDependencies,
  job: BackfillJob,
  stopping: AbortSignal,
): Promise<void> {
  const { database, settings, now } = customers;
  await sweepIndex(database, settings, { signal: stopping });
  if (stopping.aborted) return;
  const { retryOf } = job.input;
  const total =
    retryOf === null
      ? await database.customerIndex.countDocuments({ _id: { $gt: firstRow, $lt: behindRows } })
      : await database.jobFailures.countDocuments({ _id: failuresOf(retryOf) });
  const progress: BackfillProgress = { ...job.progress, phase: 'WALKING', total, last: firstRow };
  await inTransaction(database, (session) =>
    saveProgress(database, job, { progress, now: now() }, session).then(() => undefined),
  );
}

/** @returns How many records were settled. */
async function writePage(
  dependencies: BackfillDependencies,
  job: BackfillJob,
  size: PageSize,
): Promise<number> {
  const { database } = dependencies.customers;
  for (;;) {
    try {
      return await inTransaction(database, (session) => settlePage(dependencies, job, size, session), {
        timeoutMs: pageTimeoutMs,
      });
    } catch (error) {
      if (!size.shrink(isRefusal(error))) throw error;
      // Whoever else writes the same records gets their turn as well.
      if (!isRefusal(error)) throw error;
    }
  }
}

async function settlePage(
  dependencies: BackfillDependencies,
  job: BackfillJob,
  { limit, attempt }: PageSize,
  session: ClientSession,
): Promise<number> {
  const { database, settings, now } = dependencies.customers;
  const { rows, hasMore, last } = await readRows(database, job, limit, session);
  const records = await examineRows(database, rows, session);
  const orphans = records.map(({ orphan }) => orphan).filter((orphan) => orphan !== null);
  const logins = await loginsWithContacts(database, orphans, settings, session);
  const planned = planLogins(records, logins, new Set<string>(), settings.defaultPhoneRegion).map((record) =>
    attempt === 'refuse' ? refused(record) : record,
  );
  const at = now();
  const pairs = planned
    .filter((record) => record.kind === 'create')
    .map((login) =>
      planPair(login, {
        jobId: job.id,
        now: at,
        settings,
        activeStatuses: dependencies.activeStatuses,
        distinctPlaceholder: attempt === 'again',
      }),
    );
  await writeLogins(dependencies.customers, pairs, { actor: job.startedBy, now: at }, session);
  await writeFailures(database, job.id, planned, session);
  const progress = counted(job.progress, planned, { hasMore, last });
  await saveProgress(database, job, { progress, now: at, isDone: !hasMore }, session);
  return planned.length;
}

interface RowPage {
  readonly rows: readonly WalkedRow[];
  readonly last: string;
  readonly hasMore: boolean;
}

async function readRows(
  database: Database,
  job: BackfillJob,
  limit: number,
  session: ClientSession,
): Promise<RowPage> {
  const { last } = job.progress;
  const { retryOf } = job.input;
  const options = { session, projection: walkedRowProjection, batchSize: limit + 2 };
  if (retryOf === null) {
    const found = await database.customerIndex
      .find<WalkedRow>({ _id: { $gt: last, $lt: behindRows } }, options)
      .sort({ _id: 1 })
      .limit(limit + 1)
      .toArray();
    const rows = found.slice(0, limit);
    return { rows, last: rows.at(-1)?._id ?? last, hasMore: found.length > limit };
  }
  const failed = await database.jobFailures
    .find(
      { _id: { ...failuresOf(retryOf), $gt: `${retryOf}/${last}` } },
      { session, projection: { rowKey: 1, customerId: 1 }, batchSize: limit + 2 },
    )
    .sort({ _id: 1 })
    .limit(limit + 1)
    .toArray();
  const page = failed.slice(0, limit);
  const found = await database.customerIndex
    .find<CustomerIndexRow>({ _id: { $in: page.map(({ rowKey }) => rowKey) } }, options)
    .toArray();
  const byKey = new Map(found.map((row) => [row._id, row]));
  // A record that is gone has no row: an orphan that is not found any more is skipped.
  const rows = page.map(
    ({ rowKey, customerId }): WalkedRow =>
      byKey.get(rowKey) ?? { _id: rowKey, id: customerId, linkState: 'LINKED' },
  );
  return { rows, last: page.at(-1)?.rowKey ?? last, hasMore: failed.length > limit };
}

function refused(record: PlannedRecord): PlannedRecord {
  if (record.kind !== 'create') return record;
  return { rowKey: record.rowKey, customerId: record.customerId, kind: 'fail', code: 'BAD_RECORD' };
}

async function writeFailures(
  database: Database,
  jobId: string,
  planned: readonly PlannedRecord[],
  session: ClientSession,
): Promise<void> {
  const failures = planned.filter((record) => record.kind === 'fail');
  if (failures.length === 0) return;
  await database.jobFailures.insertMany(
    failures.map(({ rowKey, customerId, code }) => ({
      _id: `${jobId}/${rowKey}`,
      jobId,
      rowKey,
      customerId,
      code,
      message: backfillFailureMessages[code],
    })),
    { session },
  );
}

/** Others add and remove records all the while: in the end the total is what was looked at. */
function counted(
  before: BackfillProgress,
  planned: readonly PlannedRecord[],
  { hasMore, last }: { readonly hasMore: boolean; readonly last: string },
): BackfillProgress {
  const count = (kind: PlannedRecord['kind']) => planned.filter((record) => record.kind === kind).length;
  const processed = before.processed + planned.length;
  return {
    ...before,
    total: hasMore ? Math.max(before.total, processed) : processed,
    processed,
    created: before.created + count('create'),
    skipped: before.skipped + count('skip'),
    errors: before.errors + count('fail'),
    last,
  };
}

/**
 * How many records are settled at once: as many as the database takes in good time, and fewer after a page that it refused,
 * down to the one record that is the reason.
 */
class PageSize {
  private readonly pace = createPace({ smallest: 50, largest: 500, targetMs: 250 });
  private bound = Number.POSITIVE_INFINITY;
  private refusals = 0;

  get limit(): number {
    return Math.min(this.pace.size, this.bound);
  }

  /** What to do about a single record that was refused: once more, with a placeholder of its own, and then no more. */
  get attempt(): 'first' | 'again' | 'refuse' {
    if (this.refusals === 0) return 'first';
    return this.refusals === 1 ? 'again' : 'refuse';
  }

  /** @returns Whether it makes sense to try again. */
  shrink(wasRefused: boolean): boolean {
    if (this.limit === 1 && wasRefused) {
      this.refusals += 1;
      return this.refusals <= 2;
    }
    this.bound = Math.max(1, Math.floor(this.limit / 2));
    return true;
  }

  settle(items: number, tookMs: number): number {
    this.refusals = 0;
    this.bound *= 2;
    return this.pace.settle(items, tookMs);
  }
}

/** What the database will not have, however often it is tried: a document, not the connection or the account. */
function isRefusal(error: unknown): boolean {
  if (error instanceof BackfillRefusedError) return true;
  if (error instanceof AppError) return error.code === 'CONFLICT';
  return (
    error instanceof MongoBulkWriteError && !isUnavailable(error) && [error.writeErrors].flat().length > 0
  );
}

const firstRow = 'v2/';
/** Sorts behind every key that begins with `v2/`. */
const behindRows = 'v20';
const pageTimeoutMs = 5_000;

function failuresOf(jobId: string): { $gt: string; $lt: string } {
  return { $gt: `${jobId}/`, $lt: `${jobId}0` };
}
