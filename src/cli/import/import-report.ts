/**
 * How many rows of each kind a report lists at most; the counts go on, and the file of rejected rows has all.
 */
export const MAX_LISTED_ROWS = 10_000;

/** A row of a file that was not stored, and why. */
export type RowProblem = {
  /** Where the row starts, from 1. */
  line: number;
  /** The document's `_id` as text, where it could be read. */
  documentId: string | null;
  reason: string;
};

/** What became of one file. `read` is always `inserted + skipped + failed`. */
export type FileReport = {
  file: string;
  collection: string;
  /** false: the signal was given before the file's end. */
  complete: boolean;
  /** Rows read, broken ones too. */
  read: number;
  inserted: number;
  /**
   * Rows whose `_id` was stored before: `skippedIdentical + skippedDiffering`. Nothing is ever overwritten.
   */
  skipped: number;
  skippedIdentical: number;
  skippedDiffering: number;
  /** Rows that could not be read or stored. */
  failed: number;
  /** The failed rows, the first {@link MAX_LISTED_ROWS}. */
  failures: RowProblem[];
  /** The rows that differ from the stored document, which was kept; the first {@link MAX_LISTED_ROWS}. */
  differing: RowProblem[];
  /** Where the text of the failed rows went; null when there was none, or nobody asked. */
  rejectedFile: string | null;
};

/** What became of an import. */
export type ImportReport = {
  files: FileReport[];
  /** The signal was given: what was inserted stays, and the same import with `merge` goes on from there. */
  interrupted: boolean;
};

/** How far an import has come. */
export type ImportProgress = {
  file: string;
  collection: string;
  bytesRead: number;
  /** null when the size is unknown: a pipe. */
  bytesTotal: number | null;
  read: number;
  inserted: number;
  skipped: number;
  failed: number;
};

export function emptyFileReport(file: string, collection: string): FileReport {
  return {
    file,
    collection,
    complete: false,
    read: 0,
    inserted: 0,
    skipped: 0,
    skippedIdentical: 0,
    skippedDiffering: 0,
    failed: 0,
    failures: [],
    differing: [],
    rejectedFile: null,
  };
}
