import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BSON, type Document, Long, UUID } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendFuzzed } from './fuzz-messages.ts';
import { bodySection, openRawClient, opMessage, readReplies } from './raw-client.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let socketPath: string;
beforeAll(async () => {
  server = await startTestServer();
  socketPath = `${server.dataDir}/mongo.sock`;
});
afterAll(() => server.close());

const status = (): Promise<Document> => server.client.db('admin').command({ serverStatus: 1 });

describe.concurrent('a client that dies', () => {
  it('ends its transaction within four seconds, so that a write to the same document goes on', async () => {
    const rows = server.db.collection<Document>('dying');
    await rows.insertOne({ _id: 1 as never, n: 1 });
    const dying = openRawClient(socketPath);
    const transaction = { lsid: { id: new UUID() }, txnNumber: Long.ONE, autocommit: false, $db: 'test' };
    const update = { update: 'dying', updates: [{ q: { _id: 1 }, u: { $inc: { n: 10 } } }] };
    expect(await dying.command({ ...update, ...transaction, startTransaction: true })).toMatchObject({
      n: 1,
    });
    dying.close();
    const begun = performance.now();
    await rows.updateOne({ _id: 1 as never }, { $inc: { n: 1 } });
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(await rows.findOne({ _id: 1 as never })).toMatchObject({ n: 2 });
  });

  it('does not end a transaction that another connection of the client goes on with', async () => {
    const [one, two] = [openRawClient(socketPath), openRawClient(socketPath)];
    const transaction = { lsid: { id: new UUID() }, txnNumber: Long.ONE, autocommit: false };
    const insert = { insert: 'moving', $db: 'test', ...transaction };
    await one.command({ ...insert, documents: [{ _id: 1 }], startTransaction: true });
    one.close();
    await sleep(20);
    expect(await two.command({ ...insert, documents: [{ _id: 2 }] })).toMatchObject({ ok: 1 });
    await sleep(3300);
    expect(await two.command({ commitTransaction: 1, $db: 'admin', ...transaction })).toMatchObject({
      ok: 1,
    });
    expect(await server.db.collection('moving').countDocuments()).toBe(2);
    two.close();
  });

  it('gives its session the whole time again, whenever it was left before', async () => {
    const [one, two, three] = [
      openRawClient(socketPath),
      openRawClient(socketPath),
      openRawClient(socketPath),
    ];
    const session = { lsid: { id: new UUID() } };
    const transaction = { ...session, txnNumber: Long.ONE, autocommit: false };
    await one.command({ find: 'leaving', $db: 'test', ...session });
    one.close();
    await sleep(2500);
    const insert = { insert: 'leaving', documents: [{ _id: 1 }], $db: 'test' };
    await two.command({ ...insert, ...transaction, startTransaction: true });
    two.close();
    await sleep(1500);
    expect(await three.command({ commitTransaction: 1, $db: 'admin', ...transaction })).toMatchObject({
      ok: 1,
    });
    three.close();
  });

  it('ends its cursors, of sessions or not', async () => {
    await server.db.collection('cursors').insertMany(Array.from({ length: 10 }, (_, n) => ({ n })));
    const before = (await status()).metrics.cursor.open.total;
    const dying = openRawClient(socketPath);
    await dying.command({ find: 'cursors', batchSize: 2, $db: 'test' });
    await dying.command({ find: 'cursors', batchSize: 2, $db: 'test', lsid: { id: new UUID() } });
    const kept = server.db.collection('cursors').find({}, { batchSize: 2 });
    await kept.next();
    expect((await status()).metrics.cursor.open.total).toBe(before + 3);
    dying.close();
    await sleep(3300);
    expect((await status()).metrics.cursor.open.total).toBe(before + 1);
    expect(await kept.toArray()).toHaveLength(9);
  });

  it('leaves nothing running that waited for a transaction', async () => {
    const rows = server.db.collection<Document>('waiting');
    await rows.insertOne({ _id: 1 as never, n: 1 });
    const session = server.client.startSession();
    session.startTransaction();
    await rows.updateOne({ _id: 1 as never }, { $inc: { n: 10 } }, { session });
    const dying = openRawClient(socketPath);
    const never = dying
      .command({ update: 'waiting', updates: [{ q: { _id: 1 }, u: { $inc: { n: 100 } } }], $db: 'test' })
      .catch(() => undefined);
    await sleep(30);
    dying.close();
    await never;
    await sleep(30);
    await session.commitTransaction();
    await session.endSession();
    expect(await rows.findOne({ _id: 1 as never })).toMatchObject({ n: 11 });
  });
});

