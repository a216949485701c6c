import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { openQuery } from '../plan/open-query.ts';
import { compileQuery } from '../plan/query.ts';
import type { Row } from '../plan/row.ts';
import { type Collection, type IndexState, isMultikey } from '../storage/collection.ts';
import { deleteRecord } from '../storage/records.ts';
import { WaitForTransaction } from '../transactions/conflicts.ts';
import type { Engine } from './engine.ts';

/** An index's documents are removed so many at a time, and in so many rounds before the next index has its turn. */
const perRound = 1000;
const rounds = 50;

/**
 * Removes documents that TTL indexes say have expired: their date, or the earliest of an array's, is more than
 * `expireAfterSeconds` ago. Those that an open transaction holds are left for the next time.
 */
export function removeExpired(engine: Engine, now: Date): void {
  engine.metrics.expiry.passes += 1;
  for (const collection of engine.catalog.all()) {
    for (const index of collection.indexes) {
      const { expireAfterSeconds } = index.definition;
      if (expireAfterSeconds === undefined) continue;
      const before = new Date(now.getTime() - expireAfterSeconds * 1000);
      for (let round = 0; round < rounds; round++) {
        if (removeOlder(engine, collection, index, before) < perRound) break;
      }
    }
  }
}

/** Answers with how many it removed. */
function removeOlder(engine: Engine, collection: Collection, index: IndexState, before: Date): number {
  const { fields, partialFilter, name, hidden } = index.definition;
  const path = fields[0]?.path as string;
  const older: BsonDocument = new Map([[path, new Map<string, BsonValue>([['$lte', before]])]]);
  const filter: BsonDocument = partialFilter ? new Map([['$and', [older, partialFilter]]]) : older;
  // A hidden index cannot be hinted at; its documents expire all the same.
  const hint = isMultikey(index) || hidden ? undefined : name;
  const query = compileQuery(filter, { hint, limit: perRound }, {});
  const found = openQuery(
    { reader: engine.store.live, deadline: undefined, budget: undefined },
    collection,
    query,
  );
  const expired: Row[] = [];
  for (let row = found.next(); row !== undefined; row = found.next()) expired.push(row);
  found.close();
  const removed = expired.filter((row) => remove(engine, collection, row)).length;
  engine.metrics.expiry.deletedDocuments += removed;
  return removed;
}

function remove(engine: Engine, collection: Collection, row: Row): boolean {
  const unit = engine.beginPlain();
  try {
    deleteRecord(unit, collection, row);
    engine.keepPlain(unit);
    return true;
  } catch (error) {
    engine.undoPlain();
    if (error instanceof WaitForTransaction) return false;
    throw error;
  }
}
