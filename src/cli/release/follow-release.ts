import type { BackfillDependencies } from '../../backfill/backfill-dependencies.ts';
import { startRelease } from '../../backfill/release-credentials.ts';
import type { ReleaseInput, ReleaseJob } from '../../backfill/release-job.ts';
import { type CountedPreview, previewRelease, type ReleasePreview } from '../../backfill/release-preview.ts';
import { releaseWork } from '../../backfill/release-work.ts';
import type { Database } from '../../database/collections.ts';
import { environment } from '../command-context.ts';
import { count } from '../import/progress-bar.ts';
import { followJob } from '../jobs/follow-job.ts';
import { skippedLines } from '../jobs/skipped-lines.ts';
import { logins, previewLines } from './preview-lines.ts';

/** What a release has come to, for programs. */
export interface ReleaseOutcome extends ReleaseInput {
  readonly id: string;
  readonly state: ReleaseJob['state'];
  readonly total: number;
  readonly sent: number;
  readonly unreachable: number;
  readonly skipped: number;
  readonly error: string | null;
  /** What was foretold; null when it was not looked at. */
  readonly preview: ReleasePreview | null;
}

/** Works on a release or watches it, says what has become of it, and sets the exit code of the process. */
export async function followRelease(
  backfill: BackfillDependencies,
  { id }: ReleaseJob,
  counted: CountedPreview | null,
  stopping: AbortSignal,
): Promise<ReleaseOutcome> {
  const { database } = backfill.customers;
  console.error(`Release ${id}`);
  const job = (await followJob({
    database,
    work: releaseWork(backfill),
    id,
    title: 'credentials',
    show: (current) => {
      const { total, sent, skipped, unreachable } = (current as ReleaseJob).progress;
      const text = `${count(sent)} sent${unreachable === 0 ? '' : `, ${count(unreachable)} unreachable`}`;
      return { done: sent + skipped, total, text };
    },
    stopping,
    stream: process.stderr,
    environment,
  })) as ReleaseJob;
  await sayOutcome(database, job);
  process.exitCode = exitCode(job);
  return outcomeOf(job, counted);
}

/**
 * Sends credentials to the logins of a backfill that whoever runs the command has already agreed to. An exit code that was
 * set before stays unless it goes wrong.
 *
 * @returns The preview alone when nobody waits for any.
 */
export async function releaseTo(
  backfill: BackfillDependencies,
  { backfillId, perMinute }: ReleaseInput,
  stopping: AbortSignal,
): Promise<ReleaseOutcome | Pick<ReleaseOutcome, 'preview'>> {
  const counted = await previewRelease(backfill, backfillId);
  for (const line of previewLines(counted, backfill.smsPrice)) console.error(line);
  if (counted.total === 0) return { preview: counted.preview };
  const { exitCode: before } = process;
  const job = await startRelease(backfill, 'command line', { backfillId, perMinute });
  const outcome = await followRelease(backfill, job, counted, stopping);
  if (process.exitCode === 0) process.exitCode = before;
  return outcome;
}

/** Says how far a release has come, who got none, and how it goes on. */
export async function sayOutcome(database: Database, job: ReleaseJob): Promise<void> {
  const { id, state, progress, error } = job;
  const { total, sent, skipped } = progress;
  console.error(`${stateText[state]} ${count(sent)} sent, ${count(skipped)} got none, of ${logins(total)}.`);
  const listedBy = `releaseRun(id: "${id}") { skipped { nodes { customerId code message } } }`;
  for (const line of await skippedLines(database, id, { expected: 'INACTIVE', listedBy }))
    console.error(line);
  const waiting = await database.notifications.countDocuments({ state: 'PENDING' });
  if (waiting > 0) console.error(`${messages(waiting)} in the outbox: a running gateway sends them.`);
  if (error !== null) console.error(`It failed: ${error}`);
  if (state === 'PAUSED' || state === 'FAILED') {
    console.error('To go on: customer-gateway release-credentials --resume. To give it up: --cancel.');
  }
}

export function outcomeOf(
  { id, state, input, progress, error }: ReleaseJob,
  counted: CountedPreview | null,
): ReleaseOutcome {
  const { backfillId, perMinute } = input;
  const { total, sent, unreachable, skipped } = progress;
  const preview = counted?.preview ?? null;
  return { id, state, backfillId, perMinute, total, sent, unreachable, skipped, error, preview };
}

const stateText: Readonly<Record<ReleaseJob['state'], string>> = {
  QUEUED: 'It waits:',
  RUNNING: 'It goes on:',
  PAUSED: 'Paused:',
  SUCCEEDED: 'Done:',
  FAILED: 'Stopped:',
  CANCELLED: 'Cancelled:',
};

function exitCode({ state, progress }: ReleaseJob): number {
  if (state === 'PAUSED') return 130;
  if (state !== 'SUCCEEDED') return 1;
  return progress.unreachable > 0 ? 3 : 0;
}

function messages(number: number): string {
  return `${count(number)} ${number === 1 ? 'message waits' : 'messages wait'}`;
}
