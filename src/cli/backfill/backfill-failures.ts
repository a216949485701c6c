import { open, unlink } from 'node:fs/promises';
import type { BackfillDependencies } from '../../backfill/backfill-dependencies.ts';
import { backfillFailureMessages } from '../../backfill/backfill-failure.ts';
import { csvCell } from '../../export/csv-line.ts';
import { UsageError } from '../usage-error.ts';

/** How many records a run refused for each reason, the most frequent first. */
export async function countFailures(
  { customers, dryRuns }: BackfillDependencies,
  runId: string,
): Promise<{ code: string; count: number }[]> {
  const dryRun = dryRuns.find(runId);
  const counts =
    dryRun === null
      ? await customers.database.jobFailures
          .aggregate<{ code: string; count: number }>([
            { $match: { _id: failuresOf(runId) } },
            { $group: { _id: '$code', count: { $sum: 1 } } },
            { $project: { _id: 0, code: '$_id', count: 1 } },
          ])
          .toArray()
      : [...dryRun.failureCounts].map(([code, count]) => ({ code, count }));
  return counts.sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1));
}

/**
 * Makes the file before a run, so that nothing is done when it cannot be written. Only its owner reads it.
 *
 * @throws UsageError when it exists or cannot be made.
 */
export async function createFailuresFile(path: string): Promise<FailuresFile> {
  const handle = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'EEXIST'
        ? `${path} exists already: name another file`
        : `${path} cannot be written: ${error.message}`,
    );
  });
  await handle.write('customer_v2_id,code,message\n');
  let isWritten = false;
  return {
    async write(dependencies, runId) {
      isWritten = true;
      let lines = 0;
      for await (const { customerId, code, message } of failures(dependencies, runId)) {
        await handle.write(`${[customerId, code, message].map(csvCell).join(',')}\n`);
        lines += 1;
      }
      return lines;
    },
    async close() {
      await handle.close();
      if (!isWritten) await unlink(path);
    },
  };
}

export interface FailuresFile {
  /** Writes all that are kept of a run, a line each, and answers how many. Memory stays flat. */
  write(dependencies: BackfillDependencies, runId: string): Promise<number>;
  /** Removes it when there was no run to write of: the same command may be given again. */
  close(): Promise<void>;
}

async function* failures({ customers, dryRuns }: BackfillDependencies, runId: string) {
  const dryRun = dryRuns.find(runId);
  if (dryRun !== null) {
    for (const failure of dryRun.failures)
      yield { ...failure, message: backfillFailureMessages[failure.code] };
    return;
  }
  yield* customers.database.jobFailures.find({ _id: failuresOf(runId) }).sort({ _id: 1 });
}

function failuresOf(runId: string): { $gt: string; $lt: string } {
  return { $gt: `${runId}/`, $lt: `${runId}0` };
}
