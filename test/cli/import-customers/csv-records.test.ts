import { describe, expect, it } from 'vitest';
import { maxLineBytes } from '../../../src/cli/import-customers/csv-lines.ts';
import { maxRecordLines } from '../../../src/cli/import-customers/csv-records.ts';
import { openCsv } from '../../../src/cli/import-customers/open-csv.ts';

/** Rows as `line: values` or `line! fault`, read in chunks of so many bytes. */
async function read(content: string | Buffer, options: { chunk?: number; delimiter?: string } = {}) {
  const bytes = Buffer.from(content);
  const size = options.chunk ?? 64 * 1024;
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  })();
  const csv = await openCsv(chunks, options.delimiter ?? null);
  const rows: string[] = [];
  const kept: Buffer[] = [];
  for await (const records of csv.records((fields) => /^\d{10}$/.test(fields[1] ?? ''))) {
    for (const { line, fields, fault, bytes: raw } of records) {
      rows.push(fields === null ? `${line}! ${fault}` : `${line}: ${fields.join(' | ')}`);
      kept.push(raw);
    }
  }
  return { header: csv.header, delimiter: csv.delimiter, rows, kept: Buffer.concat(kept) };
}

const header = 'name,phone,address,area\n';
const unclosed = 'A quote (") that begins here is not closed as it should be.';
const stray =
  'A quote (") stands where none can: put the whole value in quotes, and write quotes inside of it twice.';

describe('rows of a CSV file', () => {
  const cases: [what: string, rows: string, expected: string[]][] = [
    ['plain values', 'Asha,9876543210,Lane 1,Baner\n', ['2: Asha | 9876543210 | Lane 1 | Baner']],
    ['the last line without an end', 'a,b,c,d', ['2: a | b | c | d']],
    ['CRLF', 'a,b,c,d\r\ne,f,g,h\r\n', ['2: a | b | c | d', '3: e | f | g | h']],
    ['white space around values', ' a ,\tb, "c" , d\n', ['2: a | b | c | d']],
    ['delimiters in quotes', 'a,b,"c, d",e\n', ['2: a | b | c, d | e']],
    ['quotes in quotes, written twice', 'a,b,"c ""d"" e",f\n', ['2: a | b | c "d" e | f']],
    ['line ends in quotes', 'a,b,"c\r\n\n\nd",e\nf,g,h,i\n', ['2: a | b | c\n\n\nd | e', '6: f | g | h | i']],
    ['empty values', 'a,,"",\n', ['2: a |  |  | ']],
    ['empty lines and rows of delimiters, which are none', '\n  \na,b,c,d\n,,,\n\r\n', ['4: a | b | c | d']],
    [
      'too few columns',
      'a,b,c\ne,f,g,h\n',
      ['2! The row has 3 columns; the header has 4.', '3: e | f | g | h'],
    ],
    ['too many columns', 'a,b,c,d,e\n', ['2! The row has 5 columns; the header has 4.']],
    ['a quote in the middle of a value', 'a "b" c,d,e,f\nA,B,C,D\n', [`2! ${stray}`, '3: A | B | C | D']],
    ['text behind a closing quote', '"a"b,c,d,e\nA,B,C,D\n', [`2! ${stray}`, '3: A | B | C | D']],
    [
      'a quote that is never closed, before rows without quotes',
      'a,b,"c,d\nAsha,9876543210,Lane 1,Baner\nRavi,9876543211,Lane 2,Aundh\n',
      [`2! ${unclosed}`, '3: Asha | 9876543210 | Lane 1 | Baner', '4: Ravi | 9876543211 | Lane 2 | Aundh'],
    ],
    [
      'a quote that is never closed, before rows with quotes',
      '"a,b,c,d\n"Asha",9876543210,"Lane, 1",Baner\n',
      [`2! ${unclosed}`, '3: Asha | 9876543210 | Lane, 1 | Baner'],
    ],
    [
      'a quote that is never closed in the last value',
      'a,b,c,"d\nAsha,9876543210,"Lane, 1",Baner\n',
      [`2! ${unclosed}`, '3: Asha | 9876543210 | Lane, 1 | Baner'],
    ],
    [
      'a quote that only a stray one far below would close',
      'a,b,"c,d\nAsha,9876543210,Lane 1,Baner\ne,f,g",h\n',
      [`2! ${unclosed}`, '3: Asha | 9876543210 | Lane 1 | Baner', `4! ${stray}`],
    ],
    [
      'a quote that closes to a row of too many columns',
      'a,b,"c,d\ne,f,g",h,i\nA,B,C,D\n',
      [`2! ${unclosed}`, `3! ${stray}`, '4: A | B | C | D'],
    ],
    ['a quote that is open at the end of the file', 'a,b,c,d\ne,"f', ['2: a | b | c | d', `3! ${unclosed}`]],
    [
      'a line inside quotes that has as many columns as a row, and no phone',
      'a,b,"c,d\nFlat 4, Green Park, MG Road, Pune\ne",f\n',
      ['2: a | b | c,d\nFlat 4, Green Park, MG Road, Pune\ne | f'],
    ],
  ];
  it.each(cases)('are read right, and what cannot be is named by line: %s', async (_, rows, expected) => {
    const whole = await read(header + rows);
    expect(whole.rows).toEqual(expected);
    // However the bytes arrive.
    for (const chunk of [1, 3, 7]) expect(await read(header + rows, { chunk })).toEqual(whole);
  });

  it('keep their bytes as they stand', async () => {
    const rows = 'a,b,"c\r\nd",e\r\n "x,y\n"A",9876543210,C,D\r\nlast,1,2,3';
    expect((await read(header + rows, { chunk: 5 })).kept.toString()).toBe(rows);
  });

  it('lose one row to bytes that are no UTF-8, be they inside quotes, and are read on behind it', async () => {
    const latin1 = Buffer.from('José,9876543210,x,y\na,b,"Rua\nSão",c\nZoë,1,2,3\n', 'latin1');
    const { rows } = await read(
      Buffer.concat([Buffer.from(header), latin1, Buffer.from('Zoë,9876543211,x,y\n')]),
    );
    expect(rows).toEqual([
      expect.stringMatching(/^2! Line 2 is not UTF-8/),
      expect.stringMatching(/^3! Line 4 is not UTF-8/),
      expect.stringMatching(/^5! Line 5 is not UTF-8/),
      '6: Zoë | 9876543211 | x | y',
    ]);
  });

  it('lose one line that is longer than a row can be, and no memory to it', async () => {
    const long = 'x'.repeat(maxLineBytes + 1);
    const { rows, kept } = await read(`${header}${long}\na,b,c,d\n`);
    expect(rows).toEqual([expect.stringMatching(/^2! The line is longer/), '3: a | b | c | d']);
    expect(kept.toString()).toBe('a,b,c,d\n');
  });

  it('lose one line to quotes that hold more lines than a row can have', async () => {
    const lines = Array.from({ length: maxRecordLines + 5 }, (_, index) => `v${index},b,c,d`);
    const { rows } = await read(`${header}a,b,c,"d\n${lines.join('\n')}\n`);
    expect(rows).toHaveLength(lines.length + 1);
    expect(rows.slice(0, 2)).toEqual([`2! ${unclosed}`, '3: v0 | b | c | d']);
  });
});

