import type { ClientSession, Document } from 'mongodb';
import type { Database, StoredJob } from '../database/collections.ts';

export type JobState = StoredJob['state'];

/** Long work of one kind, as it is stored: whoever reads it sees how far it has come. */
export interface Job<Input = unknown, Progress = unknown> {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  /** Address of the login that started it, or `command line`. */
  readonly startedBy: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
  readonly input: Input;
  readonly progress: Progress;
  /** Why it failed, for whoever resumes it. */
  readonly error: string | null;
  /** Pieces of work that were stored so far. */
  readonly step: number;
}

/** The job was paused, cancelled or gone on with by somebody else: what was about to be written is not written. */
export class JobChangedError extends Error {
  constructor() {
    super('The job is not this one to go on with any more.');
    this.name = 'JobChangedError';
  }
}

export async function findJob<Input, Progress>(
  database: Database,
  kind: string,
  id: string,
  session?: ClientSession,
): Promise<Job<Input, Progress> | null> {
  const stored = await database.jobs.findOne({ _id: id, kind }, session === undefined ? {} : { session });
  return stored && (toJob(stored) as Job<Input, Progress>);
}

/** The newest jobs of a kind, newest first. */
export async function newestJobs<Input, Progress>(
  database: Database,
  kind: string,
  limit: number,
): Promise<Job<Input, Progress>[]> {
  const stored = await database.jobs.find({ kind }).sort({ startedAt: -1, _id: -1 }).limit(limit).toArray();
  return stored.map((job) => toJob(job) as Job<Input, Progress>);
}

/**
 * Writes how far a job has come, in the transaction of the work that it counts: whenever the process ends, the next one
 * goes on behind the last piece that was committed.
 *
 * @throws JobChangedError when somebody has paused or cancelled it, or has gone on from where this one did.
 */
export async function saveProgress<Progress extends Document>(
  database: Database,
  job: Job,
  to: { readonly progress: Progress; readonly now: Date; readonly isDone?: boolean },
  session: ClientSession,
): Promise<Job<unknown, Progress>> {
  const { progress, now, isDone = false } = to;
  const finishedAt = isDone ? now : null;
  const state = isDone ? 'SUCCEEDED' : 'RUNNING';
  const step = job.step + 1;
  const { matchedCount } = await database.jobs.updateOne(
    { _id: job.id, state: 'RUNNING', step: job.step },
    {
      $set: { progress, state, step, updatedAt: now, finishedAt },
      ...(isDone && { $unset: { unfinished: true } }),
    },
    { session },
  );
  if (matchedCount === 0) throw new JobChangedError();
  return { ...job, progress, state, step, updatedAt: now, finishedAt };
}

export function toJob(stored: StoredJob): Job {
  return {
    id: stored._id,
    kind: stored.kind,
    state: stored.state,
    startedBy: stored.startedBy ?? 'system',
    startedAt: stored.startedAt,
    updatedAt: stored.updatedAt,
    finishedAt: stored.finishedAt,
    input: stored.input ?? {},
    progress: stored.progress,
    error: stored.error ?? null,
    step: stored.step ?? 0,
  };
}
