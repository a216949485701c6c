import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { arrayPosition, type FieldPath } from './paths.ts';

/** The keys of a document in an index, and whether an array was met on the way (the index is then multikey). */
export interface IndexKeys {
  keys: BsonValue[][];
  multikey: boolean;
}

/**
 * The keys that an index on these paths has for a document, as MongoDB's BtreeKeyGenerator makes them: one for each
 * element of the array met on the way (if any); a missing field is null, an empty array BSON undefined. Two different
 * arrays in one key are refused with CannotIndexParallelArrays (171).
 */
export function indexKeys(document: BsonDocument, paths: readonly FieldPath[]): IndexKeys {
  const found: IndexKeys = { keys: [], multikey: false };
  const cursors = paths.map((path) => ({ parts: path.parts, at: 0 }));
  collect(document, cursors, new Array<BsonValue>(paths.length), found);
  return found;
}

/** Where a path stands; `undefined` in a list of cursors is a path that has come to its value. */
interface Cursor {
  readonly parts: readonly string[];
  readonly at: number;
}

interface ArrayMet {
  readonly array: BsonValue[];
  readonly name: string;
  /** For each path that goes through the array, where it goes on. */
  readonly cursors: Map<number, Cursor>;
}

function collect(
  value: BsonValue,
  cursors: readonly (Cursor | undefined)[],
  fixed: BsonValue[],
  found: IndexKeys,
): void {
  let met: ArrayMet | undefined;
  cursors.forEach((cursor, index) => {
    if (cursor) met = advance(value, cursor, index, fixed, met);
  });
  if (!met) {
    found.keys.push(fixed.slice());
    return;
  }
  expand(met, fixed, found);
}

/** Follows one path to its value, which is put in its place, or to an array. */
function advance(
  value: BsonValue,
  cursor: Cursor,
  index: number,
  fixed: BsonValue[],
  met: ArrayMet | undefined,
): ArrayMet | undefined {
  let current = value;
  for (let at = cursor.at; at < cursor.parts.length; at++) {
    const name = cursor.parts[at] as string;
    if (!(current instanceof Map) || !current.has(name)) {
      fixed[index] = null;
      return met;
    }
    current = current.get(name);
    if (!Array.isArray(current)) continue;
    if (met && met.array !== current) {
      throw new MongoServerError(171, `cannot index parallel arrays [${name}] [${met.name}]`);
    }
    const through = met ?? { array: current, name, cursors: new Map<number, Cursor>() };
    through.cursors.set(index, { parts: cursor.parts, at: at + 1 });
    return through;
  }
  fixed[index] = current;
  return met;
}

function expand(met: ArrayMet, fixed: BsonValue[], found: IndexKeys): void {
  const { array, cursors } = met;
  const isPositional = [...cursors.values()].some((cursor) => namesPosition(cursor, array));
  if (!isPositional) found.multikey = true;
  const elements = array.length === 0 ? [undefined] : isPositional ? [array] : array;
  for (const element of elements) {
    const key = fixed.slice();
    const onward = new Array<Cursor | undefined>(fixed.length);
    for (const [index, cursor] of cursors) {
      if (cursor.at === cursor.parts.length) key[index] = element;
      else onward[index] = cursor;
    }
    if (isPositional) collectPositional(array, onward, key, found);
    else collect(element, onward, key, found);
  }
}

function namesPosition(cursor: Cursor, array: BsonValue[]): boolean {
  const position = cursor.at < cursor.parts.length ? arrayPosition(cursor.parts[cursor.at] as string) : -1;
  return position >= 0 && position < array.length;
}

/** A number in the path names a position of the array, which then is like a field of a document. */
function collectPositional(
  array: BsonValue[],
  cursors: readonly (Cursor | undefined)[],
  fixed: BsonValue[],
  found: IndexKeys,
): void {
  const asDocument: BsonDocument = new Map(array.map((element, index) => [String(index), element]));
  collect(asDocument, cursors, fixed, found);
}
