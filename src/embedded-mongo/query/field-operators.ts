import { BSONRegExp, Decimal128, Double } from 'bson';
import { isNumber, truncatedInteger } from '../bson/numbers.ts';
import { isTruthy } from '../bson/truth.ts';
import { typeCodeOf } from '../bson/type-code.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError, notImplemented } from '../errors.ts';
import { type BitOperator, compileBitTest } from './bits.ts';
import {
  type ComparisonOperator,
  compileComparison,
  compileMembership,
  compileRegexTest,
} from './comparison.ts';
import type { QueryContext } from './context.ts';
import type { MatchDetails } from './match-details.ts';
import { type Element, missing } from './missing.ts';
import { parseNonNegativeInteger, parseTypeSet } from './type-set.ts';

/**
 * A condition on a field. A leaf tests each element its path leads to (`whole`: arrays at the end as one); `not` and
 * `and` combine conditions, and are not the same as testing each element (`$not` asks that no element matches).
 */
export type Condition =
  | { kind: 'leaf'; whole: boolean; test: (element: Element, details?: MatchDetails) => boolean }
  | { kind: 'not'; children: Condition[] }
  | { kind: 'and'; children: Condition[] };

/** How `$elemMatch` compiles the filter inside it; passed in, since filters and conditions contain each other. */
export type CompileElementFilter = (filter: BsonDocument) => (element: BsonDocument) => boolean;

/** Whether a value in a filter is a document of operators: its first field begins with `$` and it is no DBRef. */
export function isOperatorDocument(value: BsonValue, allowIncompleteDbRef = false): value is BsonDocument {
  if (!(value instanceof Map) || value.size === 0) return false;
  const [first] = value.keys();
  if (!first?.startsWith('$')) return false;
  if (allowIncompleteDbRef) return !value.has('$ref') && !value.has('$id') && !value.has('$db');
  return !(value.has('$ref') && value.has('$id'));
}

/** Whether a name is an operator on a field; `$not` is none of them, as in MongoDB's own table. */
export function isFieldOperator(name: string): boolean {
  return fieldOperatorNames.has(name);
}

const fieldOperatorNames = new Set(
  (
    '$all $bitsAllClear $bitsAllSet $bitsAnyClear $bitsAnySet $elemMatch $eq $exists $geoIntersects $geoNear $geoWithin ' +
    '$gt $gte $in $lt $lte $mod $ne $near $nearSphere $nin $options $regex $size $type $within'
  ).split(' '),
);

/** Compiles a value that is no operator document: equality, or a regular expression. */
export function compileImplicit(value: BsonValue, context: QueryContext): Condition {
  if (value instanceof BSONRegExp) return leaf(compileRegexTest(value.pattern, value.options));
  return leaf(compileComparison('$eq', value, context.collation));
}

/** Compiles equality with any of some values. */
export function compileAnyOf(values: BsonValue[], context: QueryContext): Condition {
  return leaf(compileMembership(values, context.collation));
}

/** Compiles a document of operators on one field, such as `{ $gt: 5, $lt: 8 }`. */
export function compileOperators(
  field: string,
  operators: BsonDocument,
  context: QueryContext,
  compileElementFilter: CompileElementFilter,
): Condition[] {
  const conditions: Condition[] = [];
  for (const [operator, operand] of operators) {
    const condition = compileOperator(field, operator, operand, operators, context, compileElementFilter);
    if (condition) conditions.push(condition);
  }
  return conditions;
}

