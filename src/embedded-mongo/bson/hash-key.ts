import type { BSONSymbol, Decimal128, Double, Int32, Long } from 'bson';
import {
  compareDecimals,
  decimalToNumber,
  exactDecimalFromDouble,
  parseDecimal,
  truncateDecimal,
} from './decimal.ts';
import { valueToText } from './to-text.ts';
import { bsonType, typeCodeOf } from './type-code.ts';
import type { BsonDocument, BsonValue } from './value.ts';

/**
 * A text that two values share exactly when `compareValues` finds them equal without a collation: numbers of
 * different types and equal value share it. With `stringKey` (of a collation) strings go through it first.
 */
export function hashKey(value: BsonValue, stringKey?: (text: string) => string): string {
  if (typeof value === 'string') return `s${stringKey ? stringKey(value) : value}`;
  const type = typeCodeOf(value);
  switch (type) {
    case bsonType.int:
      return `n${(value as Int32).value}`;
    case bsonType.double:
      return doubleKey((value as Double).value);
    case bsonType.long:
      return `n${(value as Long).toString()}`;
    case bsonType.decimal:
      return decimalKey(value as Decimal128);
    case bsonType.symbol: {
      const text = (value as BSONSymbol).value;
      return `s${stringKey ? stringKey(text) : text}`;
    }
    case bsonType.object:
      return `o${nested([...(value as BsonDocument)].flatMap(([name, field]) => [name, hashKey(field, stringKey)]))}`;
    case bsonType.array:
      return `a${nested((value as BsonValue[]).map((element) => hashKey(element, stringKey)))}`;
    case bsonType.date:
      return `d${(value as Date).getTime()}`;
    default:
      return `${type}${valueToText(value)}`;
  }
}

/** Lengths before the parts, so that no part's text can be read as another's. */
function nested(parts: string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join('');
}

function doubleKey(value: number): string {
  if (Number.isInteger(value)) return `n${Number.isSafeInteger(value) ? value : BigInt(value).toString()}`;
  return `n${value}`;
}

function decimalKey(value: Decimal128): string {
  const decimal = parseDecimal(value);
  if (decimal.kind !== 'finite') return doubleKey(decimalToNumber(decimal));
  const whole = truncateDecimal(decimal);
  const double = decimalToNumber(decimal);
  if (Number.isInteger(double) || Math.abs(double) >= 2 ** 53) {
    const isWhole = decimal.exponent >= 0 || decimal.coefficient % 10n ** BigInt(-decimal.exponent) === 0n;
    if (isWhole) return `n${whole}`;
  }
  if (compareDecimals(decimal, exactDecimalFromDouble(double)) === 0) return doubleKey(double);
  const digits = decimal.coefficient.toString();
  const stripped = digits.replace(/0+$/, '');
  const exponent = decimal.exponent + digits.length - stripped.length;
  return `D${decimal.negative ? '-' : ''}${stripped}e${exponent}`;
}
