import { Decimal128, Double, type Int32 } from 'bson';
import { isNumber, toNumber } from '../../bson/numbers.ts';
import { formatDouble } from '../../bson/to-text.ts';
import type { BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { binary } from './arguments.ts';
import { numeric } from './arithmetic-operators.ts';
import { isNullish, type OperatorCompiler, type OperatorTable } from './expression.ts';
import { kindOf } from './value-kind.ts';

/**
 * Roots, logarithms and trigonometry; computed as doubles, and given back as decimals when a decimal came in.
 * `$rand` is another number for each document.
 */
export const realFunctions: OperatorTable = {
  $rand: (operand) => {
    const isEmpty =
      operand instanceof Map ? operand.size === 0 : Array.isArray(operand) && operand.length === 0;
    if (!isEmpty) throw new MongoServerError(3040501, '$rand does not currently accept arguments');
    return () => new Double(Math.random());
  },
  $sqrt: real(Math.sqrt, (x) => x >= 0, [28714, "$sqrt's argument must be greater than or equal to 0"]),
  $exp: real(Math.exp),
  $ln: real(Math.log, (x) => x > 0, [28766, "$ln's argument must be a positive number, but is "]),
  $log10: real(Math.log10, (x) => x > 0, [28761, "$log10's argument must be a positive number, but is "]),
  $log: binary(logarithm),
  $sin: real(Math.sin, Number.isFinite, range('$sin')),
  $cos: real(Math.cos, Number.isFinite, range('$cos')),
  $tan: real(Math.tan, Number.isFinite, range('$tan')),
  $asin: real(Math.asin, (x) => x >= -1 && x <= 1, range('$asin', '[-1,1]')),
  $acos: real(Math.acos, (x) => x >= -1 && x <= 1, range('$acos', '[-1,1]')),
  $atan: real(Math.atan),
  $sinh: real(Math.sinh),
  $cosh: real(Math.cosh),
  $tanh: real(Math.tanh),
  $asinh: real(Math.asinh),
  $acosh: real(Math.acosh, (x) => x >= 1, range('$acosh', '[1,inf]')),
  $atanh: real(Math.atanh, (x) => x >= -1 && x <= 1, range('$atanh', '[-1,1]')),
  $degreesToRadians: real((x) => (x * Math.PI) / 180),
  $radiansToDegrees: real((x) => (x * 180) / Math.PI),
  $atan2: binary((y, x) => {
    if (isNullish(y) || isNullish(x)) return null;
    for (const value of [y, x]) {
      if (!isNumber(value)) {
        throw new MongoServerError(51044, `$atan2 only supports numeric types, not ${kindOf(value)}`);
      }
    }
    return new Double(Math.atan2(toNumber(y as Int32), toNumber(x as Int32)));
  }),
};

function range(name: string, bounds = '(-inf,inf)'): [number, string] {
  return [50989, `cannot apply ${name} to {value}, value must be in ${bounds}`];
}

/** Out of the domain (NaN is let through) the message ends with the value, unless it has a place for it. */
function real(
  evaluate: (x: number) => number,
  inDomain: (x: number) => boolean = () => true,
  [code, message]: [number, string] = [0, ''],
): OperatorCompiler {
  return numeric((value) => {
    const x = toNumber(value);
    if (!Number.isNaN(x) && !inDomain(x)) throw new MongoServerError(code, withValue(message, x));
    const result = evaluate(x);
    return value instanceof Decimal128 ? Decimal128.fromString(String(result)) : new Double(result);
  });
}

function withValue(message: string, x: number): string {
  const text = formatDouble(x);
  if (message.includes('{value}')) return message.replace('{value}', text);
  return message.endsWith(' ') ? message + text : message;
}

function logarithm(value: BsonValue, base: BsonValue): BsonValue {
  if (isNullish(value) || isNullish(base)) return null;
  if (!isNumber(value))
    throw new MongoServerError(28756, `$log's argument must be numeric, not ${kindOf(value)}`);
  if (!isNumber(base)) throw new MongoServerError(28757, `$log's base must be numeric, not ${kindOf(base)}`);
  const [x, b] = [toNumber(value), toNumber(base)];
  if (!(x > 0) && !Number.isNaN(x)) {
    throw new MongoServerError(28758, withValue("$log's argument must be a positive number, but is ", x));
  }
  if (!(b > 0 && b !== 1) && !Number.isNaN(b)) {
    throw new MongoServerError(
      28759,
      withValue("$log's base must be a positive number not equal to 1, but is ", b),
    );
  }
  const result = Math.log(x) / Math.log(b);
  const isDecimal = value instanceof Decimal128 || base instanceof Decimal128;
  return isDecimal ? Decimal128.fromString(String(result)) : new Double(result);
}
