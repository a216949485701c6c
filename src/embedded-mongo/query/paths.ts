import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { type Element, missing } from './missing.ts';

/** A dotted path, taken apart once. */
export interface FieldPath {
  readonly text: string;
  readonly parts: readonly string[];
}

export function parsePath(text: string): FieldPath {
  return { text, parts: text.split('.') };
}

/**
 * Called with each element a path leads to; `arrayIndex` is the position in the outermost array that was gone
 * through implicitly, -1 when none was. Answering true ends the visit.
 */
export type Visitor = (element: Element, arrayIndex: number) => boolean;

/**
 * Visits what a query path means in a document, in the order of MongoDB's ElementIterator: arrays on the way are
 * gone through (by every object in them, and by position where the path has a number), an array at the end is
 * visited element by element and then as a whole. Answers whether the visitor ended it.
 */
export function visitPath(document: BsonDocument, path: FieldPath, visit: Visitor): boolean {
  return visitObject(document, path.parts, 0, -1, visit);
}

/** The same with an array at the end visited only as a whole, as `$size`, `$elemMatch` and `$type: "array"` see it. */
export function visitPathWhole(document: BsonDocument, path: FieldPath, visit: Visitor): boolean {
  return visitObject(document, path.parts, 0, -1, visit, true);
}

function visitObject(
  document: BsonDocument,
  parts: readonly string[],
  at: number,
  outerIndex: number,
  visit: Visitor,
  whole = false,
): boolean {
  let current = document;
  for (let i = at; ; i++) {
    const name = parts[i] as string;
    const value = current.get(name);
    const isLast = i === parts.length - 1;
    if (Array.isArray(value)) {
      if (!isLast) return visitArray(value, parts, i + 1, outerIndex, visit, whole);
      if (!whole) {
        for (let index = 0; index < value.length; index++) {
          if (visit(value[index], outerIndex < 0 ? index : outerIndex)) return true;
        }
      }
      return visit(value, outerIndex);
    }
    if (isLast) return visit(value === undefined && !current.has(name) ? missing : value, outerIndex);
    if (!(value instanceof Map)) return visit(missing, outerIndex);
    current = value;
  }
}

function visitArray(
  array: BsonValue[],
  parts: readonly string[],
  at: number,
  outerIndex: number,
  visit: Visitor,
  whole: boolean,
): boolean {
  const wanted = arrayPosition(parts[at] as string);
  const isLast = at === parts.length - 1;
  for (let index = 0; index < array.length; index++) {
    const element = array[index];
    const isObject = element instanceof Map;
    if (isObject && visitObject(element, parts, at, outerIndex < 0 ? index : outerIndex, visit, whole))
      return true;
    if (index !== wanted) continue;
    // A position named in the path is no implicit traversal, so it leaves the outer index alone.
    if (isLast) {
      if (visit(element, outerIndex)) return true;
    } else if (isObject) {
      if (visitObject(element, parts, at + 1, outerIndex, visit, whole)) return true;
    } else if (Array.isArray(element)) {
      if (visitArray(element, parts, at + 1, outerIndex, visit, whole)) return true;
    }
  }
  return false;
}

/** The array position that a path component names, or -1. "01" names none. */
export function arrayPosition(part: string): number {
  return /^(0|[1-9]\d*)$/.test(part) ? Number(part) : -1;
}
