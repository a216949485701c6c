import { BSONRegExp, Int32 } from 'bson';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { isOperatorDocument } from '../query/field-operators.ts';

/** What a planner can make of one part of a filter. All parts of a list hold together. */
export type Predicate = FieldPredicate | { kind: 'or'; branches: Predicate[][] } | { kind: 'other' };

/** A condition on one field that bounds on an index can express, at least roughly. */
export interface FieldPredicate {
  kind: 'field';
  path: string;
  operator: 'eq' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'exists' | 'regex';
  value: BsonValue;
  /** The `$elemMatch` it is inside, which all predicates of the same one share; bounds inside it say too little. */
  element: object | undefined;
}

/** Takes a filter apart, as far as it is of use for planning; `other` stands for what is not. */
export function predicatesOf(filter: BsonDocument): Predicate[] {
  const predicates: Predicate[] = [];
  addDocument(filter, '', undefined, predicates);
  return predicates;
}

function addDocument(
  filter: BsonDocument,
  prefix: string,
  element: object | undefined,
  to: Predicate[],
): void {
  for (const [name, value] of filter) {
    if (name === '$and' && Array.isArray(value)) {
      for (const part of value) if (part instanceof Map) addDocument(part, prefix, element, to);
    } else if (name === '$or' && Array.isArray(value) && element === undefined) {
      addOr(value, to);
    } else if (name.startsWith('$')) {
      if (name !== '$comment') to.push({ kind: 'other' });
    } else {
      addField(prefix + name, value, element, to);
    }
  }
}

function addOr(branches: BsonValue[], to: Predicate[]): void {
  const parsed = branches.map((branch) =>
    branch instanceof Map ? predicatesOf(branch) : [{ kind: 'other' as const }],
  );
  if (parsed.length === 1) to.push(...(parsed[0] as Predicate[]));
  else to.push({ kind: 'or', branches: parsed });
}

function addField(path: string, value: BsonValue, element: object | undefined, to: Predicate[]): void {
  if (!isOperatorDocument(value)) {
    const operator = value instanceof BSONRegExp ? 'regex' : 'eq';
    to.push({ kind: 'field', path, operator, value, element });
    return;
  }
  for (const [operator, operand] of value) addOperator(path, operator, operand, value, element, to);
}

const comparisons = { $eq: 'eq', $gt: 'gt', $gte: 'gte', $lt: 'lt', $lte: 'lte' } as const;

function addOperator(
  path: string,
  operator: string,
  operand: BsonValue,
  siblings: BsonDocument,
  element: object | undefined,
  to: Predicate[],
): void {
  if (operator in comparisons) {
    to.push({
      kind: 'field',
      path,
      operator: comparisons[operator as keyof typeof comparisons],
      value: operand,
      element,
    });
  } else if (operator === '$in' && Array.isArray(operand)) {
    to.push({ kind: 'field', path, operator: 'in', value: operand, element });
  } else if (operator === '$exists') {
    to.push({ kind: 'field', path, operator: 'exists', value: isTruthy(operand), element });
  } else if (operator === '$regex') {
    const value = regexOf(operand, siblings.get('$options'));
    if (value) to.push({ kind: 'field', path, operator: 'regex', value, element });
    else to.push({ kind: 'other' });
  } else if (operator === '$elemMatch' && operand instanceof Map && element === undefined) {
    addElemMatch(path, operand, to);
  } else if (operator !== '$options' && operator !== '$comment') {
    to.push({ kind: 'other' });
  }
}

/** An element's conditions are of use for bounds, but only the filter itself says that one element meets them all. */
function addElemMatch(path: string, operand: BsonDocument, to: Predicate[]): void {
  const element = {};
  to.push({ kind: 'other' });
  if (isOperatorDocument(operand)) addField(path, operand, element, to);
  else addDocument(operand, `${path}.`, element, to);
}

function regexOf(pattern: BsonValue, options: BsonValue): BSONRegExp | undefined {
  if (pattern instanceof BSONRegExp) {
    return typeof options === 'string' ? new BSONRegExp(pattern.pattern, options) : pattern;
  }
  return typeof pattern === 'string'
    ? new BSONRegExp(pattern, typeof options === 'string' ? options : '')
    : undefined;
}

function isTruthy(value: BsonValue): boolean {
  return !(
    value === false ||
    value === null ||
    value === undefined ||
    (value instanceof Int32 && value.value === 0)
  );
}
