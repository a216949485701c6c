import { count } from '../import/progress-bar.ts';
import type { ImportSummary } from './import-customers.ts';
import type { RowResult } from './report-lines.ts';

/** Says of each row that was not created why, up to a number; the report has them all. */
export function createProblemLister(
  file: string,
  say: (line: string) => void,
  mostListed = 200,
): (results: readonly RowResult[]) => void {
  let listed = 0;
  return (results) => {
    for (const { line, outcome, field, message, customerIds } of results) {
      if (outcome !== 'exists' && outcome !== 'refused') continue;
      listed++;
      if (listed > mostListed + 1) continue;
      const who = customerIds.length === 0 ? '' : ` (${customerIds.join(', ')})`;
      say(
        listed > mostListed
          ? `${file}: there are more; the report has them all.`
          : `${file}:${line}: ${field === null ? '' : `${field}: `}${message}${who}`,
      );
    }
  };
}

/** The last lines for people. */
export function summaryLines(summary: ImportSummary): string[] {
  const { state, dryRun, rowsBefore, ignoredColumns, report, rejected } = summary;
  const lines: string[] = [];
  if (ignoredColumns.length > 0) lines.push(`Ignored columns: ${ignoredColumns.join(', ')}.`);
  if (state === 'ALREADY_DONE') {
    lines.push(
      'This file was imported before, with the same settings; --again imports it once more. It had:',
    );
  } else if (rowsBefore > 0) {
    lines.push(`It went on behind ${rowsText(rowsBefore)} of an earlier run.`);
  }
  const figures = [
    `${count(summary.created)} created`,
    `${count(summary.adopted)} adopted`,
    `${count(summary.exists)} there already`,
    `${count(summary.refused)} refused${rejected === null || summary.refused === 0 ? '' : ` (kept in ${rejected})`}`,
  ];
  lines.push(`${dryRun ? 'It would be: ' : ''}${rowsText(summary.rows)}, ${figures.join(', ')}.`);
  if (dryRun) lines.push('Nothing was written.');
  if (report !== null) lines.push(`What became of each row: ${report}`);
  if (state === 'INTERRUPTED') {
    lines.push(
      summary.report === null || dryRun
        ? 'Interrupted.'
        : 'Interrupted: run it again with the same settings to go on.',
    );
  }
  return lines;
}

function rowsText(rows: number): string {
  return `${count(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}
