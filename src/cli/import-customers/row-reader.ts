import type { CsvRecord } from './csv-records.ts';
import { badRow, type ReadRow, type RowOptions, readRow } from './read-row.ts';
import { SeenContacts } from './seen-contacts.ts';
import type { BatchRow } from './settle-rows.ts';

/**
 * Reads the rows of one file, in order. A row with the phone or e-mail of an earlier one is refused and names its line,
 * unless everybody is to be created apart. Rows that are refused are nobody's double.
 */
export function createRowReader(options: RowOptions): (record: CsvRecord) => BatchRow {
  const seen = options.onExisting === 'CREATE_SEPARATE' ? null : new SeenContacts();

  const read = ({ line, fields, fault }: CsvRecord): ReadRow => {
    if (fields === null) return { problem: badRow(null, fault ?? 'The row cannot be read.') };
    const row = readRow(fields, options);
    if (seen === null || 'problem' in row) return row;
    for (const [field, contact, word] of [
      ['phone', row.phoneE164, 'phone'],
      ['email', row.email, 'e-mail'],
    ] as const) {
      const first = contact === null ? null : seen.lineOf(contact);
      if (first !== null) return { problem: badRow(field, `Line ${first} has the same ${word}.`) };
    }
    seen.remember(row.phoneE164, line);
    if (row.email !== null) seen.remember(row.email, line);
    return row;
  };

  return (record) => ({ line: record.line, bytes: record.bytes, read: read(record) });
}
