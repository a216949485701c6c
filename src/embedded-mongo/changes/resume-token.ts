import { crc32 } from 'node:zlib';
import { Timestamp } from 'bson';
import { documentToText } from '../bson/to-text.ts';
import type { BsonDocument } from '../bson/value.ts';
import { failedToParse, MongoServerError } from '../errors.ts';
import type { LogPosition } from './position.ts';

/**
 * Where a stream goes on: before the change at `position` ('place'), after it ('event'), or after the invalidate
 * that followed it.
 */
export interface ResumeToken {
  kind: 'place' | 'event' | 'invalidate';
  position: LogPosition;
}

const kinds = ['place', 'event', 'invalidate'] as const;
const tokenBytes = 18;
/** As MongoDB's begin: a timestamp follows. */
const firstByte = 0x82;

/** The token as clients get it. Its text sorts as the stream does. */
export function tokenDocument(token: ResumeToken): BsonDocument {
  const bytes = Buffer.allocUnsafe(tokenBytes);
  bytes[0] = firstByte;
  bytes.writeUInt32BE(token.position.time.t, 1);
  bytes.writeUInt32BE(token.position.time.i, 5);
  bytes.writeUInt32BE(token.position.index, 9);
  bytes[13] = kinds.indexOf(token.kind);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 14)), 14);
  return new Map([['_data', bytes.toString('hex').toUpperCase()]]);
}

/** Throws 40647 where there is no `_data`, FailedToParse where it is not hexadecimal, 260 for anything not made here. */
export function parseToken(document: BsonDocument): ResumeToken {
  const data = document.get('_data');
  if (typeof data !== 'string') {
    throw new MongoServerError(
      40647,
      `Bad resume token: _data of missing or of wrong type. Expected string, got ${documentToText(document)}`,
    );
  }
  if (!/^([0-9a-f]{2})*$/i.test(data)) throw failedToParse('resume token string was not a valid hex string');
  const bytes = Buffer.from(data, 'hex');
  const kind = kinds[bytes[13] ?? 255];
  const isWhole = bytes.length === tokenBytes && bytes.readUInt32BE(14) === crc32(bytes.subarray(0, 14));
  if (!isWhole || kind === undefined) {
    throw new MongoServerError(260, `Bad resume token: ${documentToText(document)}`);
  }
  const time = new Timestamp({ t: bytes.readUInt32BE(1), i: bytes.readUInt32BE(5) });
  return { kind, position: { time, index: bytes.readUInt32BE(9) } };
}
