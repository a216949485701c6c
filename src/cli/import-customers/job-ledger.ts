import type { ClientSession } from 'mongodb';
import type { CreateOutcome } from '../../customers/creation-outcome.ts';
import type { Database } from '../../database/collections.ts';
import { inTransaction } from '../../database/transaction.ts';
import { type ImportJob, type ImportProgress, startImportJob, writeCheckpoint } from './import-job.ts';
import { addResults, type Ledger, noRows } from './ledger.ts';
import type { OutputFile } from './output-file.ts';
import { createOutputFiles, type OutputNames, outputOf, reopenOutputFiles } from './output-files.ts';
import type { RowResult } from './report-lines.ts';
import { settleRows } from './settle-rows.ts';

export interface JobLedgerOptions {
  readonly database: Database;
  readonly id: string;
  /** What is there of this import; null when it begins now. */
  readonly earlier: ImportJob | null;
  /** Begin once more, whatever is there. */
  readonly anew: boolean;
  readonly named: OutputNames;
  /** The file that is imported. */
  readonly file: string;
  readonly headerBytes: Buffer;
  readonly now: () => Date;
}

/**
 * Keeps how far the import has come in the transaction of each batch, with the lengths of its files: whenever the process
 * ends, the next one goes on behind the last batch that was committed, and cuts the files to what they were then.
 */
export async function openJobLedger(options: JobLedgerOptions): Promise<Ledger> {
  const { database, id, now } = options;
  const { report, rejected, begin } = await openFiles(options);
  let progress = begin;
  let isDone = false;

  return {
    get counts() {
      const { rows, created, adopted, exists, refused } = progress;
      return { rows, created, adopted, exists, refused };
    },
    keyOf: (row) => `${id}/${progress.run}/${row}`,
    async settle(batch, create, isLast) {
      let settled: Settled | null = null;
      const keep = async (session: ClientSession, outcomes: readonly CreateOutcome[]) => {
        const results = settleRows(batch, outcomes, false);
        const output = outputOf(batch, results);
        const to: ImportProgress = {
          ...addResults(progress, results),
          run: progress.run,
          report: report.after(output.report),
          rejected: rejected.after(output.rejected),
        };
        const state = isLast ? 'SUCCEEDED' : 'RUNNING';
        // First, so that nobody writes into the files whose turn it is not. Writing them again does no harm.
        await writeCheckpoint(database, { id, from: progress, to, state, now: now() }, session);
        await report.write(output.report);
        await rejected.write(output.rejected);
        settled = { results, to };
      };
      if (batch.some(({ read }) => 'input' in read)) await create(keep);
      else await inTransaction(database, (session) => keep(session, []));
      if (settled === null) throw new TypeError('Every batch is kept with what it creates.');
      const { results, to } = settled as Settled;
      progress = to;
      report.keep(to.report);
      rejected.keep(to.rejected);
      isDone = isLast;
      return results;
    },
    async pause() {
      await writeCheckpoint(database, { id, from: progress, to: progress, state: 'PAUSED', now: now() });
    },
    async close() {
      return {
        report: await report.close({ removeIfEmpty: false }),
        rejected: await rejected.close({ removeIfEmpty: isDone }),
      };
    },
  };
}

interface Settled {
  readonly results: readonly RowResult[];
  readonly to: ImportProgress;
}

interface OpenedFiles {
  readonly report: OutputFile;
  readonly rejected: OutputFile;
  readonly begin: ImportProgress;
}

async function openFiles(options: JobLedgerOptions): Promise<OpenedFiles> {
  const { database, id, earlier, anew, named, file, headerBytes, now } = options;
  if (earlier !== null && !anew) {
    const { report, rejected } = await reopenOutputFiles(named, earlier.progress);
    const begin = { ...earlier.progress, report: report.checkpoint, rejected: rejected.checkpoint };
    return { report, rejected, begin };
  }
  const { report, rejected } = await createOutputFiles(named, file, headerBytes);
  if (report === null || rejected === null)
    throw new TypeError('Both files lie beside the one that is imported.');
  const begin = {
    ...noRows,
    run: (earlier?.progress.run ?? 0) + 1,
    report: report.checkpoint,
    rejected: rejected.checkpoint,
  };
  try {
    await startImportJob(database, id, begin, now());
  } catch (error) {
    for (const file of [report, rejected]) await file.close({ removeIfEmpty: false });
    throw error;
  }
  return { report, rejected, begin };
}
