import type { Database } from '../../database/collections.ts';
import { AppError } from '../../errors.ts';
import { controlJob } from '../../jobs/control-job.ts';
import type { Job } from '../../jobs/job.ts';

/**
 * Resumes or cancels the job of a kind that is not finished, of which there is one at most, whichever process works on it
 * or has died with it.
 *
 * @param what What people call such a job, for the refusal: `backfill`.
 * @throws AppError NOT_FOUND when all are finished; CONFLICT for one that is past that.
 */
export async function controlUnfinished<Input, Progress>(
  database: Database,
  {
    kind,
    what,
    command,
  }: { readonly kind: string; readonly what: string; readonly command: 'resume' | 'cancel' },
): Promise<Job<Input, Progress>> {
  const unfinished = await database.jobs.findOne({ kind, unfinished: true }, { projection: { _id: 1 } });
  if (unfinished === null) throw new AppError('NOT_FOUND', `There is no ${what} that is not finished.`);
  return controlJob(database, { kind, id: unfinished._id, command, now: new Date() });
}