function compileOperator(
  field: string,
  operator: string,
  operand: BsonValue,
  siblings: BsonDocument,
  context: QueryContext,
  compileElementFilter: CompileElementFilter,
): Condition | undefined {
  const { collation } = context;
  switch (operator) {
    case '$eq':
      return leaf(compileComparison('$eq', operand, collation));
    case '$ne':
      if (operand instanceof BSONRegExp) throw badValue("Can't have regex as arg to $ne.");
      return negation(leaf(compileComparison('$eq', operand, collation)));
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      if (operand instanceof BSONRegExp) {
        throw badValue(`Can't have RegEx as arg to predicate over field '${field}'.`);
      }
      return leaf(compileComparison(operator satisfies ComparisonOperator, operand, collation));
    case '$in':
    case '$nin': {
      const membership = leaf(compileMembership(listOperand(operator, operand), collation));
      return operator === '$in' ? membership : negation(membership);
    }
    case '$exists': {
      const exists = leaf((element) => element !== missing);
      return isTruthy(operand) ? exists : negation(exists);
    }
    case '$type':
      return compileType(field, operand);
    case '$not':
      return compileNot(field, operand, context, compileElementFilter);
    case '$regex':
      return compileRegexOperator(siblings);
    case '$options':
      if (siblings.has('$regex')) return undefined;
      throw badValue('$options needs a $regex');
    case '$mod':
      return compileMod(operand);
    case '$size':
      return compileSize(operand);
    case '$all':
      return compileAll(operand, context, compileElementFilter);
    case '$elemMatch':
      return compileElemMatch(operand, context, compileElementFilter);
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return leaf(compileBitTest(operator satisfies BitOperator, operand, field));
    case '$where':
      throw badValue('$where cannot be applied to a field');
    case '$near':
    case '$nearSphere':
    case '$geoNear':
      throw new MongoServerError(291, 'unable to find index for $geoNear query');
    case '$geoWithin':
    case '$geoIntersects':
    case '$within':
      throw notImplemented(operator);
    default:
      throw badValue(`unknown operator: ${operator}`);
  }
}

function leaf(test: (element: Element, details?: MatchDetails) => boolean, whole = false): Condition {
  return { kind: 'leaf', whole, test };
}

function negation(...children: Condition[]): Condition {
  return { kind: 'not', children };
}

function listOperand(operator: string, operand: BsonValue): BsonValue[] {
  if (!Array.isArray(operand)) throw badValue(`${operator} needs an array`);
  for (const entry of operand) {
    if (isOperatorDocument(entry)) throw badValue('cannot nest $ under $in');
  }
  return operand;
}

function compileType(field: string, operand: BsonValue): Condition {
  const types = parseTypeSet(operand, field);
  return leaf((element) => element !== missing && types.has(typeCodeOf(element)));
}

function compileNot(
  field: string,
  operand: BsonValue,
  context: QueryContext,
  compileElementFilter: CompileElementFilter,
): Condition {
  if (operand instanceof BSONRegExp) return negation(compileImplicit(operand, context));
  if (!(operand instanceof Map)) throw badValue('$not needs a regex or a document');
  if (operand.size === 0) throw badValue('$not cannot be empty');
  return negation(...compileOperators(field, operand, context, compileElementFilter));
}

function compileRegexOperator(operators: BsonDocument): Condition {
  let pattern = '';
  let options = '';
  for (const [name, value] of operators) {
    if (name === '$regex') {
      if (value instanceof BSONRegExp) {
        pattern = value.pattern;
        if (value.options !== '') {
          if (options !== '') throw new MongoServerError(51074, 'options set in both $regex and $options');
          options = value.options;
        }
      } else if (typeof value === 'string') {
        pattern = value;
      } else {
        throw badValue('$regex has to be a string');
      }
    } else if (name === '$options') {
      if (typeof value !== 'string') throw badValue('$options has to be a string');
      if (options !== '') throw new MongoServerError(51075, 'options set in both $regex and $options');
      options = value;
    }
  }
  if (pattern.includes('\0')) throw badValue('Regular expression cannot contain an embedded null byte');
  return leaf(compileRegexTest(pattern, options));
}

function compileMod(operand: BsonValue): Condition {
  if (!Array.isArray(operand)) throw badValue('malformed mod, needs to be an array');
  if (operand.length < 1) throw badValue('malformed mod, not enough elements');
  const divisor = modInteger(operand[0], 'divisor');
  if (operand.length < 2) throw badValue('malformed mod, not enough elements');
  const remainder = modInteger(operand[1], 'remainder');
  if (operand.length > 2) throw badValue('malformed mod, too many elements');
  if (divisor === 0n) throw badValue('divisor cannot be 0');
  return leaf((element) => {
    if (element === missing || !isNumber(element)) return false;
    const dividend = truncatedInteger(element);
    return dividend !== undefined && dividend % divisor === remainder;
  });
}

