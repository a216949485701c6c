import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { AppError } from '../errors.ts';
import { startJob } from '../jobs/start-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { requireIndex } from './backfill-dry-run.ts';
import {
  type BackfillInput,
  type BackfillJob,
  type BackfillProgress,
  backfillCancelledBy,
  backfillKind,
  noProgress,
} from './backfill-job.ts';
import { dryRunAsRun, findBackfill, storedAsRun } from './backfill-runs.ts';
import type { BackfillRun } from './backfill-types.ts';

/**
 * Starts a backfill, dry or real. Either goes on after the answer.
 *
 * @throws AppError FORBIDDEN to all but admins; CONFLICT while another is not finished, and of a dry run when the index is
 * empty.
 */
export async function startBackfill(
  dependencies: BackfillDependencies,
  viewer: Viewer | null,
  { dryRun }: { readonly dryRun: boolean },
): Promise<BackfillRun> {
  const { id } = requireAdmin(viewer);
  if (!dryRun) return storedAsRun(await startStoredBackfill(dependencies, id, null));
  await requireIndex(dependencies.customers.database);
  return dryRunAsRun(dependencies.dryRuns.start(dependencies, id));
}

/**
 * Tries the failures of a run again, and nothing else: a run of its own.
 *
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT for a dry run, whose failures nobody can have mended,
 *   and while another run is not finished.
 */
export async function retryBackfillFailures(
  dependencies: BackfillDependencies,
  viewer: Viewer | null,
  id: string,
): Promise<BackfillRun> {
  const admin = requireAdmin(viewer);
  const run = await findBackfill(dependencies, id);
  if (run === null) throw new AppError('NOT_FOUND', 'There is no such run.');
  if (run.dryRun) {
    throw new AppError(
      'CONFLICT',
      'A dry run has refused nobody yet: what it lists is what a run would refuse.',
    );
  }
  return storedAsRun(await startStoredBackfill(dependencies, admin.id, id));
}

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
  const job = await startJob<BackfillInput, BackfillProgress>(customers.database, {
    kind: backfillKind,
    title: 'backfill',
    cancelledBy: backfillCancelledBy,
    startedBy,
    input: { retryOf },
    progress: noProgress,
    now: customers.now(),
  });
  onJob();
  return job;
}
