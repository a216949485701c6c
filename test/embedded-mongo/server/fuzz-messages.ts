import { connect, type Socket } from 'node:net';
import { Binary, BSONRegExp, Decimal128, type Document, Long, MaxKey, Timestamp, UUID } from 'mongodb';
import { bodySection, opMessage } from './raw-client.ts';

export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

const commands: Document[] = [
  { insert: 'f', documents: [{ _id: 1, a: [1, { b: 2 }] }], ordered: true },
  {
    find: 'f',
    filter: { a: { $gt: 1 } },
    sort: { a: 1 },
    projection: { a: 1 },
    skip: 1,
    limit: 2,
    batchSize: 1,
  },
  { update: 'f', updates: [{ q: { a: 1 }, u: { $set: { 'a.0.b': 1 } }, upsert: true, multi: false }] },
  {
    update: 'f',
    updates: [{ q: {}, u: { $push: { c: { $each: [1], $slice: 5 } } }, arrayFilters: [{ x: 1 }] }],
  },
  { delete: 'f', deletes: [{ q: { a: 1 }, limit: 1 }] },
  {
    findAndModify: 'f',
    query: { a: 1 },
    update: { $inc: { n: 1 } },
    new: true,
    upsert: true,
    sort: { a: 1 },
  },
  { aggregate: 'f', pipeline: [{ $match: { a: 1 } }, { $group: { _id: '$a', n: { $sum: 1 } } }], cursor: {} },
  {
    aggregate: 'f',
    pipeline: [{ $lookup: { from: 'g', localField: 'a', foreignField: 'b', as: 'c' } }],
    cursor: {},
  },
  { count: 'f', query: { a: /x/ }, limit: 1 },
  { distinct: 'f', key: 'a', query: {} },
  { getMore: Long.fromNumber(5), collection: 'f', batchSize: 3 },
  { killCursors: 'f', cursors: [Long.fromNumber(5)] },
  {
    createIndexes: 'f',
    indexes: [{ key: { a: 1, b: -1 }, name: 'x', partialFilterExpression: { a: { $gt: 1 } } }],
  },
  { dropIndexes: 'f', index: 'x' },
  { listCollections: 1, filter: {}, nameOnly: true },
  { listIndexes: 'f', cursor: { batchSize: 1 } },
  { collMod: 'f', index: { name: 'x', hidden: true } },
  { create: 'g' },
  { drop: 'g' },
  { renameCollection: 'test.f', to: 'test.g' },
  { validate: 'f' },
  { collStats: 'f' },
  { dbStats: 1, scale: 1 },
  { explain: { find: 'f', filter: { a: 1 } }, verbosity: 'executionStats' },
  { serverStatus: 1 },
  { ping: 1 },
  { endSessions: [{ id: new UUID() }] },
  { commitTransaction: 1, txnNumber: Long.ONE, autocommit: false, lsid: { id: new UUID() } },
];

const odd: unknown[] = [
  null,
  undefined,
  true,
  -1,
  1.5,
  Number.NaN,
  2 ** 40,
  Long.MIN_VALUE,
  Decimal128.fromString('1e6000'),
  '',
  '$a',
  'a\u0000b',
  '$$ROOT.a',
  [],
  [[]],
  {},
  { $gt: {} },
  { '': 1 },
  { $expr: 5 },
  { $in: 5 },
  { $regex: '(' },
  new BSONRegExp('[', 'x'),
  new Binary(Buffer.from('x'), 3),
  new Timestamp(0n),
  new MaxKey(),
  new Date(Number.NaN),
];

/** A message that is a command spoiled in one of many ways, or no message at all. */
export function fuzzedMessage(random: Random): Buffer {
  const command = commands[random(commands.length)] as Document;
  const body = { ...command, $db: 'fuzz' };
  switch (random(8)) {
    case 0:
      return flipped(random, opMessage(0, bodySection(body)));
    case 1:
      return truncated(random, opMessage(0, bodySection(body)));
    case 2:
      return opMessage(
        [1, 2, 3, 4, 0x10000, 0x80000000][random(6)] as number,
        bodySection(body),
        Buffer.alloc(4),
      );
    case 3:
      return opMessage(0, Buffer.from([random(256)]), randomBytes(random, random(60)));
    case 4:
      return opMessage(0, bodySection({ ...body, [`extra${random(9)}`]: nested(100 + random(200)) }));
    default:
      return opMessage(0, bodySection({ ...(spoiled(random, command, 3) as Document), $db: 'fuzz' }));
  }
}

/** Puts an odd value somewhere. */
function spoiled(random: Random, value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== 'object' || value === null || random(4) === 0) {
    return depth === 3 ? value : odd[random(odd.length)];
  }
  if (Array.isArray(value))
    return value.map((each, i) => (i === 0 ? spoiled(random, each, depth - 1) : each));
  const names = Object.keys(value);
  if (names.length === 0 || '_bsontype' in value) return odd[random(odd.length)];
  const name = names[random(names.length)] as string;
  return { ...value, [name]: spoiled(random, (value as Document)[name], depth - 1) };
}

function nested(levels: number): Document {
  let document: Document = {};
  for (let i = 0; i < levels; i++) document = i % 2 === 0 ? { a: document } : { a: [document] };
  return document;
}

function flipped(random: Random, message: Buffer): Buffer {
  for (let i = 0; i <= random(4); i++) message[16 + random(message.length - 16)] = random(256);
  return message;
}

/** Cut off inside, with a length that is right for what is left. */
function truncated(random: Random, message: Buffer): Buffer {
  const rest = Buffer.from(message.subarray(0, 16 + random(message.length - 16)));
  rest.writeInt32LE(rest.length, 0);
  return rest;
}

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

/**
 * Sends messages over connections of their own, each with a command at the end that has to be answered, and answers with
 * how many it sent. Throws when an answer tells of a fault of the server's own.
 */
export async function sendFuzzed(socketPath: string, seed: number, messages: number): Promise<number> {
  const random = randomOf(seed);
  let sent = 0;
  while (sent < messages) {
    const socket = connect({ path: socketPath });
    const some = Math.min(1 + random(20), messages - sent);
    for (let i = 0; i < some; i++) socket.write(fuzzedMessage(random));
    socket.write(opMessage(0, bodySection({ hello: 1, $db: 'admin' })));
    await untilAnswered(socket);
    sent += some;
    if (random(3) === 0) socket.write(randomBytes(random, 100));
    socket.end();
  }
  return sent;
}

/** Reads until the answer to the last command, or until the server has closed the connection. */
function untilAnswered(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The server hangs')), 10_000);
    const done = (end: () => void): void => {
      clearTimeout(timer);
      end();
    };
    socket.on('error', () => undefined);
    socket.on('close', () => done(resolve));
    socket.on('data', (piece) => {
      const text = piece.toString('latin1');
      const fault = /The embedded server failed[^\0]*/.exec(text)?.[0];
      if (fault !== undefined) done(() => reject(new Error(fault)));
      else if (text.includes('isWritablePrimary')) done(resolve);
    });
  });
}
