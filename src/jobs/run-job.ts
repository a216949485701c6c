import type { Database } from '../database/collections.ts';
import { takeLease } from '../database/lease.ts';
import { pause } from '../database/pause.ts';
import { isUnavailable } from '../database/unavailable.ts';
import { AppError } from '../errors.ts';
import { findJob, type Job, JobChangedError, toJob } from './job.ts';

/** How jobs of one kind are worked through. */
export interface JobWork {
  readonly kind: string;
  /**
   * Does the next piece of work and stores it with `saveProgress` in one transaction; the last one says that it is done.
   * Begins where `job.progress` says, whoever came so far.
   */
  step(job: Job, stopping: AbortSignal): Promise<void>;
}

export interface RunJobOptions {
  readonly now: () => Date;
  /** Ends it behind the piece at hand; another process, or the next start, goes on. */
  readonly stopping: AbortSignal;
  /** Told after each piece. */
  readonly onStep?: (job: Job) => void;
  /** Told of what passes by itself, such as a database that is away, before it is tried again. */
  readonly onRetry?: (error: unknown) => void;
  /** How long a process that died keeps others from going on. */
  readonly leaseMs?: number;
}

/**
 * Works on a job until it is finished, paused, cancelled or failed, or `stopping` fires. One process at a time works on
 * jobs of a kind, by a lease that it renews; null when another one does.
 */
export async function runJob(
  database: Database,
  id: string,
  work: JobWork,
  options: RunJobOptions,
): Promise<Job | null> {
  const { now, leaseMs = standardLeaseMs } = options;
  const lease = await takeLease(database, `job/${work.kind}`, { durationMs: leaseMs, now });
  if (lease === null) return null;
  const stopping = AbortSignal.any([options.stopping, lease.lost]);
  try {
    return await workOn(database, id, work, { ...options, stopping });
  } finally {
    await lease.release();
  }
}

/** The oldest job of a kind that waits to be worked on, or that whoever worked on it has left. */
export async function nextJob(database: Database, kind: string): Promise<Job | null> {
  const [stored] = await database.jobs
    .find({ kind, unfinished: true, state: { $in: ['QUEUED', 'RUNNING'] } })
    .sort({ startedAt: 1 })
    .limit(1)
    .toArray();
  return stored === undefined ? null : toJob(stored);
}

async function workOn(
  database: Database,
  id: string,
  work: JobWork,
  { now, stopping, onStep, onRetry }: RunJobOptions,
): Promise<Job | null> {
  let failures = 0;
  let hasStepped = false;
  for (;;) {
    try {
      const job = await begin(database, id, work.kind, now());
      if (hasStepped && job !== null) onStep?.(job);
      hasStepped = false;
      if (job === null || job.state !== 'RUNNING' || stopping.aborted) return job;
      await work.step(job, stopping);
      failures = 0;
      hasStepped = true;
    } catch (error) {
      if (error instanceof JobChangedError) continue;
      if (stopping.aborted) return null;
      if (!passes(error)) return fail(database, id, work.kind, error, now());
      onRetry?.(error);
      failures += 1;
      await pause(Math.min(firstRetryMs * 2 ** failures, longestRetryMs), stopping);
    }
  }
}

/** The job as it is, RUNNING from now on when it was waiting. */
async function begin(database: Database, id: string, kind: string, now: Date): Promise<Job | null> {
  const job = await findJob(database, kind, id);
  if (job?.state !== 'QUEUED') return job;
  await database.jobs.updateOne({ _id: id, state: 'QUEUED' }, { $set: { state: 'RUNNING', updatedAt: now } });
  return findJob(database, kind, id);
}

async function fail(
  database: Database,
  id: string,
  kind: string,
  error: unknown,
  now: Date,
): Promise<Job | null> {
  const text = error instanceof Error ? error.message : String(error);
  await database.jobs.updateOne(
    { _id: id, state: 'RUNNING' },
    { $set: { state: 'FAILED', error: text.slice(0, maxErrorLength), updatedAt: now } },
  );
  return findJob(database, kind, id);
}

function passes(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof AppError && error.code === 'UNAVAILABLE');
}

const standardLeaseMs = 15_000;
const firstRetryMs = 250;
const longestRetryMs = 15_000;
const maxErrorLength = 500;
