import { UnreadableFileError } from '../import/unreadable-file-error.ts';
import { UsageError } from '../usage-error.ts';
import { csvBytes } from './csv-bytes.ts';
import { type CsvLine, readLines } from './csv-lines.ts';
import { type CsvRecord, CsvRecordReader, type RowShape } from './csv-records.ts';
import { detectDelimiter } from './detect-delimiter.ts';
import { parseRecord } from './parse-record.ts';

/** A CSV file whose header was read. */
export interface OpenedCsv {
  readonly header: readonly string[];
  /** As it stands in the file, with a line end, without a byte order mark. */
  readonly headerBytes: Buffer;
  readonly delimiter: string;
  /** The rows behind the header, those of some lines at a time; empty lines are none. To be read once. */
  records(isRow: RowShape['isRow']): AsyncGenerator<CsvRecord[]>;
  close(): Promise<void>;
}

/**
 * Reads the header of a CSV file.
 *
 * @param delimiter Between values; null: `,`, `;` or tab, whichever the header has most of.
 * @throws UsageError when there is no header, UnreadableFileError for a file that is no CSV in UTF-8.
 */
export async function openCsv(source: AsyncIterable<Buffer>, delimiter: string | null): Promise<OpenedCsv> {
  const batches = readLines(csvBytes(source));
  const { lines, rest, hint } = await readHeaderLines(batches, delimiter);
  const text = lines.map((line) => line.text).join('\n');
  const used = delimiter ?? hint ?? detectDelimiter(text);
  const { fields: header } = parseRecord(text, used);
  if (header === null) throw new UsageError('the header of the file has a quote (") that is broken');
  const bytes = Buffer.concat(lines.map((line) => line.bytes));
  return {
    header,
    headerBytes: bytes.at(-1) === lineFeed ? bytes : Buffer.concat([bytes, Buffer.from('\n')]),
    delimiter: used,
    async *records(isRow) {
      const reader = new CsvRecordReader({ delimiter: used, columns: header.length, isRow });
      yield rest.flatMap((line) => reader.push(line));
      for await (const batch of batches) yield batch.flatMap((line) => reader.push(line));
      yield reader.end();
    },
    async close() {
      await batches.return(undefined);
    },
  };
}

interface HeaderLines {
  readonly lines: CsvLine[];
  /** Lines behind the header that were read with it. */
  readonly rest: CsvLine[];
  /** What a line `sep=;`, as Excel writes it, says of the delimiter. */
  readonly hint: string | null;
}

async function readHeaderLines(
  batches: AsyncGenerator<CsvLine[]>,
  delimiter: string | null,
): Promise<HeaderLines> {
  let hint: string | null = null;
  const lines: CsvLine[] = [];
  for (;;) {
    const { value: batch, done } = await batches.next();
    if (done) break;
    for (const [index, line] of batch.entries()) {
      checkHeaderLine(line);
      if (lines.length === 0 && line.text.trim() === '') continue;
      const separator = /^sep=([^\r\n"])$/i.exec(line.text)?.[1];
      if (lines.length === 0 && separator !== undefined) {
        hint = separator;
        continue;
      }
      lines.push(line);
      const text = lines.map((part) => part.text).join('\n');
      const parsed = parseRecord(text, delimiter ?? hint ?? detectDelimiter(text));
      const isOpen = parsed.fields === null && parsed.fault === 'open';
      if (!isOpen || lines.length >= maxHeaderLines) return { lines, rest: batch.slice(index + 1), hint };
    }
  }
  if (lines.length > 0) return { lines, rest: [], hint };
  throw new UsageError('the file is empty: its first line has to name the columns');
}

function checkHeaderLine(line: CsvLine): void {
  if (line.fault === 'too long') throw new UsageError('the first line of the file is longer than 1 MiB');
  if (line.fault === 'not UTF-8') {
    throw new UnreadableFileError(
      `Line ${line.number}, the header, is not UTF-8 (CP1252, perhaps): convert the file (iconv -f CP1252 -t UTF-8 FILE).`,
    );
  }
  if (line.text.includes('\r')) {
    throw new UnreadableFileError(
      'The lines of this file end as on old Macs (CR): save it with line ends of Unix or Windows.',
    );
  }
}

const maxHeaderLines = 20;
const lineFeed = 0x0a;
