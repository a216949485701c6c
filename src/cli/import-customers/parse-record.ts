import { CsvError, parse } from 'csv-parse/sync';

/** The values of one row, or why it is none. */
export type ParsedRecord =
  | { readonly fields: readonly string[] }
  /** `open`: the text ends inside quotes, which may be closed in the next line. */
  | { readonly fields: null; readonly fault: 'open' | 'stray quote' };

/**
 * Reads one row by RFC 4180: a value in quotes may hold delimiters, line ends and quotes written twice, and a value
 * without quotes holds none. White space around values is no part of them.
 */
export function parseRecord(text: string, delimiter: string): ParsedRecord {
  try {
    const records = parse(text, {
      delimiter,
      trim: true,
      relax_column_count: true,
      // The text is that of one row: its line ends are inside of quotes.
      record_delimiter: '\n',
    });
    return { fields: records[0] ?? [''] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { fields: null, fault: error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'stray quote' };
  }
}
