import { Int32, Long } from 'bson';
import type { BsonDocument } from '../bson/value.ts';
import { badValue } from '../errors.ts';
import { countRows } from '../plan/count-rows.ts';
import { compileQuery, type Query } from '../plan/query.ts';
import { collectionName, optionalDocument, optionalNumber } from './arguments.ts';
import { readableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { executionContextOf, queryContextOf } from './query-context.ts';

/** `count` */
export const count: CommandDefinition = {
  fields: fieldSet('count', 'query', 'limit', 'skip', 'hint', 'collation', 'fields'),
  run(context) {
    const collection = readableCollection(context, collectionName(context.body, 'count', context.database));
    const query = parseCount(context, context.body);
    if (collection !== undefined && query.filter.size === 0 && context.transaction === undefined) {
      const pending = context.unit.counts.get(collection) ?? 0;
      return counted(
        Math.min(
          Math.max(0, collection.count + pending - query.skip),
          query.limit ?? Number.POSITIVE_INFINITY,
        ),
      );
    }
    const stage = countRows(executionContextOf(context), collection, query);
    let total = 0;
    while (stage.next() !== undefined) total += 1;
    stage.close();
    return counted(total);
  },
};

/** A count command's parts, compiled. A negative limit means its absolute value. */
export function parseCount(context: CommandContext, body: BsonDocument): Query {
  const limit = Math.trunc(Math.abs(optionalNumber(body, 'count', 'limit') ?? 0));
  const skip = Math.trunc(optionalNumber(body, 'count', 'skip') ?? 0);
  if (skip < 0) throw badValue(`Skip value must be non-negative, but received: ${skip}`);
  return compileQuery(
    optionalDocument(body, 'count', 'query') ?? new Map(),
    { skip, hint: body.get('hint'), ...(limit > 0 ? { limit } : {}) },
    queryContextOf(context),
  );
}

function counted(total: number): BsonDocument {
  return new Map([['n', total <= 0x7fffffff ? new Int32(total) : Long.fromNumber(total)]]);
}
