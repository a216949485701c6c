import type { BsonDocument } from '../bson/value.ts';

/** What an update did to a document: a new one, or the same when nothing changed. */
export interface UpdateResult {
  document: BsonDocument;
  modified: boolean;
}
