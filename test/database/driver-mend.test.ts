import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { MongoClient, MongoNetworkError } from 'mongodb';
import { afterEach, beforeAll, expect, inject, it } from 'vitest';
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
