import { type ReleaseInput, type ReleaseProgress, releaseKind } from '../../backfill/release-job.ts';
import type { Database } from '../../database/collections.ts';
import { controlUnfinished } from '../jobs/control-unfinished.ts';
import { outcomeOf, sayOutcome } from './follow-release.ts';

/**
 * Cancels the release that is not finished, whoever works on it, and says how far it had come. What was sent stays good.
 *
 * @throws AppError NOT_FOUND when there is none.
 */
export async function cancelRelease(database: Database, json: boolean): Promise<void> {
  const job = await controlUnfinished<ReleaseInput, ReleaseProgress>(database, {
    kind: releaseKind,
    what: 'release of credentials',
    command: 'cancel',
  });
  console.error(`Release ${job.id}`);
  await sayOutcome(database, job);
  if (json) console.log(JSON.stringify(outcomeOf(job, null), null, 2));
}
