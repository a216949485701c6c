import { Command, type Command as CommandType } from 'commander';
import { loadSigningKeys } from '../accounts/signing-keys.ts';
import { checkBatch, countRevertible, startRevert } from '../backfill/revert-batch.ts';
import type { RevertJob } from '../backfill/revert-job.ts';
import { revertWork } from '../backfill/revert-work.ts';
import { buildUseCases } from '../build-use-cases.ts';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import { environment, withDatabase } from './command-context.ts';
import { count } from './import/progress-bar.ts';
import { confirm } from './jobs/confirm.ts';
import { followJob, interruption } from './jobs/follow-job.ts';
import { skippedLines } from './jobs/skipped-lines.ts';
import { UsageError } from './usage-error.ts';

interface Options {
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function backfillRevertCommand(): Command {
  return new Command('backfill-revert')
    .description('undo a backfill: remove the logins that it made and that nobody has used or changed since')
    .argument('<run>', 'id of the backfill')
    .option('--yes', 'do not ask')
    .option('--json', 'print the outcome as JSON')
    .addHelpText('after', help)
    .action(async (batchId: string, options: Options, command: CommandType) => {
      try {
        await run(batchId, options);
      } catch (error) {
        if (error instanceof UsageError) command.error(`error: ${error.message}`, { exitCode: 2 });
        throw error;
      }
    });
}

const help = `
A login stays when somebody has logged in with it, has a password of their own, or it was changed by whomever; it is
listed with the reason. Passwords that were sent to the others are void. Ctrl-C pauses; the same command goes on.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done and some stay, 130 paused.`;

async function run(batchId: string, options: Options): Promise<void> {
  const stopping = interruption();
  await withDatabase(async ({ config, database, settings }) => {
    const keys = await loadSigningKeys(config);
    const { backfill } = await buildUseCases({ config, database, keys, now: () => new Date() });
    await checkBatch(backfill, batchId);
    const left = await countRevertible(backfill, batchId);
    console.error(`${count(left)} logins are left of this backfill. Those that nobody has used go.`);
    if (!(await confirm('Remove them?', options.yes === true, stopping))) {
      console.error('Nothing was removed.');
      if (stopping.aborted) process.exitCode = 130;
      return;
    }
    await sweepIndex(database, settings);
    const { id } = await startRevert(backfill, 'command line', batchId);
    const job = (await followJob({
      database,
      work: revertWork(backfill),
      id,
      title: 'undoing',
      show: (current) => {
        const { planned, applied, skipped } = (current as RevertJob).progress;
        return { done: applied + skipped, total: planned, text: `${count(applied)} removed` };
      },
      stopping,
      stream: process.stderr,
      environment,
    })) as RevertJob;
    const { state, progress, error } = job;
    const { planned, applied, skipped } = progress;
    console.error(`${count(applied)} removed, ${count(skipped)} stay, of ${count(planned)}.`);
    const listedBy = `repairRun(id: "${id}") { skipped { nodes { customerId description } } }`;
    for (const line of await skippedLines(database, id, { listedBy })) console.error(line);
    if (error !== null) console.error(`It failed: ${error}`);
    if (state !== 'SUCCEEDED') console.error(`To go on: customer-gateway backfill-revert ${batchId}`);
    if (options.json === true) {
      console.log(JSON.stringify({ id, batchId, state, planned, applied, skipped, error }, null, 2));
    }
    process.exitCode = state === 'PAUSED' ? 130 : state !== 'SUCCEEDED' ? 1 : skipped > 0 ? 3 : 0;
  });
}
