import { Int32 } from 'bson';
import { type EncodableDocument, type EncodableValue, RawDocument } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { failedToParse } from '../errors.ts';
import { compileQuery } from '../plan/query.ts';
import { compileProjection, type Projection } from '../query/compile-projection.ts';
import type { QueryContext } from '../query/context.ts';
import { deleteRecord } from '../storage/records.ts';
import { collectionName, optionalBoolean, optionalDocument } from './arguments.ts';
import { readableCollection, writableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { arrayFiltersOf, compileModification, insertByUpsert, modifyRow, rowsToWrite } from './modify.ts';
import { queryContextOf } from './query-context.ts';

/** `findAndModify` */
export const findAndModify: CommandDefinition = {
  fields: fieldSet(
    'findAndModify',
    'findandmodify',
    'query',
    'sort',
    'remove',
    'update',
    'new',
    'fields',
    'upsert',
    'bypassDocumentValidation',
    'collation',
    'arrayFilters',
    'hint',
    'let',
  ),
  run(context) {
    const request = parse(context);
    return request.remove ? remove(context, request) : modify(context, request);
  },
};

interface Request {
  collection: string;
  filter: BsonDocument;
  sort: BsonDocument;
  remove: boolean;
  upsert: boolean;
  returnNew: boolean;
  projection: Projection | undefined;
  compiling: QueryContext;
}

function parse(context: CommandContext): Request {
  const { body, name } = context;
  const collection = collectionName(body, name, context.database);
  const filter = optionalDocument(body, name, 'query') ?? new Map();
  const fields = optionalDocument(body, name, 'fields');
  const compiling = queryContextOf(context);
  const request: Request = {
    collection,
    filter,
    sort: optionalDocument(body, name, 'sort') ?? new Map(),
    remove: optionalBoolean(body, name, 'remove') === true,
    upsert: optionalBoolean(body, name, 'upsert') === true,
    returnNew: optionalBoolean(body, name, 'new') === true,
    projection: fields && fields.size > 0 ? compileProjection(fields, { ...compiling, filter }) : undefined,
    compiling,
  };
  checkCombination(request, body.has('update'));
  return request;
}

function checkCombination(request: Request, hasUpdate: boolean): void {
  if (request.remove) {
    if (hasUpdate) throw failedToParse('Cannot specify both an update and remove=true');
    if (request.upsert) throw failedToParse('Cannot specify both upsert=true and remove=true ');
    if (request.returnNew) {
      throw failedToParse(
        "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
      );
    }
  } else if (!hasUpdate) {
    throw failedToParse('Either an update or remove=true must be specified');
  }
}

function remove(context: CommandContext, request: Request): EncodableDocument {
  const collection = readableCollection(context, request.collection);
  const query = compileQuery(
    request.filter,
    { sort: request.sort, hint: context.body.get('hint'), limit: 1 },
    request.compiling,
  );
  const [row] = rowsToWrite(context, collection, query);
  if (row === undefined || collection === undefined) return answer(null, { n: 0 });
  deleteRecord(context.unit, collection, { id: row.id, raw: row.raw });
  return answer(request.projection ? request.projection.apply(row.document) : new RawDocument(row.raw), {
    n: 1,
  });
}

function modify(context: CommandContext, request: Request): EncodableDocument {
  const modification = compileModification(
    request.filter,
    context.body.get('update'),
    { sort: request.sort, hint: context.body.get('hint'), arrayFilters: arrayFiltersOf(context.body) },
    request.compiling,
  );
  const collection = request.upsert
    ? writableCollection(context, request.collection)
    : readableCollection(context, request.collection);
  const [row] = rowsToWrite(context, collection, modification.query);
  const shown = (document: BsonDocument): EncodableDocument =>
    request.projection ? request.projection.apply(document) : document;
  if (row !== undefined && collection !== undefined) {
    const changed = modifyRow(context, collection, row, modification);
    const value = request.returnNew ? (changed ?? row.document) : row.document;
    return answer(shown(value), { n: 1, updatedExisting: true });
  }
  if (!request.upsert || collection === undefined) return answer(null, { n: 0, updatedExisting: false });
  const inserted = insertByUpsert(context, collection, modification);
  return answer(request.returnNew ? shown(inserted) : null, {
    n: 1,
    updatedExisting: false,
    upserted: inserted.get('_id'),
  });
}

function answer(
  value: EncodableValue,
  outcome: { n: number; updatedExisting?: boolean; upserted?: BsonValue },
): EncodableDocument {
  const last: EncodableDocument = new Map<string, EncodableValue>([['n', new Int32(outcome.n)]]);
  if (outcome.updatedExisting !== undefined) last.set('updatedExisting', outcome.updatedExisting);
  if ('upserted' in outcome) last.set('upserted', outcome.upserted);
  return new Map<string, EncodableValue>([
    ['lastErrorObject', last],
    ['value', value],
  ]);
}
