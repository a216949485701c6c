import { setTimeout as sleep } from 'node:timers/promises';
import { Command, type Command as CommandType } from 'commander';
import { loadSigningKeys } from '../accounts/signing-keys.ts';
import type { BackfillDependencies } from '../backfill/backfill-dependencies.ts';
import { requireIndex } from '../backfill/backfill-dry-run.ts';
import { type BackfillJob, backfillKind, backfillMigrationName } from '../backfill/backfill-job.ts';
import { controlStoredBackfill, dryRunAsRun, findBackfill, storedAsRun } from '../backfill/backfill-runs.ts';
import type { BackfillRun } from '../backfill/backfill-types.ts';
import { backfillWork } from '../backfill/backfill-work.ts';
import { releaseRates } from '../backfill/release-rate.ts';
import { startStoredBackfill } from '../backfill/start-backfill.ts';
import { buildUseCases } from '../build-use-cases.ts';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import { AppError } from '../errors.ts';
import { readFigures } from '../reports/figures.ts';
import { countFailures, createFailuresFile, type FailuresFile } from './backfill/backfill-failures.ts';
import {
  type ComparedFigures,
  comparedFigures,
  failuresTable,
  figuresTable,
  outcomeLines,
  projectedFigures,
  samplesTable,
} from './backfill/backfill-report.ts';
import { sampleCreated } from './backfill/backfill-samples.ts';
import { environment, withDatabase } from './command-context.ts';
import { count } from './import/progress-bar.ts';
import { confirm } from './jobs/confirm.ts';
import { followJob, interruption } from './jobs/follow-job.ts';
import { releaseTo } from './release-credentials-command.ts';
import { UsageError } from './usage-error.ts';
import { wholeNumber } from './whole-number.ts';

