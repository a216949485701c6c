import { requireAdmin } from '../accounts/require-admin.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { AppError } from '../errors.ts';
import { controlJob, type JobCommand } from '../jobs/control-job.ts';
import { findJob } from '../jobs/job.ts';
import { startJob } from '../jobs/start-job.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { backfillKind } from './backfill-job.ts';
import { countCandidates } from './release-candidates.ts';
import {
  findRelease,
  type ReleaseInput,
  type ReleaseJob,
  type ReleaseProgress,
  releaseCancelledBy,
  releaseKind,
} from './release-job.ts';
import { previewRelease, type ReleasePreview } from './release-preview.ts';
import { checkPerMinute } from './release-rate.ts';
import { revertKind } from './revert-job.ts';

export interface ReleaseArguments {
  /** Null: everybody who never got any. */
  readonly backfillId: string | null;
  /** 60 when absent. */
  readonly perMinute?: number | null;
}

/**
 * Stores a release, which a runner picks up: temporary passwords are made and sent to those who wait for them.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT naming `perMinute`; NOT_FOUND for an unknown backfill;
 * CONFLICT while that runs or is undone, and while another release is not finished.
 */
export function releaseCredentials(
  dependencies: BackfillDependencies,
  viewer: Viewer | null,
  wanted: ReleaseArguments,
): Promise<ReleaseJob> {
  return startRelease(dependencies, requireAdmin(viewer).id, wanted);
}

/** The same for whoever is trusted already. */
export async function startRelease(
  dependencies: BackfillDependencies,
  actor: string,
  { backfillId, perMinute }: ReleaseArguments,
): Promise<ReleaseJob> {
  const { database, now } = dependencies.customers;
  const rate = checkPerMinute(perMinute);
  await checkBackfill(dependencies, backfillId);
  const progress: ReleaseProgress = {
    after: null,
    total: await countLogins(dependencies, backfillId),
    sent: 0,
    skipped: 0,
    unreachable: 0,
    nextAt: null,
  };
  const job = await startJob<ReleaseInput & Fields, ReleaseProgress & Fields>(database, {
    kind: releaseKind,
    title: 'release of credentials',
    cancelledBy: releaseCancelledBy,
    startedBy: actor,
    input: { backfillId, perMinute: rate },
    progress: { ...progress },
    now: now(),
  });
  dependencies.onJob();
  return job;
}

/** @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT for one that is past that. */
export async function controlRelease(
  { customers, onJob }: BackfillDependencies,
  viewer: Viewer | null,
  id: string,
  command: JobCommand,
): Promise<ReleaseJob> {
  requireAdmin(viewer);
  const job = await controlJob<ReleaseInput, ReleaseProgress>(customers.database, {
    kind: releaseKind,
    id,
    command,
    now: customers.now(),
  });
  if (command === 'resume') onJob();
  return job;
}

/** @throws AppError FORBIDDEN to all but admins. */
export async function getRelease(
  { customers }: BackfillDependencies,
  viewer: Viewer | null,
  id: string,
): Promise<ReleaseJob | null> {
  requireAdmin(viewer);
  return findRelease(customers.database, id);
}

/**
 * What a release would send now; writes nothing.
 *
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND for an unknown backfill.
 */
export async function getReleasePreview(
  dependencies: BackfillDependencies,
  viewer: Viewer | null,
  backfillId: string | null,
): Promise<ReleasePreview> {
  requireAdmin(viewer);
  await requireBackfill(dependencies, backfillId);
  return (await previewRelease(dependencies, backfillId)).preview;
}

/** @throws AppError NOT_FOUND. */
export async function requireBackfill(
  { customers }: BackfillDependencies,
  backfillId: string | null,
): Promise<void> {
  if (backfillId !== null && (await findJob(customers.database, backfillKind, backfillId)) === null) {
    throw new AppError('NOT_FOUND', 'There is no backfill with this id.');
  }
}

/** What drivers ask of a document. */
type Fields = Record<string, unknown>;

async function checkBackfill(dependencies: BackfillDependencies, backfillId: string | null): Promise<void> {
  const { database } = dependencies.customers;
  await requireBackfill(dependencies, backfillId);
  const backfill = backfillId === null ? null : await findJob(database, backfillKind, backfillId);
  if (backfill?.state === 'QUEUED' || backfill?.state === 'RUNNING') {
    throw new AppError('CONFLICT', 'This backfill still makes logins. Wait for it, or pause it.');
  }
  const undone = await database.jobs.findOne({
    kind: revertKind,
    unfinished: true,
    ...(backfillId !== null && { 'input.batchId': backfillId }),
  });
  if (undone !== null) {
    throw new AppError('CONFLICT', `A backfill is being undone (${undone._id}). Wait for that first.`);
  }
}

/** Few are counted one by one; of many, who need nothing is only seen on the way. */
async function countLogins(dependencies: BackfillDependencies, backfillId: string | null): Promise<number> {
  const candidates = await countCandidates(dependencies.customers.database, backfillId);
  return candidates > countedExactly ? candidates : (await previewRelease(dependencies, backfillId)).total;
}

const countedExactly = 2_000;
