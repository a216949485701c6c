import { createHash } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import type { Database, StoredJob } from '../../database/collections.ts';
import type { FileCheckpoint } from './output-file.ts';
import type { RowOutcome } from './report-lines.ts';

/** What became of the rows so far: `created + adopted + exists + refused = rows`. */
export type RowCounts = Readonly<Record<'rows' | RowOutcome, number>>;

/** How far an import has come, as `jobs` keeps it. */
export interface ImportProgress extends RowCounts {
  /** Raised by each import of the same file from its beginning. */
  readonly run: number;
  readonly report: FileCheckpoint;
  readonly rejected: FileCheckpoint;
}

/** An import of one file with one mapping. */
export interface ImportJob {
  readonly id: string;
  readonly finishedAt: Date | null;
  readonly progress: ImportProgress;
}

/** Another process has gone on with the same import: what this one was about to write is not written. */
export class ImportTakenError extends Error {
  constructor() {
    super('Another process is importing the same file now.');
    this.name = 'ImportTakenError';
  }
}

/** The same file with the same settings is the same import, wherever it lies and whatever its name is. */
export function importJobId(contentDigest: string, settings: object): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([contentDigest, settings]))
    .digest('base64url');
  return `${kind}/${digest}`;
}

export async function findImportJob(database: Database, id: string): Promise<ImportJob | null> {
  const job = await database.jobs.findOne({ _id: id });
  return job && { id, finishedAt: job.finishedAt, progress: job.progress as ImportProgress };
}

/** Begins an import, or begins it once more. */
export async function startImportJob(
  database: Database,
  id: string,
  progress: ImportProgress,
  now: Date,
): Promise<void> {
  const job: Omit<StoredJob, '_id'> = {
    kind,
    state: 'RUNNING',
    startedAt: now,
    updatedAt: now,
    finishedAt: null,
    progress,
  };
  const earlier = { _id: id, 'progress.run': progress.run - 1 };
  if (progress.run > 1) {
    const { matchedCount } = await database.jobs.replaceOne(earlier, job);
    if (matchedCount === 0) throw new ImportTakenError();
  } else {
    const { upsertedCount } = await database.jobs.updateOne(
      { _id: id },
      { $setOnInsert: job },
      { upsert: true },
    );
    if (upsertedCount === 0) throw new ImportTakenError();
  }
}

/**
 * Writes how far an import has come, in the transaction of the rows that it counts.
 *
 * @throws ImportTakenError when somebody else has gone on from where this one did.
 */
export async function writeCheckpoint(
  database: Database,
  job: {
    readonly id: string;
    readonly from: ImportProgress;
    readonly to: ImportProgress;
    readonly state: 'RUNNING' | 'PAUSED' | 'SUCCEEDED';
    readonly now: Date;
  },
  session?: ClientSession,
): Promise<void> {
  const { id, from, to, state, now } = job;
  const { matchedCount } = await database.jobs.updateOne(
    { _id: id, finishedAt: null, 'progress.run': from.run, 'progress.rows': from.rows },
    {
      $set: { state, progress: to, updatedAt: now, finishedAt: state === 'SUCCEEDED' ? now : null },
    },
    session === undefined ? {} : { session },
  );
  if (matchedCount === 0) throw new ImportTakenError();
}

const kind = 'import-customers';
