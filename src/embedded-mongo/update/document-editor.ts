import { elementToText } from '../bson/to-text.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError, pathNotViable } from '../errors.ts';

/** What stands at a path: its value, or how far the path leads. */
export type Found =
  | { exists: true; value: BsonValue; inArray: boolean }
  | { exists: false; deepest: BsonValue; depth: number };

/** MongoDB's limit on the nulls put before a new array element. */
const maxPadding = 1_500_000;

/**
 * Edits a copy of a document: containers are copied when first written to, so the original stays as it was and
 * what is not touched is shared.
 */
export class DocumentEditor {
  readonly root: BsonDocument;
  readonly #owned = new Set<object>();

  constructor(original: BsonDocument) {
    this.root = new Map(original);
    this.#owned.add(this.root);
  }

  find(path: readonly string[]): Found {
    let current: BsonValue = this.root;
    let inArray = false;
    for (let depth = 0; depth < path.length; depth++) {
      const name = path[depth] as string;
      if (current instanceof Map && current.has(name)) {
        current = current.get(name);
        inArray = false;
        continue;
      }
      const index: number = Array.isArray(current) ? numericIndex(name) : -1;
      if (index < 0 || index >= (current as BsonValue[]).length) {
        return { exists: false, deepest: current, depth };
      }
      current = (current as BsonValue[])[index];
      inArray = true;
    }
    return { exists: true, value: current, inArray };
  }

  /** Sets a value, making documents for what is missing on the way and filling arrays with null. */
  set(path: readonly string[], value: BsonValue): void {
    const found = this.find(path);
    if (!found.exists) this.checkViable(path, found);
    const parent = this.#containerFor(path.slice(0, -1), path);
    const last = path[path.length - 1] as string;
    if (parent instanceof Map) parent.set(last, value);
    else putInArray(parent, numericIndex(last), value);
  }

  /** Refuses with PathNotViable (28) a path that leads through a value which has no fields. */
  checkViable(path: readonly string[], found: Found & { exists: false }): void {
    const { deepest, depth } = found;
    if (deepest instanceof Map) return;
    const name = path[depth] as string;
    if (Array.isArray(deepest) && numericIndex(name) >= 0) return;
    const parent = path[depth - 1] ?? '';
    throw pathNotViable(`Cannot create field '${name}' in element {${elementToText(parent, deepest)}}`);
  }

  /** Removes a field; an array element becomes null instead, so that the others keep their places. */
  remove(path: readonly string[]): void {
    const parent = this.#containerFor(path.slice(0, -1), path);
    const last = path[path.length - 1] as string;
    if (parent instanceof Map) parent.delete(last);
    else parent[numericIndex(last)] = null;
  }

  /** The container at a path, as a copy of this editor's own; made when it is missing. */
  #containerFor(path: readonly string[], fullPath: readonly string[]): BsonDocument | BsonValue[] {
    let current: BsonDocument | BsonValue[] = this.root;
    path.forEach((name, depth) => {
      const value = current instanceof Map ? current.get(name) : current[numericIndex(name)];
      let child: BsonDocument | BsonValue[];
      if (value instanceof Map) child = this.#own(value, () => new Map(value));
      else if (Array.isArray(value)) child = this.#own(value, () => value.slice());
      else child = this.#own(new Map(), () => new Map());
      if (current instanceof Map) current.set(name, child);
      else putInArray(current, numericIndex(fullPath[depth] as string), child);
      current = child;
    });
    return current;
  }

  #own<T extends object>(container: T, copy: () => T): T {
    if (this.#owned.has(container)) return container;
    const own = copy();
    this.#owned.add(own);
    return own;
  }
}

/** The array index that a path component names, or -1. */
export function numericIndex(name: string): number {
  return /^\d+$/.test(name) ? Number(name) : -1;
}

function putInArray(array: BsonValue[], index: number, value: BsonValue): void {
  if (index - array.length > maxPadding) {
    throw new MongoServerError(34, `can't backfill more than ${maxPadding} elements`);
  }
  while (array.length < index) array.push(null);
  array[index] = value;
}
