import { setTimeout as sleep } from 'node:timers/promises';
import { Command, type Command as CommandType, Option } from 'commander';
import { loadSigningKeys } from '../accounts/signing-keys.ts';
import type { BackfillDependencies } from '../backfill/backfill-dependencies.ts';
import { requireIndex } from '../backfill/backfill-dry-run.ts';
import {
  type BackfillInput,
  type BackfillJob,
  type BackfillProgress,
  backfillKind,
  backfillMigrationName,
} from '../backfill/backfill-job.ts';
import { dryRunAsRun, findBackfill, storedAsRun } from '../backfill/backfill-runs.ts';
import type { BackfillRun } from '../backfill/backfill-types.ts';
import { backfillWork } from '../backfill/backfill-work.ts';
import { releaseRates } from '../backfill/release-rate.ts';
import { startStoredBackfill } from '../backfill/start-backfill.ts';
import { buildUseCases } from '../build-use-cases.ts';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import type { Database } from '../database/collections.ts';
import { AppError } from '../errors.ts';
import { readFigures } from '../reports/figures.ts';
import { createFailuresFile, type FailuresFile } from './backfill/backfill-failures.ts';
import { progressText } from './backfill/backfill-progress.ts';
import { comparedFigures, projectedFigures } from './backfill/backfill-report.ts';
import { cancelBackfill } from './backfill/cancel-backfill.ts';
import { printOutcome } from './backfill/print-outcome.ts';
import { environment, holdsNobody, holdsNobodyText, withDatabase } from './command-context.ts';
import { count } from './import/progress-bar.ts';
import { confirm } from './jobs/confirm.ts';
import { controlUnfinished } from './jobs/control-unfinished.ts';
import { followJob, interruption } from './jobs/follow-job.ts';
import { releaseTo } from './release/follow-release.ts';
import { UsageError } from './usage-error.ts';
import { wholeNumber } from './whole-number.ts';

interface Options {
  readonly apply?: boolean;
  readonly retry?: string;
  readonly resume?: boolean;
  readonly cancel?: boolean;
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
    .option('--retry <run>', 'try the failures of that run again, and nothing else; needs no --apply')
    .addOption(
      new Option(
        '--resume',
        'go on with a run that was paused, has failed or was interrupted; needs no --apply',
      ).conflicts(['retry']),
    )
    .addOption(
      new Option('--cancel', 'give up the run that is not finished; what it has made stays').conflicts([
        'apply',
        'retry',
        'resume',
        'release',
        'perMinute',
        'failures',
      ]),
    )
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
        requireTogether(options, command);
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
this command watches. Ctrl-C pauses, and --resume goes on, here or in the API; --cancel gives it up, whichever process
works on it.

Exit codes: 0 done, 1 failed or cancelled, 2 wrong usage, 3 done and some records got no login, 130 paused or interrupted.

Examples:
  customer-gateway backfill --failures refused.csv
  customer-gateway backfill --apply
  customer-gateway backfill --retry RUN
  customer-gateway backfill --cancel`;

/** @throws UsageError for what would have no effect. */
function requireTogether(options: Options, command: CommandType): void {
  if (options.release === true && !writesWith(options)) {
    throw new UsageError('--release needs --apply, --retry or --resume.');
  }
  if (options.release !== true && command.getOptionValueSource('perMinute') !== 'default') {
    throw new UsageError('--per-minute needs --release: it is the rate at which messages are sent.');
  }
}

function writesWith({ apply, retry, resume }: Options): boolean {
  return apply === true || retry !== undefined || resume === true;
}

async function run(options: Options): Promise<void> {
  if (options.cancel === true) {
    // What has to stop waits for no migration.
    return withDatabase(({ database }) => cancelBackfill(database, options.json === true), {
      anySchema: true,
    });
  }
  const writes = writesWith(options);
  const stopping = interruption();
  const file = options.failures === undefined ? null : await createFailuresFile(options.failures);
  try {
    await withDatabase(
      async ({ config, database }) => {
        const keys = await loadSigningKeys(config);
        const { backfill } = await buildUseCases({ config, database, keys, now: () => new Date() });
        if (await holdsNobody(database)) console.error(holdsNobodyText(database));
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
  const { backfill, options, stopping } = work;
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
      const outcome = dryRunAsRun(current);
      const after = projectedFigures(before, outcome.created);
      printJson(options, await printOutcome(backfill, outcome, { ...shown(work), before, after }));
      if (current.state === 'CANCELLED') console.error('Interrupted: the figures are of a part.');
      if ((current.unindexed ?? 0) > 0) console.error(staleIndexText(current.unindexed ?? 0));
      console.error('Nothing was written. To make the logins: customer-gateway backfill --apply');
      process.exitCode = current.state === 'CANCELLED' ? 130 : exitCode(outcome);
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
      ? await resume(database)
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
  const after = comparedFigures(await readFigures(database, now()));
  const json = await printOutcome(backfill, outcome, { ...shown(work), before, after });
  if (outcome.error !== null) console.error(`It failed: ${outcome.error}`);
  if (job.state === 'PAUSED' || job.state === 'FAILED') {
    console.error('To go on: customer-gateway backfill --resume. To give it up: --cancel.');
  }
  if (job.state === 'CANCELLED') console.error('It was cancelled.');
  process.exitCode = exitCode(outcome);
  let release: Released = null;
  try {
    if (job.state === 'SUCCEEDED') release = await afterwards(work, outcome);
  } finally {
    // Whatever becomes of the release, this was done.
    printJson(options, { ...json, release });
  }
}

/** What a release printed as JSON says; null where there was none. */
type Released = Awaited<ReturnType<typeof releaseTo>> | null;

async function afterwards({ backfill, options, stopping }: Work, { id, errors, created }: BackfillRun) {
  if (errors > 0) console.error(`Once they are mended: customer-gateway backfill --retry ${id}`);
  if (options.release === true) {
    return releaseTo(backfill, { backfillId: id, perMinute: options.perMinute }, stopping);
  }
  if (created > 0)
    console.error(`To send credentials: customer-gateway release-credentials --backfill ${id}`);
  return null;
}

/** The run that is not finished, going on. */
function resume(database: Database): Promise<BackfillJob> {
  return controlUnfinished<BackfillInput, BackfillProgress>(database, {
    kind: backfillKind,
    what: 'backfill',
    command: 'resume',
  });
}

async function requireRetry(backfill: BackfillDependencies, id: string): Promise<void> {
  if ((await findBackfill(backfill, id)) === null) throw new AppError('NOT_FOUND', `There is no run ${id}.`);
}

function shown({ options, file }: Work) {
  const { json = false, failures: path } = options;
  return { json, failures: file === null || path === undefined ? null : { file, path } };
}

function printJson({ json }: Options, outcome: object): void {
  if (json === true) console.log(JSON.stringify(outcome, null, 2));
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
