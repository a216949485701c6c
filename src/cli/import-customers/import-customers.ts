import type { ClientSession } from 'mongodb';
import type { PhoneRegion } from '../../customer-index/canonical-phone.ts';
import type { CreateCustomerInput, OnExisting } from '../../customers/create-types.ts';
import type { CreateOutcome } from '../../customers/creation-outcome.ts';
import type { Database } from '../../database/collections.ts';
import { findImportJob, type ImportJob, importJobId, type RowCounts } from './import-job.ts';
import type { ImportSource } from './import-source.ts';
import { openJobLedger } from './job-ledger.ts';
import type { Ledger } from './ledger.ts';
import { createLooseLedger } from './loose-ledger.ts';
import { createOutputFiles, type OutputNames } from './output-files.ts';
import type { RowResult } from './report-lines.ts';
import { createRowReader } from './row-reader.ts';
import { type BatchRow, inputsOf } from './settle-rows.ts';

export interface ImportDependencies {
  readonly database: Database;
  readonly defaultPhoneRegion: PhoneRegion;
  readonly now: () => Date;
  /** `createCustomers`, with credentials later. */
  readonly create: (
    inputs: readonly CreateCustomerInput[],
    options: {
      readonly dryRun: boolean;
      readonly alsoWrite?: (session: ClientSession, outcomes: readonly CreateOutcome[]) => Promise<void>;
    },
  ) => Promise<CreateOutcome[]>;
}

export interface ImportOptions {
  readonly onExisting: OnExisting;
  /** Write nothing, to no collection; files only where they are named. */
  readonly dryRun: boolean;
  /** Begin at the first row, though the file was imported, or was begun. */
  readonly again: boolean;
  readonly named: OutputNames;
  /** Ends the import behind the batch at hand. */
  readonly signal: AbortSignal;
  /** Told after each batch. */
  readonly onBatch?: (results: readonly RowResult[], counts: RowCounts) => void;
  /** Rows of one transaction. */
  readonly batchRows?: number;
}

/** What became of an import: `created + adopted + exists + refused = rows`, over all runs of it. */
export interface ImportSummary extends RowCounts {
  readonly file: string;
  readonly dryRun: boolean;
  /** `ALREADY_DONE`: an earlier run came to the end of the file, and nothing was done now. */
  readonly state: 'DONE' | 'INTERRUPTED' | 'ALREADY_DONE';
  /** Rows that earlier runs had done. */
  readonly rowsBefore: number;
  readonly ignoredColumns: readonly string[];
  /** Paths; null for none. */
  readonly report: string | null;
  readonly rejected: string | null;
}

/**
 * Creates the customers of a file, batch by batch in the memory of one batch. Every row has a line in the report. An import
 * that was ended, however, goes on where it stopped when it is started again, and creates nobody twice.
 *
 * @throws ImportTakenError when another process goes on with the same import.
 */
export async function importCustomers(
  dependencies: ImportDependencies,
  source: ImportSource,
  options: ImportOptions,
): Promise<ImportSummary> {
  const job = await findJob(dependencies, source, options);
  const common = { file: source.file, dryRun: options.dryRun, ignoredColumns: source.mapping.ignored };
  if (job?.earlier?.finishedAt != null && !options.again) {
    return { ...common, ...doneBefore(job.earlier) };
  }
  const ledger = await openLedger(dependencies, source, options, job);
  const rowsBefore = ledger.counts.rows;
  let isComplete = false;
  let files = { report: null, rejected: null } as Awaited<ReturnType<Ledger['close']>>;
  try {
    isComplete = await importRows(dependencies, source, options, ledger);
    if (!isComplete) await ledger.pause();
  } finally {
    files = await ledger.close();
  }
  return { ...common, ...ledger.counts, ...files, rowsBefore, state: isComplete ? 'DONE' : 'INTERRUPTED' };
}

