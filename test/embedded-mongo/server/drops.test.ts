import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Collection, type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.db.dropDatabase();
});

/** So many documents, with ten entries each in the index of an array and one in two others. */
async function fill(rows: Collection<Document>, count: number): Promise<void> {
  await rows.createIndexes([{ key: { n: 1 }, unique: true }, { key: { tags: 1 } }]);
  const tags = (n: number): string[] => Array.from({ length: 10 }, (_, tag) => `tag-${tag}-${n}`);
  await rows.insertMany(Array.from({ length: count }, (_, n) => ({ n, tags: tags(n) })));
}

/** How many collections' and indexes' keys are still to be removed. */
async function pending(db: Db): Promise<number> {
  const { storageEngine } = await db.command({ serverStatus: 1 });
  return Number(storageEngine.dropPendingIdents);
}

async function removed(db: Db): Promise<void> {
  while ((await pending(db)) > 0) await sleep(5);
}

function prefixes(dataDir: string): Record<string, number> {
  const script = fileURLToPath(new URL('./list-prefixes.ts', import.meta.url));
  const printed = execFileSync(process.execPath, ['--import', 'tsx', script, dataDir], { timeout: 20_000 });
  return JSON.parse(printed.toString());
}

/** How many keys each collection and index has, and how many are told to be removed. */
function stored(dataDir: string): number[] {
  const found = Object.entries(prefixes(dataDir)).filter(([name]) => /^(5$|16:|32:)/.test(name));
  return found.map(([, count]) => count);
}

describe('a drop', () => {
  it('is answered before what was stored is removed, and others are served meanwhile', async () => {
    await fill(server.db.collection('rows'), 4000);
    const other = await new MongoClient(server.mongo.uri).connect();
    expect(await server.db.collection('rows').drop()).toBe(true);
    expect(await pending(server.db)).toBeGreaterThan(0);
    let pings = 0;
    for (; (await pending(server.db)) > 0; pings++) await other.db('test').command({ ping: 1 });
    expect(pings).toBeGreaterThan(3);
    await other.close();
  });

  it('leaves the name to a new collection at once, with unique indexes of the same names', async () => {
    const rows = server.db.collection<Document>('rows');
    await fill(rows, 2000);
    await rows.drop();
    expect(await server.db.listCollections().toArray()).toEqual([]);
    await fill(rows, 50);
    expect(await pending(server.db)).toBeGreaterThan(0);
    expect(await rows.countDocuments({ tags: { $gte: '' } })).toBe(50);
    expect(await rows.find({ n: { $gte: 0 } }).toArray()).toHaveLength(50);
    expect(await server.db.command({ dbStats: 1 })).toMatchObject({ objects: 50, indexes: 3 });
    await removed(server.db);
    expect(await server.db.command({ validate: 'rows' })).toMatchObject({ valid: true, nrecords: 50 });
  });

  it('of an index frees its name and what it forbade', async () => {
    const rows = server.db.collection<Document>('rows');
    await fill(rows, 500);
    await rows.dropIndex('n_1');
    await rows.insertOne({ n: 1, again: true });
    await expect(rows.createIndex({ n: 1 }, { unique: true })).rejects.toMatchObject({ code: 11000 });
    await rows.deleteOne({ again: true });
    await rows.createIndex({ n: 1 }, { unique: true });
    await expect(rows.insertOne({ n: 1 })).rejects.toMatchObject({ code: 11000 });
    await rows.dropIndexes();
    await removed(server.db);
    const found = await server.db.command({ validate: 'rows' });
    expect(found).toMatchObject({ valid: true, nrecords: 500, keysPerIndex: { _id_: 500 } });
  });

  it('of the target of a renaming is part of it', async () => {
    const [rows, target] = [server.db.collection<Document>('rows'), server.db.collection<Document>('target')];
    await fill(rows, 100);
    await fill(target, 500);
    await rows.rename('target', { dropTarget: true });
    expect(await target.countDocuments({ n: { $gte: 0 } })).toBe(100);
    await removed(server.db);
    expect(await server.db.command({ validate: 'target' })).toMatchObject({ valid: true, nrecords: 100 });
  });

  it('does not make the file grow when it takes turns with filling', async () => {
    const file = join(server.dataDir, 'data', 'data.mdb');
    const sizes: number[] = [];
    for (let round = 0; round < 8; round++) {
      await fill(server.db.collection('rows'), 1500);
      await server.db.dropDatabase();
      sizes.push(statSync(file).size);
    }
    const [, , before = 0] = sizes;
    expect(sizes.at(-1)).toBeLessThan(before * 1.5);
  });
});

