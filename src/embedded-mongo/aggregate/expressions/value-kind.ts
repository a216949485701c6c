import { exactInteger, isNumber } from '../../bson/numbers.ts';
import { valueToText } from '../../bson/to-text.ts';
import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonValue } from '../../bson/value.ts';

/** The type of an expression's result as messages name it: `missing` when there is none. */
export function kindOf(value: BsonValue): string {
  return value === undefined ? 'missing' : typeNameOf(value);
}

/** A result as messages show it. */
export function textOf(value: BsonValue): string {
  return value === undefined ? 'MISSING' : valueToText(value);
}

/** The number when it is a whole one within 32 bits, whatever its type; undefined otherwise. */
export function asInt32(value: BsonValue): number | undefined {
  const integer = isNumber(value) ? exactInteger(value) : undefined;
  if (integer === undefined || integer < -2147483648n || integer > 2147483647n) return undefined;
  return Number(integer);
}
