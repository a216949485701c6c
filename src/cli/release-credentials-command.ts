import { Command, type Command as CommandType } from 'commander';
import { loadSigningKeys } from '../accounts/signing-keys.ts';
import type { BackfillDependencies } from '../backfill/backfill-dependencies.ts';
import { requireBackfill, startRelease } from '../backfill/release-credentials.ts';
import {
  type ReleaseInput,
  type ReleaseJob,
  type ReleaseProgress,
  releaseKind,
} from '../backfill/release-job.ts';
import { type CountedPreview, previewRelease } from '../backfill/release-preview.ts';
import { releaseRates } from '../backfill/release-rate.ts';
import { releaseWork } from '../backfill/release-work.ts';
import { buildUseCases } from '../build-use-cases.ts';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import { AppError } from '../errors.ts';
import { controlJob } from '../jobs/control-job.ts';
import { type CommandContext, environment, withDatabase } from './command-context.ts';
import { count } from './import/progress-bar.ts';
import { confirm } from './jobs/confirm.ts';
import { followJob, interruption } from './jobs/follow-job.ts';
import { skippedLines } from './jobs/skipped-lines.ts';
import { UsageError } from './usage-error.ts';
import { wholeNumber } from './whole-number.ts';

interface Options {
  readonly backfill?: string;
  readonly perMinute: number;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function releaseCredentialsCommand(): Command {
  return new Command('release-credentials')
    .description('send temporary passwords to those who wait for one: each once, so many a minute')
    .option('--backfill <run>', 'only to the logins that this backfill made')
    .option(
      '--per-minute <n>',
      'messages a minute at most, evenly spread',
      wholeNumber({ least: releaseRates.smallest, most: releaseRates.largest }),
      releaseRates.standard,
    )
    .option('--dry-run', 'write and send nothing, and say what would be sent')
    .option('--resume', 'go on with a release that was paused or has failed')
    .option('--yes', 'do not ask')
    .option('--json', 'print the outcome as JSON')
    .addHelpText('after', help)
    .action(async (options: Options, command: CommandType) => {
      try {
        await run(options);
      } catch (error) {
        if (error instanceof UsageError) command.error(`error: ${error.message}`, { exitCode: 2 });
        throw error;
      }
    });
}

const help = `
Credentials go to active logins of customers who have never logged in and have no password of their own. The messages
are handed to the outbox; a running gateway sends them. Ctrl-C pauses, and --resume goes on, here or in the API.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done and somebody cannot be reached, 130 paused.

Examples:
  customer-gateway release-credentials --dry-run
  customer-gateway release-credentials --backfill RUN --per-minute 30
  customer-gateway release-credentials --resume --yes`;

async function run(options: Options): Promise<void> {
  const stopping = interruption();
  await withDatabase(
    async (context) => {
      const { config, database } = context;
      const keys = await loadSigningKeys(config);
      const { backfill } = await buildUseCases({ config, database, keys, now: () => new Date() });
      if (options.resume === true) return follow(backfill, await resume(backfill), null, options, stopping);
      await start(backfill, options, context, stopping);
    },
    { readOnly: options.dryRun === true },
  );
}

async function start(
  backfill: BackfillDependencies,
  options: Options,
  { database, settings }: CommandContext,
  stopping: AbortSignal,
): Promise<void> {
  const backfillId = options.backfill ?? null;
  await requireBackfill(backfill, backfillId);
  // Whom others have just written is to be found, too.
  if (options.dryRun !== true) await sweepIndex(database, settings);
  const counted = await previewRelease(backfill, backfillId);
  for (const line of previewLines(counted, backfill.smsPrice)) console.error(line);
  if (options.dryRun === true) {
    console.error('Nothing was written, and nothing is sent.');
    if (options.json === true) console.log(JSON.stringify({ preview: counted.preview }, null, 2));
    return;
  }
  if (counted.total === 0) {
    console.error('Nobody waits for credentials.');
    if (options.json === true) console.log(JSON.stringify({ preview: counted.preview }, null, 2));
    return;
  }
  const question = `Send credentials to ${logins(counted.receivers)}, ${count(options.perMinute)} a minute?`;
  if (!(await confirm(question, options.yes === true || counted.receivers === 0, stopping))) {
    console.error('Nothing was sent.');
    if (stopping.aborted) process.exitCode = 130;
    return;
  }
  const job = await startRelease(backfill, 'command line', { backfillId, perMinute: options.perMinute });
  await follow(backfill, job, counted, options, stopping);
}

/** Sends credentials to the logins of a backfill that whoever runs the command has already agreed to. */
export async function releaseTo(
  backfill: BackfillDependencies,
  { backfillId, perMinute }: ReleaseInput,
  stopping: AbortSignal,
): Promise<void> {
  const counted = await previewRelease(backfill, backfillId);
  for (const line of previewLines(counted, backfill.smsPrice)) console.error(line);
  if (counted.total === 0) return;
  const { exitCode: before } = process;
  const job = await startRelease(backfill, 'command line', { backfillId, perMinute });
  await follow(backfill, job, counted, { perMinute }, stopping);
  if (process.exitCode === 0) process.exitCode = before;
}

/** The release that is not finished, going on. */
async function resume({ customers }: BackfillDependencies): Promise<ReleaseJob> {
  const unfinished = await customers.database.jobs.findOne({ kind: releaseKind, unfinished: true });
  if (unfinished === null) throw new AppError('NOT_FOUND', 'There is no release that could go on.');
  return controlJob<ReleaseInput, ReleaseProgress>(customers.database, {
    kind: releaseKind,
    id: unfinished._id,
    command: 'resume',
    now: new Date(),
  });
}

async function follow(
  backfill: BackfillDependencies,
  { id }: ReleaseJob,
  counted: CountedPreview | null,
  options: Options,
  stopping: AbortSignal,
): Promise<void> {
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
  const { state, progress, error, input } = job;
  const { total, sent, skipped, unreachable } = progress;
  console.error(`${stateText[state]} ${count(sent)} sent, ${count(skipped)} got none, of ${logins(total)}.`);
  const listedBy = `releaseRun(id: "${id}") { skipped { nodes { customerId code message } } }`;
  for (const line of await skippedLines(database, id, { expected: 'INACTIVE', listedBy }))
    console.error(line);
  const waiting = await database.notifications.countDocuments({ state: 'PENDING' });
  if (waiting > 0) console.error(`${messages(waiting)} in the outbox: a running gateway sends them.`);
  if (error !== null) console.error(`It failed: ${error}`);
  if (state === 'PAUSED' || state === 'FAILED') {
    console.error('To go on: customer-gateway release-credentials --resume');
  }
  if (options.json === true) {
    const { backfillId, perMinute } = input;
    const outcome = { id, state, backfillId, perMinute, total, sent, unreachable, skipped, error };
    console.log(JSON.stringify({ ...outcome, preview: counted?.preview ?? null }, null, 2));
  }
  process.exitCode = exitCode(job);
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

/** What people read before they decide. */
export function previewLines({ preview, receivers }: CountedPreview, smsPrice: number): string[] {
  const { byEmail, bySms, unreachable, inactive, estimatedSmsCost } = preview;
  const cost = smsPrice > 0 ? `, which cost ${estimatedSmsCost} at ${smsPrice} each` : '';
  return [
    `${logins(receivers)} would get credentials: ${count(byEmail)} e-mails, ${count(bySms)} SMS${cost}.`,
    `${count(unreachable)} cannot be reached, ${count(inactive)} are inactive: these get none.`,
  ];
}

function messages(number: number): string {
  return `${count(number)} ${number === 1 ? 'message waits' : 'messages wait'}`;
}

function logins(number: number): string {
  return `${count(number)} ${number === 1 ? 'login' : 'logins'}`;
}
