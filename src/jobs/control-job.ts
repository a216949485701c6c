import type { UpdateFilter } from 'mongodb';
import type { Database, StoredJob } from '../database/collections.ts';
import { AppError } from '../errors.ts';
import { findJob, type Job, type JobState } from './job.ts';

/** What somebody may want of a job that is not finished. */
export type JobCommand = 'pause' | 'resume' | 'cancel';

/**
 * Pauses, resumes or cancels a job, whichever process it runs in: the piece of work at hand is stored whole or not at
 * all. What is asked for already answers as if it was asked for now.
 *
 * @throws AppError NOT_FOUND; CONFLICT for a job that is past that.
 */
export async function controlJob<Input, Progress>(
  database: Database,
  {
    kind,
    id,
    command,
    now,
  }: {
    readonly kind: string;
    readonly id: string;
    readonly command: JobCommand;
    readonly now: Date;
  },
): Promise<Job<Input, Progress>> {
  const { from, to } = transitions[command];
  const update: UpdateFilter<StoredJob> =
    command === 'cancel'
      ? { $set: { state: to, updatedAt: now, finishedAt: now }, $unset: { unfinished: true } }
      : { $set: { state: to, updatedAt: now, ...(command === 'resume' && { error: null }) } };
  await database.jobs.updateOne({ _id: id, kind, state: { $in: [...from] } }, update);
  const job = await findJob<Input, Progress>(database, kind, id);
  if (job === null) throw new AppError('NOT_FOUND', 'There is no such run.');
  const reached = job.state === to || (command === 'resume' && job.state === 'RUNNING');
  if (!reached) throw new AppError('CONFLICT', `This run is ${job.state}: it cannot be ${past[command]}.`);
  return job;
}

const transitions: Readonly<Record<JobCommand, { from: readonly JobState[]; to: JobState }>> = {
  pause: { from: ['QUEUED', 'RUNNING'], to: 'PAUSED' },
  resume: { from: ['PAUSED', 'FAILED'], to: 'QUEUED' },
  cancel: { from: ['QUEUED', 'RUNNING', 'PAUSED', 'FAILED'], to: 'CANCELLED' },
};

const past: Readonly<Record<JobCommand, string>> = {
  pause: 'paused',
  resume: 'resumed',
  cancel: 'cancelled',
};
