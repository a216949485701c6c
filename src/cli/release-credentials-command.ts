import { Command, type Command as CommandType, Option } from 'commander';
import { loadSigningKeys } from '../accounts/signing-keys.ts';
import type { BackfillDependencies } from '../backfill/backfill-dependencies.ts';
import { requireBackfill, startRelease } from '../backfill/release-credentials.ts';
import {
  type ReleaseInput,
  type ReleaseJob,
  type ReleaseProgress,
  releaseKind,
} from '../backfill/release-job.ts';
import { previewRelease } from '../backfill/release-preview.ts';
import { releaseRates } from '../backfill/release-rate.ts';
import { buildUseCases } from '../build-use-cases.ts';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import type { Database } from '../database/collections.ts';
import { type CommandContext, holdsNobody, holdsNobodyText, withDatabase } from './command-context.ts';
import { count } from './import/progress-bar.ts';
import { confirm } from './jobs/confirm.ts';
import { controlUnfinished } from './jobs/control-unfinished.ts';
import { interruption } from './jobs/follow-job.ts';
import { cancelRelease } from './release/cancel-release.ts';
import { followRelease, type ReleaseOutcome } from './release/follow-release.ts';
import { logins, previewLines } from './release/preview-lines.ts';
import { UsageError } from './usage-error.ts';
import { wholeNumber } from './whole-number.ts';

interface Options {
  readonly backfill?: string;
  readonly perMinute: number;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly cancel?: boolean;
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
    .addOption(
      new Option('--resume', 'go on with a release that was paused or has failed').conflicts([
        'backfill',
        'perMinute',
        'dryRun',
      ]),
    )
    .addOption(
      new Option('--cancel', 'give up the release that is not finished; what was sent stays good').conflicts([
        'backfill',
        'perMinute',
        'dryRun',
        'resume',
      ]),
    )
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
are handed to the outbox; a running gateway sends them. Ctrl-C pauses, and --resume goes on, here or in the API, at
the rate that it was started with. For another rate --cancel it and start again: nobody is sent anything twice.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done and somebody cannot be reached, 130 paused.

Examples:
  customer-gateway release-credentials --dry-run
  customer-gateway release-credentials --backfill RUN --per-minute 30
  customer-gateway release-credentials --resume
  customer-gateway release-credentials --cancel`;

async function run(options: Options): Promise<void> {
  const json = options.json === true;
  if (options.cancel === true) {
    // What has to stop waits for no migration.
    return withDatabase(({ database }) => cancelRelease(database, json), { anySchema: true });
  }
  const stopping = interruption();
  await withDatabase(
    async (context) => {
      const { config, database } = context;
      const keys = await loadSigningKeys(config);
      const { backfill } = await buildUseCases({ config, database, keys, now: () => new Date() });
      const outcome =
        options.resume === true
          ? await followRelease(backfill, await resume(database), null, stopping)
          : await start(backfill, options, context, stopping);
      if (json && outcome !== null) console.log(JSON.stringify(outcome, null, 2));
    },
    { readOnly: options.dryRun === true },
  );
}

/** @returns What programs are told; null when it was not agreed to. */
async function start(
  backfill: BackfillDependencies,
  options: Options,
  { database, settings }: CommandContext,
  stopping: AbortSignal,
): Promise<ReleaseOutcome | Pick<ReleaseOutcome, 'preview'> | null> {
  const backfillId = options.backfill ?? null;
  await requireBackfill(backfill, backfillId);
  // Whom others have just written is to be found, too.
  if (options.dryRun !== true) await sweepIndex(database, settings);
  const counted = await previewRelease(backfill, backfillId);
  for (const line of previewLines(counted, backfill.smsPrice)) console.error(line);
  const { total, receivers, preview } = counted;
  if (options.dryRun === true) {
    const minutes = Math.ceil(receivers / options.perMinute);
    if (receivers > 0)
      console.error(`At ${count(options.perMinute)} a minute that takes ${count(minutes)} min.`);
    console.error('Nothing was written, and nothing is sent.');
    return { preview };
  }
  if (total === 0) {
    console.error('Nobody waits for credentials.');
    if (await holdsNobody(database)) console.error(holdsNobodyText(database));
    return { preview };
  }
  const question = `Send credentials to ${logins(receivers)}, ${count(options.perMinute)} a minute?`;
  if (!(await confirm(question, options.yes === true || receivers === 0, stopping))) {
    console.error('Nothing was sent.');
    if (stopping.aborted) process.exitCode = 130;
    return null;
  }
  const job = await startRelease(backfill, 'command line', { backfillId, perMinute: options.perMinute });
  return followRelease(backfill, job, counted, stopping);
}

/** The release that is not finished, going on. */
function resume(database: Database): Promise<ReleaseJob> {
  return controlUnfinished<ReleaseInput, ReleaseProgress>(database, {
    kind: releaseKind,
    what: 'release of credentials',
    command: 'resume',
  });
}