describe('the header of a CSV file', () => {
  it.each([
    ['a comma', 'a,b\n', ',', ['a', 'b']],
    ['a semicolon', 'a;"b,c,d,e";f\n', ';', ['a', 'b,c,d,e', 'f']],
    ['a tab', 'a\tb\n', '\t', ['a', 'b']],
    ['what Excel says of it', 'sep=|\na|b\n', '|', ['a', 'b']],
    ['a byte order mark before it', '\uFEFFname;phone\r\n', ';', ['name', 'phone']],
    ['empty lines before it', '\n\na,b\n', ',', ['a', 'b']],
    ['a line end in quotes', '"a\nb",c\n', ',', ['a\nb', 'c']],
    ['no line end behind it', 'a,b', ',', ['a', 'b']],
  ])('tells the delimiter and the columns: %s', async (_, text, delimiter, columns) => {
    for (const chunk of [1, 1024])
      expect(await read(text, { chunk })).toMatchObject({ delimiter, header: columns });
  });

  it('is read with the delimiter that is given', async () => {
    const { header: columns, rows } = await read('a,b;c\nd,e;f\n', { delimiter: ';' });
    expect([columns, rows]).toEqual([['a,b', 'c'], ['2: d,e | f']]);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), /the file is empty/],
    ['a quote that is broken', Buffer.from('"a,b\n'), /header of the file has a quote/],
    ['UTF-16, little end first', Buffer.from('\uFEFFname,phone\n', 'utf16le'), /is UTF-16.*iconv/],
    ['UTF-16, big end first', Buffer.from('\uFEFFname\n', 'utf16le').swap16(), /is UTF-16/],
    ['UTF-16 without a mark', Buffer.from('name,phone\n', 'utf16le'), /is UTF-16/],
    ['a workbook', Buffer.from('PK\u0003\u0004…'), /a workbook \(.xlsx/],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), /compressed by gzip/],
    ['another encoding', Buffer.from('nomé,a\n', 'latin1'), /Line 1, the header, is not UTF-8/],
    ['line ends of old Macs', Buffer.from('a,b\rc,d\r'), /old Macs/],
  ])('is refused with the whole file, saying what to do: %s', async (_, bytes, message) => {
    for (const chunk of [1, 1024]) await expect(read(bytes, { chunk })).rejects.toThrow(message);
  });
});
