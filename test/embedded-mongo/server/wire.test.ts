import { connect, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bodySection, opMessage, readReplies } from './raw-client.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let socket: Socket;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(() => {
  socket = connect({ path: `${server.dataDir}/mongo.sock` });
  return () => socket.destroy();
});

function sequence(name: string, documents: Document[]): Buffer {
  const content = Buffer.concat([
    Buffer.from(`${name}\0`),
    ...documents.map((document) => BSON.serialize(document)),
  ]);
  const head = Buffer.alloc(5);
  head[0] = 1;
  head.writeInt32LE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

const replies = (count: number): Promise<Document[]> => readReplies(socket, count);

const ping = { ping: 1, $db: 'test' };

describe('the wire protocol', () => {
  it('takes a message in pieces of one byte, and several in one piece', async () => {
    for (const byte of opMessage(0, bodySection(ping))) socket.write(Buffer.from([byte]));
    socket.write(Buffer.concat([opMessage(0, bodySection(ping)), opMessage(0, bodySection(ping))]));
    expect(await replies(3)).toMatchObject([{ ok: 1 }, { ok: 1 }, { ok: 1 }]);
  });

  it('answers the old hello, and no other old query', async () => {
    const query = (command: Document): Buffer => {
      const content = Buffer.concat([
        Buffer.alloc(4),
        Buffer.from('admin.$cmd\0'),
        Buffer.from([0, 0, 0, 0, 255, 255, 255, 255]),
        BSON.serialize(command),
      ]);
      const head = Buffer.alloc(16);
      head.writeInt32LE(16 + content.length, 0);
      head.writeInt32LE(77, 4);
      head.writeInt32LE(2004, 12);
      return Buffer.concat([head, content]);
    };
    socket.write(query({ isMaster: 1 }));
    socket.write(query({ count: 'x' }));
    const [hello, other] = await replies(2);
    expect(hello).toMatchObject({ ok: 1, ismaster: true, maxWireVersion: 21, setName: 'embedded' });
    expect(hello).not.toHaveProperty('topologyVersion');
    expect(other).toMatchObject({ ok: 0, code: 352 });
  });

  it('takes documents beside the body, and a checksum', async () => {
    const insert = opMessage(
      1,
      bodySection({ insert: 'beside', $db: 'test' }),
      sequence('documents', [{ _id: 1 }, { _id: 2 }]),
      Buffer.alloc(4),
    );
    const update = opMessage(
      0,
      sequence('updates', [{ q: { _id: 1 }, u: { $set: { a: 5 } } }]),
      bodySection({ update: 'beside', $db: 'test' }),
    );
    socket.write(insert);
    socket.write(update);
    expect(await replies(2)).toMatchObject([
      { ok: 1, n: 2 },
      { ok: 1, n: 1, nModified: 1 },
    ]);
  });

  it('does not answer a message that says more is to come, but does what it says', async () => {
    socket.write(
      opMessage(
        2,
        bodySection({ insert: 'quiet', documents: [{ _id: 1 }], writeConcern: { w: 0 }, $db: 'test' }),
      ),
    );
    socket.write(opMessage(0, bodySection({ count: 'quiet', $db: 'test' })));
    expect(await replies(1)).toMatchObject([{ n: 1 }]);
  });

  it('names what it does not know', async () => {
    const send = (command: Document): boolean => socket.write(opMessage(0, bodySection(command)));
    send({ nonsense: 1, $db: 'test' });
    send({ find: 'x', nonsense: 1, $db: 'test' });
    send({ ping: 1 });
    send({ ping: 1, $db: 'bad.name' });
    send({ find: 'x', filter: 5, $db: 'test' });
    socket.write(opMessage(4, bodySection(ping)));
    expect(await replies(6)).toMatchObject([
      { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: "no such command: 'nonsense'" },
      { ok: 0, code: 40415, errmsg: "BSON field 'find.nonsense' is an unknown field." },
      { ok: 0, code: 40571 },
      { ok: 0, code: 73 },
      { ok: 0, code: 14 },
      { ok: 0, code: 17 },
    ]);
  });

  it('ends a connection whose message has an impossible length', async () => {
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const head = Buffer.alloc(16);
    head.writeInt32LE(48_000_001, 0);
    socket.write(head);
    await ended;
  });

  it('gives times that only go forwards', async () => {
    for (let i = 0; i < 3; i++) {
      socket.write(opMessage(0, bodySection({ insert: 'times', documents: [{ a: 1 }], $db: 'test' })));
    }
    const times = (await replies(3)).map((reply) => reply.$clusterTime.clusterTime.toBigInt());
    expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(times).size).toBeGreaterThan(0);
  });
});
