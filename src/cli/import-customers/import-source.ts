import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ImportRefusedError } from '../import/import-refused-error.ts';
import { type ColumnMapping, type MappingOptions, mapColumns } from './column-mapping.ts';
import type { CsvRecord } from './csv-records.ts';
import { type OpenedCsv, openCsv } from './open-csv.ts';

export interface SourceOptions extends MappingOptions {
  /** A path; `-` for standard input. */
  readonly file: string;
  readonly delimiter: string | null;
  readonly stdin: Readable;
}

/** A file that was looked at: it can be read, and its columns are known. Nothing of it was imported. */
export interface ImportSource {
  readonly file: string;
  readonly delimiter: string;
  readonly mapping: ColumnMapping;
  readonly headerBytes: Buffer;
  /** Null for what can be read only once: standard input, a pipe. */
  readonly bytesTotal: number | null;
  bytesRead(): number;
  /** SHA-256 of the content; null for what can be read only once. */
  contentDigest(): Promise<string | null>;
  records(): AsyncGenerator<CsvRecord[]>;
  close(): Promise<void>;
}

/**
 * Opens a file of customers and finds its columns.
 *
 * @throws UsageError when a column is missing; ImportRefusedError, UnreadableFileError when it cannot be read.
 */
export async function openImportSource(options: SourceOptions): Promise<ImportSource> {
  const { file } = options;
  const size = file === '-' ? null : await sizeOf(file);
  const stream = file === '-' ? options.stdin : createReadStream(file, { highWaterMark: chunkBytes });
  let bytesRead = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
      bytesRead += bytes.length;
      yield bytes;
    }
  };
  const csv = await openCsv(counted(), options.delimiter);
  const mapping = await closingOnError(csv, () => mapColumns(csv.header, options));
  const { phone } = mapping.columns;
  return {
    file,
    delimiter: csv.delimiter,
    mapping,
    headerBytes: csv.headerBytes,
    bytesTotal: size,
    bytesRead: () => bytesRead,
    contentDigest: async () => (size === null ? null : digestOf(file)),
    // A line inside quotes that has a phone number where a row has one.
    records: () => csv.records((fields) => phone !== undefined && looksLikePhone(fields[phone] ?? '')),
    close: () => csv.close(),
  };
}

async function closingOnError<Result>(csv: OpenedCsv, work: () => Result): Promise<Result> {
  try {
    return work();
  } catch (error) {
    await csv.close();
    throw error;
  }
}

/** The size of a file in bytes; null for a pipe. */
async function sizeOf(file: string): Promise<number | null> {
  try {
    const status = await stat(file);
    await access(file, constants.R_OK);
    if (status.isDirectory()) throw new Error('it is a directory');
    return status.isFile() ? status.size : null;
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    throw new ImportRefusedError('FILE_UNREADABLE', `${file}: ${message}`);
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes }))
    hash.update(chunk as Buffer);
  return hash.digest('base64url');
}

function looksLikePhone(text: string): boolean {
  return /^[+()\d\s./-]+$/.test(text) && (text.match(/\d/g) ?? []).length >= fewestPhoneDigits;
}

const fewestPhoneDigits = 7;
const chunkBytes = 256 * 1024;
