import { isUtf8 } from 'node:buffer';

/** One line of a CSV file; a row may take several. */
export interface CsvLine {
  /** From 1. */
  readonly number: number;
  /** As they stand in the file, with the line end. */
  readonly bytes: Buffer;
  /** Without the line end. Where it is no UTF-8, with replacement characters; quotes and delimiters are right. */
  readonly text: string;
  readonly fault: 'not UTF-8' | 'too long' | null;
}

/** A longer line is no row of customers; it is named and not kept. 1 MiB. */
export const maxLineBytes = 1024 * 1024;

/**
 * Cuts a stream of bytes into lines (LF or CRLF), those of one chunk at a time: a file of any size passes through in the
 * memory of one chunk and one line.
 */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<CsvLine[]> {
  let number = 1;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let tooLong = false;

  const take = (last: Buffer): CsvLine => {
    const bytes = rest.length === 0 ? last : Buffer.concat([...rest, last]);
    const line = tooLong ? { ...toLine(number, empty), fault: 'too long' as const } : toLine(number, bytes);
    number++;
    rest = [];
    restBytes = 0;
    tooLong = false;
    return line;
  };

  for await (const chunk of source) {
    const lines: CsvLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      if (restBytes + end - start > maxLineBytes) tooLong = true;
      lines.push(take(chunk.subarray(start, end + 1)));
      start = end + 1;
    }
    if (start < chunk.length) {
      restBytes += chunk.length - start;
      if (restBytes > maxLineBytes) {
        tooLong = true;
        rest = [];
      }
      if (!tooLong) rest.push(chunk.subarray(start));
    }
    if (lines.length > 0) yield lines;
  }
  if (restBytes > 0) yield [take(empty)];
}

function toLine(number: number, bytes: Buffer): CsvLine {
  let end = bytes.length;
  if (bytes[end - 1] === lineFeed) end--;
  if (bytes[end - 1] === carriageReturn) end--;
  const text = bytes.toString('utf8', 0, end);
  return { number, bytes, text, fault: isUtf8(bytes) ? null : 'not UTF-8' };
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const empty = Buffer.alloc(0);
