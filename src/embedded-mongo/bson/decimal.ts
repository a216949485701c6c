import { Decimal128 } from 'bson';

/** A decimal number as digits: `(negative ? -1 : 1) * coefficient * 10^exponent`, or a special value. */
export type Decimal =
  | { kind: 'finite'; negative: boolean; coefficient: bigint; exponent: number }
  | { kind: 'infinity'; negative: boolean }
  | { kind: 'nan' };

/** IEEE 754-2008 decimal128: 34 digits, exponents of the coefficient's last digit from -6176 to 6111. */
const maxDigits = 34;
const minExponent = -6176;
const maxExponent = 6111;

const nan: Decimal = { kind: 'nan' };

/** Reads the sixteen bytes (binary integer encoding). */
export function parseDecimal(value: Decimal128): Decimal {
  const view = new DataView(value.bytes.buffer, value.bytes.byteOffset, 16);
  const low = view.getBigUint64(0, true);
  const high = view.getBigUint64(8, true);
  const negative = high >> 63n === 1n;
  const combination = Number((high >> 58n) & 31n);
  if (combination === 30) return { kind: 'infinity', negative };
  if (combination === 31) return nan;
  if (combination >= 24) {
    // The large form holds more than 34 digits, which is not canonical and means zero.
    return {
      kind: 'finite',
      negative,
      coefficient: 0n,
      exponent: Number((high >> 47n) & 0x3fffn) + minExponent,
    };
  }
  const coefficient = ((high & 0x1ffffffffffffn) << 64n) | low;
  const exponent = Number((high >> 49n) & 0x3fffn) + minExponent;
  return { kind: 'finite', negative, coefficient: coefficient < 10n ** 34n ? coefficient : 0n, exponent };
}

/** Rounds half-even to 34 digits and the range of exponents; beyond it lie infinity and zero. */
export function toDecimal128(decimal: Decimal): Decimal128 {
  if (decimal.kind === 'nan') return Decimal128.fromString('NaN');
  if (decimal.kind === 'infinity') return Decimal128.fromString(decimal.negative ? '-Infinity' : 'Infinity');
  let { coefficient, exponent } = decimal;
  const excess = Math.max(digitCount(coefficient) - maxDigits, minExponent - exponent);
  if (excess > 0) {
    coefficient = divideHalfEven(coefficient, excess);
    exponent += excess;
    if (digitCount(coefficient) > maxDigits) {
      coefficient /= 10n;
      exponent++;
    }
  }
  if (exponent > maxExponent) {
    const padding = exponent - maxExponent;
    if (coefficient !== 0n && digitCount(coefficient) + padding > maxDigits) {
      return toDecimal128({ kind: 'infinity', negative: decimal.negative });
    }
    coefficient *= coefficient === 0n ? 1n : 10n ** BigInt(padding);
    exponent = maxExponent;
  }
  return pack(decimal.negative, coefficient, exponent);
}

function pack(negative: boolean, coefficient: bigint, exponent: number): Decimal128 {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, coefficient & 0xffffffffffffffffn, true);
  const biased = BigInt(exponent - minExponent);
  view.setBigUint64(8, (negative ? 1n << 63n : 0n) | (biased << 49n) | (coefficient >> 64n), true);
  return new Decimal128(bytes);
}

/** An integer as a decimal, exactly. */
export function decimalFromBigInt(value: bigint): Decimal {
  return { kind: 'finite', negative: value < 0n, coefficient: value < 0n ? -value : value, exponent: 0 };
}

/** A double as a decimal of 15 significant digits, which is how MongoDB converts for arithmetic. */
export function decimalFromDouble(value: number): Decimal {
  if (Number.isNaN(value)) return nan;
  if (!Number.isFinite(value)) return { kind: 'infinity', negative: value < 0 };
  const negative = value < 0 || Object.is(value, -0);
  if (value === 0) return { kind: 'finite', negative, coefficient: 0n, exponent: 0 };
  const [digits, exponent] = Math.abs(value).toExponential(14).split('e') as [string, string];
  return {
    kind: 'finite',
    negative,
    coefficient: BigInt(digits.replace('.', '')),
    exponent: Number(exponent) - 14,
  };
}

/** The nearest double. */
export function decimalToNumber(decimal: Decimal): number {
  if (decimal.kind === 'nan') return Number.NaN;
  if (decimal.kind === 'infinity') return decimal.negative ? -Infinity : Infinity;
  const magnitude = Number(`${decimal.coefficient}e${decimal.exponent}`);
  return decimal.negative ? -magnitude : magnitude;
}

/** The integer part, toward zero; only for finite values. */
export function truncateDecimal(decimal: Decimal & { kind: 'finite' }): bigint {
  const { coefficient, exponent, negative } = decimal;
  const whole =
    exponent >= 0 ? coefficient * 10n ** BigInt(exponent) : coefficient / 10n ** BigInt(-exponent);
  return negative ? -whole : whole;
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return nan;
  if (a.kind === 'infinity') return b.kind === 'infinity' && a.negative !== b.negative ? nan : a;
  if (b.kind === 'infinity') return b;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = scaled(a, exponent) + scaled(b, exponent);
  const negative = sum < 0n || (sum === 0n && a.negative && b.negative);
  return { kind: 'finite', negative, coefficient: sum < 0n ? -sum : sum, exponent };
}

