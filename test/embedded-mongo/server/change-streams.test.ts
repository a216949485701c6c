import { setTimeout as sleep } from 'node:timers/promises';
import { type ChangeStream, type Document, type MongoClient, Timestamp } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let number = 0;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const watched = () => server.db.collection<Document>(`watched${++number}`);

/** Opening waits for a first change, which there is none; not for long. */
const quick = { maxAwaitTimeMS: 20 };

/** Opens the stream on the server: what is written afterwards is told. */
async function opened(stream: ChangeStream): Promise<ChangeStream> {
  await stream.tryNext();
  return stream;
}

async function take(stream: ChangeStream, count: number): Promise<Document[]> {
  const events: Document[] = [];
  while (events.length < count) events.push(await stream.next());
  return events;
}

const kinds = (events: Document[]) => events.map((event) => event.operationType);

describe('a change stream', () => {
  it('tells inserts, updates, replacements and deletes in the order they were made', async () => {
    const collection = watched();
    const stream = await opened(collection.watch([], quick));
    await collection.insertMany([{ _id: 1, a: 1 }, { _id: 2 }] as Document[] as never);
    await collection.updateOne({ _id: 1 as never }, { $set: { a: 2 } });
    await collection.replaceOne({ _id: 1 as never }, { b: 1 });
    await collection.updateOne({ _id: 3 as never }, { $set: { c: 1 } }, { upsert: true });
    await collection.findOneAndDelete({ _id: 2 as never });
    const events = await take(stream, 6);
    expect(kinds(events)).toEqual(['insert', 'insert', 'update', 'replace', 'insert', 'delete']);
    const ns = { db: 'test', coll: collection.collectionName };
    expect(events[0]).toEqual({
      _id: { _data: expect.stringMatching(/^82[0-9A-F]+$/) },
      operationType: 'insert',
      clusterTime: expect.any(Timestamp),
      wallTime: expect.any(Date),
      fullDocument: { _id: 1, a: 1 },
      ns,
      documentKey: { _id: 1 },
    });
    expect(events[2]).toMatchObject({
      ns,
      documentKey: { _id: 1 },
      updateDescription: { updatedFields: { a: 2 }, removedFields: [], truncatedArrays: [] },
    });
    expect(events[2]).not.toHaveProperty('fullDocument');
    expect(events[3]).toMatchObject({ fullDocument: { _id: 1, b: 1 }, documentKey: { _id: 1 } });
    expect(events[5]).toMatchObject({ documentKey: { _id: 2 } });
    const tokens = events.map((event) => String(event._id._data));
    expect([...tokens].sort()).toEqual(tokens);
    await stream.close();
  });

  it('tells a drop, a new name and the end of a database, then invalidates and ends', async () => {
    const db = server.client.db(`gone${++number}`);
    const dropped = await db.createCollection('dropped');
    const renamed = await db.createCollection('renamed');
    await db.createCollection('target');
    const streams = [dropped.watch([], quick), renamed.watch([], quick), db.watch([], quick)];
    for (const stream of streams) await opened(stream);
    await dropped.drop();
    await renamed.rename('target', { dropTarget: true });
    await db.dropDatabase();
    expect(kinds(await take(streams[0] as ChangeStream, 2))).toEqual(['drop', 'invalidate']);
    const [rename, end] = await take(streams[1] as ChangeStream, 2);
    expect(rename).toMatchObject({
      operationType: 'rename',
      ns: { db: db.databaseName, coll: 'renamed' },
      to: { db: db.databaseName, coll: 'target' },
    });
    expect(end?.operationType).toBe('invalidate');
    const all = await take(streams[2] as ChangeStream, 5);
    expect(kinds(all)).toEqual(['drop', 'rename', 'drop', 'dropDatabase', 'invalidate']);
    expect(all[3]?.ns).toEqual({ db: db.databaseName });
    for (const stream of streams) {
      await expect(stream.next()).rejects.toThrow(/closed/);
      await stream.close();
    }
  });

  it('goes on after an invalidate by startAfter, and not by resumeAfter', async () => {
    const collection = watched();
    await collection.insertOne({ a: 0 });
    const stream = await opened(collection.watch([], quick));
    await collection.drop();
    const [drop, invalidate] = await take(stream, 2);
    await collection.insertOne({ a: 1 });
    const again = collection.watch([], { startAfter: invalidate?._id });
    expect((await again.next()) as Document).toMatchObject({
      operationType: 'insert',
      fullDocument: { a: 1 },
    });
    await expect(collection.watch([], { resumeAfter: invalidate?._id }).next()).rejects.toMatchObject({
      code: 260,
    });
    const afterDrop = collection.watch([], { resumeAfter: drop?._id });
    expect(((await afterDrop.next()) as Document).operationType).toBe('invalidate');
    await again.close();
    await afterDrop.close();
  });

  it('of a database tells of collections that are made later, and one of the cluster of databases', async () => {
    const db = server.client.db(`later${++number}`);
    const ofDatabase = await opened(db.watch([], quick));
    const ofAll = await opened(server.client.watch([{ $match: { 'ns.db': db.databaseName } }], quick));
    await server.db.collection('elsewhere').insertOne({});
    await db.collection('first').insertOne({ n: 1 });
    await db.collection('second').insertOne({ n: 2 });
    for (const stream of [ofDatabase, ofAll]) {
      const events = await take(stream, 2);
      expect(events.map((event) => [event.ns.coll, event.fullDocument.n])).toEqual([
        ['first', 1],
        ['second', 2],
      ]);
      await stream.close();
    }
  });

  it('tells a transaction in order, at its commit, with its session; nothing of one that was given up', async () => {
    const [left, right] = [watched(), watched()];
    await left.insertOne({});
    await right.insertOne({});
    const stream = await opened(
      server.db.watch(
        [{ $match: { 'ns.coll': { $in: [left.collectionName, right.collectionName] } } }],
        quick,
      ),
    );
    const session = server.client.startSession();
    session.startTransaction();
    await left.insertOne({ _id: 'lost' as never }, { session });
    await session.abortTransaction();
    session.startTransaction();
    await left.insertOne({ _id: 1 as never }, { session });
    await left.insertOne({ _id: 'outside' as never });
    await right.insertOne({ _id: 2 as never }, { session });
    await left.updateOne({ _id: 1 as never }, { $set: { a: 1 } }, { session });
    await session.commitTransaction();
    const events = await take(stream, 4);
    expect(events.map((event) => [event.operationType, event.documentKey._id])).toEqual([
      ['insert', 'outside'],
      ['insert', 1],
      ['insert', 2],
      ['update', 1],
    ]);
    const [outside, ...inside] = events;
    expect(outside).not.toHaveProperty('txnNumber');
    for (const event of inside) {
      expect(event.lsid.id).toEqual(session.id?.id);
      expect(event.clusterTime).toEqual(inside[0]?.clusterTime);
      expect(event.txnNumber).toEqual(inside[0]?.txnNumber);
    }
    await session.endSession();
    await stream.close();
  });

  it('shows documents as they are, as they became and as they were', async () => {
    const name = `images${++number}`;
    const collection = await server.db.createCollection(name);
    const lookup = await opened(collection.watch([], { ...quick, fullDocument: 'updateLookup' }));
    const images = await opened(
      collection.watch([], {
        ...quick,
        fullDocument: 'whenAvailable',
        fullDocumentBeforeChange: 'whenAvailable',
      }),
    );
    const required = await opened(collection.watch([], { ...quick, fullDocumentBeforeChange: 'required' }));
    await collection.insertOne({ _id: 1 as never, n: 0 });
    await collection.updateOne({ _id: 1 as never }, { $inc: { n: 1 } });
    await server.db.command({ collMod: name, changeStreamPreAndPostImages: { enabled: true } });
    await collection.updateOne({ _id: 1 as never }, { $inc: { n: 1 } });
    await collection.deleteOne({ _id: 1 as never });
    const looked = await take(lookup, 4);
    expect(looked.slice(1, 3).map((event) => event.fullDocument)).toEqual([null, null]);
    const [, without, withImages, deleted] = await take(images, 4);
    expect(without).toMatchObject({ fullDocument: null, fullDocumentBeforeChange: null });
    expect(withImages).toMatchObject({ fullDocument: { n: 2 }, fullDocumentBeforeChange: { n: 1 } });
    expect(deleted).toMatchObject({ fullDocumentBeforeChange: { n: 2 } });
    await expect(required.next()).rejects.toMatchObject({ code: 47, message: /require a pre-image/ });
    for (const stream of [lookup, images, required]) await stream.close();
  });

  it('looks a document up when it is told', async () => {
    const collection = watched();
    await collection.insertOne({ _id: 1 as never, n: 0 });
    const stream = await opened(collection.watch([], { ...quick, fullDocument: 'updateLookup' }));
    await collection.updateOne({ _id: 1 as never }, { $set: { n: 1 } });
    expect(((await stream.next()) as Document).fullDocument).toEqual({ _id: 1, n: 1 });
    await stream.close();
  });

  it('shapes and leaves out events by its pipeline', async () => {
    const collection = watched();
    const stream = await opened(
      collection.watch(
        [
          { $match: { operationType: 'insert', 'fullDocument.n': { $gte: 2 } } },
          { $addFields: { double: { $multiply: ['$fullDocument.n', 2] } } },
          { $project: { double: 1, operationType: 1 } },
        ],
        quick,
      ),
    );
    await collection.insertMany([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const events = await take(stream, 2);
    expect(events.map((event) => event.double)).toEqual([4, 6]);
    expect(Object.keys(events[0] as Document)).toEqual(['_id', 'operationType', 'double']);
    await stream.close();
  });

  it('wakes within 50 ms of a commit, while others of its connection go on', async () => {
    const collection = watched();
    const stream = await opened(collection.watch());
    const delays: number[] = [];
    for (let i = 0; i < 10; i++) {
      const next = stream.next();
      await sleep(5);
      await collection.insertOne({ i });
      const stored = performance.now();
      await next;
      delays.push(performance.now() - stored);
    }
    expect(delays.sort((a, b) => a - b)[5]).toBeLessThan(50);
    await stream.close();
  });

  it('gives hundred watchers the same', async () => {
    const collection = watched();
    const client = await startClient();
    const streams = await Promise.all(
      Array.from({ length: 100 }, () =>
        opened(client.db('test').collection(collection.collectionName).watch([], quick)),
      ),
    );
    await Promise.all(Array.from({ length: 20 }, (_, i) => collection.insertOne({ i })));
    const told = await Promise.all(streams.map((stream) => take(stream, 20)));
    const first = told[0]?.map((event) => event._id._data);
    expect(new Set(first).size).toBe(20);
    for (const events of told) expect(events.map((event) => event._id._data)).toEqual(first);
    await Promise.all(streams.map((stream) => stream.close()));
    await client.close();
  });
});

async function startClient(): Promise<MongoClient> {
  const { MongoClient } = await import('mongodb');
  return new MongoClient(server.mongo.uri, { maxPoolSize: 200 }).connect();
}

describe("an update's description", () => {
  const cases: Array<[string, Document, Document | Document[], Document]> = [
    ['a field within', { a: { b: 1 } }, { $set: { 'a.b': 2 } }, { updatedFields: { 'a.b': 2 } }],
    [
      'a whole document',
      { a: { b: 1, c: 1 } },
      { $set: { a: { b: 2, c: 1 } } },
      { updatedFields: { a: { b: 2, c: 1 } } },
    ],
    ['a path that was not there', {}, { $set: { 'a.b.c': 1 } }, { updatedFields: { a: { b: { c: 1 } } } }],
    ['what changes nothing', { a: 1, b: 1 }, { $set: { a: 1, b: 2 } }, { updatedFields: { b: 2 } }],
    ['a removed field', { a: { b: 1, c: 1 } }, { $unset: { 'a.b': 1 } }, { removedFields: ['a.b'] }],
    ['a new name', { a: 1 }, { $rename: { a: 'b' } }, { updatedFields: { b: 1 }, removedFields: ['a'] }],
    [
      'an element put at the end',
      { a: [1] },
      { $push: { a: { $each: [2, 3] } } },
      { updatedFields: { 'a.1': 2, 'a.2': 3 } },
    ],
    [
      'elements put in order',
      { a: [2] },
      { $push: { a: { $each: [1], $sort: 1 } } },
      { updatedFields: { a: [1, 2] } },
    ],
    ['pulled elements', { a: [1, 2, 3] }, { $pull: { a: 2 } }, { updatedFields: { a: [1, 3] } }],
    ['an element', { a: [{ b: 1 }, { b: 2 }] }, { $set: { 'a.1.b': 3 } }, { updatedFields: { 'a.1.b': 3 } }],
    ['every element', { a: [1, 2] }, { $inc: { 'a.$[]': 1 } }, { updatedFields: { 'a.0': 2, 'a.1': 3 } }],
    ['beyond the end of an array', { a: [1] }, { $set: { 'a.3': 4 } }, { updatedFields: { 'a.3': 4 } }],
    [
      'a pipeline',
      { a: { b: 1, text: 'some more text that stays' }, l: [1, 2, 3, 4, 5, 6, 7, 8], gone: 1 },
      [{ $set: { 'a.b': 2, l: [1, 2, 3, 4, 5, 6] } }, { $unset: 'gone' }],
      {
        updatedFields: { 'a.b': 2 },
        removedFields: ['gone'],
        truncatedArrays: [{ field: 'l', newSize: 6 }],
      },
    ],
  ];

  it('names the paths that changed, by operators and by pipelines', async () => {
    const collection = watched();
    const stream = await opened(collection.watch([{ $match: { operationType: 'update' } }], quick));
    for (const [i, [, document, update]] of cases.entries()) {
      await collection.insertOne({ ...document, _id: i as never });
      await collection.updateOne({ _id: i as never }, update);
    }
    const events = await take(stream, cases.length);
    for (const [i, [what, , , description]] of cases.entries()) {
      expect([what, events[i]?.updateDescription]).toEqual([
        what,
        { updatedFields: {}, removedFields: [], truncatedArrays: [], ...description },
      ]);
    }
    await stream.close();
  });

  it('is none when a pipeline leaves nothing as it was: that is a replacement', async () => {
    const collection = watched();
    await collection.insertOne({ _id: 1 as never, a: 1 });
    const stream = await opened(collection.watch([], quick));
    await collection.updateOne({ _id: 1 as never }, [{ $replaceWith: { b: 2, c: 3 } }]);
    expect((await stream.next()) as Document).toMatchObject({
      operationType: 'replace',
      fullDocument: { _id: 1, b: 2, c: 3 },
    });
    await stream.close();
  });
});

describe('resuming', () => {
  it('goes on exactly after a token, after a restart too', async () => {
    const collection = watched();
    const stream = await opened(collection.watch([], quick));
    await collection.insertMany(Array.from({ length: 10 }, (_, i) => ({ _id: i as never })));
    const events = await take(stream, 10);
    await stream.close();
    await server.mongo.close();
    server.mongo = await startEmbeddedMongo({ dataDir: server.dataDir, durability: 'process' });
    await collection.insertOne({ _id: 10 as never });
    for (const from of [0, 4, 9]) {
      const resumed = collection.watch([], { resumeAfter: events[from]?._id, batchSize: 3 });
      const rest = await take(resumed, 10 - from);
      expect(rest.map((event) => event.documentKey._id)).toEqual(
        Array.from({ length: 10 - from }, (_, i) => from + 1 + i),
      );
      await resumed.close();
    }
  });

  it('goes on after a batch that told nothing, by the token of the batch', async () => {
    const collection = watched();
    const stream = await opened(
      collection.watch([{ $match: { operationType: 'delete' } }], { maxAwaitTimeMS: 50 }),
    );
    await collection.insertOne({ _id: 1 as never });
    await stream.tryNext();
    const token = stream.resumeToken;
    await collection.insertOne({ _id: 2 as never });
    await stream.close();
    const resumed = collection.watch([], { resumeAfter: token });
    expect(((await resumed.next()) as Document).documentKey).toEqual({ _id: 2 });
    await resumed.close();
  });

  it('is done by the driver itself after errors and lost connections: nothing is lost or told twice', async () => {
    const collection = watched();
    const stream = await opened(collection.watch([], quick));
    const ids: unknown[] = [];
    for (const [i, data] of [{ errorCode: 10107 }, { closeConnection: true }, { errorCode: 43 }].entries()) {
      await server.client.db('admin').command({
        configureFailPoint: 'failCommand',
        mode: { times: 1 },
        data: { failCommands: ['getMore'], ...data },
      });
      await collection.insertOne({ _id: i as never });
      ids.push(((await stream.next()) as Document).documentKey._id);
    }
    expect(ids).toEqual([0, 1, 2]);
    await stream.close();
  });

  it('begins at an operation time, with what was written at it', async () => {
    const collection = watched();
    const { operationTime } = await server.db.command({
      insert: collection.collectionName,
      documents: [{ _id: 1 }],
    });
    await collection.insertOne({ _id: 2 as never });
    const stream = collection.watch([], { startAtOperationTime: operationTime });
    expect((await take(stream, 2)).map((event) => event.documentKey._id)).toEqual([1, 2]);
    await stream.close();
  });

  it('is refused from a time that the log does not reach, and from tokens that it did not give', async () => {
    const refusal = async (stage: Document, pipeline: Document[] = []): Promise<Document> =>
      server.db
        .command({ aggregate: 'c', pipeline: [{ $changeStream: stage }, ...pipeline], cursor: {} })
        .catch((error) => error);
    const past = await refusal({ startAtOperationTime: new Timestamp({ t: 1000, i: 1 }) });
    expect(past).toMatchObject({ code: 286, codeName: 'ChangeStreamHistoryLost' });
    expect(past.hasErrorLabel('NonResumableChangeStreamError')).toBe(true);
    expect(await refusal({ resumeAfter: { _data: '8200' } })).toMatchObject({ code: 260 });
    expect(await refusal({ resumeAfter: { _data: 'xyz' } })).toMatchObject({ code: 9 });
    expect(await refusal({ resumeAfter: {} })).toMatchObject({ code: 40647 });
    expect(await refusal({ unknown: 1 })).toMatchObject({ code: 40415 });
    expect(await refusal({ fullDocument: 'sometimes' })).toMatchObject({ code: 2 });
    expect(await refusal({ showExpandedEvents: true })).toMatchObject({ code: 238 });
    expect(await refusal({ allChangesForCluster: true })).toMatchObject({ code: 72 });
    expect(await refusal({}, [{ $group: { _id: 1 } }])).toMatchObject({
      code: 20,
      message: '$group is not permitted in a $changeStream pipeline',
    });
    expect(await refusal({}, [{ $nothing: 1 }])).toMatchObject({ code: 40324 });
    const later = server.db.command({
      aggregate: 'c',
      pipeline: [{ $match: {} }, { $changeStream: {} }],
      cursor: {},
    });
    await expect(later).rejects.toMatchObject({ code: 40602 });
  });

  it('is impossible once the token was taken out, which is refused', async () => {
    const collection = watched();
    const stream = await opened(collection.watch([{ $addFields: { _id: 1 } }], quick));
    await collection.insertOne({});
    await expect(stream.next()).rejects.toMatchObject({ code: 280, codeName: 'ChangeStreamFatalError' });
  });
});

describe('waiting for changes', () => {
  it('ends when the cursor is killed, and is not done twice at once', async () => {
    const session = server.client.startSession();
    const run = (command: Document): Promise<Document> =>
      server.db.command(command, { session, promoteLongs: false });
    const { cursor } = await run({ aggregate: 'k', pipeline: [{ $changeStream: {} }], cursor: {} });
    const getMore = { getMore: cursor.id, collection: 'k', maxTimeMS: 20_000 };
    const waiting = run(getMore).catch((error) => error);
    await sleep(50);
    await expect(run(getMore)).rejects.toMatchObject({ codeName: 'CursorInUse' });
    await run({ killCursors: 'k', cursors: [cursor.id] });
    expect(await waiting).toMatchObject({ codeName: 'CursorKilled' });
    await session.endSession();
  });

  it('answers each time, empty ones too, with where to go on', async () => {
    const session = server.client.startSession();
    const run = (command: Document): Promise<Document> =>
      server.db.command(command, { session, promoteLongs: false });
    const { cursor } = await run({
      aggregate: 1,
      pipeline: [{ $changeStream: {} }],
      cursor: { batchSize: 0 },
    });
    expect(cursor).toMatchObject({ firstBatch: [], ns: 'test.$cmd.aggregate' });
    const getMore = { getMore: cursor.id, collection: '$cmd.aggregate', maxTimeMS: 20, batchSize: 2 };
    const tokens = [cursor.postBatchResumeToken._data];
    tokens.push((await run(getMore)).cursor.postBatchResumeToken._data);
    await server.db.collection('batches').insertMany([{}, {}, {}]);
    const full = await run(getMore);
    expect(full.cursor.nextBatch).toHaveLength(2);
    expect(full.cursor.postBatchResumeToken).toEqual(full.cursor.nextBatch[1]._id);
    tokens.push(full.cursor.postBatchResumeToken._data);
    const rest = await run(getMore);
    expect(rest.cursor.nextBatch).toHaveLength(1);
    tokens.push(rest.cursor.postBatchResumeToken._data);
    expect(tokens).toEqual([...tokens].sort());
    await run({ killCursors: '$cmd.aggregate', cursors: [cursor.id] });
    await session.endSession();
  });
});
