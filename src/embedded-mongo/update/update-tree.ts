import { badValue, MongoServerError } from '../errors.ts';
import type { ArrayFilters } from './array-filters.ts';
import { numericIndex } from './document-editor.ts';
import type { LeafOperator } from './leaf-operator.ts';

/** `$rename`, kept at its destination. */
export interface RenameLeaf {
  readonly from: readonly string[];
}

/** A node of the tree of updated paths. */
export type UpdateNode =
  | { kind: 'leaf'; operator: LeafOperator }
  | { kind: 'rename'; rename: RenameLeaf }
  /** Keeps another operator from the source of a `$rename`. */
  | { kind: 'placeholder' }
  | ObjectNode
  | ArrayNode;

/** Fields by name; `positional` is what `$` stands for. */
export interface ObjectNode {
  kind: 'object';
  children: Map<string, UpdateNode>;
  positional: UpdateNode | undefined;
}

/** Elements by the identifier of their array filter, '' for `$[]`. */
export interface ArrayNode {
  kind: 'array';
  children: Map<string, UpdateNode>;
}

export function objectNode(): ObjectNode {
  return { kind: 'object', children: new Map(), positional: undefined };
}

/** Adds a leaf at a path; ConflictingUpdateOperators (40) when it meets another's. */
export function addToTree(
  root: ObjectNode,
  path: readonly string[],
  leaf: UpdateNode,
  filters: ArrayFilters,
): void {
  checkPath(path, filters);
  let current: ObjectNode | ArrayNode = root;
  path.forEach((part, index) => {
    const name = childName(current, part);
    if (name === undefined) throw conflict(path, index);
    const existing = getChild(current, name);
    if (index === path.length - 1) {
      if (existing) throw conflict(path, index + 1);
      setChild(current, name, leaf);
      return;
    }
    const next = existing ?? (isArrayPart(path[index + 1] as string) ? emptyArrayNode() : objectNode());
    if (next.kind !== 'object' && next.kind !== 'array') throw conflict(path, index + 1);
    if (next.kind !== (isArrayPart(path[index + 1] as string) ? 'array' : 'object')) {
      throw conflict(path, index + 1);
    }
    if (!existing) setChild(current, name, next);
    current = next;
  });
}

/** Joins two nodes that meet at the same place when the update is applied. */
export function mergeNodes(a: UpdateNode, b: UpdateNode, path: readonly string[]): UpdateNode {
  if (a.kind === 'object' && b.kind === 'object') {
    const merged = objectNode();
    for (const name of new Set([...a.children.keys(), ...b.children.keys()])) {
      merged.children.set(name, mergeOptional(a.children.get(name), b.children.get(name), [...path, name]));
    }
    if (a.positional || b.positional) {
      merged.positional = mergeOptional(a.positional, b.positional, [...path, '$']);
    }
    return merged;
  }
  if (a.kind === 'array' && b.kind === 'array') {
    const merged = emptyArrayNode();
    for (const name of new Set([...a.children.keys(), ...b.children.keys()])) {
      merged.children.set(
        name,
        mergeOptional(a.children.get(name), b.children.get(name), [...path, `$[${name}]`]),
      );
    }
    return merged;
  }
  throw new MongoServerError(40, `Update created a conflict at '${path.join('.')}'`);
}

/** MongoDB's order of fields: numbers by value, anything else as text. */
export function compareFieldNames(a: string, b: string): number {
  const indexA = numericIndex(a);
  const indexB = numericIndex(b);
  if (indexA >= 0 && indexB >= 0) return indexA - indexB;
  return a < b ? -1 : a > b ? 1 : 0;
}

function mergeOptional(
  a: UpdateNode | undefined,
  b: UpdateNode | undefined,
  path: readonly string[],
): UpdateNode {
  if (a && b) return mergeNodes(a, b, path);
  return (a ?? b) as UpdateNode;
}

function emptyArrayNode(): ArrayNode {
  return { kind: 'array', children: new Map() };
}

function isArrayPart(part: string): boolean {
  return part.startsWith('$[') && part.endsWith(']');
}

/** The name under which a part is kept in a node, or undefined when the node is of another kind. */
function childName(node: ObjectNode | ArrayNode, part: string): string | undefined {
  if (node.kind === 'array') return isArrayPart(part) ? part.slice(2, -1) : undefined;
  return isArrayPart(part) ? undefined : part;
}

function getChild(node: ObjectNode | ArrayNode, name: string): UpdateNode | undefined {
  return node.kind === 'object' && name === '$' ? node.positional : node.children.get(name);
}

function setChild(node: ObjectNode | ArrayNode, name: string, child: UpdateNode): void {
  if (node.kind === 'object' && name === '$') node.positional = child;
  else node.children.set(name, child);
}

function conflict(path: readonly string[], length: number): MongoServerError {
  const text = path.join('.');
  return new MongoServerError(
    40,
    `Updating the path '${text}' would create a conflict at '${path.slice(0, Math.max(1, length)).join('.')}'`,
  );
}

function checkPath(path: readonly string[], filters: ArrayFilters): void {
  const text = path.join('.');
  if (text === '') throw new MongoServerError(56, 'An empty update path is not valid.');
  if (path.includes('')) {
    throw new MongoServerError(
      56,
      `The update path '${text}' contains an empty field name, which is not allowed.`,
    );
  }
  const positional = path.filter((part) => part === '$').length;
  if (positional > 1) throw badValue(`Too many positional (i.e. '$') elements found in path '${text}'`);
  if (path[0] === '$') {
    throw badValue(`Cannot have positional (i.e. '$') element in the first position in path '${text}'`);
  }
  path.forEach((part, index) => {
    if (!isArrayPart(part)) return;
    if (index === 0) {
      throw badValue(
        `Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '${text}'`,
      );
    }
    const identifier = part.slice(2, -1);
    if (identifier !== '' && !filters.has(identifier)) {
      throw badValue(`No array filter found for identifier '${identifier}' in path '${text}'`);
    }
  });
}
