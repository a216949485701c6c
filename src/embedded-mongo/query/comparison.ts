import { BSONRegExp, BSONSymbol, Decimal128, Double, ObjectId } from 'bson';
import type { Collation } from '../bson/collation.ts';
import { compareValues } from '../bson/compare.ts';
import { parseDecimal } from '../bson/decimal.ts';
import { bsonType, canonicalOrder, typeCodeOf } from '../bson/type-code.ts';
import type { BsonValue } from '../bson/value.ts';
import { ValueMap } from '../bson/value-map.ts';
import { badValue } from '../errors.ts';
import { type Element, missing } from './missing.ts';
import { compileRegex } from './regex.ts';

export type ComparisonOperator = '$eq' | '$gt' | '$gte' | '$lt' | '$lte';

/** A test of one element. */
export type ElementTest = (element: Element) => boolean;

/**
 * Compiles a comparison. Only values of the operand's kind compare (type bracketing), but null also equals a missing
 * field, MinKey and MaxKey compare with everything, and NaN is in order with nothing but itself.
 */
export function compileComparison(
  operator: ComparisonOperator,
  operand: BsonValue,
  collation: Collation | undefined,
): ElementTest {
  if (operand === undefined) throw badValue('cannot compare to undefined');
  if (operand === null) {
    const includesEqual = operator !== '$gt' && operator !== '$lt';
    return (element) => includesEqual && (element === null || element === undefined || element === missing);
  }
  const quick = operator === '$eq' ? compileQuickEquality(operand, collation) : undefined;
  return quick ?? compileGeneralComparison(operator, operand, collation);
}

function compileQuickEquality(operand: BsonValue, collation: Collation | undefined): ElementTest | undefined {
  if (typeof operand === 'string' && !collation) {
    return (element) => element === operand || (element instanceof BSONSymbol && element.value === operand);
  }
  if (typeof operand === 'boolean') return (element) => element === operand;
  if (operand instanceof ObjectId) return (element) => element instanceof ObjectId && operand.equals(element);
  if (operand instanceof Date) {
    const time = operand.getTime();
    return (element) => element instanceof Date && element.getTime() === time;
  }
  return undefined;
}

function compileGeneralComparison(
  operator: ComparisonOperator,
  operand: BsonValue,
  collation: Collation | undefined,
): ElementTest {
  const type = typeCodeOf(operand);
  const order = canonicalOrder(type);
  const accepts = acceptance[operator];
  const ofOtherKind =
    (type === bsonType.maxKey && (operator === '$lt' || operator === '$lte')) ||
    (type === bsonType.minKey && (operator === '$gt' || operator === '$gte'));
  const operandIsNaN = isNaNValue(operand);
  return (element) => {
    if (element === missing) return ofOtherKind;
    if (canonicalOrder(typeCodeOf(element)) !== order) return ofOtherKind;
    if (operator !== '$eq' && order === 10) {
      const elementIsNaN = isNaNValue(element);
      if (elementIsNaN || operandIsNaN) {
        return elementIsNaN && operandIsNaN && (operator === '$gte' || operator === '$lte');
      }
    }
    return accepts(compareValues(element, operand, collation));
  };
}

const acceptance: Record<ComparisonOperator, (order: number) => boolean> = {
  $eq: (order) => order === 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

function isNaNValue(value: BsonValue): boolean {
  if (value instanceof Double) return Number.isNaN(value.value);
  return value instanceof Decimal128 && parseDecimal(value).kind === 'nan';
}

/** Compiles a regular expression test: it matches strings, and a stored regex that is the same. */
export function compileRegexTest(pattern: string, options: string): ElementTest {
  const regex = compileRegex(pattern, options);
  const sorted = [...options].sort().join('');
  return (element) => {
    if (typeof element === 'string') return regex.test(element);
    if (element instanceof BSONSymbol) return regex.test(element.value);
    return element instanceof BSONRegExp && element.pattern === pattern && element.options === sorted;
  };
}

/** Compiles `$in`: equality with any value, or a match of any regular expression, in the list. */
export function compileMembership(values: BsonValue[], collation: Collation | undefined): ElementTest {
  const equalities = new ValueMap<true>(collation);
  const regexes: ElementTest[] = [];
  let hasNull = false;
  for (const value of values) {
    if (value === undefined) throw badValue('cannot compare to undefined');
    if (value instanceof BSONRegExp) {
      regexes.push(compileRegexTest(value.pattern, value.options));
      continue;
    }
    hasNull ||= value === null;
    equalities.set(value, true);
  }
  if (values.length === 1 && regexes.length === 0) {
    return compileComparison('$eq', values[0], collation);
  }
  return (element) => {
    if (element === missing || element === undefined) return hasNull;
    return equalities.has(element) || regexes.some((regex) => regex(element));
  };
}
