import type { CsvLine } from './csv-lines.ts';
import { parseRecord } from './parse-record.ts';

/** A row of a CSV file. */
export interface CsvRecord {
  /** Where it starts, from 1. */
  readonly line: number;
  /** Its bytes as they stand in the file. */
  readonly bytes: Buffer;
  /** As many values as the header has columns; null when it cannot be read. */
  readonly fields: readonly string[] | null;
  /** Why it cannot be read; null when it can. */
  readonly fault: string | null;
}

export interface RowShape {
  readonly delimiter: string;
  /** How many columns the header has. */
  readonly columns: number;
  /** Whether values, as many as there are columns, can only be those of a row: not those of a line inside quotes. */
  readonly isRow: (fields: readonly string[]) => boolean;
}

/** Longer values in quotes are quotes that were never closed. */
export const maxRecordLines = 500;
export const maxRecordCharacters = 256 * 1024;

/**
 * Puts the lines of a CSV file together to rows.
 *
 * A quote that is broken costs one line, not the rest of the file: a row that began on one line and spans others is only
 * believed when its quotes close by RFC 4180, it has as many values as the header has columns, and none of its further
 * lines is a whole row by itself. Otherwise its first line is reported, and reading goes on with the second.
 */
export class CsvRecordReader {
  readonly #shape: RowShape;
  /** Lines of a row whose quotes are open. */
  #open: CsvLine[] = [];
  #openCharacters = 0;

  constructor(shape: RowShape) {
    this.#shape = shape;
  }

  /** Takes the next line, and answers the rows that have ended with it. */
  push(line: CsvLine): CsvRecord[] {
    return this.#read([line]);
  }

  /** The file is at its end: answers what was left open. */
  end(): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.#open.length > 0) {
      const rest = this.#giveUp(records, neverClosed);
      records.push(...this.#read(rest));
    }
    return records;
  }

  #read(lines: readonly CsvLine[]): CsvRecord[] {
    const records: CsvRecord[] = [];
    // Nearest last: lines that have to be read again are pushed behind.
    const waiting = [...lines].reverse();
    for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) {
      if (this.#open.length === 0) this.#begin(records, line);
      else waiting.push(...this.#goOn(records, line).reverse());
    }
    return records;
  }

  #begin(records: CsvRecord[], line: CsvLine): void {
    if (line.fault === 'too long') {
      records.push(refused([line], 'The line is longer than 1 MiB; it is not kept.'));
      return;
    }
    if (line.text.trim() === '') return;
    const { fields, ...parsed } = parseRecord(line.text, this.#shape.delimiter);
    if (fields !== null) {
      const record = this.#whole([line], fields);
      if (record !== null) records.push(record);
    } else if ('fault' in parsed && parsed.fault === 'open') {
      this.#open = [line];
      this.#openCharacters = line.text.length;
    } else {
      records.push(refused([line], strayQuote));
    }
  }

  /** Adds a line to the row that is open; answers the lines that have to be read again when it was none. */
  #goOn(records: CsvRecord[], line: CsvLine): CsvLine[] {
    this.#openCharacters += line.text.length + 1;
    if (
      line.fault === 'too long' ||
      this.#open.length >= maxRecordLines ||
      this.#openCharacters > maxRecordCharacters ||
      this.#isWholeRow(line)
    ) {
      return [...this.#giveUp(records, neverClosed), line];
    }
    this.#open.push(line);
    // Without a quote in it, no line closes one.
    if (!line.text.includes('"')) return [];
    const text = this.#open.map((part) => part.text).join('\n');
    const parsed = parseRecord(text, this.#shape.delimiter);
    if (parsed.fields?.length === this.#shape.columns) {
      const record = this.#whole(this.#open, parsed.fields);
      this.#open = [];
      if (record !== null) records.push(record);
      return [];
    }
    if (parsed.fields === null && parsed.fault === 'open') return [];
    return this.#giveUp(records, neverClosed);
  }

  #isWholeRow({ text }: CsvLine): boolean {
    const { delimiter, columns, isRow } = this.#shape;
    const { fields } = parseRecord(text, delimiter);
    return fields?.length === columns && isRow(fields);
  }

  /** Reports the first of the lines that are open, and answers the others. */
  #giveUp(records: CsvRecord[], fault: string): CsvLine[] {
    const [first, ...rest] = this.#open;
    this.#open = [];
    if (first !== undefined) records.push(refused([first], fault));
    return rest;
  }

  /** The row of lines whose quotes are in order; null when it is empty. */
  #whole(lines: readonly CsvLine[], fields: readonly string[]): CsvRecord | null {
    const foreign = lines.find((line) => line.fault === 'not UTF-8');
    if (foreign !== undefined) {
      const fault = `Line ${foreign.number} is not UTF-8 (CP1252, perhaps): convert it (iconv -f CP1252 -t UTF-8).`;
      return refused(lines, fault);
    }
    const { columns } = this.#shape;
    // Spreadsheets end their files with rows of nothing but delimiters.
    if (fields.every((field) => field === '')) return null;
    if (fields.length !== columns) {
      return refused(lines, `The row has ${count(fields.length)}; the header has ${columns}.`);
    }
    return { line: lines[0]?.number ?? 0, bytes: bytesOf(lines), fields, fault: null };
  }
}

function refused(lines: readonly CsvLine[], fault: string): CsvRecord {
  return { line: lines[0]?.number ?? 0, bytes: bytesOf(lines), fields: null, fault };
}

function bytesOf(lines: readonly CsvLine[]): Buffer {
  const [first] = lines;
  return lines.length === 1 && first !== undefined
    ? first.bytes
    : Buffer.concat(lines.map((line) => line.bytes));
}

function count(columns: number): string {
  return columns === 1 ? '1 column' : `${columns} columns`;
}

const strayQuote =
  'A quote (") stands where none can: put the whole value in quotes, and write quotes inside of it twice.';
const neverClosed = 'A quote (") that begins here is not closed as it should be.';
