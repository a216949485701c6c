import type { ClientSession, Document } from 'mongodb';
import type { Database } from '../database/collections.ts';

/** How far the watcher of all processes has come. */
export interface WatchProgress {
  /** Rises with every write of it: who has an older one is not the watcher any more. */
  readonly step: number;
  /** Where a stream resumes; null for at the present. */
  readonly token: Document | null;
  /** What was written before the token may not be in the index: everything has to be looked at once. */
  readonly sweepDue: boolean;
}

/** Somebody else has gone on from the same place. */
export class OvertakenError extends Error {
  constructor() {
    super('Another process watches for changes now.');
    this.name = 'OvertakenError';
  }
}

export async function loadProgress(database: Database, now: Date): Promise<WatchProgress> {
  const first: WatchProgress = { step: 0, token: null, sweepDue: true };
  const job = await database.jobs.findOneAndUpdate(
    { _id: jobId },
    {
      $setOnInsert: {
        kind: 'WATCH_FOREIGN_WRITES',
        state: 'RUNNING',
        startedAt: now,
        updatedAt: now,
        finishedAt: null,
        progress: first,
      },
    },
    { upsert: true, returnDocument: 'after' },
  );
  return { ...first, ...job?.progress };
}

/**
 * Goes on from `progress`, for one process only.
 *
 * @throws OvertakenError
 */
export async function saveProgress(
  database: Database,
  progress: WatchProgress,
  change: Partial<Pick<WatchProgress, 'token' | 'sweepDue'>>,
  now: Date,
  session?: ClientSession,
): Promise<WatchProgress> {
  const next = { ...progress, ...change, step: progress.step + 1 };
  const options = session === undefined ? {} : { session };
  const { matchedCount } = await database.jobs.updateOne(
    { _id: jobId, 'progress.step': progress.step },
    { $set: { progress: next, updatedAt: now } },
    options,
  );
  if (matchedCount === 0) throw new OvertakenError();
  return next;
}

const jobId = 'foreign-writes';
