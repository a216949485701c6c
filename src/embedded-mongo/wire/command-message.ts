import { decodeDocument } from '../bson/decode.ts';
import type { BsonDocument } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { documentLength, rawElements } from './raw-elements.ts';

/** A command as it came in, from OP_MSG or the old OP_QUERY. */
export interface CommandMessage {
  requestId: number;
  /** How the answer has to be framed. */
  protocol: 'message' | 'query';
  /** The command's name: the first field of its body. */
  name: string;
  body: BsonDocument;
  /** Document arrays that came beside the body, and an insert's documents, as encoded documents. */
  sequences: Map<string, Buffer[]>;
  /** The client wants no answer. */
  unacknowledged: boolean;
  /** Why the message could not be read, when it could not. */
  failure?: MongoServerError;
}

export const opcode = { reply: 1, query: 2004, message: 2013, compressed: 2012 } as const;

const flag = { checksumPresent: 1, moreToCome: 2 } as const;

/** Reads one wire message. Throws MongoServerError for what cannot be understood. */
export function parseCommandMessage(message: Buffer): CommandMessage {
  const code = message.readInt32LE(12);
  if (code === opcode.message) return parseMessage(message);
  if (code === opcode.query) return parseQuery(message);
  throw new MongoServerError(17, `Unsupported wire protocol opcode ${code}`);
}

function parseMessage(message: Buffer): CommandMessage {
  const flags = message.readUInt32LE(16);
  if ((flags & 0xffff & ~(flag.checksumPresent | flag.moreToCome)) !== 0) {
    throw new MongoServerError(17, `Message contains illegal flags value: Ob${flags.toString(2)}`);
  }
  const end = message.length - ((flags & flag.checksumPresent) !== 0 ? 4 : 0);
  const sequences = new Map<string, Buffer[]>();
  let body: Buffer | undefined;
  for (let at = 20; at < end; ) {
    const kind = message[at];
    if (kind === 0) {
      if (body !== undefined) throw new MongoServerError(40430, 'Multiple body sections in message');
      const length = documentLength(message, at + 1);
      body = message.subarray(at + 1, at + 1 + length);
      at += 1 + length;
    } else if (kind === 1) {
      at = readSequence(message, at + 1, sequences);
    } else {
      throw new MongoServerError(40432, `Unknown section kind ${kind}`);
    }
  }
  if (body === undefined) throw new MongoServerError(40587, 'OP_MSG messages must have a body');
  return {
    requestId: message.readInt32LE(4),
    protocol: 'message',
    ...commandOf(body, sequences),
    unacknowledged: (flags & flag.moreToCome) !== 0,
  };
}

function readSequence(message: Buffer, start: number, sequences: Map<string, Buffer[]>): number {
  const end = start + message.readInt32LE(start);
  const nameEnd = message.indexOf(0, start + 4);
  if (end > message.length || nameEnd < 0 || nameEnd >= end) {
    throw new MongoServerError(22, 'A document sequence is cut off');
  }
  const name = message.toString('utf8', start + 4, nameEnd);
  if (sequences.has(name)) {
    throw new MongoServerError(40431, `Duplicate document sequence: ${name}`);
  }
  const documents: Buffer[] = [];
  for (let at = nameEnd + 1; at < end; ) {
    const length = documentLength(message, at);
    documents.push(message.subarray(at, at + length));
    at += length;
  }
  sequences.set(name, documents);
  return end;
}

/** Documents to insert are cut out of the body: they are stored as they came. */
function commandOf(
  body: Buffer,
  sequences: Map<string, Buffer[]>,
): { name: string; body: BsonDocument; sequences: Map<string, Buffer[]> } {
  const first = rawElements(body).next().value;
  if (first === undefined) throw new MongoServerError(59, "no such command: ''");
  const name = first.name;
  if (name !== 'insert' || sequences.has('documents')) return { name, body: decodeDocument(body), sequences };
  for (const element of rawElements(body)) {
    if (element.name !== 'documents' || element.type !== 0x04) continue;
    const documents: Buffer[] = [];
    for (const item of rawElements(body, element.valueStart)) {
      if (item.type !== 0x03) return { name, body: decodeDocument(body), sequences };
      documents.push(body.subarray(item.valueStart, item.end));
    }
    sequences.set('documents', documents);
    const rest = Buffer.concat([body.subarray(0, element.start), body.subarray(element.end)]);
    rest.writeInt32LE(rest.length, 0);
    return { name, body: decodeDocument(rest), sequences };
  }
  return { name, body: decodeDocument(body), sequences };
}

function parseQuery(message: Buffer): CommandMessage {
  const nameEnd = message.indexOf(0, 20);
  if (nameEnd < 0) throw new MongoServerError(17, 'An unterminated namespace');
  const namespace = message.toString('utf8', 20, nameEnd);
  const start = nameEnd + 9;
  const body = decodeDocument(message.subarray(start, start + documentLength(message, start)));
  const name = body.keys().next().value ?? '';
  if (!namespace.endsWith('.$cmd') || !['hello', 'ismaster', 'isMaster'].includes(name)) {
    throw new MongoServerError(
      352,
      `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade. For more details see https://dochub.mongodb.org/core/legacy-opcode-removal`,
    );
  }
  body.set('$db', namespace.slice(0, -'.$cmd'.length));
  return {
    requestId: message.readInt32LE(4),
    protocol: 'query',
    name,
    body,
    sequences: new Map(),
    unacknowledged: false,
  };
}
