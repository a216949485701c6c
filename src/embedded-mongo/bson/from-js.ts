import { BSONRegExp, BSONValue, Double, Int32, Long } from 'bson';
import type { BsonDocument, BsonValue } from './value.ts';

/**
 * Turns a plain JavaScript object into a document, for building replies and tests: whole numbers within 32 bits
 * become Int32, other numbers Double, bigints Long, RegExp a BSON regex; Dates, Maps and the bson library's classes
 * stay. Fields that are undefined are left out.
 */
export function fromJs(plain: object): BsonDocument {
  if (plain instanceof Map) return plain as BsonDocument;
  const document: BsonDocument = new Map();
  for (const [name, value] of Object.entries(plain)) {
    if (value !== undefined) document.set(name, valueFromJs(value));
  }
  return document;
}

/** The same for a single value. */
export function valueFromJs(value: unknown): BsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return fitsInt32(value) ? new Int32(value) : new Double(value);
    case 'bigint':
      return Long.fromBigInt(value);
  }
  if (value === null || value instanceof Date || value instanceof BSONValue) return value as BsonValue;
  if (Array.isArray(value)) return value.map(valueFromJs);
  if (value instanceof RegExp) return new BSONRegExp(value.source, value.flags.replace(/[^ims]/g, ''));
  if (typeof value === 'object') return fromJs(value);
  throw new TypeError(`cannot turn ${typeof value} into BSON`);
}

function fitsInt32(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}
