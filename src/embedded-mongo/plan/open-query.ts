import type { Collection } from '../storage/collection.ts';
import { CollectionScan } from './collection-scan.ts';
import { IdLookup } from './id-lookup.ts';
import type { Query } from './query.ts';
import type { Row } from './row.ts';
import { EmptyResult, Limit, Skip, Sort } from './row-stages.ts';
import type { ExecutionContext, Stage } from './stage.ts';

/** The best plan for a query, ready to be pulled. */
export function openQuery(
  context: ExecutionContext,
  collection: Collection | undefined,
  query: Query,
): Stage<Row> {
  if (collection === undefined) return new EmptyResult();
  const id = query.filter.get('_id');
  if (
    query.filter.size === 1 &&
    id !== undefined &&
    id !== null &&
    !(id instanceof Map) &&
    !Array.isArray(id)
  ) {
    return new IdLookup(context, collection, id);
  }
  let stage: Stage<Row> = new CollectionScan(
    context,
    collection,
    query.filter.size ? query.matches : undefined,
    query.filter,
    query.natural === -1,
  );
  if (query.sorter)
    stage = new Sort(
      context,
      stage,
      query.sort,
      query.sorter,
      query.limit === undefined ? undefined : query.limit + query.skip,
    );
  if (query.skip > 0) stage = new Skip(stage, query.skip);
  if (query.limit !== undefined) stage = new Limit(stage, query.limit);
  return stage;
}
