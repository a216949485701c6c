import type { CsvRecord } from './csv-records.ts';
import { badRow, type ReadRow, type RowOptions, readRow } from './read-row.ts';
import { SeenContacts } from './seen-contacts.ts';
import type { BatchRow } from './settle-rows.ts';

/**
 * Reads the rows of one file, in order. A row with the phone or e-mail of an earlier one is refused and names its line,
 * unless everybody is to be created apart. Rows that cannot be customers count for nobody.
 */
export function createRowReader(options: RowOptions): (record: CsvRecord) => BatchRow {
  const seen = options.onExisting === 'CREATE_SEPARATE' ? null : new SeenContacts();

  const read = ({ line, fields, fault }: CsvRecord): ReadRow => {
    if (fields === null) return { problem: badRow(null, fault ?? 'The row cannot be read.') };
    const row = readRow(fields, options);
    if (seen === null || 'problem' in row) return row;
    const phoneLine = seen.firstLine(row.phoneE164, line);
    const emailLine = row.email === null ? null : seen.firstLine(row.email, line);
    if (phoneLine !== null) return { problem: badRow('phone', `Line ${phoneLine} has the same phone.`) };
    if (emailLine !== null) return { problem: badRow('email', `Line ${emailLine} has the same e-mail.`) };
    return row;
  };

  return (record) => ({ line: record.line, bytes: record.bytes, read: read(record) });
}
