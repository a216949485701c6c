import { Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { decimalToNumber, parseDecimal, toDecimal128, truncateDecimal } from '../../bson/decimal.ts';
import { integerOf, isNumber, toDecimal, toNumber, within64Bits } from '../../bson/numbers.ts';
import { isTruthy } from '../../bson/truth.ts';
import { bsonType, typeCodeOf } from '../../bson/type-code.ts';
import { typeNameOf, typeNameOfCode } from '../../bson/type-names.ts';
import type { BsonValue } from '../../bson/value.ts';
import { conversionFailure } from '../../errors.ts';
import { formatIsoDate } from './date-format.ts';
import { parseDateText } from './date-parse.ts';
import { numberText } from './text.ts';

/** Converts a value that is not null to another type, as `$convert` does; ConversionFailure (241) when it cannot. */
export function convertValue(value: BsonValue, target: number): BsonValue {
  if (typeCodeOf(value) === target) return value;
  const convert = conversions.get(target);
  const result = convert?.(value);
  if (result === undefined) {
    throw conversionFailure(
      `Unsupported conversion from ${typeNameOf(value)} to ${typeNameOfCode(target)} in $convert with no onError value`,
    );
  }
  return result;
}

/** By target type; undefined when the source's type cannot be converted. */
const conversions = new Map<number, (value: BsonValue) => BsonValue>([
  [bsonType.double, toDouble],
  [bsonType.string, toText],
  [bsonType.objectId, toObjectId],
  [bsonType.bool, toBoolean],
  [bsonType.date, toDate],
  [bsonType.int, (value) => toInteger(value, 'int')],
  [bsonType.long, (value) => toInteger(value, 'long')],
  [bsonType.decimal, toDecimalValue],
]);

const suffix = 'in $convert with no onError value';

function overflows(text: string) {
  return conversionFailure(`Conversion would overflow target type ${suffix}: ${text}`);
}

function toDouble(value: BsonValue): BsonValue {
  if (typeof value === 'boolean') return new Double(value ? 1 : 0);
  if (value instanceof Date) return new Double(value.getTime());
  if (typeof value === 'string') return new Double(parseNumber(value));
  if (!isNumber(value)) return undefined;
  const result = toNumber(value);
  const isInfiniteInput = value instanceof Decimal128 && parseDecimal(value).kind === 'infinity';
  if (!Number.isFinite(result) && !Number.isNaN(result) && !isInfiniteInput)
    throw overflows(value.toString());
  return new Double(result);
}

function parseNumber(text: string): number {
  if (/^0x/i.test(text)) throw conversionFailure(`Illegal hexadecimal input ${suffix}: ${text}`);
  if (text === '') throw unparsed(text, 'Empty string');
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw unparsed(
      text,
      /^[+-]?[\d.]/.test(text) ? 'Did not consume whole string.' : 'Did not consume any digits',
    );
  }
  const result = Number(text);
  if (!Number.isFinite(result)) throw unparsed(text, 'Out of range');
  return result;
}

function unparsed(text: string, reason: string) {
  return conversionFailure(`Failed to parse number '${text}' ${suffix}: ${reason}`);
}

function toInteger(value: BsonValue, target: 'int' | 'long'): BsonValue {
  const integer = integerValue(value, target);
  if (integer === undefined) return undefined;
  const fits =
    target === 'int'
      ? integer >= -2147483648n && integer <= 2147483647n
      : within64Bits(integer) !== undefined;
  if (!fits) throw overflows(value instanceof Long ? '' : numberLike(value));
  return target === 'int' ? new Int32(Number(integer)) : Long.fromBigInt(integer);
}

function numberLike(value: BsonValue): string {
  return value instanceof Double ? numberText(value.value) : String(value);
}

function integerValue(value: BsonValue, target: 'int' | 'long'): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof Date) return target === 'long' ? BigInt(value.getTime()) : undefined;
  if (typeof value === 'string') return parseInteger(value, target);
  if (!isNumber(value)) return undefined;
  if (value instanceof Int32 || value instanceof Long) return integerOf(value);
  const decimal = toDecimal(value);
  if (decimal.kind === 'nan') {
    throw conversionFailure(`Attempt to convert NaN value to integer type ${suffix}`);
  }
  if (decimal.kind === 'infinity') {
    throw conversionFailure(`Attempt to convert infinity value to integer type ${suffix}`);
  }
  return value instanceof Double ? BigInt(Math.trunc(value.value)) : truncateDecimal(decimal);
}

function parseInteger(text: string, target: 'int' | 'long'): bigint {
  if (/^0x/i.test(text)) throw conversionFailure(`Illegal hexadecimal input ${suffix}: ${text}`);
  if (text === '') throw unparsed(text, 'Empty string');
  if (!/^[+-]?\d+$/.test(text)) {
    throw unparsed(
      text,
      /^[+-]?\d/.test(text) ? 'Did not consume whole string.' : 'Did not consume any digits',
    );
  }
  const integer = BigInt(text.replace(/^\+/, ''));
  const isTooLarge =
    within64Bits(integer) === undefined ||
    (target === 'int' && (integer > 2147483647n || integer < -2147483648n));
  if (isTooLarge) throw unparsed(text, 'Overflow');
  return integer;
}

function toDecimalValue(value: BsonValue): BsonValue {
  if (typeof value === 'boolean') return Decimal128.fromString(value ? '1' : '0');
  if (value instanceof Date) return Decimal128.fromString(String(value.getTime()));
  if (typeof value === 'string') {
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?inf(inity)?$|^nan$/i.test(value)) {
      return Decimal128.fromStringWithRounding(value);
    }
    throw unparsed(value, value === '' ? 'Empty string' : 'Failed to parse string to decimal');
  }
  return isNumber(value) ? toDecimal128(toDecimal(value)) : undefined;
}

function toText(value: BsonValue): BsonValue {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof Date) return formatIsoDate(value);
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Double) return numberText(value.value);
  return isNumber(value) ? value.toString() : undefined;
}

function toObjectId(value: BsonValue): BsonValue {
  if (typeof value !== 'string') return undefined;
  if (/^[0-9a-f]{24}$/i.test(value)) return ObjectId.createFromHexString(value);
  const reason =
    value.length === 24
      ? `Invalid character found in hex string: "${value}"`
      : `Invalid string length for parsing to OID, expected 24 but found ${value.length}`;
  throw conversionFailure(`Failed to parse objectId '${value}' ${suffix}: ${reason}`);
}

function toBoolean(value: BsonValue): BsonValue {
  return isNumber(value) ? isTruthy(value) : true;
}

function toDate(value: BsonValue): BsonValue {
  if (typeof value === 'string') return parseDateText(value, undefined);
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.t * 1000);
  if (!isNumber(value) || value instanceof Int32) return undefined;
  const milliseconds = toInteger(value, 'long') as Long;
  const date = new Date(milliseconds.toNumber());
  if (Number.isNaN(date.getTime())) throw overflows(decimalText(value));
  return date;
}

function decimalText(value: BsonValue): string {
  return value instanceof Decimal128 ? String(decimalToNumber(parseDecimal(value))) : String(value);
}
