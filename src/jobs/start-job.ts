import { randomUUID } from 'node:crypto';
import { type Document, MongoServerError } from 'mongodb';
import type { Database, StoredJob } from '../database/collections.ts';
import { duplicateKeyCode } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { type Job, toJob } from './job.ts';

export interface NewJob<Input extends Document, Progress extends Document> {
  readonly kind: string;
  /** What people call it, for the refusal: `backfill`. */
  readonly title: string;
  /** How to cancel one that is not finished, for the refusal; absent where it cannot be cancelled. */
  readonly cancelledBy?: string;
  readonly startedBy: string;
  readonly input: Input;
  readonly progress: Progress;
  readonly now: Date;
}

/**
 * Stores a job that a runner picks up.
 *
 * @throws AppError CONFLICT while another of its kind is not finished: of two that are started at once one is there.
 */
export async function startJob<Input extends Document, Progress extends Document>(
  database: Database,
  { kind, title, cancelledBy, startedBy, input, progress, now }: NewJob<Input, Progress>,
): Promise<Job<Input, Progress>> {
  const stored: StoredJob = {
    _id: randomUUID(),
    kind,
    state: 'QUEUED',
    startedBy,
    startedAt: now,
    updatedAt: now,
    finishedAt: null,
    input,
    progress,
    step: 0,
    error: null,
    unfinished: true,
  };
  try {
    await database.jobs.insertOne(stored);
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKeyCode) {
      throw await underWay(database, { kind, title, cancelledBy });
    }
    throw error;
  }
  return toJob(stored) as Job<Input, Progress>;
}

async function underWay(
  database: Database,
  { kind, title, cancelledBy }: { kind: string; title: string; cancelledBy: string | undefined },
): Promise<AppError> {
  const other = await database.jobs.findOne({ kind, unfinished: true });
  const which = other === null ? '' : ` (${other._id}, ${other.state})`;
  const cancel = cancelledBy === undefined ? '' : `, or cancel it (${cancelledBy})`;
  return new AppError('CONFLICT', `Another ${title} is not finished${which}. Wait for it${cancel}.`);
}
