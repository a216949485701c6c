import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { EJSON } from 'bson';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSigningKeys } from '../../../src/accounts/signing-keys.ts';
import { buildUseCases } from '../../../src/build-use-cases.ts';
import {
  type ImportDependencies,
  type ImportOptions,
  importCustomers,
} from '../../../src/cli/import-customers/import-customers.ts';
import { openImportSource } from '../../../src/cli/import-customers/import-source.ts';
import type { RowResult } from '../../../src/cli/import-customers/report-lines.ts';
import { readConfig } from '../../../src/config.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import { createCustomers } from '../../../src/customers/create-customers.ts';
import { openTestDatabase, type TestDatabase } from '../../support/test-database.ts';

type Create = ImportDependencies['create'];

let data: TestDatabase;
let keysDirectory: string;
let folder: string;
let createReally: Create;
const now = () => new Date();

beforeAll(async () => {
  data = await openTestDatabase();
  keysDirectory = await mkdtemp(join(tmpdir(), 'import-keys-'));
  const config = readConfig({ DATA_DIR: keysDirectory });
  const keys = await loadSigningKeys(config);
  const { customers } = await buildUseCases({ config, database: data.database, keys, now });
  createReally = (inputs, options) =>
    createCustomers(customers, 'command line', inputs, { credentials: 'later', ...options });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  for (const { collectionName } of await data.db.collections()) {
    if (collectionName !== 'migrations') await data.db.collection(collectionName).deleteMany({});
  }
  return () => rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await data.close();
  await rm(keysDirectory, { recursive: true, force: true });
});

interface RunOptions extends Partial<Omit<ImportOptions, 'named'>> {
  readonly report?: string;
  readonly rejected?: string;
  readonly create?: Create;
  readonly file?: string;
  readonly stdin?: string;
}

/** Imports a file as the command does, in batches of 3 rows. */
async function run(options: RunOptions = {}) {
  const { report = null, rejected = null, create = createReally, file = 'people.csv', stdin } = options;
  const source = await openImportSource({
    file: stdin === undefined ? join(folder, file) : '-',
    stdin: Readable.from([Buffer.from(stdin ?? '')]),
    delimiter: null,
    map: [],
    defaults: [],
  });
  try {
    return await importCustomers({ database: data.database, defaultPhoneRegion: 'IN', now, create }, source, {
      onExisting: 'ASK',
      dryRun: false,
      again: false,
      signal: new AbortController().signal,
      batchRows: 3,
      ...options,
      named: { report, rejected },
    });
  } finally {
    await source.close();
  }
}

const header = 'name,phone,address,area\n';
const person = (index: number, phone = 9_876_500_000 + index) =>
  `Person ${index},${phone},Lane ${index},Baner`;
const people = (count: number) => Array.from({ length: count }, (_, index) => person(index)).join('\n');
const write = (content: string, name = 'people.csv') => writeFile(join(folder, name), content);
const text = (name: string) => readFile(join(folder, name), 'utf8');

type ReportRow = Record<'line' | 'outcome' | 'customer_id' | 'code' | 'field' | 'message', string>;
const report = async (name = 'people.csv.report.csv') =>
  parse(await text(name), { columns: true }) as ReportRow[];

/** Everything that is stored, but who holds which lease. */
async function everything(): Promise<Record<string, string[]>> {
  const names = (await data.db.listCollections({}, { nameOnly: true }).toArray())
    .map(({ name }) => name)
    .sort();
  const stored: Record<string, string[]> = {};
  for (const name of names) {
    const documents = await data.db.collection(name).find({}).toArray();
    stored[name] = documents.map((document) => EJSON.stringify(document)).sort();
  }
  return stored;
}

/** Everybody is there once, with both halves, and the report has a line for each row of the file. */
async function expectImported(count: number) {
  expect(await data.database.users.countDocuments({})).toBe(count);
  expect(await data.database.customersV2.countDocuments({})).toBe(count);
  expect(await data.database.customerIndex.countDocuments({ linkState: 'LINKED' })).toBe(count);
  const rows = await report();
  expect(rows.map(({ line }) => Number(line))).toEqual(rows.map((_, index) => index + 2));
  const ids = rows.filter(({ outcome }) => outcome === 'created').map((row) => row.customer_id);
  const stored = (await data.database.customersV2.find({}).toArray()).map(({ id }) => id);
  expect(ids.sort()).toEqual(stored.sort());
}

