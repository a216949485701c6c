import type { Collation } from '../bson/collation.ts';
import { elementToText } from '../bson/to-text.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { QueryContext } from '../query/context.ts';

/** Answered by an operator that leaves the value as it is. */
export const unchanged: unique symbol = Symbol('unchanged');

/** Answered by an operator that takes the field away. */
export const removed: unique symbol = Symbol('removed');

/** Where an operator is being applied, for its messages. */
export interface Site {
  /** The whole document, as updated so far. */
  readonly document: BsonDocument;
  /** The path with positions in place of `$` and `$[...]`. */
  readonly path: readonly string[];
  readonly collation: Collation | undefined;
}

/** An update operator with its operand, applied to one field. */
export interface LeafOperator {
  readonly name: string;
  /** `$setOnInsert`: only when an upsert inserts. */
  readonly insertOnly?: boolean;
  /** `$unset`: a path that could not be made is no error. */
  readonly allowNonViablePath?: boolean;
  /** The new value of a field that exists. */
  update(value: BsonValue, site: Site): BsonValue | typeof unchanged | typeof removed;
  /** The value of a field that does not exist; operators without it leave it so. */
  create?(site: Site): BsonValue;
}

/** Compiles one operator's operand for one field; `field` is the path as written. */
export type LeafCompiler = (operand: BsonValue, field: string, context: QueryContext) => LeafOperator;

/** The document's `_id` as messages have it: `_id: 1`, or nothing. */
export function idText(document: BsonDocument): string {
  return document.has('_id') ? elementToText('_id', document.get('_id')) : 'no id';
}
