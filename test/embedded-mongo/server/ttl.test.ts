import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.client.db('admin').command({ setParameter: 1, ttlMonitorSleepSecs: 1 });
});
afterAll(() => server.close());

const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);

async function idsLeft(name: string): Promise<unknown[]> {
  const left = await server.db.collection(name).find().sort({ _id: 1 }).toArray();
  return left.map((row) => row._id);
}

async function fill(name: string, documents: Document[]): Promise<void> {
  await server.db.collection(name).insertMany(documents.map((each, i) => ({ _id: i as never, ...each })));
}

describe('a TTL index', () => {
  it('removes what is older by itself, and nothing else', async () => {
    await fill('kinds', [
      { at: ago(100) },
      { at: ago(10) },
      { at: null },
      {},
      { at: 'long ago' },
      { at: 5 },
      { at: [ago(5), ago(100)] },
      { at: [ago(5), 'x'] },
      { at: [] },
      { at: { was: ago(100) } },
      { at: new Date(Date.now() + 1e6) },
    ]);
    await fill('partial', [
      { at: ago(100), done: true },
      { at: ago(100), done: false },
    ]);
    await fill('changed', [{ at: ago(100) }]);
    await fill('held', [{ at: ago(100) }, { at: ago(100) }]);
    await fill('hidden', [{ at: ago(100) }, { at: ago(1) }]);
    await fill('fixed', [{ at: ago(1) }, { at: new Date(Date.now() + 1e6) }]);
    await fill(
      'crowd',
      Array.from({ length: 3500 }, () => ({ at: ago(100) })),
    );
    await server.db.collection('changed').createIndex({ at: 1 }, { expireAfterSeconds: 1000 });
    await server.db.command({
      collMod: 'changed',
      index: { keyPattern: { at: 1 }, expireAfterSeconds: 60 },
    });
    const session = server.client.startSession();
    session.startTransaction();
    await server.db.collection('held').updateOne({ _id: 0 as never }, { $set: { a: 1 } }, { session });
    for (const name of ['kinds', 'held', 'crowd']) {
      await server.db.collection(name).createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    }
    await server.db.collection('fixed').createIndex({ at: 1 }, { expireAfterSeconds: 0 });
    await server.db.collection('hidden').createIndex({ at: 1 }, { expireAfterSeconds: 60, hidden: true });
    await server.db
      .collection('partial')
      .createIndex({ at: 1 }, { expireAfterSeconds: 60, partialFilterExpression: { done: true } });
    await sleep(2300);
    expect(await idsLeft('kinds')).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 10]);
    expect(await idsLeft('partial')).toEqual([1]);
    expect(await idsLeft('changed')).toEqual([]);
    expect(await idsLeft('held')).toEqual([0]);
    expect(await idsLeft('fixed')).toEqual([1]);
    expect(await idsLeft('crowd')).toEqual([]);
    expect(await idsLeft('hidden')).toEqual([1]);
    await session.abortTransaction();
    await session.endSession();
    const { ttl } = (await server.client.db('admin').command({ serverStatus: 1 })).metrics;
    expect(ttl.passes).toBeGreaterThanOrEqual(1);
    expect(ttl.deletedDocuments).toBe(2 + 1 + 1 + 1 + 1 + 1 + 3500);
    expect(await server.db.command({ validate: 'kinds' })).toMatchObject({ valid: true });
  });

  it('has one field, and a time that is one', async () => {
    const rows = server.db.collection('refused');
    await expect(rows.createIndex({ a: 1, b: 1 }, { expireAfterSeconds: 1 })).rejects.toMatchObject({
      code: 67,
    });
    await expect(rows.createIndex({ a: 1 }, { expireAfterSeconds: -1 })).rejects.toMatchObject({ code: 67 });
  });
});