describe('whatever comes', () => {
  it('answers through messages that are wrong in some way', async () => {
    expect(await sendFuzzed(socketPath, 1, 400)).toBe(400);
    expect(await sendFuzzed(socketPath, 2, 400)).toBe(400);
  });

  it('serves 500 connections at once', async () => {
    const clients = Array.from({ length: 500 }, () => openRawClient(socketPath));
    const answers = await Promise.all(
      clients.map((client, i) => client.command({ insert: 'many', documents: [{ _id: i }], $db: 'test' })),
    );
    expect(answers.every((answer) => answer.n === 1)).toBe(true);
    expect((await status()).connections.current).toBeGreaterThan(500);
    for (const client of clients) client.close();
    expect(await server.db.collection('many').countDocuments()).toBe(500);
  });

  it('keeps a document of 16 MB, and refuses one byte more as MongoDB does', async () => {
    const large = server.db.collection<Document>('large');
    const room = 16 * 1024 * 1024 - BSON.calculateObjectSize({ _id: 1, text: '' });
    await large.insertOne({ _id: 1 as never, text: 'x'.repeat(room) });
    expect((await large.findOne({}))?.text.length).toBe(room);
    const refused = await server.db.command({
      insert: 'large',
      documents: [{ _id: 2, text: 'x'.repeat(room + 1) }],
    });
    expect(refused).toMatchObject({
      n: 0,
      writeErrors: [
        { code: 2, errmsg: 'object to insert too large. size in bytes: 16777217, max size: 16777216' },
      ],
    });
    await expect(large.updateOne({ _id: 1 as never }, { $set: { more: 1 } })).rejects.toMatchObject({
      code: 17419,
    });
    expect(await large.countDocuments()).toBe(1);
  });

  it('refuses a document far too large with BSONObjectTooLarge, and the connection lives on', async () => {
    const client = openRawClient(socketPath);
    const answer = await client.command({
      insert: 'large',
      documents: [{ text: 'x'.repeat(17_000_000) }],
      $db: 'test',
    });
    expect(answer).toMatchObject({ ok: 0, code: 10334, codeName: 'BSONObjectTooLarge' });
    expect(await client.command({ ping: 1, $db: 'test' })).toMatchObject({ ok: 1 });
    client.close();
  });

  it('takes a message of 48 MB', async () => {
    const each = BSON.serialize({ text: 'x'.repeat(11_990_000) });
    const documents = Buffer.concat([Buffer.from('documents\0'), each, each, each, each]);
    const head = Buffer.alloc(5);
    head.writeUInt8(1, 0);
    head.writeInt32LE(documents.length + 4, 1);
    const socket = connect({ path: socketPath });
    socket.write(opMessage(0, bodySection({ insert: 'bulky', $db: 'test' }), head, documents));
    expect(await readReplies(socket, 1)).toMatchObject([{ ok: 1, n: 4 }]);
    socket.destroy();
  });

  it('does not keep what a client does not read', async () => {
    await server.db
      .collection('wide')
      .insertMany(Array.from({ length: 10 }, (_, n) => ({ n, text: 'x'.repeat(200_000) })));
    const before = await status();
    const socket = connect({ path: socketPath });
    const find = opMessage(0, bodySection({ find: 'wide', $db: 'test' }));
    for (let i = 0; i < 2000; i++) socket.write(find);
    await sleep(300);
    const after = await status();
    expect(after.mem.resident - before.mem.resident).toBeLessThan(200);
    expect(after.metrics.commands.find.total - before.metrics.commands.find.total).toBeLessThan(100);
    socket.destroy();
  });
});
