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
import { invalidBson, overflow } from '../errors.ts';
import type { NativeTextBuffer } from './native-text.ts';
import type { BsonDocument, BsonValue } from './value.ts';

/** MongoDB's `BSONDepth::kDefaultMaxAllowableDepth`. */
const maxDepth = 200;

/**
 * Decodes the document that starts at `offset`. Lengths, terminators and type bytes are checked; a document that
 * is not well formed is refused with InvalidBSON (22), one nested deeper than 200 levels with Overflow (15).
 * Nothing of `bytes` is kept: binary values are copied.
 */
export function decodeDocument(bytes: Uint8Array, offset = 0): BsonDocument {
  const buffer = asBuffer(bytes);
  const end = checkedEnd(buffer, offset, buffer.length);
  return readDocument(buffer, offset + 4, end, 1);
}

function asBuffer(bytes: Uint8Array): NativeTextBuffer {
  if (Buffer.isBuffer(bytes)) return bytes as NativeTextBuffer;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as unknown as NativeTextBuffer;
}

/** Where the decoder stands; decoding is synchronous, so one cursor serves every call. */
let position = 0;

function checkedEnd(buffer: NativeTextBuffer, start: number, limit: number): number {
  if (start + 5 > limit) throw invalidBson(`BSON document is truncated at offset ${start}`);
  const length = buffer.readInt32LE(start);
  const end = start + length;
  if (length < 5 || end > limit) throw invalidBson(`invalid BSON length ${length} at offset ${start}`);
  if (buffer[end - 1] !== 0) throw invalidBson(`BSON document not terminated with EOO at offset ${end - 1}`);
  return end - 1;
}

function readDocument(buffer: NativeTextBuffer, start: number, end: number, depth: number): BsonDocument {
  if (depth > maxDepth) throw overflow(`BSONObj exceeds maximum nested object depth: ${maxDepth}`);
  const document: BsonDocument = new Map();
  position = start;
  while (position < end) {
    const type = buffer[position++];
    const name = readName(buffer, end);
    document.set(name, readValue(buffer, type, end, depth));
  }
  if (position !== end) throw invalidBson(`BSON element runs past its document at offset ${position}`);
  position = end + 1;
  return document;
}

function readArray(buffer: NativeTextBuffer, start: number, end: number, depth: number): BsonValue[] {
  if (depth > maxDepth) throw overflow(`BSONObj exceeds maximum nested object depth: ${maxDepth}`);
  const array: BsonValue[] = [];
  position = start;
  while (position < end) {
    const type = buffer[position++];
    while (position < end && buffer[position] !== 0) position++;
    position++;
    array.push(readValue(buffer, type, end, depth));
  }
  if (position !== end) throw invalidBson(`BSON element runs past its array at offset ${position}`);
  position = end + 1;
  return array;
}

function readValue(
  buffer: NativeTextBuffer,
  type: number | undefined,
  limit: number,
  depth: number,
): BsonValue {
  switch (type) {
    case 0x01:
      return new Double(readDouble(buffer, claim(8, limit)));
    case 0x02:
      return readString(buffer, limit);
    case 0x03: {
      const start = position;
      return readDocument(buffer, start + 4, checkedEnd(buffer, start, limit), depth + 1);
    }
    case 0x04: {
      const start = position;
      return readArray(buffer, start + 4, checkedEnd(buffer, start, limit), depth + 1);
    }
    case 0x05:
      return readBinary(buffer, limit);
    case 0x06:
      return undefined;
    case 0x07:
      return readObjectId(buffer, claim(12, limit));
    case 0x08:
      return readBoolean(buffer, claim(1, limit));
    case 0x09:
      return readDate(buffer, claim(8, limit));
    case 0x0a:
      return null;
    case 0x0b:
      return new BSONRegExp(readCString(buffer, limit), readCString(buffer, limit));
    case 0x0d:
      return new Code(readString(buffer, limit));
    case 0x0e:
      return new BSONSymbol(readString(buffer, limit));
    case 0x0f:
      return readCodeWithScope(buffer, limit, depth);
    case 0x10:
      return new Int32(readInt32(buffer, claim(4, limit)));
    case 0x11: {
      const at = claim(8, limit);
      return new Timestamp({ t: readInt32(buffer, at + 4) >>> 0, i: readInt32(buffer, at) >>> 0 });
    }
    case 0x12: {
      const at = claim(8, limit);
      return new Long(readInt32(buffer, at), readInt32(buffer, at + 4));
    }
    case 0x13: {
      const at = claim(16, limit);
      return new Decimal128(Uint8Array.prototype.slice.call(buffer, at, at + 16));
    }
    case 0x7f:
      return new MaxKey();
    case 0xff:
      return new MinKey();
    default:
      throw invalidBson(`Unrecognized BSON type ${type} at offset ${position}`);
  }
}

function claim(size: number, limit: number): number {
  const at = position;
  position += size;
  if (position > limit) throw invalidBson(`BSON element runs past its document at offset ${at}`);
  return at;
}

