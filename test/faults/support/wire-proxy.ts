import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';
import { splitMessages } from './split-messages.ts';

/** One command of a transaction on its way to the server, or the server's answer to it on its way back. */
export interface WireMessage {
  readonly direction: 'request' | 'answer';
  /** Such as `insert`, and what it is about, such as `users`; empty text for what has no collection. */
  readonly command: string;
  readonly collection: string;
  /** Tells one transaction of one session from every other. */
  readonly transaction: string;
  /** `lsid` of the session. */
  readonly session: Document;
  /** Of the request, also where this is the answer. */
  readonly startsTransaction: boolean;
  /** The request as it was sent. */
  holds(text: string): boolean;
}

/**
 * What becomes of a message: it goes on; it goes on once the promise is kept; the connection is cut instead; or this
 * document is the answer: in the place of a request, which the server then never sees, or of the server's own.
 */
export type Verdict = undefined | 'cut' | { readonly answer: Document } | Promise<undefined | 'cut'>;

export interface WireProxy {
  /** For whoever is to be watched. */
  readonly uri: string;
  /** Asked about every message of a transaction, in their order on each connection. */
  onMessage: (message: WireMessage) => Verdict;
  /** `lsid` of every session whose transaction has begun and not ended, as far as has been seen. */
  openSessions(): Document[];
  /** Whether the server is not told that its client is gone, as of a machine that has lost its network. */
  hidesLostClients: boolean;
  /** Cuts every connection, and refuses new ones until `open`. */
  shut(): void;
  open(): void;
  /** Once no connection is left, and so everything that was sent has arrived. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** Stands between a gateway and its database, sees the commands of transactions, and may get in their way. */
export async function startWireProxy(databaseUri: string): Promise<WireProxy> {
  const sockets = new Set<Socket>();
  const drains = new EventEmitter();
  const open = new Map<string, Document>();
  const noteOpen = ({ direction, command, transaction, session, startsTransaction }: WireMessage) => {
    if (direction === 'request' && startsTransaction) open.set(transaction, session);
    if (direction === 'answer' && endings.has(command)) open.delete(transaction);
  };
  let isShut = false;
  const server = createServer((client) => {
    if (isShut) return void client.destroy();
    const database = connect(addressOf(databaseUri));
    const relay = createRelay(client, database, (message) => {
      noteOpen(message);
      return proxy.onMessage(message);
    });
    for (const [socket, other, onData] of [
      [client, database, relay.request],
      [database, client, relay.answer],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('data', onData);
      socket.on('error', () => socket.destroy());
      const isHidden = () => socket === client && proxy.hidesLostClients && !isShut;
      socket.on('end', () => isHidden() || other.end());
      socket.on('close', () => {
        sockets.delete(socket);
        if (!isHidden()) other.destroySoon();
        if (sockets.size === 0) drains.emit('drained');
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: WireProxy = {
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    onMessage: () => undefined,
    hidesLostClients: false,
    openSessions: () => [...open.values()],
    shut() {
      isShut = true;
      cutAll();
    },
    open() {
      isShut = false;
    },
    async drained() {
      while (sockets.size > 0) await once(drains, 'drained');
    },
    async close() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

const endings = new Set(['commitTransaction', 'abortTransaction']);

/** Passes messages on one after the other in each direction: one that is held holds those behind it. */
function createRelay(client: Socket, database: Socket, judge: WireProxy['onMessage']) {
  const asked = new Map<number, Omit<WireMessage, 'direction'>>();
  const cut = () => {
    client.destroy();
    database.destroy();
  };
  const lane = (target: Socket, idAt: number, read: (bytes: Buffer) => WireMessage | null) => {
    const split = splitMessages();
    let held: Promise<void> | null = null;
    const pass = (bytes: Buffer): undefined | Promise<void> => {
      const message = read(bytes);
      const verdict = message === null ? undefined : judge(message);
      if (verdict instanceof Promise) return verdict.then((later) => settle(bytes, later));
      settle(bytes, verdict);
    };
    const settle = (bytes: Buffer, verdict: Awaited<Verdict>) => {
      if (verdict === undefined) {
        if (!target.destroyed) target.write(bytes);
      } else if (verdict === 'cut') cut();
      else client.write(answerTo(bytes.readInt32LE(idAt), verdict.answer));
    };
    return (piece: Buffer) => {
      for (const bytes of split(piece)) {
        const waits: undefined | Promise<void> = held === null ? pass(bytes) : held.then(() => pass(bytes));
        if (waits === undefined) continue;
        const current: Promise<void> = waits.finally(() => {
          if (held === current) held = null;
        });
        held = current;
      }
    };
  };
  return {
    request: lane(database, requestIdAt, (bytes) => {
      const request = readRequest(bytes);
      if (request === null) return null;
      asked.set(bytes.readInt32LE(requestIdAt), request);
      return { direction: 'request', ...request };
    }),
    answer: lane(client, responseToAt, (bytes) => {
      const to = bytes.readInt32LE(responseToAt);
      const request = asked.get(to);
      asked.delete(to);
      return request === undefined ? null : { direction: 'answer', ...request };
    }),
  };
}

// The header of a message: length, request id, the request that is answered, kind. Then flags, and sections.
const requestIdAt = 4;
const responseToAt = 8;
const sectionsAt = 20;
const opMsg = 2013;

/** Null for whatever is no command of a transaction. */
function readRequest(bytes: Buffer): Omit<WireMessage, 'direction'> | null {
  if (bytes.readInt32LE(12) !== opMsg || !bytes.includes('autocommit') || bytes[sectionsAt] !== 0)
    return null;
  const bodyAt = sectionsAt + 1;
  const body = BSON.deserialize(bytes.subarray(bodyAt, bodyAt + bytes.readInt32LE(bodyAt)));
  const [command = '', target] = Object.entries(body)[0] ?? [];
  return {
    command,
    collection: typeof target === 'string' ? target : '',
    transaction: `${body.lsid.id.toString('hex')}/${body.txnNumber}`,
    session: body.lsid,
    startsTransaction: body.startTransaction === true,
    holds: (text) => bytes.includes(text),
  };
}

function answerTo(requestId: number, answer: Document): Buffer {
  const body = BSON.serialize(answer);
  const header = Buffer.alloc(sectionsAt + 1);
  header.writeInt32LE(header.length + body.length, 0);
  header.writeInt32LE(requestId, responseToAt);
  header.writeInt32LE(opMsg, 12);
  return Buffer.concat([header, body]);
}

function addressOf(uri: string): NetConnectOpts {
  const host = decodeURIComponent(/^mongodb:\/\/([^/]+)\//.exec(uri)?.[1] ?? '');
  const [, name, port] = /^(.+):(\d+)$/.exec(host) ?? [];
  return name === undefined ? { path: host } : { host: name, port: Number(port) };
}
