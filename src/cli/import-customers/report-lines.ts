import { csvCell } from '../../export/csv-line.ts';
import type { CsvField } from './column-mapping.ts';

export type RowOutcome = 'created' | 'adopted' | 'exists' | 'refused';

/** What became of one row. */
export interface RowResult {
  /** Where the row starts in the file, from 1. */
  readonly line: number;
  readonly outcome: RowOutcome;
  /** Of whom was created or adopted, or of those who are there already. */
  readonly customerIds: readonly string[];
  /** Of the closed list; null where nothing was refused. */
  readonly code: string | null;
  readonly field: CsvField | null;
  readonly message: string | null;
}

/** The first line of every report. */
export const reportHeader = 'line,outcome,customer_id,code,field,message\n';

/** The line of one row in the report. */
export function reportLine(result: RowResult): string {
  const { line, outcome, customerIds, code, field, message } = result;
  return `${[String(line), outcome, customerIds.join(' '), code ?? '', field ?? '', message ?? ''].map(csvCell).join(',')}\n`;
}
