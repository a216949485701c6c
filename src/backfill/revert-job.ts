import type { Database } from '../database/collections.ts';
import { findJob, type Job } from '../jobs/job.ts';

export interface RevertInput {
  /** Of the backfill that is undone. */
  readonly batchId: string;
}

/** How far it has come. `applied + skipped` is how many logins were looked at. */
export interface RevertProgress {
  /** Record key of the login that was looked at last; empty text at the beginning. */
  readonly after: string;
  /** Logins that are left of that backfill; exact when it is done. */
  readonly planned: number;
  /** Logins that were removed. */
  readonly applied: number;
  /** Logins that stay, listed with the reason. */
  readonly skipped: number;
}

export type RevertJob = Job<RevertInput, RevertProgress>;

export const revertKind = 'revert';

export function findRevert(database: Database, id: string): Promise<RevertJob | null> {
  return findJob<RevertInput, RevertProgress>(database, revertKind, id);
}
