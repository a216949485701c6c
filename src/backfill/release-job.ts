import type { Database } from '../database/collections.ts';
import { findJob, type Job } from '../jobs/job.ts';

/** What a release was asked to do. */
export interface ReleaseInput {
  /** Of the backfill whose logins get their credentials; null: everybody who never got any. */
  readonly backfillId: string | null;
  /** Messages a minute at most. */
  readonly perMinute: number;
}

/** How far a release has come. `sent + skipped` is how many logins it has looked at. */
export interface ReleaseProgress {
  /** Behind whom it goes on; null at the beginning. */
  readonly after: ReleasePlace | null;
  /** Logins that it looks at; exact when it is done. */
  readonly total: number;
  readonly sent: number;
  /** Logins that got none, listed with the reason. */
  readonly skipped: number;
  /** Those of them that no message reaches. */
  readonly unreachable: number;
  /** Until then nothing is sent. */
  readonly nextAt: Date | null;
}

/** A place in the order in which logins are looked at. */
export interface ReleasePlace {
  /** `createdAtKey` of the row in `customer_index`; null in the order of accounts, which have none. */
  readonly key: Date | null;
  readonly row: string;
}

export type ReleaseJob = Job<ReleaseInput, ReleaseProgress>;

export const releaseKind = 'release';

/** For refusals: who cancels a release, in the API and in a terminal. */
export const releaseCancelledBy = '`cancelRelease`, or `customer-gateway release-credentials --cancel`';

export function findRelease(database: Database, id: string): Promise<ReleaseJob | null> {
  return findJob<ReleaseInput, ReleaseProgress>(database, releaseKind, id);
}
