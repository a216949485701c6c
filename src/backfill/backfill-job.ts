import type { Job } from '../jobs/job.ts';

/** Under this kind runs of the backfill are among the jobs. */
export const backfillKind = 'backfill';

/** For refusals: who cancels a run, in the API and in a terminal. */
export const backfillCancelledBy = '`cancelBackfill`, or `customer-gateway backfill --cancel`';

/** What the plan of the migration calls it. */
export const backfillMigrationName = 'backfill_users_for_v2_customers';

/** What a run was asked to do. */
export interface BackfillInput {
  /** The run whose failures are tried again, and nothing else; null for every delivery record. */
  readonly retryOf: string | null;
  readonly [field: string]: unknown;
}

/** How far a run has come. `processed` is `created + skipped + errors`, always; at the end `total` is, too. */
export interface BackfillProgress {
  /** First the index is brought up to date, then records are walked. */
  readonly phase: 'PREPARING' | 'WALKING';
  readonly total: number;
  readonly processed: number;
  readonly created: number;
  /** Had a login already, or was removed meanwhile. */
  readonly skipped: number;
  readonly errors: number;
  /** Row key of the delivery record that was looked at last. */
  readonly last: string;
  readonly [field: string]: unknown;
}

export type BackfillJob = Job<BackfillInput, BackfillProgress>;

export const noProgress: BackfillProgress = {
  phase: 'PREPARING',
  total: 0,
  processed: 0,
  created: 0,
  skipped: 0,
  errors: 0,
  last: '',
};
