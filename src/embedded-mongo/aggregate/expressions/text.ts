import { BSONSymbol, Code, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { formatDouble } from '../../bson/to-text.ts';
import type { BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { formatIsoDate } from './date-format.ts';
import { kindOf } from './value-kind.ts';

/** A value as text, for `$toLower`, `$substr` and their like; null and missing are empty, objects are refused (16007). */
export function coerceToText(value: BsonValue): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return formatIsoDate(value);
  if (value instanceof Double) return numberText(value.value);
  if (value instanceof Int32 || value instanceof Decimal128 || value instanceof ObjectId)
    return value.toString();
  if (value instanceof Timestamp) return value.toString();
  if (value instanceof Long) return value.toString();
  if (value instanceof BSONSymbol) return value.value;
  if (value instanceof Code && !value.scope) return value.code;
  throw new MongoServerError(16007, `can't convert from BSON type ${kindOf(value)} to String`);
}

/** A double as text: sixteen digits, and no point for whole numbers. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return formatDouble(value);
}
