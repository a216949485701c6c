import type { Collection } from 'mongodb';
import { idOf, idText } from './document-id.ts';
import {
  emptyFileReport,
  type FileReport,
  type ImportProgress,
  MAX_LISTED_ROWS,
  type RowProblem,
} from './import-report.ts';
import { insertDocuments, type Outcome } from './insert-documents.ts';
import { type DocumentRow, readDocuments } from './read-documents.ts';
import { createRejectedRows, type RejectedRows } from './rejected-rows.ts';

/** A batch is sent when it has so many rows, or so many characters of text. */
const BATCH_ROWS = 1_000;
const BATCH_CHARACTERS = 4 * 1024 * 1024;

/** Imports one file into one collection, batch by batch; only one batch is in memory. */
export async function importFile(
  collection: Collection,
  file: string,
  options: {
    merge: boolean;
    bytesTotal: number | null;
    rejectedDirectory?: string | undefined;
    onProgress?: ((progress: ImportProgress) => void) | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<FileReport> {
  const report = emptyFileReport(file, collection.collectionName);
  const rejected = createRejectedRows(options.rejectedDirectory ?? null, file);
  let bytesRead = 0;
  let batch: DocumentRow[] = [];
  let characters = 0;

  const flush = async (): Promise<void> => {
    await storeBatch(collection, batch, options.merge, report, rejected);
    batch = [];
    characters = 0;
    const { read, inserted, skipped, failed } = report;
    const { bytesTotal } = options;
    options.onProgress?.({
      ...{ file, collection: collection.collectionName, bytesRead, bytesTotal },
      ...{ read, inserted, skipped, failed },
    });
  };

  try {
    const rows = readDocuments(file, {
      onBytes: (bytes) => {
        bytesRead += bytes;
      },
    });
    let stopped = false;
    for await (const row of rows) {
      batch.push(row);
      characters += row.text.length;
      if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
      await flush();
      stopped = options.signal?.aborted ?? false;
      if (stopped) break;
    }
    if (!stopped) await flush();
    report.complete = !stopped;
  } finally {
    report.rejectedFile = await rejected.close();
  }
  return report;
}

async function storeBatch(
  collection: Collection,
  rows: readonly DocumentRow[],
  merge: boolean,
  report: FileReport,
  rejected: RejectedRows,
): Promise<void> {
  const documents = rows.flatMap((row) => ('document' in row ? [row.document] : []));
  const outcomes = (await insertDocuments(collection, documents, merge)).values();
  for (const row of rows) {
    const outcome: Outcome =
      'document' in row
        ? (outcomes.next().value ?? { kind: 'failed', reason: 'its outcome is unknown' })
        : { kind: 'failed', reason: row.error };
    report.read++;
    switch (outcome.kind) {
      case 'inserted':
        report.inserted++;
        break;
      case 'identical':
        report.skipped++;
        report.skippedIdentical++;
        break;
      case 'different':
        report.skipped++;
        report.skippedDiffering++;
        list(report.differing, row, 'it differs from the stored document, which was kept');
        break;
      case 'failed':
        report.failed++;
        list(report.failures, row, outcome.reason);
        await rejected.add(row.text);
        break;
    }
  }
}

function list(problems: RowProblem[], row: DocumentRow, reason: string): void {
  if (problems.length >= MAX_LISTED_ROWS) return;
  const id = 'document' in row ? idOf(row.document) : undefined;
  problems.push({ line: row.line, documentId: id === undefined ? null : idText(id), reason });
}
