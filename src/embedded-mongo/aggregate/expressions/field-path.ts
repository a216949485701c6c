import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { failedToParse, MongoServerError } from '../../errors.ts';
import { constant, type Expression, type ExpressionScope } from './expression.ts';

/** Compiles `$a.b`, `$$name` or `$$name.a.b`. */
export function compileFieldPath(text: string, scope: ExpressionScope): Expression {
  if (text === '$') throw new MongoServerError(16872, "'$' by itself is not a valid FieldPath");
  if (!text.startsWith('$$')) {
    const parts = checkedParts(text.slice(1));
    return readPath(parts);
  }
  const [name, ...parts] = text.slice(2).split('.') as [string, ...string[]];
  if (parts.length > 0) checkedParts(parts.join('.'));
  return compileVariable(name, parts, scope);
}

function compileVariable(name: string, parts: string[], scope: ExpressionScope): Expression {
  if (name === 'ROOT' || name === 'CURRENT') {
    return parts.length === 0 ? (document) => document : readPath(parts);
  }
  if (name === 'REMOVE') return constant(undefined);
  if (name === 'NOW') return parts.length === 0 ? constant(scope.now) : constant(undefined);
  checkVariableName(name, { forUse: true });
  const cell = scope.variables.get(name);
  if (!cell) {
    if (name === 'CLUSTER_TIME') {
      throw new MongoServerError(51144, 'Builtin variable $$CLUSTER_TIME is not available');
    }
    throw new MongoServerError(17276, `Use of undefined variable: ${name}`);
  }
  if (parts.length === 0) return () => cell.value;
  return () => valueAtParts(cell.value, parts, 0);
}

/** Reads a dotted path: arrays on the way yield the array of what their documents hold there. */
export function valueAtParts(value: BsonValue, parts: readonly string[], at: number): BsonValue {
  let current = value;
  for (let i = at; i < parts.length; i++) {
    if (Array.isArray(current)) {
      const results: BsonValue[] = [];
      for (const element of current) {
        if (!(element instanceof Map)) continue;
        const nested = valueAtParts(element, parts, i);
        if (nested !== undefined) results.push(nested);
      }
      return results;
    }
    if (!(current instanceof Map)) return undefined;
    current = current.get(parts[i] as string);
  }
  return current;
}

function readPath(parts: string[]): Expression {
  const [only] = parts;
  if (parts.length === 1) return (document: BsonDocument) => document.get(only as string);
  return (document) => valueAtParts(document, parts, 0);
}

/** Checks the parts of a field path as MongoDB's FieldPath does. */
export function checkedParts(path: string): string[] {
  if (path === '') throw new MongoServerError(40352, 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw new MongoServerError(40353, "FieldPath must not end with a '.'.");
  const parts = path.split('.');
  for (const part of parts) checkFieldName(part);
  return parts;
}

/** Checks one field name of a path or of an object being made. */
export function checkFieldName(name: string): void {
  if (name === '') throw new MongoServerError(15998, 'FieldPath field names may not be empty strings.');
  if (name.startsWith('$')) {
    throw new MongoServerError(
      16410,
      "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
    );
  }
  if (name.includes('\0')) {
    throw new MongoServerError(16411, 'FieldPath field names may not contain null bytes.');
  }
  if (name.includes('.')) {
    throw new MongoServerError(
      16412,
      "FieldPath field names may not contain '.'. Consider using $getField or $setField.",
    );
  }
}

/** Checks a variable's name: a small letter first when it is defined, letters, digits and `_` after. */
export function checkVariableName(name: string, { forUse = false } = {}): void {
  if (name === '') throw failedToParse('empty variable names are not allowed');
  const first = name[0] as string;
  const validFirst = /[a-z\u0080-\uffff]/.test(first) || (forUse && /[A-Z]/.test(first));
  if (!validFirst && name !== 'CURRENT') {
    throw failedToParse(`'${name}' starts with an invalid character for a user variable name`);
  }
  for (const char of name.slice(1)) {
    if (!/[A-Za-z0-9_\u0080-\uffff]/.test(char)) {
      throw failedToParse(`'${name}' contains an invalid character for a variable name: '${char}'`);
    }
  }
}
