import {
  type BackfillInput,
  type BackfillProgress,
  backfillKind,
  backfillMigrationName,
} from '../../backfill/backfill-job.ts';
import { storedAsRun } from '../../backfill/backfill-runs.ts';
import type { Database } from '../../database/collections.ts';
import { count } from '../import/progress-bar.ts';
import { controlUnfinished } from '../jobs/control-unfinished.ts';
import { outcomeLines } from './backfill-report.ts';

/**
 * Cancels the run that is not finished, whoever works on it, and says how far it had come.
 *
 * @throws AppError NOT_FOUND when there is none.
 */
export async function cancelBackfill(database: Database, json: boolean): Promise<void> {
  const job = await controlUnfinished<BackfillInput, BackfillProgress>(database, {
    kind: backfillKind,
    what: 'backfill',
    command: 'cancel',
  });
  const { id, state, ...counts } = storedAsRun(job);
  const { processed, total, created } = job.progress;
  const place =
    processed === 0
      ? 'before the first delivery record'
      : `after ${count(processed)} of ${count(total)} delivery records`;
  console.error(`Cancelled: run ${id}, ${place}.`);
  const say = json ? console.error : console.log;
  for (const line of outcomeLines({ id, state, ...counts })) say(line);
  if (json) console.log(JSON.stringify({ migration: backfillMigrationName, id, state, ...counts }, null, 2));
  if (created === 0) return;
  console.error(`What it has made stays. To undo that: customer-gateway backfill-revert ${id}`);
}