function readInt32(buffer: NativeTextBuffer, at: number): number {
  return (
    (buffer[at] as number) |
    ((buffer[at + 1] as number) << 8) |
    ((buffer[at + 2] as number) << 16) |
    ((buffer[at + 3] as number) << 24)
  );
}

const doubleScratch = new Float64Array(1);
const doubleBytes = new Uint8Array(doubleScratch.buffer);

function readDouble(buffer: NativeTextBuffer, at: number): number {
  for (let i = 0; i < 8; i++) doubleBytes[i] = buffer[at + i] as number;
  return doubleScratch[0] as number;
}

/** A JavaScript Date holds ±8.64e15 ms; a BSON date beyond that cannot be held here and is refused. */
function readDate(buffer: NativeTextBuffer, at: number): Date {
  const date = new Date((readInt32(buffer, at) >>> 0) + readInt32(buffer, at + 4) * 4294967296);
  if (Number.isNaN(date.getTime())) throw invalidBson(`date out of range at offset ${at}`);
  return date;
}

function readBoolean(buffer: NativeTextBuffer, at: number): boolean {
  const byte = buffer[at] as number;
  if (byte > 1) throw invalidBson(`invalid boolean value ${byte} at offset ${at}`);
  return byte === 1;
}

/** The published constructor type has no offset, yet the class reads a buffer at one without a copy. */
const ObjectIdAt = ObjectId as unknown as new (buffer: Uint8Array, offset: number) => ObjectId;

function readObjectId(buffer: NativeTextBuffer, at: number): ObjectId {
  return new ObjectIdAt(buffer, at);
}

function readString(buffer: NativeTextBuffer, limit: number): string {
  const at = claim(4, limit);
  const length = readInt32(buffer, at);
  if (length < 1) throw invalidBson(`invalid string length ${length} at offset ${at}`);
  const start = claim(length, limit);
  const end = start + length - 1;
  if (buffer[end] !== 0) throw invalidBson(`string not terminated at offset ${end}`);
  return shortAscii(buffer, start, end) ?? buffer.utf8Slice(start, end);
}

/** Short ASCII text is built here: crossing into the native decoder costs more than the characters do. */
function shortAscii(buffer: NativeTextBuffer, start: number, end: number): string | undefined {
  if (end - start > 24) return undefined;
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = buffer[i] as number;
    if (byte > 127) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function readCString(buffer: NativeTextBuffer, limit: number): string {
  const start = position;
  const end = buffer.indexOf(0, start);
  if (end < 0 || end >= limit) throw invalidBson(`unterminated name at offset ${start}`);
  position = end + 1;
  return shortAscii(buffer, start, end) ?? buffer.utf8Slice(start, end);
}

/** Field names repeat from document to document: the last name of each hash is kept and compared in place. */
const nameCache: (string | undefined)[] = new Array(2048);

function readName(buffer: NativeTextBuffer, limit: number): string {
  const start = position;
  let hash = 0;
  let at = start;
  let bits = 0;
  while (at < limit) {
    const byte = buffer[at] as number;
    if (byte === 0) break;
    bits |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
    at++;
  }
  if (at >= limit) throw invalidBson(`unterminated field name at offset ${start}`);
  position = at + 1;
  if (bits > 127) return buffer.utf8Slice(start, at);
  const slot = hash & 2047;
  const cached = nameCache[slot];
  if (cached !== undefined && isTextAt(cached, buffer, start, at)) return cached;
  const name = buffer.latin1Slice(start, at);
  if (name.length <= 64) nameCache[slot] = name;
  return name;
}

function isTextAt(text: string, buffer: NativeTextBuffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== buffer[start + i]) return false;
  }
  return true;
}

/** Subtype 2 repeats its length inside the data; the value is held without it, as the driver does. */
function readBinary(buffer: NativeTextBuffer, limit: number): Binary {
  const at = claim(5, limit);
  const length = readInt32(buffer, at);
  const subtype = buffer[at + 4] as number;
  if (length < 0) throw invalidBson(`invalid binary length ${length} at offset ${at}`);
  const start = claim(length, limit);
  if (subtype !== Binary.SUBTYPE_BYTE_ARRAY) {
    return new Binary(Uint8Array.prototype.slice.call(buffer, start, start + length), subtype);
  }
  if (length < 4 || readInt32(buffer, start) !== length - 4) {
    throw invalidBson(`invalid length within binary of subtype 2 at offset ${start}`);
  }
  return new Binary(Uint8Array.prototype.slice.call(buffer, start + 4, start + length), subtype);
}

function readCodeWithScope(buffer: NativeTextBuffer, limit: number, depth: number): Code {
  const start = claim(4, limit);
  const end = start + readInt32(buffer, start);
  if (end > limit) throw invalidBson(`code with scope runs past its document at offset ${start}`);
  const code = readString(buffer, end);
  const scopeStart = position;
  const scope = readDocument(buffer, scopeStart + 4, checkedEnd(buffer, scopeStart, end), depth + 1);
  if (position !== end) throw invalidBson(`invalid length of code with scope at offset ${start}`);
  return new Code(code, scope);
}
