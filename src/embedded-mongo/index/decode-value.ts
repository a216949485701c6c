import { ObjectId } from 'bson';
import type { BsonValue } from '../bson/value.ts';
import { valueTag } from './encode-value.ts';
import { skipValue } from './skip-value.ts';

/** The key does not tell the value whole: of a number it has not the type. */
export const notInKey = Symbol('not in the key');

/**
 * The value that is encoded from `offset` to before `end`; `inverted` reads a descending field. Text, booleans, dates,
 * ObjectIds and null are read, which a key holds for a missing field too; what once was a symbol is text.
 */
export function decodeValue(
  key: Buffer,
  offset: number,
  end: number,
  inverted: boolean,
): BsonValue | typeof notInKey {
  const bytes = inverted ? key.subarray(offset, end).map((byte) => ~byte & 0xff) : key.subarray(offset, end);
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (value[0]) {
    case valueTag.null:
      return null;
    case valueTag.boolean:
      return value[1] === 1;
    case valueTag.string:
      return decodeText(value);
    case valueTag.date:
      return new Date(Number(BigInt.asIntN(64, value.readBigUInt64BE(1) ^ 0x8000000000000000n)));
    case valueTag.objectId:
      return new ObjectId(Uint8Array.prototype.slice.call(value, 1));
    default:
      return notInKey;
  }
}

/** The offset just after each of the first `count` fields; undefined for a key that was cut. */
export function fieldEnds(
  key: Buffer,
  offset: number,
  descending: readonly boolean[],
  count: number,
): number[] | undefined {
  const ends: number[] = [];
  let end = offset;
  for (let field = 0; field < count; field++) {
    end = skipValue(key, end, descending[field] === true);
    if (end < 0) return undefined;
    ends.push(end);
  }
  return ends;
}

/** A text without its tag and terminator; bytes 0 and 1 are pairs that begin with 1, see KeyWriter. */
function decodeText(value: Buffer): string {
  const end = value.length - 1;
  if (value.subarray(1, end).indexOf(1) < 0) return value.toString('utf8', 1, end);
  const plain: number[] = [];
  for (let i = 1; i < end; i++) {
    const byte = value[i] as number;
    plain.push(byte === 1 ? (value[++i] as number) - 1 : byte);
  }
  return Buffer.from(plain).toString('utf8');
}
