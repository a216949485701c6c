import { RawDocument } from '../bson/raw-document.ts';
import type { BsonDocument } from '../bson/value.ts';
import { badValue, MongoServerError, notImplemented } from '../errors.ts';
import { openQuery } from '../plan/open-query.ts';
import { compileQuery, type Query } from '../plan/query.ts';
import type { Row } from '../plan/row.ts';
import type { Stage } from '../plan/stage.ts';
import { compileProjection, type Projection } from '../query/compile-projection.ts';
import type { ResultSource } from '../transactions/cursor-registry.ts';
import { collectionName, optionalBoolean, optionalCount, optionalDocument } from './arguments.ts';
import { readableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { openCursor } from './cursor-reply.ts';
import { executionContextOf, queryContextOf } from './query-context.ts';

/** `find` */
export const find: CommandDefinition = {
  fields: fieldSet(
    'find',
    'filter',
    'sort',
    'projection',
    'hint',
    'skip',
    'limit',
    'batchSize',
    'singleBatch',
    'max',
    'min',
    'returnKey',
    'showRecordId',
    'tailable',
    'oplogReplay',
    'noCursorTimeout',
    'awaitData',
    'allowPartialResults',
    'collation',
    'allowDiskUse',
    'let',
  ),
  run(context) {
    const name = collectionName(context.body, 'find', context.database);
    const { query, projection, batchSize, singleBatch } = parseFind(context, context.body);
    const rows = openQuery(executionContextOf(context), readableCollection(context, name), query);
    return openCursor(context, projected(rows, projection), {
      namespace: `${context.database}.${name}`,
      batchSize,
      singleBatch,
      keepForever: optionalBoolean(context.body, 'find', 'noCursorTimeout') === true,
    });
  },
};

/** A find command's parts, compiled. */
export interface ParsedFind {
  query: Query;
  projection: Projection | undefined;
  batchSize: number | undefined;
  singleBatch: boolean;
}

export function parseFind(context: CommandContext, body: BsonDocument): ParsedFind {
  refuseUnsupported(body);
  const compiling = queryContextOf(context);
  const filter = optionalDocument(body, 'find', 'filter') ?? new Map();
  const projection = optionalDocument(body, 'find', 'projection');
  const limit = optionalCount(body, 'find', 'limit');
  const query = compileQuery(
    filter,
    {
      sort: optionalDocument(body, 'find', 'sort') ?? new Map(),
      skip: optionalCount(body, 'find', 'skip') ?? 0,
      limit: limit === 0 ? undefined : limit,
      hint: body.get('hint'),
    },
    compiling,
  );
  return {
    query,
    projection:
      projection === undefined || projection.size === 0
        ? undefined
        : compileProjection(projection, { ...compiling, filter }),
    batchSize: optionalCount(body, 'find', 'batchSize'),
    singleBatch: optionalBoolean(body, 'find', 'singleBatch') === true,
  };
}

/** Rows as a reply shows them; without a projection their stored bytes. */
export function projected(rows: Stage<Row>, projection: Projection | undefined): ResultSource {
  return {
    next: () => {
      const row = rows.next();
      if (row === undefined) return undefined;
      return projection === undefined ? new RawDocument(row.raw) : projection.apply(row.document);
    },
    close: () => rows.close(),
  };
}

function refuseUnsupported(body: BsonDocument): void {
  for (const option of ['min', 'max'] as const) {
    const value = body.get(option);
    if (value instanceof Map && value.size > 0) throw notImplemented(`The find option '${option}'`);
  }
  for (const option of ['returnKey', 'showRecordId', 'tailable', 'oplogReplay'] as const) {
    if (optionalBoolean(body, 'find', option) !== true) continue;
    if (option === 'tailable')
      throw badValue('error processing query: tailable cursor requested on non capped collection');
    throw notImplemented(`The find option '${option}'`);
  }
  if (optionalBoolean(body, 'find', 'awaitData') === true) {
    throw new MongoServerError(9, "Cannot set 'awaitData' without also setting 'tailable'");
  }
}
