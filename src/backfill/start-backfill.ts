import { startJob } from '../jobs/start-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { type BackfillInput, type BackfillJob, backfillKind, noProgress } from './backfill-job.ts';

/**
 * Stores a run of the backfill, which a runner picks up.
 *
 * @param startedBy For the journal: address of the login that acts, or `command line`.
 * @param retryOf The run whose failures are tried again, and nothing else; null for every delivery record.
 * @throws AppError CONFLICT while another is not finished.
 */
export async function startStoredBackfill(
  { customers, onJob }: BackfillDependencies,
  startedBy: string,
  retryOf: string | null,
): Promise<BackfillJob> {
  const job = await startJob<BackfillInput, typeof noProgress>(customers.database, {
    kind: backfillKind,
    title: 'backfill',
    startedBy,
    input: { retryOf },
    progress: noProgress,
    now: customers.now(),
  });
  onJob();
  return job;
}
