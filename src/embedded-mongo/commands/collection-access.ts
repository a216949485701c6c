import { MongoServerError } from '../errors.ts';
import type { Collection } from '../storage/collection.ts';
import type { CommandContext } from './command.ts';

/**
 * The collection to read, undefined when there is none. Throws SnapshotUnavailable (246) when a transaction's snapshot
 * is older than the collection's indexes are.
 */
export function readableCollection(context: CommandContext, name: string): Collection | undefined {
  const collection = context.engine.catalog.find(context.database, name);
  if (collection !== undefined) checkVisible(context, collection);
  return collection;
}

/** The collection to write to, made when there is none (at once, not as part of a transaction). */
export function writableCollection(context: CommandContext, name: string): Collection {
  const found = readableCollection(context, name);
  if (found !== undefined) return found;
  const created = context.engine.catalog.create(context.database, name, new Map());
  // Making it has stored the group; what this command writes begins here.
  if (context.transaction === undefined) context.engine.store.group.savepoint();
  return created;
}

function checkVisible(context: CommandContext, collection: Collection): void {
  const { transaction } = context;
  if (transaction === undefined || collection.visibleFrom <= transaction.sequence) return;
  throw new MongoServerError(
    246,
    `Unable to read from a snapshot due to pending collection catalog changes to collection '${collection.namespace}'; please retry the operation.`,
    { labels: ['TransientTransactionError'] },
  );
}
