import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { openQuery } from '../plan/open-query.ts';
import { compileQuery } from '../plan/query.ts';
import { type Collection, type IndexState, isMultikey } from '../storage/collection.ts';
import { deleteRecord } from '../storage/records.ts';
import { WaitForTransaction } from '../transactions/conflicts.ts';
import type { Engine } from './engine.ts';

/** As many documents of one index are removed in one go; the rest wait for the next. */
const perRound = 1000;

/**
 * Removes documents that TTL indexes say have expired: their date, or the earliest of an array's, is more than
 * `expireAfterSeconds` ago. Those that an open transaction holds are left for the next time.
 */
export function removeExpired(engine: Engine, now: Date): void {
  for (const collection of engine.catalog.all()) {
    for (const index of collection.indexes) {
      const { expireAfterSeconds } = index.definition;
      if (expireAfterSeconds === undefined) continue;
      const before = new Date(now.getTime() - expireAfterSeconds * 1000);
      removeOlder(engine, collection, index, before);
    }
  }
}

function removeOlder(engine: Engine, collection: Collection, index: IndexState, before: Date): void {
  const { fields, partialFilter, name } = index.definition;
  const path = fields[0]?.path as string;
  const older: BsonDocument = new Map([[path, new Map<string, BsonValue>([['$lte', before]])]]);
  const filter: BsonDocument = partialFilter ? new Map([['$and', [older, partialFilter]]]) : older;
  const query = compileQuery(filter, { hint: isMultikey(index) ? undefined : name, limit: perRound }, {});
  const unit = engine.beginPlain();
  try {
    const rows = openQuery(
      { reader: engine.store.live, deadline: undefined, budget: undefined },
      collection,
      query,
    );
    for (let row = rows.next(); row !== undefined; row = rows.next()) deleteRecord(unit, collection, row);
    rows.close();
    engine.keepPlain(unit);
  } catch (error) {
    engine.undoPlain();
    if (!(error instanceof WaitForTransaction)) throw error;
  }
}