describe('an import of customers', () => {
  it('creates both halves of everybody, without a password, and says what became of every line', async () => {
    const rows = ['Asha,98765 43210,"1 Lane\nPune",Baner', 'Ravi,12,Lane,Baner', '"Broken,1,2,3'];
    await write(`${header}${rows.join('\n')}\nTwin,+919876543210,Lane,Baner\n${people(5)}\nshort,1\n`);
    const summary = await run();
    expect(summary).toMatchObject({ rows: 10, created: 6, adopted: 0, exists: 0, refused: 4, state: 'DONE' });
    expect(await report()).toMatchObject([
      { line: '2', outcome: 'created', customer_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { line: '4', outcome: 'refused', code: 'BAD_USER_INPUT', field: 'phone' },
      { line: '5', outcome: 'refused', field: '', message: expect.stringContaining('quote') },
      { line: '6', outcome: 'refused', field: 'phone', message: 'Line 2 has the same phone.' },
      ...Array.from({ length: 5 }, (_, index) => ({ line: String(index + 7), outcome: 'created' })),
      { line: '12', outcome: 'refused', message: 'The row has 2 columns; the header has 4.' },
    ]);
    expect(await text('people.csv.rejected.csv')).toBe(
      `${header}${rows[1]}\n${rows[2]}\nTwin,+919876543210,Lane,Baner\nshort,1\n`,
    );
    const users = await data.database.users.find({}).toArray();
    expect(users.every((user) => user.password_hash === null)).toBe(true);
    expect(await data.database.notifications.countDocuments({})).toBe(0);
  });

  it('takes the refused rows once they are corrected', async () => {
    await write(`${header}${person(0)}\nRavi,12,Lane,Baner\n`);
    await run();
    const corrected = (await text('people.csv.rejected.csv')).replace(',12,', ',9876543210,');
    await write(corrected, 'people.csv.rejected.csv');
    expect(await run({ file: 'people.csv.rejected.csv' })).toMatchObject({
      rows: 1,
      created: 1,
      rejected: null,
    });
    expect((await readdir(folder)).sort()).toEqual([
      'people.csv',
      'people.csv.rejected.csv',
      'people.csv.rejected.csv.report.csv',
      'people.csv.report.csv',
    ]);
  });

  it('reports people who are there already, or adopts their half, or creates them apart, as it is told', async () => {
    await data.database.customersV2.insertOne({
      id: 'orphan',
      name: 'Person 0',
      phone: '9876500000',
      user_id: null,
    } as never);
    await sweepIndex(data.database, { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' });
    await write(`${header}${people(2)}\n`);
    expect(await run()).toMatchObject({ rows: 2, created: 1, exists: 1 });
    expect((await report())[0]).toMatchObject({
      outcome: 'exists',
      customer_id: 'orphan',
      message: 'A customer with the same phone and name is there already.',
    });
    expect(await run({ onExisting: 'ADOPT' })).toMatchObject({ rows: 2, adopted: 1, exists: 1 });
    expect((await report('people.csv.report.2.csv'))[0]).toMatchObject({
      outcome: 'adopted',
      customer_id: 'orphan',
    });
    expect(await run({ onExisting: 'CREATE_SEPARATE' })).toMatchObject({ rows: 2, created: 2 });
  });

  it('of a dry run writes nothing at all, and says what the import then does', async () => {
    await write(`${header}${people(7)}\nRavi,12,Lane,Baner\n${person(3)}\n`);
    await createReally([{ name: 'P', phone: '9876500001', address: 'a', area: 'b' }], { dryRun: false });
    const [before, files] = [await everything(), await readdir(folder)];
    const foreseen: RowResult[] = [];
    const planned = await run({ dryRun: true, onBatch: (results) => foreseen.push(...results) });
    expect([await everything(), await readdir(folder)]).toEqual([before, files]);

    const done: RowResult[] = [];
    const summary = await run({ onBatch: (results) => done.push(...results) });
    expect(planned).toEqual({ ...summary, dryRun: true, report: null, rejected: null });
    const withoutNewIds = (results: RowResult[]) =>
      results.map((row) => (row.outcome === 'created' ? { ...row, customerIds: [] } : row));
    expect(foreseen).toEqual(withoutNewIds(done));
  });

  it('reads standard input, and keeps a report only where one is named', async () => {
    const stdin = `${header}${people(4)}`;
    expect(await run({ stdin })).toMatchObject({ rows: 4, created: 4, report: null, rejected: null });
    expect(await readdir(folder)).toEqual([]);
    expect(await run({ stdin, report: join(folder, 'r.csv') })).toMatchObject({ rows: 4, exists: 4 });
    expect(await report('r.csv')).toHaveLength(4);
  });

  it('does nothing for a file that it has imported, under whatever name, until it is told to do it again', async () => {
    await write(`${header}${people(4)}`);
    await run();
    const before = await everything();
    await write(`${header}${people(4)}`, 'copy.csv');
    expect(await run({ file: 'copy.csv' })).toMatchObject({ state: 'ALREADY_DONE', rows: 4, created: 4 });
    expect(await everything()).toEqual(before);
    expect(await run({ again: true })).toMatchObject({ state: 'DONE', rows: 4, exists: 4, created: 0 });
    expect(await report('people.csv.report.2.csv')).toHaveLength(4);
  });

  it('never writes over a file that is no report, nor over rows that somebody may be correcting', async () => {
    await write(`${header}${people(1)}`);
    const own = join(folder, 'people.csv');
    await expect(run({ report: own })).rejects.toThrow(/exists already/);
    await write(`${header}kept,1,2,3\n`, 'mine.csv');
    await expect(run({ rejected: join(folder, 'mine.csv') })).rejects.toThrow(/exists already/);
    expect(await text('people.csv')).toBe(`${header}${people(1)}`);
    expect(await text('mine.csv')).toBe(`${header}kept,1,2,3\n`);
    expect(await data.database.users.countDocuments({})).toBe(0);
  });
});

describe('an import that was ended', () => {
  /** Throws at a point of the third batch, as if the process ended there. */
  const endingAt = (point: 'before' | 'in the transaction' | 'after the commit'): Create => {
    let batch = 0;
    return async (inputs, options) => {
      batch++;
      if (batch < 3) return createReally(inputs, options);
      if (point === 'before') throw new Error('killed');
      const { alsoWrite } = options;
      const outcomes = await createReally(inputs, {
        ...options,
        alsoWrite: async (session, settled) => {
          await alsoWrite?.(session, settled);
          if (point === 'in the transaction') throw new Error('killed');
        },
      });
      if (point === 'after the commit') throw new Error('killed');
      return outcomes;
    };
  };

  it.each(['before', 'in the transaction', 'after the commit'] as const)(
    'goes on where it stopped, creates nobody twice, and has every row in its report once: %s',
    async (point) => {
      await write(
        `${header}${people(6)}\nRavi,12,Lane,Baner\n${people(10).split('\n').slice(6).join('\n')}\n`,
      );
      await expect(run({ create: endingAt(point) })).rejects.toThrow('killed');
      const summary = await run();
      expect(summary).toMatchObject({
        ...{ rows: 11, created: 10, exists: 0, refused: 1, state: 'DONE' },
        rowsBefore: point === 'after the commit' ? 9 : 6,
      });
      await expectImported(10);
      expect(await text('people.csv.rejected.csv')).toBe(`${header}Ravi,12,Lane,Baner\n`);
    },
  );

  it('creates nobody twice either when everybody is to be created apart', async () => {
    // Rows of one phone are written one transaction after the other: the process ends between them.
    await write(`${header}${[0, 1, 2, 3].map((index) => person(index, 9_876_500_000)).join('\n')}\n`);
    let calls = 0;
    const create: Create = async (inputs, options) => {
      calls++;
      if (calls > 1) return createReally(inputs, options);
      await createReally(inputs.slice(0, 2), { dryRun: false });
      throw new Error('killed');
    };
    await expect(run({ onExisting: 'CREATE_SEPARATE', create })).rejects.toThrow('killed');
    expect(await run({ onExisting: 'CREATE_SEPARATE' })).toMatchObject({ rows: 4, created: 4 });
    await expectImported(4);
  });

  it('by a signal, finishes the batch at hand and goes on behind it', async () => {
    await write(`${header}${people(10)}\n`);
    const interruption = new AbortController();
    const first = await run({ signal: interruption.signal, onBatch: () => interruption.abort() });
    expect(first).toMatchObject({ state: 'INTERRUPTED', rows: 3, created: 3 });
    expect(await data.database.jobs.findOne({})).toMatchObject({ state: 'PAUSED', finishedAt: null });
    expect(await run()).toMatchObject({ state: 'DONE', rowsBefore: 3, rows: 10, created: 10 });
    await expectImported(10);
    expect(await data.database.jobs.findOne({})).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('compares its rows with those that were imported before', async () => {
    await write(`${header}${people(5)}\n${person(9, 9_876_500_000)}\n`);
    await expect(run({ create: endingAt('before'), batchRows: 1 })).rejects.toThrow('killed');
    await run();
    expect((await report()).at(-1)).toMatchObject({
      outcome: 'refused',
      message: 'Line 2 has the same phone.',
    });
  });

  it('is refused when its report is not the one that it left', async () => {
    await write(`${header}${people(10)}\n`);
    await expect(run({ create: endingAt('before') })).rejects.toThrow('killed');
    await write('something else', 'people.csv.report.csv');
    await expect(run()).rejects.toThrow(/people\.csv\.report\.csv is not as the interrupted import left it/);
    expect(await text('people.csv.report.csv')).toBe('something else');
  });

  it('is gone on with by one of two processes, and the other says so', async () => {
    await write(`${header}${people(12)}\n`);
    await expect(run({ create: endingAt('before') })).rejects.toThrow('killed');
    const both = await Promise.allSettled([run(), run()]);
    const failed = both.filter((outcome) => outcome.status === 'rejected');
    expect(failed.map(({ reason }) => (reason as Error).name)).toEqual(['ImportTakenError']);
    await expectImported(12);
  });
});
