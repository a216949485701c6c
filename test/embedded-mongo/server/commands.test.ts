import { type Collection, type Document, Long, ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let rows: Collection<Document>;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.db.dropDatabase();
  rows = server.db.collection('rows');
});

const valid = async (): Promise<void> =>
  expect(await server.db.command({ validate: 'rows' })).toMatchObject({ valid: true, errors: [] });

describe('inserting', () => {
  it('keeps documents as they came, with _id first and made where it is missing', async () => {
    await server.db.command({ insert: 'rows', documents: [{ b: 1, _id: 5, a: { z: 1, y: 2 } }, { x: 1 }] });
    const [first, second] = await rows.find().toArray();
    expect(Object.keys(first as Document)).toEqual(['_id', 'b', 'a']);
    expect(second?._id).toBeInstanceOf(ObjectId);
  });

  it('stops at the first error when ordered, and reports every one when not', async () => {
    const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }, { _id: 2 }, { _id: 3 }];
    const ordered = await server.db.command({ insert: 'rows', documents });
    expect(ordered).toMatchObject({ n: 1, writeErrors: [{ index: 1, code: 11000, keyPattern: { _id: 1 } }] });
    const unordered = await server.db.command({ insert: 'rows', documents, ordered: false });
    expect(unordered.n).toBe(2);
    expect(unordered.writeErrors.map((error: Document) => error.index)).toEqual([0, 1, 3]);
    await valid();
  });

  it('refuses what _id may not be', async () => {
    for (const id of [[1], /x/]) {
      const answer = await server.db.command({ insert: 'rows', documents: [{ _id: id }] });
      expect(answer.writeErrors).toMatchObject([{ code: 53 }]);
    }
  });
});

describe('updating and deleting', () => {
  it('keeps indexes in step', async () => {
    await rows.createIndexes([{ key: { a: 1 } }, { key: { tags: 1 } }, { key: { b: 1 }, sparse: true }]);
    await rows.insertMany(Array.from({ length: 50 }, (_, i) => ({ a: i, tags: [`t${i % 5}`, `u${i % 7}`] })));
    await rows.updateMany(
      { a: { $lt: 20 } },
      { $set: { b: 1 }, $inc: { a: 1 }, $push: { tags: 'new' } as never },
    );
    await rows.updateMany({ tags: 't1' }, { $unset: { tags: '' } });
    await rows.deleteMany({ a: { $gte: 40 } });
    expect(await rows.countDocuments({ b: { $exists: true } })).toBe(20);
    expect(await rows.countDocuments({ tags: 't1' })).toBe(0);
    await valid();
  });

  it('changes each document once, though the change moves it ahead in the index that finds it', async () => {
    await rows.createIndex({ n: 1 });
    await rows.insertMany([1, 2, 3].map((n) => ({ n })));
    expect(await rows.updateMany({ n: { $gt: 0 } }, { $inc: { n: 10 } })).toMatchObject({ modifiedCount: 3 });
    expect((await rows.find().toArray()).map((row) => row.n)).toEqual([11, 12, 13]);
  });

  it('upserts, and says what it made', async () => {
    const made = await rows.updateOne({ key: 'x', n: { $gt: 5 } }, { $set: { a: 1 } }, { upsert: true });
    expect(made).toMatchObject({ upsertedCount: 1, matchedCount: 0 });
    expect(await rows.findOne({ key: 'x' })).toEqual({ _id: made.upsertedId, key: 'x', a: 1 });
  });

  it('leaves earlier statements done and later ones not, when one fails', async () => {
    await rows.createIndex({ k: 1 }, { unique: true });
    await rows.insertMany([{ k: 1 }, { k: 2 }]);
    const answer = await server.db.command({
      update: 'rows',
      updates: [
        { q: { k: 1 }, u: { $set: { done: true } } },
        { q: { k: 1 }, u: { $set: { k: 2 } } },
        { q: { k: 2 }, u: { $set: { done: true } } },
      ],
    });
    expect(answer).toMatchObject({ n: 1, nModified: 1, writeErrors: [{ index: 1, code: 11000 }] });
    expect(await rows.countDocuments({ done: true })).toBe(1);
    await valid();
  });
});

