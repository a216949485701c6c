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
import { badValue, overflow } from '../errors.ts';
import type { NativeTextBuffer } from './native-text.ts';
import { type EncodableDocument, type EncodableValue, RawDocument } from './raw-document.ts';

const maxDepth = 200;

/**
 * Encodes a document. Raw documents inside are copied as they are. The result is a copy of its own, safe to keep.
 * Nesting beyond 200 levels is refused with Overflow (15), a NUL in a name with BadValue (2).
 */
export function encodeDocument(document: EncodableDocument): Uint8Array {
  position = 0;
  writeDocument(document, 1);
  return Uint8Array.prototype.slice.call(scratch, 0, position);
}

/** The scratch buffer grows and is kept up to this size between calls. */
const keptBytes = 1 << 20;

let scratch: Buffer = Buffer.allocUnsafeSlow(1 << 16);
let position = 0;

function reserve(size: number): void {
  if (position + size <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, position + size));
  scratch.copy(larger, 0, 0, position);
  scratch = larger;
}

function writeDocument(document: EncodableDocument, depth: number): void {
  if (depth > maxDepth) throw overflow(`BSONObj exceeds maximum nested object depth: ${maxDepth}`);
  if (depth === 1 && scratch.length > keptBytes) scratch = Buffer.allocUnsafeSlow(1 << 16);
  const start = position;
  reserve(5);
  position += 4;
  for (const [name, value] of document) writeElement(name, value, depth);
  closeDocument(start);
}

function writeArray(array: EncodableValue[], depth: number): void {
  if (depth > maxDepth) throw overflow(`BSONObj exceeds maximum nested object depth: ${maxDepth}`);
  const start = position;
  reserve(5);
  position += 4;
  for (let i = 0; i < array.length; i++) writeElement(arrayIndexName(i), array[i], depth);
  closeDocument(start);
}

function closeDocument(start: number): void {
  reserve(1);
  scratch[position++] = 0;
  writeInt32At(start, position - start);
}

const indexNames = Array.from({ length: 1024 }, (_, i) => String(i));

function arrayIndexName(index: number): string {
  return indexNames[index] ?? String(index);
}

function writeElement(name: string, value: EncodableValue, depth: number): void {
  reserve(1);
  const typeAt = position++;
  writeCString(name);
  // In two steps: writing may replace `scratch`, and an assignment picks its target first.
  const type = writeValue(value, depth);
  scratch[typeAt] = type;
}

/** Writes the value and answers its type byte. */
function writeValue(value: EncodableValue, depth: number): number {
  if (typeof value === 'string') {
    writeString(value);
    return 0x02;
  }
  if (value === null) return 0x0a;
  if (value === undefined) return 0x06;
  if (typeof value === 'boolean') {
    reserve(1);
    scratch[position++] = value ? 1 : 0;
    return 0x08;
  }
  if (value instanceof Int32) {
    writeInt32(value.value);
    return 0x10;
  }
  if (value instanceof Map) {
    writeDocument(value, depth + 1);
    return 0x03;
  }
  if (Array.isArray(value)) {
    writeArray(value, depth + 1);
    return 0x04;
  }
  if (value instanceof ObjectId) {
    writeBytes(value.id);
    return 0x07;
  }
  if (value instanceof Date) {
    writeDate(value);
    return 0x09;
  }
  if (value instanceof Double) {
    writeDouble(value.value);
    return 0x01;
  }
  if (value instanceof RawDocument) {
    writeBytes(value.bytes);
    return 0x03;
  }
  return writeRareValue(value, depth);
}

function writeRareValue(value: EncodableValue, depth: number): number {
  // Timestamp is a Long by inheritance, so it is asked first.
  if (value instanceof Timestamp) {
    writeInt32(value.low);
    writeInt32(value.high);
    return 0x11;
  }
  if (value instanceof Long) {
    writeInt32(value.low);
    writeInt32(value.high);
    return 0x12;
  }
  if (value instanceof Decimal128) {
    writeBytes(value.bytes);
    return 0x13;
  }
  if (value instanceof Binary) {
    writeBinary(value);
    return 0x05;
  }
  if (value instanceof BSONRegExp) {
    writeCString(value.pattern);
    writeCString(value.options);
    return 0x0b;
  }
  if (value instanceof BSONSymbol) {
    writeString(value.value);
    return 0x0e;
  }
  if (value instanceof Code) return writeCode(value, depth);
  if (value instanceof MinKey) return 0xff;
  if (value instanceof MaxKey) return 0x7f;
  throw badValue(`cannot encode a value of class ${Object.prototype.toString.call(value)} as BSON`);
}

function writeInt32At(at: number, value: number): void {
  scratch[at] = value;
  scratch[at + 1] = value >> 8;
  scratch[at + 2] = value >> 16;
  scratch[at + 3] = value >> 24;
}

function writeInt32(value: number): void {
  reserve(4);
  writeInt32At(position, value);
  position += 4;
}

const doubleScratch = new Float64Array(1);
const doubleBytes = new Uint8Array(doubleScratch.buffer);

function writeDouble(value: number): void {
  reserve(8);
  doubleScratch[0] = value;
  for (let i = 0; i < 8; i++) scratch[position++] = doubleBytes[i] as number;
}

function writeDate(date: Date): void {
  const milliseconds = date.getTime();
  const high = Math.floor(milliseconds / 4294967296);
  writeInt32(milliseconds - high * 4294967296);
  writeInt32(high);
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  scratch.set(bytes, position);
  position += bytes.length;
}

function writeString(text: string): void {
  reserve(5);
  const lengthAt = position;
  position += 4;
  writeText(text);
  reserve(1);
  scratch[position++] = 0;
  writeInt32At(lengthAt, position - lengthAt - 4);
}

function writeCString(text: string): void {
  const length = text.length;
  reserve(length * 3 + 1);
  const buffer = scratch;
  const start = position;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) throw badValue(`name contains a NUL character: '${text}'`);
    if (unit > 127) {
      writeWideCString(text);
      return;
    }
    buffer[start + i] = unit;
  }
  buffer[start + length] = 0;
  position = start + length + 1;
}

function writeWideCString(text: string): void {
  if (text.includes('\0')) throw badValue(`name contains a NUL character: '${text}'`);
  writeText(text);
  reserve(1);
  scratch[position++] = 0;
}

/** Short ASCII text is written here; anything else by the native encoder. */
function writeText(text: string): void {
  const length = text.length;
  reserve(length * 3);
  if (length <= 32) {
    let i = 0;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) break;
      scratch[position + i] = unit;
    }
    if (i === length) {
      position += length;
      return;
    }
  }
  position += (scratch as NativeTextBuffer).utf8Write(text, position);
}

function writeBinary(value: Binary): void {
  const bytes = value.buffer.subarray(0, value.position);
  const nested = value.sub_type === Binary.SUBTYPE_BYTE_ARRAY;
  writeInt32(nested ? bytes.length + 4 : bytes.length);
  reserve(1);
  scratch[position++] = value.sub_type;
  if (nested) writeInt32(bytes.length);
  writeBytes(bytes);
}

function writeCode(value: Code, depth: number): number {
  if (!(value.scope instanceof Map)) {
    writeString(value.code);
    return 0x0d;
  }
  const start = position;
  reserve(4);
  position += 4;
  writeString(value.code);
  writeDocument(value.scope, depth + 1);
  writeInt32At(start, position - start);
  return 0x0f;
}
