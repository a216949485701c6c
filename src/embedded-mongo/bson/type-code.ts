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
import type { BsonValue } from './value.ts';

/** BSON's own type numbers (bsonspec.org), MinKey as -1 and MaxKey as 127, as `$type` takes them. */
export const bsonType = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
} as const;

/** The BSON type number of a value. */
export function typeCodeOf(value: BsonValue): number {
  switch (typeof value) {
    case 'string':
      return bsonType.string;
    case 'boolean':
      return bsonType.bool;
    case 'undefined':
      return bsonType.undefined;
  }
  if (value === null) return bsonType.null;
  if (value instanceof Int32) return bsonType.int;
  if (value instanceof Map) return bsonType.object;
  if (Array.isArray(value)) return bsonType.array;
  if (value instanceof ObjectId) return bsonType.objectId;
  if (value instanceof Date) return bsonType.date;
  if (value instanceof Double) return bsonType.double;
  // Timestamp is a Long by inheritance, so it is asked first.
  if (value instanceof Timestamp) return bsonType.timestamp;
  if (value instanceof Long) return bsonType.long;
  if (value instanceof Decimal128) return bsonType.decimal;
  if (value instanceof Binary) return bsonType.binData;
  if (value instanceof BSONRegExp) return bsonType.regex;
  if (value instanceof BSONSymbol) return bsonType.symbol;
  if (value instanceof Code) return value.scope ? bsonType.javascriptWithScope : bsonType.javascript;
  if (value instanceof MinKey) return bsonType.minKey;
  if (value instanceof MaxKey) return bsonType.maxKey;
  throw new TypeError(`not a BSON value: ${String(value)}`);
}

/**
 * The place of a type in MongoDB's order of all values (`canonicalizeBSONType`): types that share a number are
 * compared by value with each other.
 */
export function canonicalOrder(typeCode: number): number {
  return orders[typeCode + 1] as number;
}

const orders: number[] = [];
const order = (typeCode: number, place: number) => {
  orders[typeCode + 1] = place;
};
order(bsonType.minKey, -1);
order(bsonType.undefined, 0);
order(bsonType.null, 5);
order(bsonType.double, 10);
order(bsonType.int, 10);
order(bsonType.long, 10);
order(bsonType.decimal, 10);
order(bsonType.string, 15);
order(bsonType.symbol, 15);
order(bsonType.object, 20);
order(bsonType.array, 25);
order(bsonType.binData, 30);
order(bsonType.objectId, 35);
order(bsonType.bool, 40);
order(bsonType.date, 45);
order(bsonType.timestamp, 47);
order(bsonType.regex, 50);
order(bsonType.dbPointer, 55);
order(bsonType.javascript, 60);
order(bsonType.javascriptWithScope, 65);
order(bsonType.maxKey, 127);
