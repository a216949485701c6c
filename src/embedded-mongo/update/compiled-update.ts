import type { BsonDocument } from '../bson/value.ts';

/** What an update did to a document: a new one, or the same when nothing changed. */
export interface UpdateResult {
  document: BsonDocument;
  modified: boolean;
}

/** A compiled update. */
export interface CompiledUpdate {
  /**
   * Applies the update; the given document is not changed. `arrayIndex` is what `$` stands for (see
   * `matchedArrayIndex`); `isInsert` says that an upsert is making the document, which `$setOnInsert` waits for.
   */
  apply(document: BsonDocument, arrayIndex?: number, isInsert?: boolean): UpdateResult;
  /** A whole document instead of operators: not allowed for many documents. */
  readonly isReplacement: boolean;
}