/** @returns false when it was told to end before the end of the file. */
async function importRows(
  { create, defaultPhoneRegion }: ImportDependencies,
  source: ImportSource,
  options: ImportOptions,
  ledger: Ledger,
): Promise<boolean> {
  const { onExisting, dryRun, signal, batchRows = defaultBatchRows } = options;
  const read = createRowReader({ mapping: source.mapping, onExisting, defaultPhoneRegion });
  let batch: BatchRow[] = [];
  let settling: Promise<void> = Promise.resolve();

  const settle = async (rows: readonly BatchRow[], isLast: boolean): Promise<void> => {
    const results = await ledger.settle(
      rows,
      (alsoWrite) => {
        const inputs = withKeys(inputsOf(rows), ledger, onExisting);
        return create(inputs, { dryRun, ...(alsoWrite && { alsoWrite }) });
      },
      isLast,
    );
    options.onBatch?.(results, ledger.counts);
  };
  /** The next batch is read while the database works on this one. */
  const settleMeanwhile = async (rows: readonly BatchRow[]): Promise<void> => {
    await settling;
    if (signal.aborted) return;
    settling = settle(rows, false);
    // Whoever waits for it is told; until then nobody does.
    settling.catch(() => {});
  };

  // What was done before is read again all the same: later rows are compared with it.
  let rowsToSkip = ledger.counts.rows;
  try {
    for await (const records of source.records()) {
      for (const record of records) {
        const row = read(record);
        if (rowsToSkip > 0) {
          rowsToSkip--;
          continue;
        }
        batch.push(row);
        if (batch.length < batchRows) continue;
        await settleMeanwhile(batch);
        batch = [];
      }
      if (signal.aborted) break;
    }
  } finally {
    // Nothing is closed while a batch is at work.
    await settling.catch(() => {});
  }
  await settling;
  if (signal.aborted) return false;
  await settle(batch, true);
  return true;
}

/**
 * Who is created apart cannot be known again by phone or e-mail. Should the process end between two transactions of one
 * batch, the keys tell who has been made already.
 */
function withKeys(
  inputs: readonly CreateCustomerInput[],
  ledger: Ledger,
  onExisting: OnExisting,
): CreateCustomerInput[] {
  const { rows } = ledger.counts;
  return inputs.map((input, index) =>
    onExisting === 'CREATE_SEPARATE' ? { ...input, idempotencyKey: ledger.keyOf(rows + index) } : input,
  );
}

interface FoundJob {
  readonly id: string;
  readonly earlier: ImportJob | null;
}

/** Null where nothing is kept: in a dry run, and for what can be read only once. */
async function findJob(
  { database, defaultPhoneRegion }: ImportDependencies,
  source: ImportSource,
  { dryRun, onExisting }: ImportOptions,
): Promise<FoundJob | null> {
  const digest = dryRun ? null : await source.contentDigest();
  if (digest === null) return null;
  const { delimiter, mapping } = source;
  const { columns, defaults } = mapping;
  const id = importJobId(digest, [
    delimiter,
    Object.entries(columns).sort(),
    Object.entries(defaults).sort(),
    onExisting,
    defaultPhoneRegion,
  ]);
  return { id, earlier: await findImportJob(database, id) };
}

async function openLedger(
  { database, now }: ImportDependencies,
  { file, headerBytes }: ImportSource,
  { dryRun, again, named }: ImportOptions,
  job: FoundJob | null,
): Promise<Ledger> {
  if (job === null) return createLooseLedger(await createOutputFiles(named, null, headerBytes), dryRun);
  return openJobLedger({ ...job, database, now, named, file, headerBytes, anew: again });
}

function doneBefore({ progress }: ImportJob): Omit<ImportSummary, 'file' | 'dryRun' | 'ignoredColumns'> {
  const { rows, created, adopted, exists, refused, report, rejected } = progress;
  return {
    ...{ rows, created, adopted, exists, refused, rowsBefore: rows, state: 'ALREADY_DONE' },
    report: report.path,
    rejected: refused > 0 ? rejected.path : null,
  };
}

/** Few enough that a batch is soon done when somebody interrupts, many enough that commits do not count. */
const defaultBatchRows = 200;
