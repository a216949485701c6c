import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { reportHeader, reportLine } from '../../../src/cli/import-customers/report-lines.ts';
import { csvCell } from '../../../src/export/csv-line.ts';

describe('the report of an import', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', "=cmd|' /C calc'!A0", '=HYPERLINK("x","y")'])(
    'holds no cell that a spreadsheet takes for a formula: %j',
    (text) => {
      const [[cell] = []] = parse(csvCell(text)) as string[][];
      expect(cell).toBe(`'${text}`);
    },
  );

  it.each(['plain', 'a,b', 'say "so"', 'two\nlines', ' spaced ', 'a;b', '1-2', 'Zoë'])(
    'gives every other text back as it is: %j',
    (text) => {
      expect(parse(`x,${csvCell(text)},y\n`)).toEqual([['x', text, 'y']]);
    },
  );

  it('has the columns that its header names', () => {
    const row = { line: 7, outcome: 'refused', customerIds: ['a', 'b'], code: 'BAD_USER_INPUT' } as const;
    const text = reportHeader + reportLine({ ...row, field: 'phone', message: 'This is "no" phone, sorry.' });
    expect(parse(text, { columns: true })).toEqual([
      {
        line: '7',
        outcome: 'refused',
        customer_id: 'a b',
        code: 'BAD_USER_INPUT',
        field: 'phone',
        message: 'This is "no" phone, sorry.',
      },
    ]);
  });
});
