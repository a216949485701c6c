import type { Collection, Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let rows: Collection<Document>;
let before: Document;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.db.dropDatabase();
  rows = server.db.collection('rows');
  await rows.createIndex({ n: 1 });
  await rows.insertMany(Array.from({ length: 10 }, (_, n) => ({ _id: n as never, n })));
  before = await status();
});

const status = (): Promise<Document> => server.client.db('admin').command({ serverStatus: 1 });

/** By how much the figures of a section have grown; those that have not are left out. */
async function growth(...path: string[]): Promise<Document> {
  const section = (whole: Document): Document => path.reduce((inner, name) => inner[name], whole);
  const [old, now] = [section(before), section(await status())];
  const grown = Object.keys(now).map((name) => [name, now[name] - old[name]] as const);
  return Object.fromEntries(grown.filter(([, more]) => more !== 0));
}

describe('serverStatus counts', () => {
  it('operations by kind, each statement of a write', async () => {
    await rows.insertMany([{ a: 1 }, { a: 2 }, { a: 3 }]);
    await rows.bulkWrite([
      { updateOne: { filter: { a: 1 }, update: { $set: { b: 1 } } } },
      { updateOne: { filter: { a: 2 }, update: { $set: { b: 1 } } } },
      { deleteOne: { filter: { a: 3 } } },
    ]);
    await rows.find({}, { batchSize: 5 }).toArray();
    await rows.aggregate([{ $match: { a: 1 } }]).toArray();
    // The command that asks is one; the second batch of 5 leaves the cursor open for a third answer.
    expect(await growth('opcounters')).toEqual({
      insert: 3,
      update: 2,
      delete: 1,
      query: 1,
      getmore: 2,
      command: 2,
    });
  });

  it('documents inserted, updated, deleted and returned', async () => {
    await rows.insertMany([{ a: 1 }, { a: 1 }]);
    await rows.updateMany({ a: 1 }, { $set: { b: 1 } });
    await rows.updateOne({ a: 9 }, { $set: { b: 1 } }, { upsert: true });
    await rows.deleteMany({ a: 1 });
    await rows.findOneAndUpdate({ a: 9 }, { $set: { b: 2 } });
    await rows.findOneAndDelete({ a: 9 });
    await rows.find({ n: { $lt: 4 } }).toArray();
    await rows.aggregate([{ $match: { n: { $lt: 2 } } }]).toArray();
    expect(await growth('metrics', 'document')).toEqual({ inserted: 3, updated: 3, deleted: 3, returned: 6 });
  });

  it('keys and documents that plans look at', async () => {
    await rows.find({ n: { $gte: 7 } }).toArray();
    expect(await growth('metrics', 'queryExecutor')).toEqual({ scanned: 3, scannedObjects: 3 });
    await rows.find({ none: 1 }).toArray();
    expect(await growth('metrics', 'queryExecutor')).toEqual({ scanned: 3, scannedObjects: 13 });
    await rows.findOne({ _id: 3 as never });
    expect(await growth('metrics', 'queryExecutor')).toEqual({ scanned: 4, scannedObjects: 14 });
  });

  it('open cursors, and all that were', async () => {
    const cursor = rows.find({}, { batchSize: 2 });
    const forever = rows.find({}, { batchSize: 2, noCursorTimeout: true });
    await cursor.next();
    await forever.next();
    expect(await growth('metrics', 'cursor', 'open')).toEqual({ total: 2, noTimeout: 1 });
    await cursor.close();
    await forever.close();
    expect(await growth('metrics', 'cursor', 'open')).toEqual({});
    expect((await status()).metrics.cursor.totalOpened - before.metrics.cursor.totalOpened).toBe(2);
  });

  it('transactions and their conflicts', async () => {
    const [one, two] = [server.client.startSession(), server.client.startSession()];
    one.startTransaction();
    two.startTransaction();
    await rows.updateOne({ n: 1 }, { $set: { by: 'one' } }, { session: one });
    expect(await growth('transactions')).toEqual({ currentInactive: 1, currentOpen: 1, totalStarted: 1 });
    await expect(rows.updateOne({ n: 1 }, { $set: { by: 'two' } }, { session: two })).rejects.toThrow();
    await one.commitTransaction();
    await two.abortTransaction();
    expect(await growth('transactions')).toEqual({ totalStarted: 2, totalCommitted: 1, totalAborted: 1 });
    expect(await growth('metrics', 'operation')).toEqual({ writeConflicts: 1 });
    await one.endSession();
    await two.endSession();
  });

  it('commands and their failures; of unknown ones only how many', async () => {
    await rows
      .find({ $odd: 1 })
      .toArray()
      .catch(() => undefined);
    await server.db.command({ nonsense: 1 }).catch(() => undefined);
    const { commands } = (await status()).metrics;
    expect(commands.find.failed - (before.metrics.commands.find?.failed ?? 0)).toBe(1);
    expect(commands).not.toHaveProperty('nonsense');
    expect(commands['<UNKNOWN>']).toBe(1);
  });

  it('connections, requests and memory', async () => {
    expect(before.connections.current).toBeGreaterThan(0);
    expect(before.connections.totalCreated).toBeGreaterThanOrEqual(before.connections.current);
    expect(before.mem.resident).toBeGreaterThan(10);
    expect((await growth('network')).numRequests).toBeGreaterThan(0);
  });
});
