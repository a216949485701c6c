import { Long } from 'bson';
import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { checkedParts } from '../expressions/field-path.ts';
import type { Stage } from '../stage.ts';

interface UnwindOptions {
  path: string[];
  keepEmpty: boolean;
  indexField: string[] | undefined;
}

/** `$unwind`: one document for each element of an array; a value that is no array counts as one element. */
export function compileUnwind(spec: BsonValue): Stage {
  const options = parseOptions(spec);
  return {
    name: '$unwind',
    *run(input) {
      for (const document of input) yield* unwind(document, options);
    },
  };
}

function* unwind(
  document: BsonDocument,
  { path, keepEmpty, indexField }: UnwindOptions,
): Iterable<BsonDocument> {
  const value = valueAt(document, path);
  const withIndex = (result: BsonDocument, index: BsonValue) =>
    indexField ? withValueAt(result, indexField, 0, index) : result;
  if (!Array.isArray(value)) {
    if (value !== null && value !== undefined) yield withIndex(document, null);
    else if (keepEmpty) yield withIndex(document, null);
    return;
  }
  if (value.length === 0) {
    if (keepEmpty) yield withIndex(withoutValueAt(document, path, 0), null);
    return;
  }
  for (let index = 0; index < value.length; index++) {
    yield withIndex(withValueAt(document, path, 0, value[index]), Long.fromNumber(index));
  }
}

function valueAt(document: BsonDocument, path: string[]): BsonValue {
  let current: BsonValue = document;
  for (const part of path) {
    if (!(current instanceof Map)) return undefined;
    current = current.get(part);
  }
  return current;
}

/** A copy with the value set at a path; what is no document on the way is replaced by one. */
export function withValueAt(
  document: BsonDocument,
  path: readonly string[],
  at: number,
  value: BsonValue,
): BsonDocument {
  const copy = new Map(document);
  const name = path[at] as string;
  if (at === path.length - 1) {
    copy.set(name, value);
    return copy;
  }
  const inner = copy.get(name);
  copy.set(name, withValueAt(inner instanceof Map ? inner : new Map(), path, at + 1, value));
  return copy;
}

function withoutValueAt(document: BsonDocument, path: string[], at: number): BsonDocument {
  const copy = new Map(document);
  const name = path[at] as string;
  const inner = copy.get(name);
  if (at === path.length - 1) copy.delete(name);
  else if (inner instanceof Map) copy.set(name, withoutValueAt(inner, path, at + 1));
  return copy;
}

function parseOptions(spec: BsonValue): UnwindOptions {
  if (typeof spec === 'string') return { path: parsePath(spec), keepEmpty: false, indexField: undefined };
  if (!(spec instanceof Map)) {
    throw new MongoServerError(
      15981,
      `expected either a string or an object as specification for $unwind stage, got ${typeNameOf(spec)}`,
    );
  }
  let path: string[] | undefined;
  let keepEmpty = false;
  let indexField: string[] | undefined;
  for (const [name, value] of spec) {
    if (name === 'path') path = parsePath(value);
    else if (name === 'preserveNullAndEmptyArrays') keepEmpty = parseKeepEmpty(value);
    else if (name === 'includeArrayIndex') indexField = parseIndexField(value);
    else throw new MongoServerError(28811, `unrecognized option to $unwind stage: ${name}`);
  }
  if (!path) throw new MongoServerError(28812, 'no path specified to $unwind stage');
  return { path, keepEmpty, indexField };
}

function parsePath(value: BsonValue): string[] {
  if (typeof value !== 'string') {
    throw new MongoServerError(
      28808,
      `expected a string as the path for $unwind stage, got ${typeNameOf(value)}`,
    );
  }
  if (value === '') throw new MongoServerError(28812, 'no path specified to $unwind stage');
  if (!value.startsWith('$')) {
    throw new MongoServerError(28818, `path option to $unwind stage should be prefixed with a '$': ${value}`);
  }
  return checkedParts(value.slice(1));
}

function parseKeepEmpty(value: BsonValue): boolean {
  if (typeof value === 'boolean') return value;
  throw new MongoServerError(
    28809,
    `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeNameOf(value)}`,
  );
}

function parseIndexField(value: BsonValue): string[] {
  if (typeof value !== 'string' || value === '') {
    throw new MongoServerError(
      28810,
      `expected a non-empty string for the includeArrayIndex option to $unwind stage, got ${typeNameOf(value)}`,
    );
  }
  if (value.startsWith('$')) {
    throw new MongoServerError(
      28822,
      `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${value}`,
    );
  }
  return checkedParts(value);
}
