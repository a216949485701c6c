import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BSON, type Document, ObjectId } from 'mongodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateDemoData } from '../../../src/cli/demo/generate-demo-data.ts';
import { importFiles } from '../../../src/cli/import/import-files.ts';
import { ImportRefusedError } from '../../../src/cli/import/import-refused-error.ts';
import type { ImportProgress } from '../../../src/cli/import/import-report.ts';
import { readDocuments } from '../../../src/cli/import/read-documents.ts';
import { openTestDatabase } from '../../support/test-database.ts';

const { EJSON } = BSON;

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let directory: string;

beforeEach(async () => {
  // Without the gateway's indexes: here the two collections are those of the older application.
  database = await openTestDatabase({ migrated: false });
  directory = await mkdtemp(join(tmpdir(), 'import-files-'));
});
afterEach(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

/** Writes documents one a line, or texts as they are. */
async function fileOf(name: string, rows: readonly (Document | string)[]): Promise<string> {
  const path = join(directory, name);
  const lines = rows.map((row) => (typeof row === 'string' ? row : EJSON.stringify(row, { relaxed: false })));
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

/** What a collection holds, byte for byte, by `_id`. */
async function stored(name: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const raw of database.db.collection(name).find({}, { raw: true })) {
    const bytes = Buffer.from(raw as unknown as Uint8Array);
    found.set(EJSON.stringify(BSON.deserialize(bytes)._id), bytes.toString('hex'));
  }
  return found;
}

const hexOf = (document: Document) => Buffer.from(BSON.serialize(document)).toString('hex');

describe('importing into an empty database', () => {
  test('the demo data is stored byte for byte, in both collections', async () => {
    const { users, customersV2 } = generateDemoData();
    const report = await importFiles(database.db, {
      usersFile: await fileOf('users.json', users),
      customersFile: await fileOf('customers.json', customersV2),
      merge: false,
    });
    expect(report.interrupted).toBe(false);
    expect(report.files).toMatchObject([
      {
        collection: 'users',
        read: 56,
        inserted: 56,
        skipped: 0,
        failed: 0,
        complete: true,
        rejectedFile: null,
      },
      { collection: 'customers_v2', read: 300, inserted: 300, skipped: 0, failed: 0, complete: true },
    ]);
    expect([...(await stored('users')).values()].sort()).toEqual(users.map(hexOf).sort());
    expect([...(await stored('customers_v2')).values()].sort()).toEqual(customersV2.map(hexOf).sort());
  });

  test('every BSON type and the order of fields survive', async () => {
    const row =
      '{"_id":{"$numberLong":"1"},"d":1.0,"i":1,"l":9007199254740993,"n":null,"e":"","dec":{"$numberDecimal":"1.50"},' +
      '"at":{"$date":"2024-01-01T00:00:00Z"},"b":{"$binary":{"base64":"AP8=","subType":"80"}},"z":{"b":1,"a":[null,{}]},' +
      '"u":{"$uuid":"ad7902df-c024-4e7d-a3f8-4a0947199cf5"},"9":1,"t":{"$timestamp":{"t":5,"i":6}}}';
    const usersFile = await fileOf('users.json', [row]);
    await importFiles(database.db, { usersFile, merge: false });
    const rows = [];
    for await (const one of readDocuments(usersFile))
      rows.push('document' in one ? hexOf(one.document) : one.error);
    expect([...(await stored('users')).values()]).toEqual(rows);
  });

  test('a document without an _id gets an ObjectId; one whose _id is null keeps it', async () => {
    const usersFile = await fileOf('users.json', [
      '{"name":"a"}',
      '{"_id":null,"name":"b"}',
      '{"9":1,"1":2}',
    ]);
    const report = await importFiles(database.db, { usersFile, merge: false });
    expect(report.files).toMatchObject([{ inserted: 3, failed: 0 }]);
    const documents = await database.db.collection('users').find().toArray();
    expect(documents.find(({ name }) => name === 'a')?._id).toBeInstanceOf(ObjectId);
    expect(documents.find(({ name }) => name === 'b')?._id).toBeNull();
    expect(documents.find((one) => one['9'] === 1)?._id).toBeInstanceOf(ObjectId);
  });

  test('rows that cannot be read or stored are listed with their line, kept as they stood, and the rest is stored', async () => {
    const rows = [
      '{"_id":"a","n":1}',
      '{"_id":"b", oops}',
      '{"_id":"a","n":2}',
      '[1]',
      '{"_id":[1]}',
      '{"_id":"c"}',
    ];
    const usersFile = await fileOf('users.json', rows);
    const report = await importFiles(database.db, { usersFile, merge: false, rejectedDirectory: directory });
    const [file] = report.files;
    expect(file).toMatchObject({ read: 6, inserted: 2, skipped: 0, failed: 4 });
    expect(file?.failures.map(({ line, documentId }) => [line, documentId])).toEqual([
      [2, null],
      [3, 'a'],
      [4, null],
      [5, '[1]'],
    ]);
    expect(file?.failures[0]?.reason).toContain('field name');
    expect(file?.failures[1]?.reason).toContain('_id is stored already');
    expect(await stored('users')).toEqual(
      new Map([
        ['"a"', hexOf({ _id: 'a', n: new BSON.Int32(1) })],
        ['"c"', hexOf({ _id: 'c' })],
      ]),
    );
    expect(file?.rejectedFile).toBe(join(directory, 'users.json.rejected.ndjson'));
    const kept = await readFile(String(file?.rejectedFile), 'utf8');
    expect(kept).toBe(`${[rows[1], rows[2], rows[3], rows[4]].join('\n')}\n`);
    expect((await stat(String(file?.rejectedFile))).mode & 0o777).toBe(0o600);
  });

  test('an earlier file of rejected rows is not overwritten', async () => {
    const usersFile = await fileOf('users.json', ['oops']);
    const kept = join(directory, 'made', 'for', 'it');
    const options = { usersFile, merge: true, rejectedDirectory: kept };
    await importFiles(database.db, options);
    const again = await importFiles(database.db, options);
    expect(again.files[0]?.rejectedFile).toBe(join(kept, 'users.json.rejected.2.ndjson'));
    expect(await readFile(join(kept, 'users.json.rejected.ndjson'), 'utf8')).toBe('oops\n');
  });

  test('a document that is too large for MongoDB fails alone', async () => {
    const rows = [`{"_id":1}`, `{"_id":2,"text":"${'x'.repeat(17 * 1024 * 1024)}"}`, '{"_id":3}'];
    const report = await importFiles(database.db, {
      usersFile: await fileOf('users.json', rows),
      merge: false,
    });
    expect(report.files).toMatchObject([
      { inserted: 2, failed: 1, failures: [{ line: 2, documentId: '2' }] },
    ]);
  });

  test('many batches: nothing is lost or stored twice, and progress grows to the whole', async () => {
    const rows = Array.from({ length: 5_432 }, (_unused, n) => `{"_id":${n},"name":"row ${n}"}`);
    rows[2_000] = '{"_id":2000,';
    const progress: ImportProgress[] = [];
    const report = await importFiles(database.db, {
      customersFile: await fileOf('customers.json', rows),
      merge: false,
      onProgress: (one) => progress.push(one),
    });
    expect(report.files).toMatchObject([
      { read: 5_432, inserted: 5_431, failed: 1, failures: [{ line: 2_001 }] },
    ]);
    expect((await stored('customers_v2')).size).toBe(5_431);
    expect(progress.length).toBeGreaterThan(4);
    expect(progress.map(({ read }) => read)).toEqual(progress.map(({ read }) => read).sort((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({
      collection: 'customers_v2',
      read: 5_432,
      inserted: 5_431,
      failed: 1,
    });
    expect(progress.at(-1)?.bytesRead).toBe(progress.at(-1)?.bytesTotal);
  });
});

describe('importing beside what is stored', () => {
  test.each(['users', 'customers_v2'])(
    'is refused without merge when %s holds a document; nothing is written',
    async (name) => {
      await database.db.collection(name).insertOne({ n: 1 });
      const usersFile = await fileOf('users.json', ['{"_id":1}']);
      const refusal = importFiles(database.db, { usersFile, merge: false });
      await expect(refusal).rejects.toThrow(ImportRefusedError);
      await expect(refusal).rejects.toMatchObject({
        code: 'NOT_EMPTY',
        message: expect.stringContaining(name),
      });
      expect((await stored('users')).size).toBe(name === 'users' ? 1 : 0);
    },
  );

  test('merge never overwrites: identical documents and differing ones are told apart, new ones are added', async () => {
    const before: Document[] = [
      { _id: new ObjectId('65cf8f3cb753a9265585e75c'), name: 'same', n: new BSON.Int32(1) },
      { _id: 'other', name: 'stored' },
      { _id: new BSON.Int32(7), n: new BSON.Int32(1) },
    ];
    await database.db.collection<Document>('users').insertMany(before);
    const usersFile = await fileOf('users.json', [
      before[0] as Document,
      { _id: 'other', name: 'from the file' },
      '{"_id":7.0,"n":1}',
      '{"n":1,"_id":"new"}',
    ]);
    const first = await importFiles(database.db, { usersFile, merge: true });
    expect(first.files).toMatchObject([
      { read: 4, inserted: 1, skipped: 3, skippedIdentical: 1, skippedDiffering: 2, failed: 0 },
    ]);
    expect(first.files[0]?.differing).toMatchObject([
      { line: 2, documentId: 'other' },
      { line: 3, documentId: '7' },
    ]);
    const now = await stored('users');
    for (const document of before) expect([...now.values()]).toContain(hexOf(document));
    expect(now.size).toBe(4);

    const second = await importFiles(database.db, { usersFile, merge: true });
    expect(second.files).toMatchObject([
      { inserted: 0, skippedIdentical: 2, skippedDiffering: 2, failed: 0 },
    ]);
    expect(await stored('users')).toEqual(now);
  });

  test('merge with one _id twice in the file stores the first and names the second', async () => {
    const usersFile = await fileOf('users.json', [
      '{"_id":"a","n":1}',
      '{"_id":"a","n":2}',
      '{"_id":"a","n":1}',
    ]);
    const report = await importFiles(database.db, { usersFile, merge: true });
    expect(report.files).toMatchObject([
      { inserted: 1, skippedIdentical: 1, skippedDiffering: 1, failed: 0, differing: [{ line: 2 }] },
    ]);
  });

  test('a document that a unique index refuses fails with the name of the index', async () => {
    await database.db
      .collection('users')
      .createIndex({ customer_v2_id: 1 }, { unique: true, name: 'one_login' });
    const usersFile = await fileOf('users.json', [
      '{"_id":1,"customer_v2_id":"x"}',
      '{"_id":2,"customer_v2_id":"x"}',
      '{"_id":3,"customer_v2_id":"y"}',
    ]);
    const report = await importFiles(database.db, { usersFile, merge: true });
    expect(report.files).toMatchObject([
      { inserted: 2, failed: 1, failures: [{ line: 2, documentId: '2' }] },
    ]);
    expect(report.files[0]?.failures[0]?.reason).toContain('one_login');
  });
});

describe('before anything is written', () => {
  const latin1 = Buffer.from('{"_id":1}\n{"_id":2,"name":"José"}\n', 'latin1');

  test('a file in another encoding is refused, even when it is the second one', async () => {
    const usersFile = await fileOf('users.json', ['{"_id":1}']);
    const customersFile = join(directory, 'customers.json');
    await writeFile(customersFile, latin1);
    const refusal = importFiles(database.db, { usersFile, customersFile, merge: false });
    await expect(refusal).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(refusal).rejects.toThrow('customers.json: line 2');
    expect((await stored('users')).size).toBe(0);
  });

  test.each([
    ['no file at all', () => ({}), 'NO_FILE'],
    ['a file that does not exist', () => ({ usersFile: join(directory, 'none.json') }), 'FILE_UNREADABLE'],
    ['a directory', () => ({ usersFile: directory }), 'FILE_UNREADABLE'],
    [
      'one file for both',
      () => ({ usersFile: join(directory, 'a.json'), customersFile: `${directory}/./a.json` }),
      'SAME_FILE',
    ],
  ])('%s is refused', async (_name, files, code) => {
    await expect(importFiles(database.db, { ...files(), merge: false })).rejects.toMatchObject({ code });
  });
});

test('an import that was stopped says so, and merge goes on from there', async () => {
  const rows = Array.from({ length: 3_000 }, (_unused, n) => `{"_id":${n}}`);
  const usersFile = await fileOf('users.json', rows);
  const customersFile = await fileOf('customers.json', ['{"_id":1}']);
  const stop = new AbortController();
  const options = { usersFile, customersFile };
  const first = await importFiles(database.db, {
    ...options,
    merge: false,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  expect(first).toMatchObject({ interrupted: true, files: [{ inserted: 1_000, complete: false }] });
  const second = await importFiles(database.db, { ...options, merge: true });
  expect(second).toMatchObject({
    interrupted: false,
    files: [{ read: 3_000, inserted: 2_000, skippedIdentical: 1_000, failed: 0 }, { inserted: 1 }],
  });
});
