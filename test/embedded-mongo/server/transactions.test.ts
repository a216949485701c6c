import { type ClientSession, type Collection, type Document, Long, MongoServerError, UUID } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRawClient, type RawClient } from './raw-client.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let rows: Collection<Document>;
let session: ClientSession;
let other: ClientSession;
let raw: RawClient;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.db.dropDatabase();
  rows = server.db.collection('rows');
  await rows.createIndex({ key: 1 }, { unique: true });
  await rows.createIndex({ group: 1, n: 1 });
  await rows.insertMany([1, 2, 3].map((i) => ({ _id: i as never, key: `k${i}`, group: 'g', n: i })));
  session = server.client.startSession();
  other = server.client.startSession();
  raw = openRawClient(`${server.dataDir}/mongo.sock`);
  return async () => {
    await session.endSession();
    await other.endSession();
    raw.close();
  };
});

const conflict = { code: 112, codeName: 'WriteConflict' };

describe('a transaction', () => {
  it('sees its own writes in scans, index scans, counts and sorts; nobody else does', async () => {
    session.startTransaction();
    await rows.insertOne({ _id: 4 as never, key: 'k4', group: 'g', n: 0 }, { session });
    await rows.deleteOne({ _id: 2 as never }, { session });
    await rows.updateOne({ _id: 3 as never }, { $set: { n: -5 } }, { session });
    const inside = await rows.find({ group: 'g' }, { session }).sort({ n: 1 }).toArray();
    expect(inside.map((row) => row._id)).toEqual([3, 4, 1]);
    expect(await rows.countDocuments({ group: 'g' }, { session })).toBe(3);
    expect((await rows.find({}, { session }).toArray()).map((row) => row._id)).toEqual([1, 3, 4]);
    expect(await rows.findOne({ key: 'k4' }, { session })).not.toBeNull();
    expect((await rows.find({ group: 'g' }).sort({ n: 1 }).toArray()).map((row) => row._id)).toEqual([
      1, 2, 3,
    ]);
    await session.commitTransaction();
    expect((await rows.find({ group: 'g' }).sort({ n: 1 }).toArray()).map((row) => row._id)).toEqual([
      3, 4, 1,
    ]);
    expect(await rows.estimatedDocumentCount()).toBe(3);
    expect(await server.db.command({ validate: 'rows' })).toMatchObject({ valid: true, errors: [] });
  });

  it('reads as of its beginning, whatever is written meanwhile', async () => {
    session.startTransaction();
    await rows.findOne({}, { session });
    await rows.insertOne({ _id: 9 as never, key: 'k9', group: 'g', n: 9 });
    await rows.updateOne({ _id: 1 as never }, { $set: { n: 100 } });
    expect(
      (await rows.find({ group: 'g' }, { session }).sort({ n: 1 }).toArray()).map((row) => row.n),
    ).toEqual([1, 2, 3]);
    await session.commitTransaction();
    expect(await rows.countDocuments({ n: { $gte: 9 } })).toBe(2);
  });

  it('leaves nothing behind when it is aborted, a new collection neither', async () => {
    session.startTransaction();
    await rows.insertOne({ key: 'x' }, { session });
    await server.db.collection('fresh').insertOne({ a: 1 }, { session });
    expect(await server.db.listCollections({ name: 'fresh' }).toArray()).toEqual([]);
    await session.abortTransaction();
    expect(await rows.countDocuments()).toBe(3);
    expect(await server.db.listCollections({ name: 'fresh' }).toArray()).toEqual([]);
  });

  it('conflicts with another that wrote the same document first', async () => {
    session.startTransaction();
    other.startTransaction();
    await rows.updateOne({ _id: 1 as never }, { $inc: { n: 1 } }, { session });
    const failed = await rows
      .updateOne({ _id: 1 as never }, { $inc: { n: 1 } }, { session: other })
      .catch((error) => error);
    expect(failed).toMatchObject(conflict);
    expect(failed.hasErrorLabel('TransientTransactionError')).toBe(true);
    await session.commitTransaction();
    expect(await rows.findOne({ _id: 1 as never })).toMatchObject({ n: 2 });
  });

  it('conflicts with a write that was made after it began', async () => {
    session.startTransaction();
    await rows.findOne({}, { session });
    await rows.updateOne({ _id: 1 as never }, { $inc: { n: 10 } });
    await expect(rows.updateOne({ _id: 1 as never }, { $inc: { n: 1 } }, { session })).rejects.toMatchObject(
      conflict,
    );
  });

  it('conflicts over the same unique value, and is refused one that is there', async () => {
    session.startTransaction();
    other.startTransaction();
    await rows.insertOne({ key: 'same' }, { session });
    await expect(rows.insertOne({ key: 'same' }, { session: other })).rejects.toMatchObject(conflict);
    await expect(rows.insertOne({ key: 'k1' }, { session })).rejects.toMatchObject({
      code: 11000,
      keyPattern: { key: 1 },
      keyValue: { key: 'k1' },
    });
    await expect(session.commitTransaction()).rejects.toMatchObject({
      code: 251,
      codeName: 'NoSuchTransaction',
    });
  });

  it('makes a plain write to what it wrote wait until it is over', async () => {
    session.startTransaction();
    await rows.updateOne({ _id: 1 as never }, { $set: { n: 50 } }, { session });
    const order: string[] = [];
    const plain = rows.updateOne({ _id: 1 as never }, { $inc: { n: 1 } }).then(() => order.push('plain'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push('commit');
    await session.commitTransaction();
    await plain;
    expect(order).toEqual(['commit', 'plain']);
    expect(await rows.findOne({ _id: 1 as never })).toMatchObject({ n: 51 });
  });

  it('may be committed again, but not after an abort, and is aborted once', async () => {
    const lsid = { id: new UUID() };
    const run = (n: number, command: Document, more: Document = {}): Promise<Document> =>
      raw.command({
        ...command,
        lsid,
        txnNumber: Long.fromNumber(n),
        autocommit: false,
        $db: 'test',
        ...more,
      });
    const begin = { startTransaction: true };
    const end = { $db: 'admin' };
    const insert = { insert: 'rows', documents: [{ key: 'raw' }] };
    expect(await run(1, insert, begin)).toMatchObject({ ok: 1 });
    expect(await run(1, { commitTransaction: 1 }, end)).toMatchObject({ ok: 1 });
    expect(await run(1, { commitTransaction: 1 }, end)).toMatchObject({ ok: 1 });
    expect(await run(1, { abortTransaction: 1 }, end)).toMatchObject({ code: 256 });
    expect(await run(1, insert)).toMatchObject({ code: 256 });
    expect(await run(2, { find: 'rows' }, begin)).toMatchObject({ ok: 1 });
    expect(await run(2, { abortTransaction: 1 }, end)).toMatchObject({ ok: 1 });
    expect(await run(2, { abortTransaction: 1 }, end)).toMatchObject({ code: 251 });
    expect(await run(1, { find: 'rows' })).toMatchObject({ code: 225, codeName: 'TransactionTooOld' });
    expect(await run(3, { find: 'rows' })).toMatchObject({
      code: 251,
      errorLabels: ['TransientTransactionError'],
    });
    expect(await run(4, { count: 'rows' }, begin)).toMatchObject({ code: 263 });
    expect(await run(4, { find: 'rows' }, { autocommit: true, ...begin })).toMatchObject({ code: 72 });
  });

  it('has no $unionWith, on whatever level', async () => {
    const union = { $unionWith: 'rows' };
    const lookup = { $lookup: { from: 'rows', pipeline: [union], as: 'all' } };
    for (const stage of [union, { $facet: { all: [union] } }, lookup]) {
      session.startTransaction();
      await expect(rows.aggregate([stage], { session }).toArray()).rejects.toMatchObject({
        code: 263,
        codeName: 'OperationNotSupportedInTransaction',
      });
      await session.abortTransaction();
    }
    expect(await rows.aggregate([union]).toArray()).toHaveLength(6);
  });

  it('gives its documents in batches, and its cursor dies with it', async () => {
    await rows.insertMany(Array.from({ length: 300 }, (_, i) => ({ key: `many${i}` })));
    session.startTransaction();
    const cursor = rows.find({}, { session, batchSize: 50 });
    for (let i = 0; i < 60; i++) await cursor.next();
    await rows.deleteMany({ key: /^many2/ }, { session });
    await session.abortTransaction();
    await expect(cursor.toArray()).rejects.toThrow(MongoServerError);
    expect(await rows.countDocuments()).toBe(303);
  });

  it('is retried by withTransaction until it is alone: no increment is lost', async () => {
    const add = () =>
      server.client.withSession((own) =>
        own.withTransaction(async () => {
          const row = await rows.findOne({ _id: 1 as never }, { session: own });
          await rows.updateOne({ _id: 1 as never }, { $set: { n: row?.n + 1 } }, { session: own });
        }),
      );
    await Promise.all(Array.from({ length: 20 }, add));
    expect(await rows.findOne({ _id: 1 as never })).toMatchObject({ n: 21 });
  });

  it('is not seen through an index that was made after it began', async () => {
    session.startTransaction();
    await rows.findOne({}, { session });
    await rows.createIndex({ late: 1 });
    const failed = await rows.findOne({ late: 1 }, { session }).catch((error) => error);
    expect(failed).toMatchObject({ code: 246 });
    expect(failed.hasErrorLabel('TransientTransactionError')).toBe(true);
  });
});

describe('a retryable write', () => {
  it('is done once, and answered the same when it is sent again', async () => {
    const lsid = { id: new UUID() };
    const add = { findAndModify: 'rows', query: { _id: 1 }, update: { $inc: { n: 1 } }, new: true };
    const send = (n: number): Promise<Document> =>
      raw.command({ ...add, lsid, txnNumber: Long.fromNumber(n), $db: 'test' });
    const first = await send(1);
    expect(first.value).toMatchObject({ n: 2 });
    expect((await send(1)).value).toEqual(first.value);
    expect((await send(2)).value).toMatchObject({ n: 3 });
    expect(await send(1)).toMatchObject({ code: 225 });
  });

  it('is retried by the driver after a lost connection, without being done twice', async () => {
    await server.client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode: { times: 1 },
      data: { failCommands: ['update'], closeConnection: true },
    });
    await rows.updateOne({ _id: 1 as never }, { $inc: { n: 1 } });
    expect(await rows.findOne({ _id: 1 as never })).toMatchObject({ n: 2 });
  });
});

