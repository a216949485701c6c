import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { AppError } from '../errors.ts';
import { controlJob } from '../jobs/control-job.ts';
import { findJob } from '../jobs/job.ts';
import { startJob } from '../jobs/start-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { backfillCancelledBy, backfillKind } from './backfill-job.ts';
import { releaseCancelledBy, releaseKind } from './release-job.ts';
import {
  findRevert,
  type RevertInput,
  type RevertJob,
  type RevertProgress,
  revertKind,
} from './revert-job.ts';

/**
 * Undoes a backfill: removes the logins that it made and that nobody has used or changed since, and lists the others. A run
 * that was interrupted or has failed goes on.
 *
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND for an unknown batch; CONFLICT while that backfill, or a release
 * of credentials to its logins, is not finished, and while another batch is undone.
 */
export function revertBatch(
  dependencies: BackfillDependencies,
  viewer: Viewer | null,
  batchId: string,
): Promise<RevertJob> {
  return startRevert(dependencies, requireAdmin(viewer).id, batchId);
}

/** The same for whoever is trusted already. */
export async function startRevert(
  dependencies: BackfillDependencies,
  actor: string,
  batchId: string,
): Promise<RevertJob> {
  const { customers, onJob } = dependencies;
  const { database, now } = customers;
  await checkBatch(dependencies, batchId);
  const unfinished = await database.jobs.findOne({
    kind: revertKind,
    unfinished: true,
    'input.batchId': batchId,
  });
  if (unfinished !== null) {
    const id = unfinished._id;
    const job = await controlJob<RevertInput, RevertProgress>(database, {
      kind: revertKind,
      id,
      command: 'resume',
      now: now(),
    });
    onJob();
    return job;
  }
  const planned = await countRevertible(dependencies, batchId);
  const job = await startJob<RevertInput & Fields, RevertProgress & Fields>(database, {
    kind: revertKind,
    title: 'undoing of a backfill',
    startedBy: actor,
    input: { batchId },
    progress: { after: '', planned, applied: 0, skipped: 0 },
    now: now(),
  });
  onJob();
  return job;
}

/** How many logins of a backfill there are still. */
export function countRevertible({ customers }: BackfillDependencies, batchId: string): Promise<number> {
  return customers.database.accounts.countDocuments({ createdByJob: batchId });
}

/** @throws AppError FORBIDDEN to all but admins. */
export async function getRepairRun(
  { customers }: BackfillDependencies,
  viewer: Viewer | null,
  id: string,
): Promise<RevertJob | null> {
  requireAdmin(viewer);
  return findRevert(customers.database, id);
}

/** What drivers ask of a document. */
type Fields = Record<string, unknown>;

/** @throws AppError NOT_FOUND, CONFLICT. */
export async function checkBatch({ customers }: BackfillDependencies, batchId: string): Promise<void> {
  const { database } = customers;
  const backfill = await findJob(database, backfillKind, batchId);
  if (backfill === null) throw new AppError('NOT_FOUND', 'There is no backfill with this id.');
  if (!ended.has(backfill.state)) {
    throw new AppError(
      'CONFLICT',
      `This backfill is not finished (${backfill.state}). Wait for it, or cancel it first (${backfillCancelledBy}).`,
    );
  }
  const release = await database.jobs.findOne({
    kind: releaseKind,
    unfinished: true,
    'input.backfillId': { $in: [batchId, null] },
  });
  if (release !== null) {
    throw new AppError(
      'CONFLICT',
      `A release of credentials to these logins is not finished (${release._id}, ${release.state}). Wait for it, or cancel it first (${releaseCancelledBy}).`,
    );
  }
}

const ended: ReadonlySet<string> = new Set(['SUCCEEDED', 'CANCELLED']);