export function negateDecimal(a: Decimal): Decimal {
  return a.kind === 'nan' ? a : { ...a, negative: !a.negative };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return nan;
  const negative = a.negative !== b.negative;
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    const other = a.kind === 'infinity' ? b : a;
    return isZero(other) ? nan : { kind: 'infinity', negative };
  }
  return {
    kind: 'finite',
    negative,
    coefficient: a.coefficient * b.coefficient,
    exponent: a.exponent + b.exponent,
  };
}

/** Division to 34 digits; the caller refuses a zero divisor. Exact quotients keep the shortest exponent near a's minus b's. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return nan;
  const negative = a.negative !== b.negative;
  if (a.kind === 'infinity') return b.kind === 'infinity' ? nan : { kind: 'infinity', negative };
  if (b.kind === 'infinity') return { kind: 'finite', negative, coefficient: 0n, exponent: minExponent };
  if (b.coefficient === 0n) return a.coefficient === 0n ? nan : { kind: 'infinity', negative };
  const ideal = a.exponent - b.exponent;
  const shift = Math.max(0, maxDigits + 2 + digitCount(b.coefficient) - digitCount(a.coefficient));
  const numerator = a.coefficient * 10n ** BigInt(shift);
  let coefficient = numerator / b.coefficient;
  let exponent = ideal - shift;
  if (numerator % b.coefficient !== 0n) {
    // A sticky digit keeps the later rounding to 34 digits correct.
    return { kind: 'finite', negative, coefficient: coefficient * 10n + 1n, exponent: exponent - 1 };
  }
  while (exponent < ideal && coefficient % 10n === 0n && coefficient !== 0n) {
    coefficient /= 10n;
    exponent++;
  }
  return { kind: 'finite', negative, coefficient, exponent: coefficient === 0n ? ideal : exponent };
}

/** Remainder with the sign of the dividend; the caller refuses a zero divisor. */
export function remainderDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.kind !== 'finite' || b.kind === 'nan') return nan;
  if (b.kind === 'infinity') return a;
  if (b.coefficient === 0n) return nan;
  const exponent = Math.min(a.exponent, b.exponent);
  const remainder = scaled({ ...a, negative: false }, exponent) % scaled({ ...b, negative: false }, exponent);
  return { kind: 'finite', negative: a.negative, coefficient: remainder, exponent };
}

/** Rounds to `place` digits after the decimal point (negative: before it). */
export function roundDecimal(
  a: Decimal,
  place: number,
  mode: 'halfEven' | 'truncate' | 'floor' | 'ceil',
): Decimal {
  if (a.kind !== 'finite' || -a.exponent <= place) return a;
  const unit = 10n ** BigInt(-a.exponent - place);
  const quotient = a.coefficient / unit;
  const rest = a.coefficient % unit;
  let up = false;
  if (mode === 'halfEven') up = rest * 2n > unit || (rest * 2n === unit && quotient % 2n === 1n);
  else if (mode === 'floor') up = a.negative && rest > 0n;
  else if (mode === 'ceil') up = !a.negative && rest > 0n;
  return { ...a, coefficient: up ? quotient + 1n : quotient, exponent: -place };
}

/** Exact order; NaN is below every other number and equal to itself. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.kind === 'nan' || b.kind === 'nan') return a.kind === b.kind ? 0 : a.kind === 'nan' ? -1 : 1;
  if (a.kind === 'infinity' || b.kind === 'infinity') return Math.sign(signOf(a) - signOf(b));
  const signs = Math.sign(signOf(a)) - Math.sign(signOf(b));
  if (signs !== 0) return Math.sign(signs);
  const magnitudes = digitCount(a.coefficient) + a.exponent - (digitCount(b.coefficient) + b.exponent);
  if (magnitudes !== 0 && signOf(a) !== 0) return Math.sign(magnitudes) * Math.sign(signOf(a));
  const exponent = Math.min(a.exponent, b.exponent);
  const difference = signOf(a) === 0 ? 0n : scaled(a, exponent) - scaled(b, exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** A finite double as a decimal with every digit it has: a double is a dyadic fraction, so it ends. */
export function exactDecimalFromDouble(value: number): Decimal {
  if (!Number.isFinite(value) || Number.isInteger(value)) {
    return Number.isInteger(value) ? decimalFromBigInt(BigInt(value)) : decimalFromDouble(value);
  }
  let mantissa = Math.abs(value);
  let power = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    power++;
  }
  return {
    kind: 'finite',
    negative: value < 0,
    coefficient: BigInt(mantissa) * 5n ** BigInt(power),
    exponent: -power,
  };
}

export function isZero(decimal: Decimal): boolean {
  return decimal.kind === 'finite' && decimal.coefficient === 0n;
}

function signOf(decimal: Decimal): number {
  if (decimal.kind === 'nan') return 0;
  if (decimal.kind === 'infinity') return decimal.negative ? -2 : 2;
  if (decimal.coefficient === 0n) return 0;
  return decimal.negative ? -1 : 1;
}

function scaled(decimal: Decimal & { kind: 'finite' }, exponent: number): bigint {
  const magnitude = decimal.coefficient * 10n ** BigInt(decimal.exponent - exponent);
  return decimal.negative ? -magnitude : magnitude;
}

function digitCount(coefficient: bigint): number {
  return coefficient === 0n ? 1 : coefficient.toString().length;
}

function divideHalfEven(coefficient: bigint, digits: number): bigint {
  const unit = 10n ** BigInt(digits);
  const quotient = coefficient / unit;
  const rest = (coefficient % unit) * 2n;
  return rest > unit || (rest === unit && quotient % 2n === 1n) ? quotient + 1n : quotient;
}
