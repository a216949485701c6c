import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  Binary,
  BSON,
  Decimal128,
  type Document,
  type FindOptions,
  Long,
  MinKey,
  MongoClient,
  MongoNetworkError,
  ObjectId,
  UUID,
} from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { mendDriver } from '../../src/database/driver-mend.ts';

beforeAll(() => mendDriver());

const closing: (() => Promise<unknown> | undefined)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

it('a command whose socket is destroyed as it is written is tried again', async () => {
  const sockets = clientSockets();
  const client = new MongoClient(inject('mongodbUri'), { monitorCommands: true });
  closing.push(() => client.close());
  await client.connect();
  const commands: string[] = [];
  client.on('commandStarted', ({ commandName }) => {
    commands.push(commandName);
    if (commands.length === 1) for (const socket of sockets) socket.destroy();
  });
  expect(await client.db('test').collection('nothing').findOne({})).toBeNull();
  expect(commands).toEqual(['find', 'find']);
});

it('a command that a server stops reading ends when its connection times out', async () => {
  const { uri, stopReading } = await proxyOf(inject('mongodbUri'));
  const client = new MongoClient(uri, {
    directConnection: true,
    socketTimeoutMS: 300,
    serverSelectionTimeoutMS: 500,
    retryWrites: false,
  });
  closing.push(() => client.close());
  const collection = client.db('test').collection('large');
  await collection.findOne({});
  stopReading();
  await expect(collection.insertOne({ large: 'x'.repeat(15_000_000) })).rejects.toThrow(MongoNetworkError);
}, 5_000);

it('a command that is written behind the end of its connection, as when it was compressed meanwhile, ends', async () => {
  const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as {
    Connection: new (socket: Socket, options: object) => DriverConnection;
  };
  const { uri } = await proxyOf(inject('mongodbUri'));
  const socket = connect(Number(new URL(uri).port), '127.0.0.1');
  await once(socket, 'connect');
  const connection = new Connection(socket, { id: 1, generation: 0 });
  const closeThenEncode = async () => {
    connection.destroy();
    await once(socket, 'close');
    return [Buffer.from('a command')];
  };
  await connection.writeCommand({ toBin: closeThenEncode }, { agreedCompressor: 'none' });
  expect(connection.closed).toBe(true);
}, 2_000);

describe('a batch whose documents are read once', () => {
  const documents: Document[] = [
    {},
    { text: 'Asha ✓', none: null, flag: true, at: new Date(7), half: 0.5 },
    { long: Long.fromString('9007199254740993'), small: Long.fromNumber(5), id: new ObjectId() },
    { nested: { list: [1, { deep: [[]] }, 'x'], empty: {} }, bytes: new Binary(Buffer.from('abc')) },
    { decimal: Decimal128.fromString('1.50'), uuid: new UUID(), pattern: /a/i, min: new MinKey() },
    { reference: { $ref: 'users', $id: 4 }, like: { $ref: 1 } },
  ];
  const options: FindOptions[] = [
    {},
    { promoteValues: false },
    { promoteLongs: false, promoteBuffers: true },
    { useBigInt64: true },
    { bsonRegExp: true },
    { enableUtf8Validation: false },
  ];
  let client: MongoClient;
  beforeAll(async () => {
    client = await new MongoClient(inject('mongodbUri')).connect();
    const collection = client.db('driver_mend').collection<Document>('documents');
    await collection.deleteMany({});
    await collection.insertMany(documents.map((document, at) => ({ ...document, _id: at as never })));
  });
  afterAll(() => client.close());

  const find = (option: FindOptions) =>
    client.db('driver_mend').collection('documents').find({}, option).sort({ _id: 1 });

  it.each(options)('is what the driver reads: %o', async (option) => {
    const reply = await client
      .db('driver_mend')
      .command({ find: 'documents', sort: { _id: 1 }, batchSize: 100 }, option);
    expect(reply.cursor.firstBatch).toHaveLength(documents.length);
    expect(await find(option).toArray()).toStrictEqual(reply.cursor.firstBatch);
  });

  it('is the same one by one, and over the ends of batches', async () => {
    const oneByOne: Document[] = [];
    for await (const document of find({ batchSize: 2 })) oneByOne.push(document);
    expect(oneByOne).toStrictEqual(await find({}).toArray());
  });

  it('is bytes for whoever asks for them', async () => {
    const bytes = await find({ raw: true }).toArray();
    expect(bytes.map((document) => BSON.deserialize(document as unknown as Uint8Array))).toStrictEqual(
      await find({}).toArray(),
    );
  });
});

interface DriverConnection {
  readonly closed: boolean;
  destroy(): void;
  writeCommand(command: { toBin(): Promise<Buffer[]> }, options: { agreedCompressor: 'none' }): Promise<void>;
}

/** Every socket that this process connects from now on. */
function clientSockets(): Set<Socket> {
  const sockets = new Set<Socket>();
  const note = (message: unknown) => void sockets.add((message as { socket: Socket }).socket);
  subscribe('net.client.socket', note);
  closing.push(async () => void unsubscribe('net.client.socket', note));
  return sockets;
}

async function proxyOf(target: string): Promise<{ uri: string; stopReading(): void }> {
  const [address] = new MongoClient(target).options.hosts;
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    const onward = address?.socketPath
      ? connect(address.socketPath)
      : connect(address?.port ?? 27017, address?.host);
    for (const end of [socket, onward]) end.on('error', () => {});
    sockets.push(socket, onward);
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return {
    uri: `mongodb://127.0.0.1:${port}/`,
    stopReading() {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
