import type { Collection } from '../storage/collection.ts';
import { openQuery } from './open-query.ts';
import type { Query } from './query.ts';
import type { ExecutionContext, Stage } from './stage.ts';

/** A plan whose results are only counted: it reads no documents where index keys say enough. */
export function countRows(
  context: ExecutionContext,
  collection: Collection | undefined,
  query: Query,
): Stage<unknown> {
  return openQuery(context, collection, query);
}
