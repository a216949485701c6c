import { Binary, Code, Decimal128, Double, Long } from 'bson';
import type { Collation } from './collation.ts';
import { compareValues } from './compare.ts';
import { typeCodeOf } from './type-code.ts';
import type { BsonDocument, BsonValue } from './value.ts';

/** Equal in MongoDB's order: Int32 5, Long 5 and Double 5 are; -0 and 0 are; NaN is to itself. */
export function valuesEqual(a: BsonValue, b: BsonValue, collation?: Collation): boolean {
  if (!collation && typeof a === 'string' && typeof b === 'string') return a === b;
  return compareValues(a, b, collation) === 0;
}

/** The same stored bytes: type by type, so Int32 5 is not Long 5. Updates that change nothing are found by it. */
export function valuesIdentical(a: BsonValue, b: BsonValue): boolean {
  if (a === b) return true;
  const type = typeCodeOf(a);
  if (type !== typeCodeOf(b)) return false;
  if (a instanceof Map) return documentsIdentical(a, b as BsonDocument);
  if (Array.isArray(a)) {
    const other = b as BsonValue[];
    return a.length === other.length && a.every((value, i) => valuesIdentical(value, other[i]));
  }
  if (a instanceof Double) return Object.is(a.value, (b as Double).value);
  if (a instanceof Decimal128) return Buffer.compare(a.bytes, (b as Decimal128).bytes) === 0;
  if (a instanceof Long) return a.low === (b as Long).low && a.high === (b as Long).high;
  if (a instanceof Code || a instanceof Binary) return compareValues(a, b) === 0;
  return compareValues(a, b) === 0;
}

function documentsIdentical(a: BsonDocument, b: BsonDocument): boolean {
  if (a.size !== b.size) return false;
  const others = b.entries();
  for (const [name, value] of a) {
    const [otherName, otherValue] = others.next().value as [string, BsonValue];
    if (name !== otherName || !valuesIdentical(value, otherValue)) return false;
  }
  return true;
}
