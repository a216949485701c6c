import { compareValues } from '../bson/compare.ts';
import { isNumber, toNumber } from '../bson/numbers.ts';
import { elementToText } from '../bson/to-text.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError, notImplemented } from '../errors.ts';
import type { QueryContext } from './context.ts';
import { indexKeys } from './index-keys.ts';
import { type FieldPath, parsePath } from './paths.ts';

/** A compiled sort: compares two documents, and offers its keys so that each is taken only once. */
export interface Sorter {
  (a: BsonDocument, b: BsonDocument): number;
  /** The values a document sorts by: of an array, the least (ascending) or greatest (descending) element. */
  keyOf(document: BsonDocument): BsonValue[];
  compareKeys(a: BsonValue[], b: BsonValue[]): number;
  /** Sorts stably, taking each document's key once; with `limit`, answers only that many. */
  sort(documents: Iterable<BsonDocument>, limit?: number): BsonDocument[];
  readonly fields: readonly SortField[];
}

/** One field of a sort. */
export interface SortField {
  readonly path: FieldPath;
  readonly direction: 1 | -1;
}

/** Compiles a sort specification; refused: values that are no numbers (15974) or neither 1 nor -1 (15975). */
export function compileSort(spec: BsonDocument, context: QueryContext = {}): Sorter {
  const fields = [...spec].map(([name, value]) => parseField(name, value));
  const paths = fields.map((field) => field.path);
  const compareKeys = (a: BsonValue[], b: BsonValue[]) => {
    for (let i = 0; i < fields.length; i++) {
      const order = compareValues(a[i], b[i], context.collation);
      if (order !== 0) return (fields[i] as SortField).direction === 1 ? order : -order;
    }
    return 0;
  };
  const keyOf = (document: BsonDocument) =>
    simpleKey(document, paths) ?? leastKey(document, paths, compareKeys);
  const sorter = (a: BsonDocument, b: BsonDocument) => compareKeys(keyOf(a), keyOf(b));
  const sort = (documents: Iterable<BsonDocument>, limit?: number) => {
    const keyed: { key: BsonValue[]; document: BsonDocument }[] = [];
    for (const document of documents) {
      keyed.push({ key: keyOf(document), document });
      if (limit !== undefined && keyed.length >= 2 * limit + 1000) {
        keyed.sort((a, b) => compareKeys(a.key, b.key));
        keyed.length = limit;
      }
    }
    keyed.sort((a, b) => compareKeys(a.key, b.key));
    return keyed.slice(0, limit).map((entry) => entry.document);
  };
  return Object.assign(sorter, { keyOf, compareKeys, sort, fields });
}

function parseField(name: string, value: BsonValue): SortField {
  if (value instanceof Map) {
    if (value.has('$meta')) throw notImplemented('sorting by $meta');
    throw new MongoServerError(17312, '$meta is the only expression supported by $sort right now');
  }
  if (!isNumber(value)) {
    throw new MongoServerError(15974, `Illegal key in $sort specification: ${elementToText(name, value)}`);
  }
  const direction = Math.trunc(toNumber(value));
  if (direction !== 1 && direction !== -1) {
    throw new MongoServerError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  }
  checkPath(name);
  return { path: parsePath(name), direction };
}

function checkPath(name: string): void {
  if (name === '') throw new MongoServerError(40352, 'FieldPath cannot be constructed with empty string');
  if (name.endsWith('.')) throw new MongoServerError(40353, "FieldPath must not end with a '.'.");
  for (const part of name.split('.')) {
    if (part === '') throw new MongoServerError(15998, 'FieldPath field names may not be empty strings.');
    if (part.startsWith('$')) {
      throw new MongoServerError(
        16410,
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      );
    }
  }
}

/** The key when no array is met; undefined otherwise. */
function simpleKey(document: BsonDocument, paths: readonly FieldPath[]): BsonValue[] | undefined {
  const key: BsonValue[] = [];
  for (const { parts } of paths) {
    let current: BsonValue = document;
    for (const part of parts) {
      if (!(current instanceof Map)) {
        current = null;
        break;
      }
      const value: BsonValue = current.get(part);
      if (Array.isArray(value)) return undefined;
      current = value === undefined && !current.has(part) ? null : value;
    }
    key.push(current);
  }
  return key;
}

function leastKey(
  document: BsonDocument,
  paths: readonly FieldPath[],
  compareKeys: (a: BsonValue[], b: BsonValue[]) => number,
): BsonValue[] {
  const { keys } = keysForSort(document, paths);
  return keys.reduce((least, key) => (compareKeys(key, least) < 0 ? key : least));
}

function keysForSort(document: BsonDocument, paths: readonly FieldPath[]) {
  try {
    return indexKeys(document, paths);
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 171) {
      throw badValue(`cannot sort with keys that are parallel arrays`);
    }
    throw error;
  }
}
