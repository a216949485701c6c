import { Decimal128, Double, Int32, Long } from 'bson';
import {
  addDecimals,
  type Decimal,
  decimalToNumber,
  divideDecimals,
  isZero,
  multiplyDecimals,
  negateDecimal,
  parseDecimal,
  remainderDecimals,
  roundDecimal,
  toDecimal128,
  truncateDecimal,
} from '../../bson/decimal.ts';
import {
  type BsonNumber,
  exactInteger,
  integerOf,
  isNumber,
  narrowestInteger,
  toDecimal,
  toNumber,
  within64Bits,
} from '../../bson/numbers.ts';
import type { BsonValue } from '../../bson/value.ts';
import { badValue, MongoServerError, overflow, typeMismatch } from '../../errors.ts';
import { anyNumber, between, binary, unary } from './arguments.ts';
import { type Expression, type ExpressionScope, isNullish, type OperatorTable } from './expression.ts';
import { kindOf } from './value-kind.ts';

/** Arithmetic: null in, null out; results in the narrowest type that holds them. */
export const arithmeticOperators: OperatorTable = {
  $add: compileAdd,
  $multiply: compileMultiply,
  $subtract: binary(subtract),
  $divide: binary(divide),
  $mod: binary(modulo),
  $pow: binary(power),
  $abs: numeric(absolute),
  $ceil: numeric((value) => roundedToWhole(value, Math.ceil, 'ceil')),
  $floor: numeric((value) => roundedToWhole(value, Math.floor, 'floor')),
  $round: rounding('halfEven'),
  $trunc: rounding('truncate'),
};

/** Wraps a function of one number: null and missing give null, other types are refused with 28765. */
export function numeric(evaluate: (value: BsonNumber, name: string) => BsonValue) {
  return unary((value, name) => {
    if (isNullish(value)) return null;
    if (!isNumber(value)) {
      throw new MongoServerError(28765, `${name} only supports numeric types, not ${kindOf(value)}`);
    }
    return evaluate(value, name);
  });
}

type Kind = 'integers' | 'doubles' | 'decimals';

function kindOfPair(a: BsonNumber, b: BsonNumber): Kind {
  if (a instanceof Decimal128 || b instanceof Decimal128) return 'decimals';
  return a instanceof Double || b instanceof Double ? 'doubles' : 'integers';
}

/** An integer result: int when both were and it fits, long, or double when a long overflows. */
function integerResult(result: bigint, a: BsonNumber, b: BsonNumber): BsonNumber {
  if (within64Bits(result) === undefined) return new Double(Number(result));
  const bothInt = a instanceof Int32 && b instanceof Int32;
  return (bothInt ? narrowestInteger(result) : undefined) ?? Long.fromBigInt(result);
}

function combine(
  a: BsonNumber,
  b: BsonNumber,
  integers: (x: bigint, y: bigint) => bigint,
  doubles: (x: number, y: number) => number,
  decimals: (x: Decimal, y: Decimal) => Decimal,
): BsonNumber {
  switch (kindOfPair(a, b)) {
    case 'decimals':
      return toDecimal128(decimals(toDecimal(a), toDecimal(b)));
    case 'doubles':
      return new Double(doubles(toNumber(a), toNumber(b)));
    case 'integers':
      return integerResult(integers(integerOf(a as Int32), integerOf(b as Int32)), a, b);
  }
}

function addNumbers(a: BsonNumber, b: BsonNumber): BsonNumber {
  if (a instanceof Int32 && b instanceof Int32) {
    const sum = a.value + b.value;
    return (sum | 0) === sum ? new Int32(sum) : Long.fromNumber(sum);
  }
  return combine(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
    addDecimals,
  );
}

function compileAdd(operand: BsonValue, scope: ExpressionScope): Expression {
  const operands = anyNumber(operand, scope);
  return (document) => {
    let total: BsonNumber = new Int32(0);
    let hasDate = false;
    for (const each of operands) {
      const value = each(document);
      if (isNullish(value)) return null;
      if (value instanceof Date) {
        if (hasDate) throw new MongoServerError(16612, 'only one date allowed in an $add expression');
        hasDate = true;
        total = addNumbers(total, Long.fromNumber(value.getTime()));
      } else if (isNumber(value)) {
        total = addNumbers(total, value);
      } else {
        throw typeMismatch(`$add only supports numeric or date types, not ${kindOf(value)}`);
      }
    }
    return hasDate ? dateOf(total, '$add') : total;
  };
}

