import { createOutputFile, type FileCheckpoint, type OutputFile, reopenOutputFile } from './output-file.ts';
import { type RowResult, reportHeader, reportLine } from './report-lines.ts';
import type { BatchRow } from './settle-rows.ts';

/** The files that were named; null: beside the file that is imported, or none at all. */
export interface OutputNames {
  readonly report: string | null;
  readonly rejected: string | null;
}

/** The report has a line for every row; the other file has the rows that were refused, as they stand in the file. */
export interface OutputFiles {
  readonly report: OutputFile | null;
  readonly rejected: OutputFile | null;
}

/**
 * @param beside The file that is imported: what was not named is made beside it. Null: only what was named is made.
 * @throws UsageError for a name that is taken.
 */
export async function createOutputFiles(
  named: OutputNames,
  beside: string | null,
  headerBytes: Buffer,
): Promise<OutputFiles> {
  const make = async (name: string | null, suffix: string, header: Buffer, replace: boolean) => {
    const path = name ?? (beside === null ? null : `${beside}.${suffix}.csv`);
    return path === null ? null : createOutputFile(path, { explicit: name !== null, header, replace });
  };
  const report = await make(named.report, 'report', Buffer.from(reportHeader), true);
  try {
    // Somebody may be correcting the rows of an earlier one.
    return { report, rejected: await make(named.rejected, 'rejected', headerBytes, false) };
  } catch (error) {
    await report?.close({ removeIfEmpty: true });
    throw error;
  }
}

/** Opens both files where an interrupted import left them. */
export async function reopenOutputFiles(
  named: OutputNames,
  left: { readonly report: FileCheckpoint; readonly rejected: FileCheckpoint },
) {
  const report = await reopenOutputFile(left.report, named.report ?? left.report.path);
  try {
    return { report, rejected: await reopenOutputFile(left.rejected, named.rejected ?? left.rejected.path) };
  } catch (error) {
    await report.close({ removeIfEmpty: false });
    throw error;
  }
}

/** What a batch adds to the files. */
export function outputOf(batch: readonly BatchRow[], results: readonly RowResult[]) {
  const refused = batch.filter((_, index) => results[index]?.outcome === 'refused');
  return {
    report: Buffer.from(results.map(reportLine).join('')),
    rejected: Buffer.concat(refused.flatMap(({ bytes }) => withLineEnd(bytes))),
  };
}

/** The last line of a file may have none. */
function withLineEnd(bytes: Buffer): Buffer[] {
  return bytes.length === 0 || bytes.at(-1) === lineFeed ? [bytes] : [bytes, Buffer.from('\n')];
}

const lineFeed = 0x0a;