describe('write commands', () => {
  it('do nothing at all when one of their statements is malformed', async () => {
    await rows.insertOne({ _id: new ObjectId(), n: 1 });
    const fine = { q: {}, u: { $inc: { n: 1 } } };
    const malformed: Array<[Document, number]> = [
      [{ ...fine, sort: { n: 1 } }, 40415],
      [{ q: {} }, 40414],
      [{ u: {} }, 40414],
      [{ ...fine, multi: 'yes' }, 14],
    ];
    for (const [statement, code] of malformed) {
      const updates = [fine, statement];
      await expect(server.db.command({ update: 'rows', updates })).rejects.toMatchObject({ code });
    }
    const deletes = [
      { q: {}, limit: 0 },
      { q: {}, limit: 2 },
    ];
    await expect(server.db.command({ delete: 'rows', deletes })).rejects.toMatchObject({ code: 9 });
    expect(await rows.findOne()).toMatchObject({ n: 1 });
  });
});

describe('cursors', () => {
  it('give every document once, in batches of the asked size', async () => {
    await rows.insertMany(Array.from({ length: 1000 }, (_, i) => ({ _id: i as never })));
    const seen = (await rows.find({}, { batchSize: 7 }).toArray()).map((row) => Number(row._id));
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('go on over a collection that changes', async () => {
    await rows.createIndex({ n: 1 });
    await rows.insertMany(Array.from({ length: 500 }, (_, i) => ({ n: i })));
    const cursor = rows.find({ n: { $gte: 0 } }, { batchSize: 10 }).sort({ n: 1 });
    for (let i = 0; i < 15; i++) await cursor.next();
    await rows.deleteMany({ n: { $gte: 100, $lt: 400 } });
    await rows.insertOne({ n: 450.5 });
    const rest = (await cursor.toArray()).map((row) => row.n);
    expect(rest).toEqual([
      ...Array.from({ length: 85 }, (_, i) => i + 15),
      ...Array.from({ length: 51 }, (_, i) => i + 400),
      450.5,
      ...Array.from({ length: 49 }, (_, i) => i + 451),
    ]);
  });

  it('are gone when they are killed or read to the end', async () => {
    await rows.insertMany(Array.from({ length: 10 }, (_, i) => ({ n: i })));
    const { cursor } = await server.db.command({ find: 'rows', batchSize: 4 });
    const killed = await server.db
      .command({ killCursors: 'rows', cursors: [Long.fromValue(cursor.id)] })
      .catch((error) => error);
    expect(killed).toMatchObject({ ok: 1 });
    const session = server.client.startSession();
    const again = await server.db.command({ find: 'rows', batchSize: 4 }, { session });
    const getMore = (): Promise<Document> =>
      server.db.command({ getMore: Long.fromValue(again.cursor.id), collection: 'rows' }, {
        session,
        promoteLongs: false,
      } as never);
    expect((await getMore()).cursor.nextBatch).toHaveLength(6);
    await expect(getMore()).rejects.toMatchObject({ code: 43, codeName: 'CursorNotFound' });
    await session.endSession();
  });

  it('split what does not fit into one answer', async () => {
    const text = 'x'.repeat(3_000_000);
    for (let i = 0; i < 8; i++) await rows.insertOne({ i, text });
    const found = await rows.find().sort({ i: 1 }).toArray();
    expect(found.map((row) => row.i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('indexes', () => {
  it('are listed as they were made, and refused when they contradict', async () => {
    await rows.createIndex({ a: 1, b: -1 }, { unique: true, partialFilterExpression: { a: { $gt: 0 } } });
    expect(await rows.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      {
        v: 2,
        key: { a: 1, b: -1 },
        name: 'a_1_b_-1',
        unique: true,
        partialFilterExpression: { a: { $gt: 0 } },
      },
    ]);
    await expect(rows.createIndex({ c: 1 }, { name: 'a_1_b_-1' })).rejects.toMatchObject({ code: 86 });
    await expect(rows.createIndex({ c: 'text' })).rejects.toMatchObject({ code: 238 });
    const odd = { createIndexes: 'rows', indexes: [{ key: { c: 1 }, name: 'c', nonsense: 1 }] };
    await expect(server.db.command(odd)).rejects.toMatchObject({ code: 197 });
    await expect(rows.dropIndex('none')).rejects.toMatchObject({ code: 27 });
    await rows.dropIndex('a_1_b_-1');
    expect(await rows.indexes()).toHaveLength(1);
  });

  it('that are unique are not made over duplicates, and nothing of them stays', async () => {
    await rows.insertMany([{ a: 1 }, { a: 1 }]);
    await expect(rows.createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({ code: 11000 });
    await rows.createIndex({ a: 1 });
    expect(await rows.countDocuments({ a: 1 })).toBe(2);
    await valid();
  });

  it('that are unique and partial, or sparse, let others repeat', async () => {
    await rows.createIndex({ link: 1 }, { unique: true, partialFilterExpression: { link: { $gt: '' } } });
    await rows.createIndex({ s: 1 }, { unique: true, sparse: true });
    await rows.insertMany([{ link: null }, { link: null }, { link: 'a', s: 1 }, {}]);
    await expect(rows.insertOne({ link: 'a' })).rejects.toMatchObject({ code: 11000 });
    await expect(rows.insertOne({ s: 1 })).rejects.toMatchObject({ code: 11000 });
  });

  it('find values too long for a key, and keep them unique', async () => {
    await rows.createIndex({ long: 1 }, { unique: true });
    const texts = ['a', 'b', 'c'].map((end) => 'long'.repeat(2000) + end);
    await rows.insertMany(texts.map((long) => ({ long })));
    for (const long of texts) expect(await rows.findOne({ long })).toMatchObject({ long });
    await expect(rows.insertOne({ long: texts[1] })).rejects.toMatchObject({ code: 11000 });
    expect((await rows.find().sort({ long: -1 }).toArray()).map((row) => row.long)).toEqual(
      [...texts].reverse(),
    );
    expect(await rows.countDocuments({ long: { $gt: texts[0] } })).toBe(2);
    await rows.insertOne({ _id: texts[0] as never });
    expect(await rows.findOne({ _id: texts[0] as never })).not.toBeNull();
    await valid();
  });

  it('with a lifetime remove what has expired', async () => {
    await rows.createIndex({ at: 1 }, { expireAfterSeconds: 5 });
    await rows.insertMany([{ at: new Date(Date.now() - 10_000) }, { at: new Date() }, { at: 'never' }, {}]);
    await server.client.db('admin').command({ setParameter: 1, ttlMonitorSleepSecs: 1 });
    await expect.poll(() => rows.countDocuments(), { timeout: 6000 }).toBe(3);
    await valid();
  });
});

describe('administration', () => {
  it('lists, renames and drops collections and databases', async () => {
    await rows.insertOne({ a: 1 });
    await server.db.createCollection('empty');
    expect(
      (await server.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name),
    ).toEqual(['empty', 'rows']);
    await expect(server.db.createCollection('rows')).rejects.toMatchObject({ code: 48 });
    await rows.rename('moved');
    expect(await server.db.collection('moved').countDocuments()).toBe(1);
    await server.db.collection('empty').drop();
    await server.db.dropDatabase();
    expect((await server.db.admin().listDatabases()).databases).toEqual([]);
  });

  it('refuses what it has not, by name', async () => {
    await expect(server.db.createCollection('capped', { capped: true, size: 1000 })).rejects.toMatchObject({
      code: 238,
    });
    await expect(rows.aggregate([{ $out: 'x' }]).toArray()).rejects.toMatchObject({ code: 40324 });
    await expect(rows.find({}, { tailable: true }).toArray()).rejects.toMatchObject({ code: 2 });
    await expect(rows.find({}, { min: { a: 1 }, hint: { a: 1 } }).toArray()).rejects.toMatchObject({
      code: 238,
    });
    await expect(server.db.command({ mapReduce: 'rows' })).rejects.toMatchObject({ code: 59 });
    await expect(
      rows.find({}, { readConcern: { level: 'snapshot' } } as never).toArray(),
    ).rejects.toMatchObject({ code: 238 });
  });

  it('tells of itself', async () => {
    expect(await server.db.admin().buildInfo()).toMatchObject({ versionArray: [7, 0, 14, 0] });
    expect(await server.db.admin().serverStatus()).toMatchObject({
      ok: 1,
      storageEngine: { name: 'embedded' },
    });
    expect(await server.db.stats()).toMatchObject({ ok: 1, db: 'test' });
    expect(await server.db.command({ connectionStatus: 1 })).toMatchObject({
      authInfo: { authenticatedUsers: [] },
    });
    expect(await server.db.admin().command({ currentOp: 1 })).toMatchObject({ ok: 1 });
  });

  it('tells the parameters that are asked for, and of no other', async () => {
    const admin = server.db.admin();
    const version = await admin.command({ getParameter: 1, featureCompatibilityVersion: 1 });
    expect(version).toMatchObject({ featureCompatibilityVersion: { version: '7.0' } });
    expect(version).not.toHaveProperty('transactionLifetimeLimitSeconds');
    expect(await admin.command({ getParameter: '*' })).toHaveProperty('transactionLifetimeLimitSeconds', 60);
    await expect(admin.command({ getParameter: 1, nothing: 1 })).rejects.toMatchObject({ code: 72 });
  });

  it('tells what Compass asks: privileges, and how large documents and indexes are', async () => {
    await rows.createIndex({ a: 1 });
    await rows.insertMany([{ a: 1 }, { a: 2 }]);
    expect(await server.db.command({ connectionStatus: 1, showPrivileges: true })).toHaveProperty(
      'authInfo.authenticatedUserPrivileges',
      [],
    );
    const expected = { count: 2, size: 58, avgObjSize: 29, nindexes: 2, capped: false, freeStorageSize: 0 };
    const [stage] = await rows.aggregate([{ $collStats: { storageStats: {}, count: {} } }]).toArray();
    const { storageStats } = stage as Document;
    expect(stage).toMatchObject({ ns: 'test.rows', count: 2, storageStats: expected });
    const { _id_: ofId, a_1: ofA } = storageStats.indexSizes;
    expect(ofId).toBeGreaterThan(0);
    expect(storageStats.totalIndexSize).toBe(ofId + ofA);
    expect(await server.db.command({ collStats: 'rows' })).toMatchObject({
      ns: 'test.rows',
      ...storageStats,
    });
    expect(await server.db.stats()).toMatchObject({ indexSize: ofId + ofA, totalSize: 58 + ofId + ofA });
    expect(await server.db.command({ collStats: 'none' })).toMatchObject({ count: 0, totalIndexSize: 0 });
  });

  it('knows version 1 of the Stable API, and holds strict clients to it', async () => {
    const { db } = server;
    expect(await db.command({ ping: 1, apiVersion: '1', apiStrict: true })).toMatchObject({ ok: 1 });
    expect(await db.command({ distinct: 'rows', key: 'a', apiVersion: '1' })).toMatchObject({ ok: 1 });
    const strict = { distinct: 'rows', key: 'a', apiVersion: '1', apiStrict: true };
    await expect(db.command(strict)).rejects.toMatchObject({ code: 323 });
    await expect(db.command({ ping: 1, apiVersion: '2' })).rejects.toMatchObject({ code: 322 });
    await expect(db.command({ ping: 1, apiStrict: true })).rejects.toMatchObject({ code: 4886600 });
  });

  it('tells statistics at the beginning of a pipeline only', async () => {
    await rows.insertOne({ a: 1 });
    for (const stage of [{ $collStats: { count: {} } }, { $indexStats: {} }]) {
      await expect(rows.aggregate([{ $match: { a: 1 } }, stage]).toArray()).rejects.toMatchObject({
        code: 40602,
      });
    }
  });

  it('ends a command that takes longer than it may', async () => {
    await rows.insertMany(Array.from({ length: 20_000 }, (_, n) => ({ n })));
    const slow = rows.find({
      $expr: {
        $eq: [
          { $reduce: { input: { $range: [0, 50] }, initialValue: 0, in: { $add: ['$$value', '$$this'] } } },
          -1,
        ],
      },
    });
    await expect(slow.maxTimeMS(5).toArray()).rejects.toMatchObject({
      code: 50,
      codeName: 'MaxTimeMSExpired',
    });
  });
});
