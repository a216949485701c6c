import type {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  ObjectId,
  Timestamp,
} from 'bson';
import type { Collation } from './collation.ts';
import { compareDecimals, decimalFromBigInt, exactDecimalFromDouble, parseDecimal } from './decimal.ts';
import { bsonType, canonicalOrder, typeCodeOf } from './type-code.ts';
import type { BsonDocument, BsonValue } from './value.ts';

/**
 * MongoDB's total order of values: by type first (MinKey, undefined, null, numbers, strings and symbols, objects,
 * arrays, binary, ObjectId, boolean, date, timestamp, regex, code, MaxKey), numbers by value whatever their type
 * (NaN lowest), strings by their UTF-8 bytes or by the collation. `undefined` (also: missing) sorts before null;
 * where MongoDB takes a missing field for null (sort and index keys), the caller passes null.
 */
export function compareValues(a: BsonValue, b: BsonValue, collation?: Collation): number {
  if (a === b) return 0;
  const typeA = typeCodeOf(a);
  const typeB = typeCodeOf(b);
  if (typeA !== typeB) {
    const difference = canonicalOrder(typeA) - canonicalOrder(typeB);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return compareSameOrder(a, typeA, b, typeB, collation);
}

/** The order of two strings by their UTF-8 bytes; UTF-16 differs for characters beyond the basic plane. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return codePointRank(unitA) < codePointRank(unitB) ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

/** Surrogates stand for the highest code points: lift them above the rest of the basic plane. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareSameOrder(
  a: BsonValue,
  typeA: number,
  b: BsonValue,
  typeB: number,
  collation: Collation | undefined,
): number {
  switch (typeA) {
    case bsonType.int:
    case bsonType.long:
    case bsonType.double:
    case bsonType.decimal:
      return compareNumeric(a, typeA, b, typeB);
    case bsonType.string:
    case bsonType.symbol: {
      const textA = typeA === bsonType.string ? (a as string) : (a as BSONSymbol).value;
      const textB = typeB === bsonType.string ? (b as string) : (b as BSONSymbol).value;
      return collation ? Math.sign(collation.compareStrings(textA, textB)) : compareStrings(textA, textB);
    }
    case bsonType.object:
      return compareDocuments(a as BsonDocument, b as BsonDocument, collation);
    case bsonType.array:
      return compareArrays(a as BsonValue[], b as BsonValue[], collation);
    case bsonType.objectId:
      return compareObjectIds(a as ObjectId, b as ObjectId);
    case bsonType.bool:
      return a === b ? 0 : a ? 1 : -1;
    case bsonType.date:
      return sign((a as Date).getTime(), (b as Date).getTime());
    case bsonType.timestamp:
      return (
        sign((a as Timestamp).high >>> 0, (b as Timestamp).high >>> 0) ||
        sign((a as Timestamp).low >>> 0, (b as Timestamp).low >>> 0)
      );
    case bsonType.binData:
      return compareBinaries(a as Binary, b as Binary);
    case bsonType.regex:
      return (
        compareStrings((a as BSONRegExp).pattern, (b as BSONRegExp).pattern) ||
        compareStrings((a as BSONRegExp).options, (b as BSONRegExp).options)
      );
    case bsonType.javascript:
      return compareStrings((a as Code).code, (b as Code).code);
    case bsonType.javascriptWithScope:
      return (
        compareStrings((a as Code).code, (b as Code).code) ||
        compareDocuments((a as Code).scope as BsonDocument, (b as Code).scope as BsonDocument, collation)
      );
    default:
      return 0;
  }
}

function compareNumeric(a: BsonValue, typeA: number, b: BsonValue, typeB: number): number {
  if (typeA === bsonType.decimal || typeB === bsonType.decimal) {
    return compareDecimals(asExactDecimal(a, typeA), asExactDecimal(b, typeB));
  }
  if (typeA === bsonType.long && typeB === bsonType.long) {
    const order = sign((a as Long).high, (b as Long).high);
    return order || sign((a as Long).low >>> 0, (b as Long).low >>> 0);
  }
  const numberA = typeA === bsonType.long ? (a as Long).toNumber() : (a as Int32 | Double).value;
  const numberB = typeB === bsonType.long ? (b as Long).toNumber() : (b as Int32 | Double).value;
  if (numberA < numberB) return -1;
  if (numberA > numberB) return 1;
  if (numberA === numberB) {
    // Beyond 2^53 a Long loses digits as a double, and only then can two unequal numbers look equal.
    if (Math.abs(numberA) < 9007199254740992 || typeA === typeB) return 0;
    return compareDecimals(asExactDecimal(a, typeA), asExactDecimal(b, typeB));
  }
  const nanA = Number.isNaN(numberA);
  return nanA && Number.isNaN(numberB) ? 0 : nanA ? -1 : 1;
}

function asExactDecimal(value: BsonValue, type: number) {
  if (type === bsonType.decimal) return parseDecimal(value as Decimal128);
  if (type === bsonType.long) return decimalFromBigInt((value as Long).toBigInt());
  return exactDecimalFromDouble((value as Int32 | Double).value);
}

/** Field by field: the value's type, then the name, then the value; the shorter document first. */
function compareDocuments(a: BsonDocument, b: BsonDocument, collation: Collation | undefined): number {
  const entriesA = a.entries();
  const entriesB = b.entries();
  for (;;) {
    const nextA = entriesA.next();
    const nextB = entriesB.next();
    if (nextA.done) return nextB.done ? 0 : -1;
    if (nextB.done) return 1;
    const [nameA, valueA] = nextA.value;
    const [nameB, valueB] = nextB.value;
    const typeA = typeCodeOf(valueA);
    const typeB = typeCodeOf(valueB);
    const order =
      (typeA === typeB ? 0 : sign(canonicalOrder(typeA), canonicalOrder(typeB))) ||
      compareStrings(nameA, nameB) ||
      compareSameOrder(valueA, typeA, valueB, typeB, collation);
    if (order !== 0) return order;
  }
}

function compareArrays(a: BsonValue[], b: BsonValue[], collation: Collation | undefined): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i], collation);
    if (order !== 0) return order;
  }
  return sign(a.length, b.length);
}

function compareObjectIds(a: ObjectId, b: ObjectId): number {
  return a.equals(b) ? 0 : Math.sign(Buffer.compare(a.id, b.id));
}

function compareBinaries(a: Binary, b: Binary): number {
  return (
    sign(a.position, b.position) ||
    sign(a.sub_type, b.sub_type) ||
    Buffer.compare(a.buffer.subarray(0, a.position), b.buffer.subarray(0, b.position))
  );
}

function sign(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
