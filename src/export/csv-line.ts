import type { ExportValue } from './export-columns.ts';

/** A row of a CSV file as RFC 4180 writes it, which no spreadsheet takes for a formula. */
export function csvLine(values: readonly ExportValue[]): string {
  let line = '';
  for (const [index, value] of values.entries()) {
    if (index > 0) line += ',';
    line += csvCell(cellText(value));
  }
  // A line without anything is no row to many readers.
  return `${line === '' ? '""' : line}\r\n`;
}

/** UTF-8 is recognised by it where nothing else tells a spreadsheet. */
export const byteOrderMark = '\uFEFF';

/**
 * A text as a cell. What a spreadsheet would calculate (OWASP: a cell that begins with `=`, `+`, `-`, `@`, their wide
 * forms, with white space before them or not, a tab or an end of line) gets an apostrophe before it. So does what would be
 * taken for such a cell after that, because it begins with an apostrophe already, or for the row that ends an export. A phone number of a plus sign, digits and spaces is left as it is:
 * there is nothing in it to calculate, and programs read it without knowing of this rule.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(text: string): string {
  const whole = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
  const safe = marked.test(whole) && !plainPhone.test(whole) ? `'${whole}` : whole;
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const marked = /^'*(?:[\t\r\n]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|#complete )/;
const plainPhone = /^\+\d[\d ]{5,}$/;
/** A semicolon and a tab are what other spreadsheets take for the end of a cell; white space at the ends is trimmed by some. */
const needsQuotes = /[",;\t\r\n]|^\s|\s$/;

function cellText(value: ExportValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : value.join(' ');
}
