import { isNumber, toNumber } from './numbers.ts';
import type { BsonValue } from './value.ts';

/** What counts as true: everything but false, null, undefined, missing and a number that is zero. NaN is true. */
export function isTruthy(value: BsonValue): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || value === undefined) return false;
  return !isNumber(value) || toNumber(value) !== 0;
}