function dateOf(milliseconds: BsonNumber, name: string): Date {
  const date = new Date(Math.round(toNumber(milliseconds)));
  if (Number.isNaN(date.getTime())) throw overflow(`date overflow in ${name}`);
  return date;
}

function compileMultiply(operand: BsonValue, scope: ExpressionScope): Expression {
  const operands = anyNumber(operand, scope);
  return (document) => {
    let product: BsonNumber = new Int32(1);
    for (const each of operands) {
      const value = each(document);
      if (isNullish(value)) return null;
      if (!isNumber(value)) throw typeMismatch(`$multiply only supports numeric types, not ${kindOf(value)}`);
      product = combine(
        product,
        value,
        (x, y) => x * y,
        (x, y) => x * y,
        multiplyDecimals,
      );
    }
    return product;
  };
}

function subtract(left: BsonValue, right: BsonValue): BsonValue {
  if (isNullish(left) || isNullish(right)) return null;
  if (isNumber(left) && isNumber(right)) {
    const negatedSum = (x: Decimal, y: Decimal) => addDecimals(x, negateDecimal(y));
    return combine(
      left,
      right,
      (x, y) => x - y,
      (x, y) => x - y,
      negatedSum,
    );
  }
  if (left instanceof Date && right instanceof Date) return Long.fromNumber(left.getTime() - right.getTime());
  if (left instanceof Date && isNumber(right)) {
    return dateOf(new Double(left.getTime() - Math.round(toNumber(right))), '$subtract');
  }
  throw typeMismatch(`can't $subtract ${kindOf(right)} from ${kindOf(left)}`);
}

function divide(left: BsonValue, right: BsonValue): BsonValue {
  if (isNumber(left) && isNumber(right)) {
    if (kindOfPair(left, right) === 'decimals') {
      const divisor = toDecimal(right);
      if (isZero(divisor)) throw badValue("can't $divide by zero");
      return toDecimal128(divideDecimals(toDecimal(left), divisor));
    }
    if (toNumber(right) === 0) throw badValue("can't $divide by zero");
    return new Double(toNumber(left) / toNumber(right));
  }
  if (isNullish(left) || isNullish(right)) return null;
  throw typeMismatch(`$divide only supports numeric types, not ${kindOf(left)} and ${kindOf(right)}`);
}

function modulo(left: BsonValue, right: BsonValue): BsonValue {
  if (isNumber(left) && isNumber(right)) {
    const byZero = new MongoServerError(16610, "can't $mod by zero");
    const kind = kindOfPair(left, right);
    if (kind === 'decimals') {
      const divisor = toDecimal(right);
      if (isZero(divisor)) throw byZero;
      return toDecimal128(remainderDecimals(toDecimal(left), divisor));
    }
    if (toNumber(right) === 0) throw byZero;
    if (kind === 'doubles') return new Double(toNumber(left) % toNumber(right));
    return integerResult(integerOf(left as Int32) % integerOf(right as Int32), left, right);
  }
  if (isNullish(left) || isNullish(right)) return null;
  throw new MongoServerError(
    16611,
    `$mod only supports numeric types, not ${kindOf(left)} and ${kindOf(right)}`,
  );
}

function power(base: BsonValue, exponent: BsonValue): BsonValue {
  if (isNullish(base) || isNullish(exponent)) return null;
  if (!isNumber(base)) throw new MongoServerError(28762, `$pow's base must be numeric, not ${kindOf(base)}`);
  if (!isNumber(exponent)) {
    throw new MongoServerError(28763, `$pow's exponent must be numeric, not ${kindOf(exponent)}`);
  }
  if (toNumber(base) === 0 && toNumber(exponent) < 0) {
    throw new MongoServerError(28764, '$pow cannot take a base of 0 and a negative exponent');
  }
  const kind = kindOfPair(base, exponent);
  if (kind === 'decimals') return decimalPower(base, exponent);
  const result = toNumber(base) ** toNumber(exponent);
  if (kind === 'doubles' || toNumber(exponent) < 0) {
    const isUnit = kind === 'integers' && Math.abs(toNumber(base)) === 1;
    return isUnit ? integerResult(BigInt(result), base, exponent) : new Double(result);
  }
  if (Math.abs(result) > 1e19) return new Double(result);
  return integerResult(integerOf(base as Int32) ** integerOf(exponent as Int32), base, exponent);
}

