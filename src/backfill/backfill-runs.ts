import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { readsEverybody } from '../customers/customer-access.ts';
import { AppError, badInput } from '../errors.ts';
import { controlJob, type JobCommand } from '../jobs/control-job.ts';
import { findJob, newestJobs } from '../jobs/job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import type { DryRun } from './backfill-dry-run.ts';
import { type BackfillInput, type BackfillJob, type BackfillProgress, backfillKind } from './backfill-job.ts';
import type { BackfillRun } from './backfill-types.ts';

/** A run of the backfill, or null; a dry run only in the process that it was started in. @throws AppError FORBIDDEN. */
export async function getBackfill(
  dependencies: BackfillDependencies,
  viewer: Viewer | null,
  id: string,
): Promise<BackfillRun | null> {
  requireReader(viewer);
  return findBackfill(dependencies, id);
}

/** The newest runs, dry ones of this process among them. @throws AppError FORBIDDEN, BAD_USER_INPUT (`first`). */
export async function listBackfills(
  { customers, dryRuns }: BackfillDependencies,
  viewer: Viewer | null,
  first: number | null,
): Promise<BackfillRun[]> {
  requireReader(viewer);
  const limit = first ?? standardRuns;
  if (limit < 1 || limit > mostRuns) throw badInput('first', `first must be from 1 to ${mostRuns}.`);
  const stored = await newestJobs<BackfillInput, BackfillProgress>(customers.database, backfillKind, limit);
  const runs = [...stored.map(storedAsRun), ...dryRuns.all().map(dryRunAsRun)];
  return runs.sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime()).slice(0, limit);
}

/**
 * Pauses, resumes or cancels a run, whichever process works on it. What was done stays done.
 *
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT for a run that is past that.
 */
export async function controlBackfill(
  dependencies: BackfillDependencies,
  viewer: Viewer | null,
  id: string,
  command: JobCommand,
): Promise<BackfillRun> {
  requireAdmin(viewer);
  const dryRun = dependencies.dryRuns.control(dependencies, id, command);
  if (dryRun !== null) return dryRunAsRun(dryRun);
  return storedAsRun(await controlStoredBackfill(dependencies, id, command));
}

/** The same of a stored run, for whoever needs no leave. */
export async function controlStoredBackfill(
  { customers, onJob }: BackfillDependencies,
  id: string,
  command: JobCommand,
): Promise<BackfillJob> {
  const { database, now } = customers;
  const job = await controlJob<BackfillInput, BackfillProgress>(database, {
    kind: backfillKind,
    id,
    command,
    now: now(),
  });
  if (command === 'resume') onJob();
  return job;
}

/** Of whoever asks. */
export async function findBackfill(
  { customers, dryRuns }: BackfillDependencies,
  id: string,
): Promise<BackfillRun | null> {
  const dryRun = dryRuns.find(id);
  if (dryRun !== null) return dryRunAsRun(dryRun);
  const job = await findJob<BackfillInput, BackfillProgress>(customers.database, backfillKind, id);
  return job && storedAsRun(job);
}

/** A stored run as it is shown. */
export function storedAsRun(job: BackfillJob): BackfillRun {
  const { id, state, startedBy, startedAt, finishedAt, error, input, progress } = job;
  return {
    ...{ id, dryRun: false, state, ...countsOf(progress, finishedAt) },
    ...{ startedBy, startedAt, finishedAt, error, preview: null, unindexed: null, retryOf: input.retryOf },
  };
}

/** A dry run as it is shown: as it stands now. */
export function dryRunAsRun(run: DryRun): BackfillRun {
  const { id, state, startedBy, startedAt, finishedAt, error, preview, unindexed } = run;
  return {
    ...{ id, dryRun: true, state, ...countsOf(run.progress, finishedAt) },
    ...{ startedBy, startedAt, finishedAt, error, preview, unindexed, retryOf: null },
  };
}

/** Of a run that is over, cancelled ones too, what was made of the records comes to all of them. */
function countsOf(
  { total, processed, created, skipped, errors }: BackfillProgress,
  finishedAt: Date | null,
): Pick<BackfillRun, 'total' | 'processed' | 'created' | 'skipped' | 'errors'> {
  return { total: finishedAt === null ? total : processed, processed, created, skipped, errors };
}

function requireReader(viewer: Viewer | null): void {
  if (viewer === null || !readsEverybody(viewer)) {
    throw new AppError('FORBIDDEN', 'Only admins and analysts may see runs.');
  }
}

const standardRuns = 20;
const mostRuns = 200;
