import { BSONRegExp } from 'bson';
import { compileExpression } from '../aggregate/expressions/compile-expression.ts';
import { exactInteger, isNumber } from '../bson/numbers.ts';
import { isTruthy } from '../bson/truth.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, failedToParse, MongoServerError } from '../errors.ts';
import type { QueryContext } from './context.ts';
import {
  type Condition,
  compileAnyOf,
  compileImplicit,
  compileOperators,
  isOperatorDocument,
} from './field-operators.ts';
import type { MatchDetails } from './match-details.ts';
import { missing } from './missing.ts';
import { type FieldPath, parsePath, visitPath, visitPathWhole } from './paths.ts';

/** A compiled filter. Given `details`, it also notes which array element matched. */
export type Filter = (document: BsonDocument, details?: MatchDetails) => boolean;

/**
 * Compiles a query filter to a function. Every mistake is found here: unknown operators and operands of the wrong
 * kind are refused with BadValue (2) and MongoDB's own messages, invalid regular expressions with 51091.
 */
export function compileFilter(filter: BsonDocument, context: QueryContext = {}): Filter {
  return compileDocument(filter, context, 'top');
}

/** `element` is a document within an array, where operators on the whole document are not allowed. */
type Level = 'top' | 'element';

function compileDocument(filter: BsonDocument, context: QueryContext, level: Level): Filter {
  const filters: Filter[] = [];
  for (const [name, value] of filter) {
    const compiled = compileEntry(name, value, context, level);
    if (compiled) filters.push(compiled);
  }
  return conjunction(filters);
}

function compileEntry(
  name: string,
  value: BsonValue,
  context: QueryContext,
  level: Level,
): Filter | undefined {
  if (name.startsWith('$')) return compilePathless(name, value, context, level);
  const path = parsePath(name);
  if (!isOperatorDocument(value)) return onPath(path, compileImplicit(value, context));
  const conditions = compileOperators(name, value, context, (element) =>
    compileDocument(element, context, 'element'),
  );
  return conjunction(conditions.map((condition) => onPath(path, condition)));
}

function compilePathless(
  name: string,
  value: BsonValue,
  context: QueryContext,
  level: Level,
): Filter | undefined {
  switch (name) {
    case '$and':
      return conjunction(compileBranches(name, value, context, level));
    case '$or':
      return alternatives(compileBranches(name, value, context, level), value, context);
    case '$nor': {
      const any = disjunction(compileBranches(name, value, context, level));
      return (document) => !any(document);
    }
    case '$comment':
      return undefined;
    case '$expr': {
      if (level === 'element') throw badValue('$expr can only be applied to the top-level document');
      const expression = compileExpression(value, context);
      return (document) => isTruthy(expression(document));
    }
    case '$alwaysTrue':
    case '$alwaysFalse':
      if (!isNumber(value) || exactInteger(value) !== 1n) {
        throw failedToParse(`${name} must be an integer value of 1`);
      }
      return () => name === '$alwaysTrue';
    case '$ref':
    case '$id':
    case '$db':
      return onPath(parsePath(name), compileImplicit(value, context));
    case '$where':
      throw badValue('$where is not allowed in this context');
    case '$text':
      if (level === 'element') throw badValue('$text can only be applied to the top-level document');
      throw new MongoServerError(27, 'text index required for $text query');
    case '$jsonSchema':
      throw new MongoServerError(224, '$jsonSchema is not allowed in this context');
    default:
      throw badValue(
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function compileBranches(name: string, value: BsonValue, context: QueryContext, level: Level): Filter[] {
  if (!Array.isArray(value)) throw badValue(`${name} must be an array`);
  if (value.length === 0) throw badValue('$and/$or/$nor must be a nonempty array');
  return value.map((branch) => {
    if (!(branch instanceof Map)) throw badValue('$or/$and/$nor entries need to be full objects');
    return compileDocument(branch, context, level);
  });
}

function conjunction(filters: Filter[]): Filter {
  const [first, second] = filters;
  if (!first) return () => true;
  if (!second) return first;
  return (document, details) => {
    for (const filter of filters) {
      if (!filter(document, details)) {
        if (details) details.arrayIndex = undefined;
        return false;
      }
    }
    return true;
  };
}

/** No branch notes the element that matched, since another may have: only what MongoDB turns into `$in` does. */
function disjunction(filters: Filter[]): Filter {
  return (document) => {
    for (const filter of filters) {
      if (filter(document)) return true;
    }
    return false;
  };
}

/** `$or`: of one branch it is the branch, of equalities on one field it is `$in`. */
function alternatives(filters: Filter[], branches: BsonValue, context: QueryContext): Filter {
  if (filters.length === 1) return filters[0] as Filter;
  const equal = equalitiesOnOneField(branches as BsonDocument[]);
  if (!equal) return disjunction(filters);
  return onPath(parsePath(equal.field), compileAnyOf(equal.values, context));
}

function equalitiesOnOneField(branches: BsonDocument[]): { field: string; values: BsonValue[] } | undefined {
  const [field] = (branches[0] as BsonDocument).keys();
  if (field === undefined || field.startsWith('$')) return undefined;
  const values: BsonValue[] = [];
  for (const branch of branches) {
    if (branch.size !== 1 || !branch.has(field)) return undefined;
    const condition = branch.get(field);
    if (!isOperatorDocument(condition)) values.push(condition);
    else if (condition.size === 1 && condition.has('$eq')) values.push(condition.get('$eq'));
    else return undefined;
  }
  return values.some((value) => value instanceof BSONRegExp) ? undefined : { field, values };
}

function onPath(path: FieldPath, condition: Condition): Filter {
  if (condition.kind === 'and') return conjunction(condition.children.map((child) => onPath(path, child)));
  if (condition.kind === 'not') {
    const all = conjunction(condition.children.map((child) => onPath(path, child)));
    return (document) => !all(document);
  }
  const { test, whole } = condition;
  const name = path.parts[0] as string;
  if (path.parts.length === 1 && !whole) {
    return (document, details) => {
      const value = document.get(name);
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          if (!test(value[index])) continue;
          if (details) details.arrayIndex = index;
          return true;
        }
      }
      return test(value === undefined && !document.has(name) ? missing : value);
    };
  }
  const visit = whole ? visitPathWhole : visitPath;
  return (document, details) =>
    visit(document, path, (element, arrayIndex) => {
      if (!test(element, details)) return false;
      if (details && arrayIndex >= 0) details.arrayIndex = arrayIndex;
      return true;
    });
}
