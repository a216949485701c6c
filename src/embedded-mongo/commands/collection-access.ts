import type { BsonDocument } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import type { Collection } from '../storage/collection.ts';
import { WaitForTransaction, writeConflict } from '../transactions/conflicts.ts';
import { Transaction } from '../transactions/transaction.ts';
import type { CommandContext } from './command.ts';

/**
 * The collection to read, undefined when there is none. Throws SnapshotUnavailable (246) when a transaction's snapshot
 * is older than the collection's indexes are.
 */
export function readableCollection(context: CommandContext, name: string): Collection | undefined {
  const collection = context.engine.catalog.find(context.database, name, context.transaction);
  if (collection !== undefined) checkVisible(context, collection);
  return collection;
}

/** The collection to write to, made when there is none. */
export function writableCollection(context: CommandContext, name: string): Collection {
  return readableCollection(context, name) ?? createCollection(context, name, new Map());
}

/** Makes a collection, within the transaction when there is one. Waits for, or conflicts with, another that is making it. */
export function createCollection(context: CommandContext, name: string, options: BsonDocument): Collection {
  const { engine, database, transaction } = context;
  const other = engine.catalog.pendingOwner(database, name, transaction);
  if (other instanceof Transaction) {
    if (transaction === undefined) throw new WaitForTransaction(other);
    throw writeConflict();
  }
  const created = engine.catalog.create(database, name, options, transaction);
  // Making it has stored the group; what this command writes begins here.
  if (transaction === undefined) engine.savepoint();
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
