import { Int32 } from 'bson';
import { encodeDocument } from '../bson/encode.ts';
import { valuesIdentical } from '../bson/equal.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import {
  type ArrayDiff,
  type DocumentDiff,
  diffDocuments,
  emptyArrayDiff,
  emptyDocumentDiff,
  isEmptyDiff,
  type ValueDiff,
} from './document-diff.ts';

/**
 * Tells what an update did to a document, as change streams show it (`updatedFields`, `removedFields`,
 * `truncatedArrays`), encoded. Undefined for a replacement, which is shown as a whole.
 */
export type UpdateDescriber = (before: BsonDocument, after: BsonDocument) => Buffer | undefined;

/**
 * An update by operators is told by the paths it names: `$set: { a: {...} }` changes `a`, not fields within it. One by
 * pipeline is told by comparing; where the whole document is no longer than what changed, it is a replacement.
 */
export function updateDescriber(update: BsonDocument | BsonValue[]): UpdateDescriber {
  if (Array.isArray(update)) {
    return (before, after) => {
      const diff = diffDocuments(before, after);
      return diff === undefined ? undefined : describe(diff);
    };
  }
  if (!update.keys().next().value?.startsWith('$')) return () => undefined;
  let paths: PathNode | undefined;
  return (before, after) => {
    paths ??= pathsOf(update);
    const diff = emptyDocumentDiff();
    compareFields(diff, paths, before, after);
    return describe(diff);
  };
}

/** The paths that an update names, as a tree; `$`, `$[]` and `$[name]` stand for any element. */
interface PathNode {
  children: Map<string, PathNode>;
  anyElement: PathNode | undefined;
  /** A path ends here. */
  ends: boolean;
  /** ... and elements are put at the array's end. */
  appends: boolean;
}

function pathNode(): PathNode {
  return { children: new Map(), anyElement: undefined, ends: false, appends: false };
}

function pathsOf(update: BsonDocument): PathNode {
  const root = pathNode();
  for (const [operator, fields] of update) {
    if (!(fields instanceof Map)) continue;
    for (const [path, operand] of fields) {
      const node = nodeAt(root, path);
      node.ends = true;
      node.appends = operator === '$push' && isAppend(operand);
      if (operator === '$rename' && typeof operand === 'string') nodeAt(root, operand).ends = true;
    }
  }
  return root;
}

function nodeAt(root: PathNode, path: string): PathNode {
  let node = root;
  for (const part of path.split('.')) {
    let next = part.startsWith('$') ? node.anyElement : node.children.get(part);
    if (next === undefined) {
      next = pathNode();
      if (part === '$' || part.startsWith('$[')) node.anyElement = next;
      else node.children.set(part, next);
    }
    node = next;
  }
  return node;
}

function isAppend(operand: BsonValue): boolean {
  if (!(operand instanceof Map) || !operand.has('$each')) return true;
  return !operand.has('$sort') && !operand.has('$slice') && !operand.has('$position');
}

function compareFields(diff: DocumentDiff, node: PathNode, before: BsonDocument, after: BsonDocument): void {
  const names = [...node.children.keys()].sort();
  for (const name of names) {
    const child = node.children.get(name) as PathNode;
    if (!after.has(name)) {
      if (before.has(name)) diff.removed.add(name);
    } else if (!before.has(name)) {
      diff.inserted.set(name, after.get(name));
    } else {
      const change = compareValue(child, before.get(name), after.get(name));
      if (change === undefined) continue;
      if ('kind' in change) diff.within.set(name, change);
      else diff.updated.set(name, change.value);
    }
  }
}

/** What became of a value that was there before; undefined for nothing. */
function compareValue(
  node: PathNode,
  before: BsonValue,
  after: BsonValue,
): { value: BsonValue } | ValueDiff | undefined {
  if (valuesIdentical(before, after)) return undefined;
  if (node.appends && Array.isArray(before) && Array.isArray(after)) return appended(before, after);
  if (node.ends) return { value: after };
  if (before instanceof Map && after instanceof Map) {
    const diff = emptyDocumentDiff();
    compareFields(diff, node, before, after);
    return isEmptyDiff(diff) ? { value: after } : diff;
  }
  if (Array.isArray(before) && Array.isArray(after)) return compareElements(node, before, after);
  return { value: after };
}

function appended(before: BsonValue[], after: BsonValue[]): ArrayDiff {
  const diff = emptyArrayDiff();
  for (let i = before.length; i < after.length; i++) diff.elements.set(i, { value: after[i] });
  return diff;
}

function compareElements(node: PathNode, before: BsonValue[], after: BsonValue[]): ArrayDiff {
  const diff = emptyArrayDiff();
  after.forEach((value, index) => {
    const child = node.children.get(String(index)) ?? node.anyElement;
    if (child === undefined) return;
    if (index >= before.length) diff.elements.set(index, { value });
    else {
      const change = compareValue(child, before[index], value);
      if (change !== undefined) diff.elements.set(index, change);
    }
  });
  return diff;
}

function describe(diff: DocumentDiff): Buffer {
  const description = {
    updated: new Map() as BsonDocument,
    removed: [] as BsonValue[],
    truncated: [] as BsonValue[],
  };
  tellDocument(diff, '', description);
  const bytes = encodeDocument(
    new Map<string, BsonValue>([
      ['updatedFields', description.updated],
      ['removedFields', description.removed],
      ['truncatedArrays', description.truncated],
    ]),
  );
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface Description {
  updated: BsonDocument;
  removed: BsonValue[];
  truncated: BsonValue[];
}

function tellDocument(diff: DocumentDiff, prefix: string, into: Description): void {
  for (const [name, value] of diff.updated) into.updated.set(prefix + name, value);
  for (const [name, value] of diff.inserted) into.updated.set(prefix + name, value);
  for (const name of diff.removed) into.removed.push(prefix + name);
  for (const [name, change] of diff.within) tell(change, prefix + name, into);
}

function tell(change: ValueDiff, path: string, into: Description): void {
  if (change.kind === 'document') {
    tellDocument(change, `${path}.`, into);
    return;
  }
  if (change.size !== undefined) {
    into.truncated.push(
      new Map<string, BsonValue>([
        ['field', path],
        ['newSize', new Int32(change.size)],
      ]),
    );
  }
  for (const [index, element] of change.elements) {
    if ('kind' in element) tell(element, `${path}.${index}`, into);
    else into.updated.set(`${path}.${index}`, element.value);
  }
}
