import type { BsonValue } from '../../bson/value.ts';
import { conversionFailure, MongoServerError } from '../../errors.ts';
import { namedArguments } from './arguments.ts';
import { formatDate } from './date-format.ts';
import { coerceToDate } from './date-operators.ts';
import { parseDateFormat, parseDateText } from './date-parse.ts';
import { type Expression, type ExpressionScope, isNullish, type OperatorTable } from './expression.ts';
import { timeZoneOf, utc } from './time-zone.ts';
import { kindOf, textOf } from './value-kind.ts';

/** Writing dates as text and reading them from it. */
export const dateTextOperators: OperatorTable = {
  $dateToString: compileToString,
  $dateFromString: compileFromString,
};

function compileToString(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const { date, format, timezone, onNull } = namedArguments(operand, scope, {
    names: ['date', 'format', 'timezone', 'onNull'],
    required: ['date'],
    notObject: () => [18629, '$dateToString only supports an object as its argument'],
    unknown: (argument) => [18534, `Unrecognized argument to $dateToString: ${argument}`],
    missing: () => [18628, "Missing 'date' parameter to $dateToString"],
  });
  return (document) => {
    const value = date?.(document);
    const pattern = format?.(document);
    if (!isNullish(pattern) && typeof pattern !== 'string') {
      throw new MongoServerError(
        18533,
        `$dateToString requires that 'format' be a string, found: ${kindOf(pattern)} with value ${textOf(pattern)}`,
      );
    }
    const zone = timezone ? timeZoneOf(timezone(document), name) : utc;
    if (isNullish(value)) return onNull ? onNull(document) : null;
    if (!zone || (format && isNullish(pattern))) return null;
    const fallback = zone.isUtc ? '%Y-%m-%dT%H:%M:%S.%LZ' : '%Y-%m-%dT%H:%M:%S.%L';
    return formatDate(coerceToDate(value), pattern ?? fallback, zone);
  };
}

function compileFromString(operand: BsonValue, scope: ExpressionScope, name: string): Expression {
  const { dateString, format, timezone, onError, onNull } = namedArguments(operand, scope, {
    names: ['dateString', 'format', 'timezone', 'onError', 'onNull'],
    required: ['dateString'],
    notObject: (type) => [40540, `$dateFromString only supports an object as an argument, found: ${type}`],
    unknown: (argument) => [40541, `Unrecognized argument to $dateFromString: ${argument}`],
    missing: () => [40542, "Missing 'dateString' parameter to $dateFromString"],
  });
  return (document) => {
    const text = dateString?.(document);
    const pattern = format?.(document);
    const zone = timezone ? timeZoneOf(timezone(document), name) : undefined;
    if (isNullish(text)) return onNull ? onNull(document) : null;
    if ((timezone && !zone) || (format && isNullish(pattern))) return null;
    try {
      if (typeof text !== 'string') {
        throw conversionFailure(
          `$dateFromString requires that 'dateString' be a string, found: ${kindOf(text)} with value ${textOf(text)}`,
        );
      }
      if (format && typeof pattern !== 'string') {
        throw new MongoServerError(
          40684,
          `$dateFromString requires that 'format' be a string, found: ${kindOf(pattern)} with value ${textOf(pattern)}`,
        );
      }
      return typeof pattern === 'string' ? parseDateFormat(text, pattern, zone) : parseDateText(text, zone);
    } catch (error) {
      const isConversion = error instanceof MongoServerError && error.code === 241;
      if (onError && isConversion) return onError(document);
      throw error;
    }
  };
}
