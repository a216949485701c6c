import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvCell, csvLine } from '../../src/export/csv-line.ts';

const read = (text: string) => (parse(`${csvCell(text)}\r\n`, { relax_quotes: false }) as string[][])[0]?.[0];

describe('a cell of an export', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("x","y")',
    '+1+cmd|x',
    '-2+3',
    '＝1+1',
    '＋1',
    '－1',
    '＠SUM(A1)',
    '+91-98765-43211',
    '+91 (98765) 43211',
    '+91 98765 43211=1',
    '+',
    '=',
    '+ 919876543211',
    ' =1',
    '\u00A0=1',
    '  @SUM(A1)',
    '#complete rows=7 cursor=abc',
  ])('never begins as a formula does: %j', (text) => {
    expect(read(text)).toBe(`'${text}`);
  });

  it.each(["'=1", "''+1", "' -1", "'#complete rows=7"])(
    'keeps its own apostrophes: one is taken away by whoever reads %j',
    (text) => {
      expect(read(text)).toBe(`'${text}`);
    },
  );

  it.each([
    '',
    'plain',
    'a,b',
    'say "so"',
    'two\r\nlines',
    ' spaced ',
    'a;b',
    'a\tb',
    '1-2',
    'Zoë',
    'प्रिया',
    '👩‍🚀',
    "O'Neill",
    "'t Hooft",
    "'",
    '#1 Long Street',
    '+919876543211',
    '+91 98765 43211',
    '098765-43211',
    '******3211',
    'j***@e***.com',
    '\u2028',
    '\uFEFFmark',
  ])('holds every other text as it is: %j', (text) => {
    expect(read(text)).toBe(text);
  });

  it('takes the place of a character that ends a text for many readers', () => {
    expect(read('a\0b')).toBe('a\uFFFDb');
  });

  it('is nothing for nothing, words for truth, and several values between spaces', () => {
    expect(csvLine([null, true, false, ['NO_PHONE', 'NO_ADDRESS'], [], 'x'])).toBe(
      ',true,false,NO_PHONE NO_ADDRESS,,x\r\n',
    );
    expect(csvLine([null])).toBe('""\r\n');
    expect(csvLine([['=1', '2']])).toBe("'=1 2\r\n");
  });
});
