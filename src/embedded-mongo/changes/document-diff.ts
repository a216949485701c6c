import { encodeDocument } from '../bson/encode.ts';
import { valuesIdentical } from '../bson/equal.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';

/** What became of a document's fields; each list in the order of the fields. */
export interface DocumentDiff {
  kind: 'document';
  updated: Map<string, BsonValue>;
  inserted: Map<string, BsonValue>;
  removed: Set<string>;
  within: Map<string, ValueDiff>;
}

/** What became of an array: cut to `size` if that is given, and its elements by index. */
export interface ArrayDiff {
  kind: 'array';
  size: number | undefined;
  elements: Map<number, { value: BsonValue } | ValueDiff>;
}

export type ValueDiff = DocumentDiff | ArrayDiff;

export function emptyDocumentDiff(): DocumentDiff {
  return {
    kind: 'document',
    updated: new Map(),
    inserted: new Map(),
    removed: new Set(),
    within: new Map(),
  };
}

export function emptyArrayDiff(): ArrayDiff {
  return { kind: 'array', size: undefined, elements: new Map() };
}

export function isEmptyDiff(diff: ValueDiff): boolean {
  if (diff.kind === 'array') return diff.size === undefined && diff.elements.size === 0;
  return diff.updated.size + diff.inserted.size + diff.removed.size + diff.within.size === 0;
}

/**
 * How one document became another, as MongoDB finds it out for updates by pipeline: field by field, within documents
 * and arrays too as long as that takes less than the new value. A field that changed its place was removed and
 * inserted. Undefined when the whole new document is no larger than what changed.
 */
export function diffDocuments(before: BsonDocument, after: BsonDocument): DocumentDiff | undefined {
  const diff = emptyDocumentDiff();
  const old = [...before];
  let at = 0;
  for (const [name, value] of after) {
    // Old fields before the one of this name are gone, unless they come again further on.
    let place = at;
    while (place < old.length && old[place]?.[0] !== name) place += 1;
    if (place === old.length) {
      diff.inserted.set(name, value);
      continue;
    }
    for (const [gone] of old.slice(at, place)) diff.removed.add(gone);
    at = place + 1;
    compareField(diff, name, old[place]?.[1], value);
  }
  for (const [gone] of old.slice(at)) diff.removed.add(gone);
  for (const name of diff.inserted.keys()) diff.removed.delete(name);
  return diffSize(diff) < sizeOf(after) ? diff : undefined;
}

function compareField(diff: DocumentDiff, name: string, before: BsonValue, after: BsonValue): void {
  if (valuesIdentical(before, after)) return;
  const within = diffWithin(before, after);
  if (within === undefined) diff.updated.set(name, after);
  else diff.within.set(name, within);
}

function diffWithin(before: BsonValue, after: BsonValue): ValueDiff | undefined {
  if (before instanceof Map && after instanceof Map) return diffDocuments(before, after);
  if (Array.isArray(before) && Array.isArray(after)) return diffArrays(before, after);
  return undefined;
}

function diffArrays(before: BsonValue[], after: BsonValue[]): ArrayDiff | undefined {
  const diff = emptyArrayDiff();
  after.forEach((value, index) => {
    if (index < before.length && valuesIdentical(before[index], value)) return;
    const within = index < before.length ? diffWithin(before[index], value) : undefined;
    diff.elements.set(index, within ?? { value });
  });
  if (after.length < before.length) diff.size = after.length;
  return diffSize(diff) < sizeOf(after) ? diff : undefined;
}

function sizeOf(value: BsonDocument | BsonValue[]): number {
  return encodeDocument(Array.isArray(value) ? new Map([['', value]]) : value).length;
}

/** What MongoDB takes to write the difference down. */
function diffSize(diff: ValueDiff): number {
  return encodeDocument(written(diff)).length;
}

function written(diff: ValueDiff): BsonDocument {
  const document: BsonDocument = new Map();
  if (diff.kind === 'array') {
    document.set('a', true);
    if (diff.size !== undefined) document.set('l', false);
    for (const [index, change] of diff.elements) {
      if ('kind' in change) document.set(`s${index}`, written(change));
      else document.set(`u${index}`, change.value);
    }
    return document;
  }
  if (diff.removed.size > 0) document.set('d', new Map([...diff.removed].map((name) => [name, false])));
  if (diff.updated.size > 0) document.set('u', diff.updated);
  if (diff.inserted.size > 0) document.set('i', diff.inserted);
  for (const [name, change] of diff.within) document.set(`s${name}`, written(change));
  return document;
}