describe('the fail point', () => {
  const configure = (mode: unknown, data: Document): Promise<Document> =>
    server.client.db('admin').command({ configureFailPoint: 'failCommand', mode, data });

  it('fails the named commands as often as it is told, with the labels it is told', async () => {
    await configure({ times: 2 }, { failCommands: ['find'], errorCode: 50, errorLabels: ['Odd'] });
    const failed = await rows.findOne({}).catch((error) => error);
    expect(failed).toMatchObject({ code: 50 });
    expect(failed.hasErrorLabel('Odd')).toBe(true);
    await expect(rows.findOne({})).rejects.toMatchObject({ code: 50 });
    expect(await rows.findOne({ _id: 1 as never })).not.toBeNull();
  });

  it('delays, and fails write concerns', async () => {
    await configure({ times: 1 }, { failCommands: ['ping'], blockConnection: true, blockTimeMS: 80 });
    const begun = performance.now();
    await server.db.command({ ping: 1 });
    expect(performance.now() - begun).toBeGreaterThan(70);
    await configure(
      { times: 1 },
      {
        failCommands: ['insert'],
        writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
      },
    );
    await expect(rows.insertOne({ key: 'concern' })).rejects.toMatchObject({ code: 64 });
    expect(await rows.countDocuments({ key: 'concern' })).toBe(1);
  });
});
