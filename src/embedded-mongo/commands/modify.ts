import { ObjectId } from 'bson';
import { encodeDocument } from '../bson/encode.ts';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { type UpdateDescriber, updateDescriber } from '../changes/update-description.ts';
import { MongoServerError, typeMismatch } from '../errors.ts';
import { openQuery } from '../plan/open-query.ts';
import { compileQuery, type Query } from '../plan/query.ts';
import type { Row } from '../plan/row.ts';
import type { QueryContext } from '../query/context.ts';
import { matchedArrayIndex } from '../query/positional.ts';
import type { Collection } from '../storage/collection.ts';
import { insertRecord, updateRecord } from '../storage/records.ts';
import { type CompiledUpdate, compileUpdate } from '../update/compile-update.ts';
import { upsertDocument } from '../update/upsert-document.ts';
import type { CommandContext } from './command.ts';
import { executionContextOf } from './query-context.ts';
import { checkIdValue, prepareForStorage } from './stored-document.ts';

/** One update, compiled: of an update command's statement, or a findAndModify. */
export interface Modification {
  query: Query;
  update: CompiledUpdate;
  /** Tells change streams what the update did. */
  describe: UpdateDescriber;
}

/** Compiles the pieces of an update. Throws for mistakes in any of them. */
export function compileModification(
  filter: BsonDocument,
  update: BsonValue,
  options: { sort?: BsonDocument; hint?: BsonValue; multi?: boolean; arrayFilters?: BsonValue[] | undefined },
  context: QueryContext,
): Modification {
  if (!(update instanceof Map) && !Array.isArray(update)) {
    throw new MongoServerError(
      9,
      `Update argument must be either an object or an array, found ${typeNameOf(update)}`,
    );
  }
  const compiled = compileUpdate(update, {
    ...context,
    arrayFilters: options.arrayFilters,
    multi: options.multi,
  });
  const query = compileQuery(
    filter,
    {
      ...(options.sort ? { sort: options.sort } : {}),
      hint: options.hint,
      ...(options.multi ? {} : { limit: 1 }),
    },
    context,
  );
  return { query, update: compiled, describe: updateDescriber(update) };
}

/** The rows a write is about, all found before the first is changed, so that none is met twice. */
export function rowsToWrite(
  context: CommandContext,
  collection: Collection | undefined,
  query: Query,
): Row[] {
  const stage = openQuery(executionContextOf(context), collection, query);
  const rows: Row[] = [];
  for (let row = stage.next(); row !== undefined; row = stage.next()) rows.push(row);
  stage.close();
  return rows;
}

/** Applies an update to a stored document; the document as it is afterwards, undefined when nothing changed. */
export function modifyRow(
  context: CommandContext,
  collection: Collection,
  row: Row,
  { query, update, describe }: Modification,
): BsonDocument | undefined {
  const before = row.document;
  const { document, modified } = update.apply(before, matchedArrayIndex(query.matches, before));
  if (!modified) return undefined;
  const raw = asBuffer(encodeDocument(document));
  const description = describe(before, document);
  updateRecord(context.unit, collection, { id: row.id, raw: row.raw }, before, document, raw, description);
  return document;
}

/** Inserts what an update makes when nothing matched. */
export function insertByUpsert(
  context: CommandContext,
  collection: Collection,
  { query, update }: Modification,
): BsonDocument {
  let made = upsertDocument(query.filter, update);
  const id = made.get('_id');
  if (!made.has('_id')) made = new Map<string, BsonValue>([['_id', new ObjectId()], ...made]);
  else checkIdValue(id);
  const { document, raw } = prepareForStorage(made);
  insertRecord(context.unit, collection, document, raw);
  return document;
}

/** A view of encoded bytes as the Buffer that storage takes, without copying them. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A statement's `arrayFilters`. */
export function arrayFiltersOf(document: BsonDocument): BsonValue[] | undefined {
  const filters = document.get('arrayFilters');
  if (filters === undefined) return undefined;
  if (!Array.isArray(filters))
    throw typeMismatch("BSON field 'arrayFilters' is the wrong type, expected type 'array'");
  return filters;
}