describe('a cursor', () => {
  const killed = { code: 175, codeName: 'QueryPlanKilled' };

  it('ends with its collection, dropped or under another name', async () => {
    const rows = server.db.collection<Document>('rows');
    await fill(rows, 500);
    const [scan, sorted] = [
      rows.find({}, { batchSize: 2 }),
      rows.find({}, { batchSize: 2 }).sort({ _id: -1 }),
    ];
    await Promise.all([scan.next(), sorted.next()]);
    await rows.rename('renamed');
    await Promise.all([scan, sorted].map((cursor) => expect(cursor.toArray()).rejects.toMatchObject(killed)));
    const dropped = server.db.collection('renamed').find({}, { batchSize: 2 });
    await dropped.next();
    await server.db.dropDatabase();
    await expect(dropped.toArray()).rejects.toMatchObject(killed);
  });

  it('ends with the index that it reads, and with no other', async () => {
    const rows = server.db.collection<Document>('rows');
    await fill(rows, 500);
    const [byIndex, byOther] = ['n_1', '_id_'].map((hint) => rows.find({}, { batchSize: 2, hint }));
    await byIndex?.next();
    await byOther?.next();
    await rows.dropIndex('n_1');
    await expect(byIndex?.toArray()).rejects.toMatchObject(killed);
    expect(await byOther?.toArray()).toHaveLength(499);
  });

  it("ends with the collection of its pipeline's $unionWith", async () => {
    await fill(server.db.collection('rows'), 1);
    await fill(server.db.collection('other'), 500);
    const union = server.db.collection('rows').aggregate([{ $unionWith: 'other' }], { batchSize: 10 });
    await union.next();
    await server.db.collection('other').drop();
    await expect(union.toArray()).rejects.toMatchObject(killed);
  });
});

describe('what was dropped', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'drops-'));
    return () => rmSync(dataDir, { recursive: true, force: true });
  });

  async function served<T>(use: (client: MongoClient) => Promise<T>): Promise<T> {
    const mongo = await startEmbeddedMongo({ dataDir, durability: 'process' });
    const client = await new MongoClient(mongo.uri).connect();
    try {
      return await use(client);
    } finally {
      await client.close();
      await mongo.close();
    }
  }

  async function serveToBeKilled(): Promise<{ child: ChildProcess; client: MongoClient }> {
    const child = fork(fileURLToPath(new URL('./serve-directory.ts', import.meta.url)), [dataDir], {
      execArgv: ['--import', 'tsx'],
    });
    const uri = await new Promise((resolve) => child.once('message', resolve));
    return { child, client: await new MongoClient(String(uri)).connect() };
  }

  it('stays so after a SIGKILL in the middle of its removal, which goes on until nothing is left', async () => {
    const { child, client } = await serveToBeKilled();
    const rows = client.db('t').collection<Document>('rows');
    await fill(rows, 4000);
    await rows.drop();
    await fill(rows, 50);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await client.close();
    expect(prefixes(dataDir)['5']).toBeGreaterThan(0);
    await served(async (again) => {
      const db = again.db('t');
      expect(await db.collection('rows').countDocuments({ n: { $gte: 0 } })).toBe(50);
      await removed(db);
      expect(await db.command({ validate: 'rows' })).toMatchObject({ valid: true, errors: [], nrecords: 50 });
    });
    expect(stored(dataDir)).toEqual([50, 50, 50, 500]);
  });

  it('is not brought back by a transaction that wrote to it before, and reads as it began', async () => {
    await served(async (client) => {
      const db = client.db('t');
      const [rows, other] = [db.collection<Document>('rows'), db.collection<Document>('other')];
      for (const each of [rows, other, db.collection('target'), db.collection('third')]) await fill(each, 30);
      const session = client.startSession();
      session.startTransaction();
      await rows.insertOne({ n: -1, tags: ['late'] }, { session });
      const read = other.find({}, { session, batchSize: 10, hint: 'tags_1' });
      await read.next();
      await rows.drop();
      await other.dropIndex('tags_1');
      await db.collection('third').rename('target', { dropTarget: true });
      // Time in which it would be removed, were it not for the transaction.
      for (let turn = 0; turn < 10; turn++) await sleep(10);
      expect(await pending(db)).toBe(4 + 1 + 4);
      expect(await read.toArray()).toHaveLength(29);
      await session.commitTransaction();
      await session.endSession();
      expect(await rows.countDocuments()).toBe(0);
      await removed(db);
      expect(await db.command({ validate: 'other' })).toMatchObject({ valid: true });
    });
    expect(stored(dataDir)).toEqual([30, 30, 30, 30, 30, 30, 300]);
  });
});
