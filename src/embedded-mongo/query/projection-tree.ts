import type { Expression } from '../aggregate/expressions/expression.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';

/** What a projection does with one field: keep it, drop it, compute it, or go into it. */
export type ProjectionField = 'include' | 'exclude' | Expression | ProjectionNode;

/** One level of a projection. */
export class ProjectionNode {
  readonly fields = new Map<string, ProjectionField>();
  /** Whether anything at or below this level is computed. */
  hasComputed = false;

  child(name: string): ProjectionNode | undefined {
    const field = this.fields.get(name);
    return field instanceof ProjectionNode ? field : undefined;
  }
}

/**
 * Keeps what the tree includes, in the document's order, then adds what it computes, in the specification's.
 * Arrays are projected element by element; other values under an inner level are left out.
 */
export function applyInclusion(node: ProjectionNode, document: BsonDocument): BsonDocument {
  const result = includeFields(node, document);
  if (node.hasComputed) addComputed(node, document, result);
  return result;
}

/** Drops what the tree excludes; computed fields replace the document's in their place. */
export function applyExclusion(node: ProjectionNode, document: BsonDocument): BsonDocument {
  const result = excludeFields(node, document);
  if (node.hasComputed) addComputed(node, document, result);
  return result;
}

/** Keeps every field and sets the computed ones: existing ones in their place, new ones at the end. */
export function applyAddition(node: ProjectionNode, document: BsonDocument): BsonDocument {
  const result = new Map(document);
  addComputed(node, document, result);
  return result;
}

function includeFields(node: ProjectionNode, document: BsonDocument): BsonDocument {
  const result: BsonDocument = new Map();
  for (const [name, value] of document) {
    const field = node.fields.get(name);
    if (field === 'include') result.set(name, value);
    else if (field instanceof ProjectionNode) {
      if (value instanceof Map) result.set(name, includeFields(field, value));
      else if (Array.isArray(value)) result.set(name, includeInArray(field, value));
      // What is computed takes the place of the value.
      else if (field.hasComputed) result.set(name, undefined);
    }
  }
  return result;
}

function includeInArray(node: ProjectionNode, array: BsonValue[]): BsonValue[] {
  const result: BsonValue[] = [];
  for (const element of array) {
    if (element instanceof Map) result.push(includeFields(node, element));
    else if (Array.isArray(element)) result.push(includeInArray(node, element));
    else if (node.hasComputed) result.push(undefined);
  }
  return result;
}

function excludeFields(node: ProjectionNode, document: BsonDocument): BsonDocument {
  const result: BsonDocument = new Map();
  for (const [name, value] of document) {
    const field = node.fields.get(name);
    if (field === 'exclude') continue;
    result.set(name, field instanceof ProjectionNode ? excludeInValue(field, value) : value);
  }
  return result;
}

function excludeInValue(node: ProjectionNode, value: BsonValue): BsonValue {
  if (value instanceof Map) return excludeFields(node, value);
  if (Array.isArray(value)) return value.map((element) => excludeInValue(node, element));
  return value;
}

function addComputed(node: ProjectionNode, root: BsonDocument, result: BsonDocument): void {
  for (const [name, field] of node.fields) {
    if (typeof field === 'function') {
      const value = field(root);
      if (value === undefined) result.delete(name);
      else result.set(name, value);
    } else if (field instanceof ProjectionNode && field.hasComputed) {
      result.set(name, computedInValue(field, root, result.get(name)));
    }
  }
}

function computedInValue(node: ProjectionNode, root: BsonDocument, value: BsonValue): BsonValue {
  if (Array.isArray(value)) return value.map((element) => computedInValue(node, root, element));
  const result: BsonDocument = value instanceof Map ? new Map(value) : new Map();
  addComputed(node, root, result);
  return result;
}
