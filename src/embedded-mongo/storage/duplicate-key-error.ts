import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import type { Collection, IndexState } from './collection.ts';

/** Code 11000 with the index, its key pattern and the value that was there already. */
export function duplicateKeyError(
  collection: Collection,
  index: IndexState,
  values: readonly BsonValue[],
): MongoServerError {
  const { fields, name, spec } = index.definition;
  const keyValue: BsonDocument = new Map(fields.map((field, i) => [field.path, values[i] ?? null]));
  const message = `E11000 duplicate key error collection: ${collection.namespace} index: ${name} dup key: ${show(keyValue)}`;
  return new MongoServerError(11000, message, {
    codeName: 'DuplicateKey',
    extra: new Map<string, BsonValue>([
      ['keyPattern', spec.get('key') ?? null],
      ['keyValue', keyValue],
    ]),
  });
}

function show(value: BsonValue): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Map) return showDocument(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(show).join(', ')} ]`;
  if (value instanceof Double)
    return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`;
  if (value instanceof Int32 || value instanceof Long) return value.toString();
  if (value instanceof Decimal128) return `NumberDecimal('${value.toString()}')`;
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`;
  return String(value);
}

function showDocument(document: BsonDocument): string {
  if (document.size === 0) return '{}';
  return `{ ${[...document].map(([name, value]) => `${name}: ${show(value)}`).join(', ')} }`;
}
