import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import {
  addDecimals,
  type Decimal,
  decimalFromBigInt,
  decimalFromDouble,
  decimalToNumber,
  multiplyDecimals,
  parseDecimal,
  toDecimal128,
  truncateDecimal,
} from './decimal.ts';
import type { BsonValue } from './value.ts';

/** The four types that are numbers. */
export type BsonNumber = Int32 | Long | Double | Decimal128;

export function isNumber(value: BsonValue): value is BsonNumber {
  if (value instanceof Int32 || value instanceof Double || value instanceof Decimal128) return true;
  return value instanceof Long && !(value instanceof Timestamp);
}

/** The nearest double. */
export function toNumber(value: BsonNumber): number {
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Long) return value.toNumber();
  return decimalToNumber(parseDecimal(value));
}

/** As a decimal; a double goes through 15 significant digits, as MongoDB converts it. */
export function toDecimal(value: BsonNumber): Decimal {
  if (value instanceof Int32) return decimalFromBigInt(BigInt(value.value));
  if (value instanceof Double) return decimalFromDouble(value.value);
  if (value instanceof Long) return decimalFromBigInt(value.toBigInt());
  return parseDecimal(value);
}

/** Int32 or Long as a bigint. */
export function integerOf(value: Int32 | Long): bigint {
  return value instanceof Int32 ? BigInt(value.value) : value.toBigInt();
}

/** The integer a number holds exactly within 64 bits, or undefined. */
export function exactInteger(value: BsonNumber): bigint | undefined {
  if (value instanceof Int32 || value instanceof Long) return integerOf(value);
  if (value instanceof Double) {
    return Number.isInteger(value.value) ? within64Bits(BigInt(value.value)) : undefined;
  }
  const decimal = parseDecimal(value);
  if (decimal.kind !== 'finite') return undefined;
  const isWhole = decimal.exponent >= 0 || decimal.coefficient % 10n ** BigInt(-decimal.exponent) === 0n;
  return isWhole ? within64Bits(truncateDecimal(decimal)) : undefined;
}

/** A number without its fraction as a 64-bit integer; undefined when it is NaN, infinite or too large. */
export function truncatedInteger(value: BsonNumber): bigint | undefined {
  if (value instanceof Int32 || value instanceof Long) return integerOf(value);
  if (value instanceof Double) {
    return Number.isFinite(value.value) ? within64Bits(BigInt(Math.trunc(value.value))) : undefined;
  }
  const decimal = parseDecimal(value);
  return decimal.kind === 'finite' ? within64Bits(truncateDecimal(decimal)) : undefined;
}

/** Int32 when it fits, else Long, else undefined. */
export function narrowestInteger(value: bigint): Int32 | Long | undefined {
  if (value >= -2147483648n && value <= 2147483647n) return new Int32(Number(value));
  return within64Bits(value) === undefined ? undefined : Long.fromBigInt(value);
}

export function within64Bits(value: bigint): bigint | undefined {
  return value >= -9223372036854775808n && value <= 9223372036854775807n ? value : undefined;
}

/**
 * The sum as an update computes it: decimal wins over double over long over int; int grows into long; undefined
 * when a long overflows.
 */
export function safeAdd(a: BsonNumber, b: BsonNumber): BsonNumber | undefined {
  return safeArithmetic(
    a,
    b,
    addDecimals,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

/** The product, by the same rules. */
export function safeMultiply(a: BsonNumber, b: BsonNumber): BsonNumber | undefined {
  return safeArithmetic(
    a,
    b,
    multiplyDecimals,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}

function safeArithmetic(
  a: BsonNumber,
  b: BsonNumber,
  decimals: (x: Decimal, y: Decimal) => Decimal,
  doubles: (x: number, y: number) => number,
  integers: (x: bigint, y: bigint) => bigint,
): BsonNumber | undefined {
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    return toDecimal128(decimals(toDecimal(a), toDecimal(b)));
  }
  if (a instanceof Double || b instanceof Double) return new Double(doubles(toNumber(a), toNumber(b)));
  const result = integers(integerOf(a), integerOf(b));
  if (a instanceof Int32 && b instanceof Int32) return narrowestInteger(result);
  return within64Bits(result) === undefined ? undefined : Long.fromBigInt(result);
}