function decimalPower(base: BsonNumber, exponent: BsonNumber): Decimal128 {
  const whole = exactInteger(exponent);
  if (whole === undefined || whole < 0n || whole > 1000n) {
    return Decimal128.fromString(String(toNumber(base) ** toNumber(exponent)));
  }
  let result: Decimal = { kind: 'finite', negative: false, coefficient: 1n, exponent: 0 };
  for (let i = 0n; i < whole; i++)
    result = parseDecimal(toDecimal128(multiplyDecimals(result, toDecimal(base))));
  return toDecimal128(result);
}

function absolute(value: BsonNumber): BsonValue {
  if (value instanceof Double) return new Double(Math.abs(value.value));
  if (value instanceof Decimal128) {
    const decimal = parseDecimal(value);
    return toDecimal128(decimal.kind === 'nan' ? decimal : { ...decimal, negative: false });
  }
  const integer = integerOf(value);
  if (integer === -9223372036854775808n)
    throw new MongoServerError(28680, "can't take $abs of long long min");
  const magnitude = integer < 0n ? -integer : integer;
  return value instanceof Long ? Long.fromBigInt(magnitude) : (narrowestInteger(magnitude) as Int32);
}

function roundedToWhole(
  value: BsonNumber,
  round: (value: number) => number,
  mode: 'ceil' | 'floor',
): BsonValue {
  if (value instanceof Double) return new Double(round(value.value));
  return value instanceof Decimal128 ? toDecimal128(roundDecimal(parseDecimal(value), 0, mode)) : value;
}

function rounding(mode: 'halfEven' | 'truncate') {
  return (operand: BsonValue, scope: ExpressionScope, name: string): Expression => {
    const [number, place] = between(operand, 1, 2, scope, name) as [Expression, Expression | undefined];
    return (document) => {
      const value = number(document);
      if (isNullish(value)) return null;
      if (!isNumber(value)) {
        throw new MongoServerError(51081, `${name} only supports numeric types, not ${kindOf(value)}`);
      }
      const digits = place ? place(document) : new Int32(0);
      return isNullish(digits) ? null : roundTo(value, checkedPlace(digits, name), mode);
    };
  };
}

function checkedPlace(digits: BsonValue, name: string): number {
  const place = isNumber(digits) ? exactInteger(digits) : undefined;
  if (place === undefined) {
    throw new MongoServerError(51082, `precision argument to  ${name} must be a integral value`);
  }
  if (place < -20n || place > 100n) {
    throw new MongoServerError(
      51083,
      `cannot apply ${name} with precision value ${place} value must be in [-20, 100]`,
    );
  }
  return Number(place);
}

function roundTo(value: BsonNumber, place: number, mode: 'halfEven' | 'truncate'): BsonValue {
  if (value instanceof Decimal128) return toDecimal128(roundDecimal(parseDecimal(value), place, mode));
  if (value instanceof Double) {
    if (!Number.isFinite(value.value)) return value;
    if (place === 0)
      return new Double(mode === 'truncate' ? Math.trunc(value.value) : roundHalfEven(value.value));
    return new Double(decimalToNumber(roundDecimal(toDecimal(value), place, mode)));
  }
  if (place >= 0) return value;
  const rounded = roundDecimal(toDecimal(value), place, mode);
  const result = rounded.kind === 'finite' ? truncateDecimal(rounded) : 0n;
  if (within64Bits(result) === undefined) {
    throw new MongoServerError(51080, 'invalid conversion from Decimal128 result in $round');
  }
  return value instanceof Long ? Long.fromBigInt(result) : (narrowestInteger(result) as BsonNumber);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
