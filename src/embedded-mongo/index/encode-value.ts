import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { encodeNumber } from './encode-number.ts';
import type { KeyWriter } from './key-writer.ts';

/**
 * The first byte of each encoded value, in BSON's comparison order. Zero is left to mark ends, and no
 * value, ascending or inverted, begins with 255, so "everything beginning with these bytes" is the range from
 * them to them followed by 255.
 */
export const valueTag = {
  minKey: 0x01,
  undefined: 0x08,
  null: 0x10,
  number: 0x18,
  string: 0x20,
  object: 0x28,
  array: 0x30,
  binary: 0x38,
  objectId: 0x40,
  boolean: 0x48,
  date: 0x50,
  timestamp: 0x58,
  regex: 0x60,
  code: 0x70,
  codeWithScope: 0x78,
  maxKey: 0xf0,
} as const;

/**
 * Appends one value in bytes whose order is the order of BSON values, self-delimiting, so that fields can follow
 * one another in a compound key. Strings and symbols share a type, as do all numbers.
 */
export function encodeValue(writer: KeyWriter, value: BsonValue): void {
  writer.byte(tagOf(value));
  encodePayload(writer, value);
}

/** The type byte that `encodeValue` would write. */
export function tagOf(value: BsonValue): number {
  if (typeof value === 'string') return valueTag.string;
  if (value === null) return valueTag.null;
  if (value === undefined) return valueTag.undefined;
  if (typeof value === 'boolean') return valueTag.boolean;
  if (value instanceof ObjectId) return valueTag.objectId;
  if (value instanceof Int32 || value instanceof Double) return valueTag.number;
  if (value instanceof Date) return valueTag.date;
  if (value instanceof Map) return valueTag.object;
  if (Array.isArray(value)) return valueTag.array;
  // Timestamp extends Long.
  if (value instanceof Timestamp) return valueTag.timestamp;
  if (value instanceof Long || value instanceof Decimal128) return valueTag.number;
  if (value instanceof Binary) return valueTag.binary;
  if (value instanceof BSONSymbol) return valueTag.string;
  if (value instanceof BSONRegExp) return valueTag.regex;
  if (value instanceof Code) return value.scope ? valueTag.codeWithScope : valueTag.code;
  if (value instanceof MinKey) return valueTag.minKey;
  if (value instanceof MaxKey) return valueTag.maxKey;
  throw new Error(`No key for a value of type ${typeof value}`);
}

function encodePayload(writer: KeyWriter, value: BsonValue): void {
  if (typeof value === 'string') writer.terminatedText(value);
  else if (value === null || value === undefined) return;
  else if (typeof value === 'boolean') writer.byte(value ? 1 : 0);
  else if (value instanceof ObjectId) writer.bytes(value.id);
  else if (value instanceof Date) writeInt64(writer, BigInt(value.getTime()));
  else if (value instanceof Map) encodeObject(writer, value);
  else if (Array.isArray(value)) encodeArray(writer, value);
  else if (value instanceof Timestamp) {
    writer.uint32(value.getHighBitsUnsigned());
    writer.uint32(value.getLowBitsUnsigned());
  } else if (
    value instanceof Int32 ||
    value instanceof Double ||
    value instanceof Long ||
    value instanceof Decimal128
  ) {
    encodeNumber(writer, value);
  } else encodeRare(writer, value);
}

function encodeRare(writer: KeyWriter, value: BsonValue): void {
  if (value instanceof Binary) {
    const bytes = value.buffer.subarray(0, value.position);
    writer.uint32(bytes.length);
    writer.byte(value.sub_type);
    writer.bytes(bytes);
  } else if (value instanceof BSONSymbol) {
    writer.terminatedText(value.value);
  } else if (value instanceof BSONRegExp) {
    writer.terminatedText(value.pattern);
    writer.terminatedText(value.options);
  } else if (value instanceof Code) {
    writer.terminatedText(value.code);
    if (value.scope) writer.terminatedText(JSON.stringify(value.scope));
  }
}

function writeInt64(writer: KeyWriter, value: bigint): void {
  writer.reserve(8);
  writer.buffer.writeBigUInt64BE(BigInt.asUintN(64, value) ^ 0x8000000000000000n, writer.length);
  writer.length += 8;
}

/** Objects compare field by field: type first, then name, then value. */
function encodeObject(writer: KeyWriter, document: BsonDocument): void {
  for (const [name, value] of document) {
    writer.byte(tagOf(value));
    writer.terminatedText(name);
    encodePayload(writer, value);
  }
  writer.byte(0);
}

function encodeArray(writer: KeyWriter, values: BsonValue[]): void {
  for (const value of values) {
    writer.byte(tagOf(value));
    encodePayload(writer, value);
  }
  writer.byte(0);
}
