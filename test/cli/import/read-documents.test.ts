import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BSON } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateDemoData } from '../../../src/cli/demo/generate-demo-data.ts';
import { type DocumentRow, readDocuments } from '../../../src/cli/import/read-documents.ts';
import { assertUtf8File } from '../../../src/cli/import/text-encoding.ts';
import { UnreadableFileError } from '../../../src/cli/import/unreadable-file-error.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'read-documents-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function rowsOf(content: string | Buffer, pieceBytes = 65_536): Promise<DocumentRow[]> {
  const bytes = Buffer.from(content);
  const pieces = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  const rows = [];
  for await (const row of readDocuments(Readable.from(pieces))) rows.push(row);
  return rows;
}

const numbers = (rows: DocumentRow[]) =>
  rows.map((row) => ('document' in row ? [row.line, Number(row.document.n)] : [row.line, row.error]));

describe('reading documents from a file', () => {
  const { EJSON } = BSON;
  const { users, customersV2 } = generateDemoData();
  const documents = [...users, ...customersV2];
  const line = (relaxed: boolean) => documents.map((one) => EJSON.stringify(one, { relaxed }));
  const layouts: Record<string, string> = {
    'canonical, one a line': line(false).join('\n'),
    'canonical, a list': `[${line(false).join(',')}]`,
    'canonical, a list as mongoexport --jsonArray --pretty writes it': `[${documents
      .map((one) => EJSON.stringify(one, undefined, '\t', { relaxed: false }))
      .join(',\n')}]\n`,
    'canonical, documents over many lines': documents
      .map((one) => EJSON.stringify(one, undefined, 2, { relaxed: false }))
      .join('\n'),
  };

  test.each(Object.entries(layouts))(
    'the demo data, %s, comes back to the same bytes',
    async (_name, text) => {
      const path = join(directory, 'data.json');
      await writeFile(path, text);
      const read: string[] = [];
      for await (const row of readDocuments(path)) {
        read.push('document' in row ? Buffer.from(BSON.serialize(row.document)).toString('hex') : row.error);
      }
      expect(read).toEqual(documents.map((one) => Buffer.from(BSON.serialize(one)).toString('hex')));
    },
  );

  test('a row that cannot be read is named with its line and its text, and the rest goes on', async () => {
    const rows = await rowsOf('[\n{"n":1},\n{"n":oops},\n7,\n{"n":2}\n]');
    expect(numbers(rows)).toEqual([
      [2, 1],
      [3, 'a value is missing or unknown, at character 6'],
      [4, 'it is not a document (no "{"), at character 1'],
      [5, 2],
    ]);
    expect(rows[1]).toMatchObject({ text: '{"n":oops}' });
  });

  test('the text of a broken row ends where the next document starts', async () => {
    const [, broken, next] = await rowsOf('[{"n":1},\n{"n":2,"a":[},\n{"n":3}]');
    expect(broken).toMatchObject({ line: 2, text: '{"n":2,"a":[}', error: 'its brackets do not match' });
    expect(next).toMatchObject({ line: 3, text: '{"n":3}' });
  });

  test.each([1, 2, 3, 5])('a byte order mark is passed over, in pieces of %i bytes', async (pieceBytes) => {
    expect(numbers(await rowsOf('\ufeff[{"n":1}]', pieceBytes))).toEqual([[1, 1]]);
  });

  test('a file of less than four bytes is read too', async () => {
    expect(await rowsOf('{}')).toMatchObject([{ line: 1, document: {} }]);
    expect(await rowsOf('')).toEqual([]);
  });

  test('text pieces are taken as well as bytes', async () => {
    const rows = [];
    for await (const row of readDocuments(Readable.from(['{"n":', '1}']))) rows.push(row);
    expect(numbers(rows)).toEqual([[1, 1]]);
  });

  test.each([
    ['UTF-16 with its mark', Buffer.from('\ufeff[{"n":1}]', 'utf16le'), 'UTF-16'],
    ['UTF-16 without a mark', Buffer.from('[{"n":1}]', 'utf16le'), 'UTF-16'],
    ['UTF-16, big end first', Buffer.from('[{"n":1}]', 'utf16le').swap16(), 'UTF-16'],
    ['Latin-1', Buffer.from('{"n":1}\n{"n":"Jos\u00e9"}\n', 'latin1'), 'line 2'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0]), 'gunzip'],
    ['a ZIP archive', Buffer.from('PK\u0003\u0004...'), 'ZIP'],
    ['a dump of BSON', Buffer.from(BSON.serialize({ n: 1, a: 'x'.repeat(300) })), 'mongoexport'],
    ['a character that is cut off', Buffer.from('{"n":"\u00e9"}').subarray(0, 7), 'line 1'],
  ])('%s is a clear error, from the reader and from the check beforehand', async (_name, bytes, message) => {
    const path = join(directory, 'odd.json');
    await writeFile(path, bytes);
    await expect(rowsOf(bytes)).rejects.toThrow(UnreadableFileError);
    await expect(rowsOf(bytes)).rejects.toThrow(message);
    await expect(assertUtf8File(path)).rejects.toThrow(UnreadableFileError);
    await expect(assertUtf8File(path)).rejects.toThrow(message);
  });

  test('the check beforehand accepts characters that lie across its pieces, and finds the line of a fault', async () => {
    const path = join(directory, 'large.json');
    const rows = Array.from({ length: 40_000 }, (_unused, n) => `{"n":${n},"name":"प्रिया"}`);
    await writeFile(path, rows.join('\n'));
    await assertUtf8File(path);
    const bytes = Buffer.from(rows.join('\n'));
    const at = bytes.indexOf('{"n":31234,');
    bytes[at + 20] = 0xff;
    await writeFile(path, bytes);
    await expect(assertUtf8File(path)).rejects.toThrow('line 31235:');
  });

  test('one value is held at a time, however long the file is', async () => {
    const row = `{"n":1,"text":"${'x'.repeat(1_000)}"}\n`;
    const piece = Buffer.from(row.repeat(250));
    let produced = 0;
    let largestLead = 0;
    let read = 0;
    async function* source() {
      for (; produced < 400; produced++) yield piece;
    }
    for await (const _row of readDocuments(Readable.from(source(), { highWaterMark: 1 }))) {
      read++;
      largestLead = Math.max(largestLead, produced * 250 - read);
    }
    expect(read).toBe(100_000);
    // Pieces are taken as rows are consumed: never more than a few ahead.
    expect(largestLead).toBeLessThan(250 * 4);
  });

  test('tells how many bytes it has read', async () => {
    let total = 0;
    const options = { onBytes: (bytes: number) => (total += bytes) };
    for await (const _row of readDocuments(Readable.from([Buffer.from('{"n":1}\n{"n":2}')]), options));
    expect(total).toBe(15);
  });
});