interface Options {
  readonly apply?: boolean;
  readonly retry?: string;
  readonly resume?: boolean;
  readonly release?: boolean;
  readonly perMinute: number;
  readonly failures?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function backfillCommand(): Command {
  return new Command('backfill')
    .description('give every delivery record a login; without --apply nothing is written')
    .option('--apply', 'make the logins')
    .option('--retry <run>', 'try the failures of that run again, and nothing else')
    .option('--resume', 'go on with a run that was paused, has failed or was interrupted')
    .option('--release', 'afterwards send the new logins their credentials, too')
    .option(
      '--per-minute <n>',
      'with --release: messages a minute at most',
      wholeNumber({ least: releaseRates.smallest, most: releaseRates.largest }),
      releaseRates.standard,
    )
    .option('--failures <file>', 'write the records that get no login to this CSV file, and why')
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
This is the migration ${backfillMigrationName}. Without --apply, --retry or --resume it is a dry run, which
writes nothing: it says who would get a login, who would be refused and what a release would send. The logins have no
password until their credentials are released. A run is done once, whoever works on it: where a gateway has taken it up,
this command watches. Ctrl-C pauses, and --resume goes on, here or in the API.

Exit codes: 0 done, 1 failed or cancelled, 2 wrong usage, 3 done and some records got no login, 130 paused or interrupted.

Examples:
  customer-gateway backfill --failures refused.csv
  customer-gateway backfill --apply
  customer-gateway backfill --retry RUN`;

async function run(options: Options): Promise<void> {
  const writes = options.apply === true || options.retry !== undefined || options.resume === true;
  if (options.release === true && !writes) throw new UsageError('--release needs --apply.');
  if (options.resume === true && options.retry !== undefined)
    throw new UsageError('--resume and --retry exclude one another.');
  const stopping = interruption();
  const file = options.failures === undefined ? null : await createFailuresFile(options.failures);
  try {
    await withDatabase(
      async ({ config, database }) => {
        const keys = await loadSigningKeys(config);
        const { backfill } = await buildUseCases({ config, database, keys, now: () => new Date() });
        await (writes ? apply : dryRun)({ backfill, options, stopping, file });
      },
      { readOnly: !writes },
    );
  } finally {
    await file?.close();
  }
}

interface Work {
  readonly backfill: BackfillDependencies;
  readonly options: Options;
  readonly stopping: AbortSignal;
  readonly file: FailuresFile | null;
}

async function dryRun(work: Work): Promise<void> {
  const { backfill, stopping } = work;
  const { database, now } = backfill.customers;
  await requireIndex(database);
  const before = comparedFigures(await readFigures(database, now()));
  const { id } = backfill.dryRuns.start(backfill, 'command line');
  for (;;) {
    const current = backfill.dryRuns.find(id);
    if (current === null) throw new AppError('NOT_FOUND', 'The dry run is gone.');
    if (stopping.aborted && current.finishedAt === null) backfill.dryRuns.control(backfill, id, 'cancel');
    if (current.state !== 'QUEUED' && current.state !== 'RUNNING') {
      if (current.error !== null) throw new AppError('CONFLICT', `The dry run failed: ${current.error}`);
      await report(work, dryRunAsRun(current), before, projectedFigures(before, current.progress.created));
      if (current.state === 'CANCELLED') console.error('Interrupted: the figures are of a part.');
      if ((current.unindexed ?? 0) > 0) console.error(staleIndexText(current.unindexed ?? 0));
      console.error('Nothing was written. To make the logins: customer-gateway backfill --apply');
      process.exitCode = current.state === 'CANCELLED' ? 130 : exitCode(dryRunAsRun(current));
      return;
    }
    const { processed, total } = current.progress;
    if (process.stderr.isTTY) process.stderr.write(`\r${count(processed)} of ${count(total)} `);
    await sleep(lookEveryMs);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}

async function apply(work: Work): Promise<void> {
  const { backfill, options, stopping } = work;
  const { database, settings, now } = backfill.customers;
  // What others have just written belongs to the figures before.
  await sweepIndex(database, settings, { signal: stopping });
  const before = comparedFigures(await readFigures(database, now()));
  if (options.resume !== true) {
    if (options.retry !== undefined) await requireRetry(backfill, options.retry);
    const whom =
      options.retry === undefined
        ? `the ${count(before.byLinkState.ORPHANED_V2)} delivery records without a login`
        : `those whom run ${options.retry} refused`;
    const sends = options.release === true ? ', and send them credentials' : '';
    if (!(await confirm(`Make logins for ${whom}${sends}?`, options.yes === true, stopping))) {
      console.error('Nothing was written.');
      if (stopping.aborted) process.exitCode = 130;
      return;
    }
  }
  const started =
    options.resume === true
      ? await resume(backfill)
      : await startStoredBackfill(backfill, 'command line', options.retry ?? null);
  console.error(`Run ${started.id} of ${backfillMigrationName}`);
  const job = (await followJob({
    database,
    work: backfillWork(backfill),
    id: started.id,
    title: 'logins',
    show: progressText(),
    stopping,
    stream: process.stderr,
    environment,
  })) as BackfillJob;
  const outcome = storedAsRun(job);
  await report(work, outcome, before, comparedFigures(await readFigures(database, now())));
  if (outcome.error !== null) console.error(`It failed: ${outcome.error}`);
  if (job.state === 'PAUSED' || job.state === 'FAILED') {
    console.error('To go on: customer-gateway backfill --resume');
  }
  process.exitCode = exitCode(outcome);
  if (job.state !== 'SUCCEEDED') return;
  if (outcome.errors > 0) console.error(`Once they are mended: customer-gateway backfill --retry ${job.id}`);
  if (options.release === true) {
    await releaseTo(backfill, { backfillId: job.id, perMinute: options.perMinute }, stopping);
  } else if (outcome.created > 0) {
    console.error(`To send credentials: customer-gateway release-credentials --backfill ${job.id}`);
  }
}

/** The run that is not finished, going on. */
async function resume(backfill: BackfillDependencies): Promise<BackfillJob> {
  const { database } = backfill.customers;
  const unfinished = await database.jobs.findOne({ kind: backfillKind, unfinished: true });
  if (unfinished === null) throw new AppError('NOT_FOUND', 'There is no run that could go on.');
  return controlStoredBackfill(backfill, unfinished._id, 'resume');
}

async function requireRetry(backfill: BackfillDependencies, id: string): Promise<void> {
  if ((await findBackfill(backfill, id)) === null) throw new AppError('NOT_FOUND', `There is no run ${id}.`);
}

/** How fast it goes, and how long it will take, by what was done since it was first looked at. */
function progressText() {
  let first: { readonly at: number; readonly processed: number } | null = null;
  return (job: { readonly progress: unknown }) => {
    const { processed, total, created, errors, phase } = job.progress as BackfillJob['progress'];
    if (phase === 'PREPARING') return { done: 0, total: 0, text: 'bringing the index up to date' };
    first ??= { at: performance.now(), processed };
    const rate = ((processed - first.processed) * 1000) / Math.max(1, performance.now() - first.at);
    const left =
      rate > 0 ? `, ${count(Math.round(rate))}/s, ${secondsText((total - processed) / rate)} left` : '';
    const failed = errors === 0 ? '' : `, ${count(errors)} refused`;
    return { done: processed, total, text: `${count(created)} created${failed}${left}` };
  };
}

function secondsText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 90 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}

async function report(
  { backfill, options, file }: Work,
  outcome: BackfillRun,
  before: ComparedFigures,
  after: ComparedFigures,
): Promise<void> {
  const failures = await countFailures(backfill, outcome.id);
  const samples = await sampleCreated(backfill, outcome);
  const written = await file?.write(backfill, outcome.id);
  const say = options.json === true ? console.error : console.log;
  for (const line of outcomeLines(outcome)) say(line);
  if (options.json !== true) {
    console.log(figuresTable(before, after, outcome.dryRun));
    if (failures.length > 0) console.log(failuresTable(failures));
    if (samples.length > 0) console.log(`To spot-check:\n${samplesTable(samples)}`);
  } else {
    const { state, id, ...counts } = outcome;
    console.log(
      JSON.stringify(
        { migration: backfillMigrationName, id, state, ...counts, failures, before, after, samples },
        null,
        2,
      ),
    );
  }
  if (written !== undefined && options.failures !== undefined) {
    const part = written < outcome.errors ? ` of ${count(outcome.errors)}` : '';
    console.error(`${count(written)}${part} records that get no login: ${options.failures}`);
  }
}

function staleIndexText(records: number): string {
  return (
    `Others have written ${count(records)} records since the index last looked: some of the figures may be off. ` +
    'To be sure: customer-gateway status, then this again.'
  );
}

function exitCode({ state, errors }: BackfillRun): number {
  if (state === 'PAUSED') return 130;
  if (state !== 'SUCCEEDED') return 1;
  return errors > 0 ? 3 : 0;
}

const lookEveryMs = 200;
