import { type BillingDependencies, billingCustomers } from '../customers/billing-customers.ts';
import type { CustomerRequest } from '../customers/customer-access.ts';
import { type CustomerPage, listCustomers } from '../customers/list-customers.ts';
import { byteOrderMark, csvLine } from './csv-line.ts';
import type { ExportedRow, ExportValue } from './export-columns.ts';
import type { ExportOptions } from './export-options.ts';

export interface ExportDependencies extends BillingDependencies {
  /** Customers of a page; two pages are held at most. Default: 200. */
  readonly pageRows?: number;
}

/** A piece of an export: text to be written, and how far it brings whoever writes it. */
export interface ExportPiece {
  readonly text: string;
  /** Rows up to here, since the beginning of this export. */
  readonly rows: number;
  /** Of the last row up to here: to go on behind it. Null before the first row. */
  readonly cursor: string | null;
  /** Nothing comes behind it. */
  readonly complete: boolean;
}

/** Who reads a page, with loaders of its own. */
export type ReaderOfPage = (selected: ReadonlySet<string>) => CustomerRequest;

/**
 * The list of `customers`, or of `billingCustomers`, as text: its rows in its order, a page of them at a time. While one
 * page is written the next is read, beginning as soon as the index has said where it does, and no further one: two are in
 * memory at most, however long the list is and however slow whoever takes it. What is shown comes from the stored halves, as everywhere.
 *
 * @throws AppError BAD_USER_INPUT naming `after` or a value of the filter.
 */
export async function* exportCustomers(
  dependencies: ExportDependencies,
  reader: ReaderOfPage,
  options: ExportOptions,
): AsyncGenerator<ExportPiece, void, undefined> {
  const selected: ReadonlySet<string> = new Set(options.columns.flatMap(({ fields }) => fields));
  const listed = { filter: options.filter, order: options.order };
  const readPage = (after: string | null): ReadingOfPage => {
    // A file is made of all of a list, however long that takes.
    const unbounded = { ...dependencies, maxExamined: Number.POSITIVE_INFINITY };
    const list = options.billing ? billingCustomers : listCustomers;
    const input = { page: { first: dependencies.pageRows ?? standardPageRows, after }, ...listed };
    let isNextAt: (cursor: string | null) => void = () => {};
    const next = new Promise<string | null>((resolve) => {
      isNextAt = resolve;
    });
    const page = list(unbounded, reader(selected), { ...input, onNextPlace: (cursor) => isNextAt(cursor) });
    // Whoever stops in the middle never asks what became of the next page.
    page.then(
      () => isNextAt(null),
      () => isNextAt(null),
    );
    return { page, next };
  };
  let text = headText(options);
  let rows = 0;
  let cursor = options.after;
  let reading: ReadingOfPage | null = readPage(cursor);
  while (reading !== null) {
    const next: string | null = await reading.next;
    const following: ReadingOfPage | null = next === null ? null : readPage(next);
    const page: CustomerPage = await reading.page;
    reading = following;
    rows += page.nodes.length;
    cursor = next ?? page.endCursor ?? cursor;
    for (const [index, customer] of page.nodes.entries())
      text += rowText(options, { customer, cursor: () => page.edges[index]?.cursor ?? '' });
    if (reading === null) text += tailText(options, rows, cursor);
    yield { text, rows, cursor, complete: reading === null };
    text = '';
  }
}

interface ReadingOfPage {
  readonly page: Promise<CustomerPage>;
  /** Where the next page begins, known before this one is read; null when there is none. */
  readonly next: Promise<string | null>;
}

/**
 * A page costs three commands whatever its size, and every row of it is held at once. Of larger pages more rows live long
 * enough to be kept until the heap is swept as a whole: 500 take three times the memory, and no less time.
 */
const standardPageRows = 200;

function headText({ format, columns, bom, header }: ExportOptions): string {
  if (format === 'ndjson') return '';
  return `${bom ? byteOrderMark : ''}${header ? csvLine(columns.map(({ name }) => name)) : ''}`;
}

function rowText({ format, columns }: ExportOptions, row: ExportedRow): string {
  if (format === 'csv') return csvLine(columns.map((column) => column.value(row)));
  const values: Record<string, ExportValue> = {};
  for (const column of columns) values[column.name] = column.value(row);
  return `${JSON.stringify(values)}\n`;
}

/** What proves that the list was read to its end. */
function tailText({ format, columns, endRow }: ExportOptions, rows: number, cursor: string | null): string {
  if (format === 'ndjson') return `${JSON.stringify({ complete: true, rows, cursor })}\n`;
  if (!endRow) return '';
  const proof = `#complete rows=${rows}${cursor === null ? '' : ` cursor=${cursor}`}`;
  // Not as a cell of a row: these never begin so.
  return `${proof}${','.repeat(columns.length - 1)}\r\n`;
}
