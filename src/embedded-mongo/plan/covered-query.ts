import type { BsonDocument } from '../bson/value.ts';
import type { Collection } from '../storage/collection.ts';
import { IndexDocuments, type WantedFields } from './index-documents.ts';
import { plainRanges } from './key-count.ts';
import { plansFor } from './open-query.ts';
import type { Query } from './query.ts';
import type { ExecutionContext, Stage } from './stage.ts';

/**
 * A query of whose documents only some fields are wanted, answered by the keys of an index that has them all and whose
 * bounds say all that the filter says; undefined where there is none. As with MongoDB, without a filter it takes a hint.
 */
export function openCovered(
  context: ExecutionContext,
  collection: Collection | undefined,
  query: Query,
  wanted: WantedFields,
): Stage<{ document: BsonDocument }> | undefined {
  if (
    collection === undefined ||
    query.sorter ||
    query.natural ||
    query.skip > 0 ||
    query.limit !== undefined
  )
    return undefined;
  for (const { keys } of plansFor(collection, query)) {
    if (keys === undefined || keys.index.isId) continue;
    const paths = new Set(keys.index.definition.fields.map((field) => field.path));
    const ranges = plainRanges(keys.scan);
    if (ranges !== undefined && [...wanted.names].every((name) => paths.has(name)))
      return new IndexDocuments(context, collection, keys.scan, ranges, wanted);
  }
  return undefined;
}
