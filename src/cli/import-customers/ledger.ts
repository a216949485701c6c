import type { ClientSession } from 'mongodb';
import type { CreateOutcome } from '../../customers/creation-outcome.ts';
import type { RowCounts } from './import-job.ts';
import type { RowResult } from './report-lines.ts';
import type { BatchRow } from './settle-rows.ts';

/** Makes the customers of a batch; what `alsoWrite` writes is in the transaction of the last of them. */
export type CreateBatch = (
  alsoWrite?: (session: ClientSession, outcomes: readonly CreateOutcome[]) => Promise<void>,
) => Promise<readonly CreateOutcome[]>;

/** Where it is kept what became of each row. */
export interface Ledger {
  /** What became of the rows so far, those of earlier runs included. */
  readonly counts: RowCounts;
  /** Names one row of this import for all time; null where nothing is kept that a repetition could find. */
  keyOf(row: number): string | null;
  /** Creates a batch and keeps its results. */
  settle(batch: readonly BatchRow[], create: CreateBatch, isLast: boolean): Promise<readonly RowResult[]>;
  /** The import ends before the end of the file, and can go on later. */
  pause(): Promise<void>;
  /** @returns Where the files are; null for those that there are not. */
  close(): Promise<{ readonly report: string | null; readonly rejected: string | null }>;
}

export const noRows: RowCounts = { rows: 0, created: 0, adopted: 0, exists: 0, refused: 0 };

export function addResults(counts: RowCounts, results: readonly RowResult[]): RowCounts {
  const sum = { ...counts, rows: counts.rows + results.length };
  for (const { outcome } of results) sum[outcome]++;
  return sum;
}