function modInteger(value: BsonValue, role: string): bigint {
  if (!isNumber(value)) throw badValue(`malformed mod, ${role} not a number`);
  const integer = truncatedInteger(value);
  if (integer !== undefined) return integer;
  const finite = value instanceof Double ? Number.isFinite(value.value) : isFiniteDecimal(value);
  const reason = finite
    ? 'Out of bounds coercing to integral value'
    : 'Unable to coerce NaN/Inf to integral type';
  throw badValue(`malformed mod, ${role} value is invalid :: caused by :: ${reason}`);
}

function isFiniteDecimal(value: BsonValue): boolean {
  return value instanceof Decimal128 && /^-?\d/.test(value.toString());
}

function compileSize(operand: BsonValue): Condition {
  const size = parseNonNegativeInteger('$size', operand);
  if (typeof size === 'object') throw badValue(`Failed to parse $size. ${size.reason}`);
  return leaf((element) => Array.isArray(element) && element.length === size, true);
}

function compileAll(
  operand: BsonValue,
  context: QueryContext,
  compileElementFilter: CompileElementFilter,
): Condition {
  if (!Array.isArray(operand)) throw badValue('$all needs an array');
  if (operand.length === 0) return leaf(() => false);
  const isElemMatch = (entry: BsonValue) =>
    entry instanceof Map && entry.keys().next().value === '$elemMatch';
  if (isElemMatch(operand[0])) {
    return {
      kind: 'and',
      children: operand.map((entry) => {
        if (!isElemMatch(entry)) throw badValue('$all/$elemMatch has to be consistent');
        return compileElemMatch((entry as BsonDocument).get('$elemMatch'), context, compileElementFilter);
      }),
    };
  }
  return {
    kind: 'and',
    children: operand.map((entry) => {
      const first = entry instanceof Map ? entry.keys().next().value : undefined;
      if (first !== undefined && isFieldOperator(first)) throw badValue('no $ expressions in $all');
      return compileImplicit(entry, context);
    }),
  };
}

const pathlessOperators = new Set([
  '$and',
  '$or',
  '$nor',
  '$comment',
  '$expr',
  '$text',
  '$where',
  '$jsonSchema',
  '$alwaysTrue',
  '$alwaysFalse',
  '$ref',
  '$id',
  '$db',
]);

/** `$elemMatch` of operators tests elements themselves; any other filter tests elements that are documents. */
function compileElemMatch(
  operand: BsonValue,
  context: QueryContext,
  compileElementFilter: CompileElementFilter,
): Condition {
  if (!(operand instanceof Map)) throw badValue('$elemMatch needs an Object');
  const first = operand.keys().next().value;
  const onValues = isOperatorDocument(operand, true) && !pathlessOperators.has(first ?? '');
  const test = onValues
    ? allElementTests(compileOperators('', operand, context, compileElementFilter))
    : documentTest(compileElementFilter(operand));
  return leaf((element, details) => {
    if (!Array.isArray(element)) return false;
    const index = element.findIndex((inner) => test(inner));
    if (index < 0) return false;
    if (details) details.arrayIndex = index;
    return true;
  }, true);
}

function documentTest(filter: (element: BsonDocument) => boolean): (element: BsonValue) => boolean {
  return (element) => {
    if (element instanceof Map) return filter(element);
    // A nested array is a document whose fields are its positions.
    return Array.isArray(element) && filter(new Map(element.map((inner, index) => [String(index), inner])));
  };
}

function allElementTests(conditions: Condition[]): (element: BsonValue) => boolean {
  const tests = conditions.map(elementTest);
  return (element) => tests.every((test) => test(element));
}

/** A condition on one element alone, without a path. */
function elementTest(condition: Condition): (element: BsonValue) => boolean {
  if (condition.kind === 'leaf') return (element) => condition.test(element);
  const all = allElementTests(condition.children);
  return condition.kind === 'and' ? all : (element) => !all(element);
}
