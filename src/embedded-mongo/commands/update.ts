import { Int32 } from 'bson';
import { decodeDocument } from '../bson/decode.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError, typeMismatch } from '../errors.ts';
import {
  checkExactFields,
  collectionName,
  missingField,
  optionalBoolean,
  optionalDocument,
} from './arguments.ts';
import { readableCollection, writableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { maxWriteBatchSize } from './insert.ts';
import { arrayFiltersOf, compileModification, insertByUpsert, modifyRow, rowsToWrite } from './modify.ts';
import { queryContextOf, withCollation } from './query-context.ts';
import { runStatements } from './write-statements.ts';

const statementFields = fieldSet('q', 'u', 'c', 'multi', 'upsert', 'collation', 'arrayFilters', 'hint');

/** `update` */
export const update: CommandDefinition = {
  fields: fieldSet('update', 'updates', 'ordered', 'bypassDocumentValidation', 'let'),
  run(context): EncodableDocument {
    const name = collectionName(context.body, 'update', context.database);
    const statements = statementsOf(context, 'update', 'updates');
    for (const statement of statements) checkStatement(statement);
    const ordered = optionalBoolean(context.body, 'update', 'ordered') ?? true;
    if (statements.some((statement) => statement.get('upsert') === true)) writableCollection(context, name);
    const tally = { matched: 0, modified: 0, upserted: [] as EncodableDocument[] };
    const errors = runStatements(context, statements, ordered, (statement, index) => {
      runUpdate(context, name, statement, index, tally);
    });
    const reply: EncodableDocument = new Map<string, EncodableValue>([
      ['n', new Int32(tally.matched + tally.upserted.length)],
      ['nModified', new Int32(tally.modified)],
    ]);
    if (tally.upserted.length > 0) reply.set('upserted', tally.upserted);
    if (errors.length > 0) reply.set('writeErrors', errors);
    return reply;
  },
};

/** The statements of an update or delete, from the body or beside it. */
export function statementsOf(context: CommandContext, command: string, field: string): BsonDocument[] {
  const beside = context.sequences.get(field);
  const statements =
    beside === undefined ? inBody(context, command, field) : beside.map((raw) => decodeDocument(raw));
  if (statements.length === 0 || statements.length > maxWriteBatchSize) {
    throw new MongoServerError(
      16,
      `Write batch sizes must be between 1 and ${maxWriteBatchSize}. Got ${statements.length} operations.`,
    );
  }
  return statements;
}

function inBody(context: CommandContext, command: string, field: string): BsonDocument[] {
  const given = context.body.get(field);
  if (given === undefined) throw missingField(command, field);
  if (!Array.isArray(given))
    throw typeMismatch(`BSON field '${command}.${field}' is the wrong type, expected type 'array'`);
  return given.map((statement: BsonValue) => {
    if (!(statement instanceof Map)) {
      throw typeMismatch(`BSON field '${command}.${field}.0' is the wrong type, expected type 'object'`);
    }
    return statement;
  });
}

/** What is wrong with the form of any statement ends the command before the first one runs. */
function checkStatement(statement: BsonDocument): void {
  checkExactFields(statement, 'update.updates', statementFields);
  if (optionalDocument(statement, 'update.updates', 'q') === undefined) {
    throw missingField('update.updates', 'q');
  }
  if (!statement.has('u')) throw missingField('update.updates', 'u');
  for (const field of ['multi', 'upsert']) optionalBoolean(statement, 'update.updates', field);
}

function runUpdate(
  context: CommandContext,
  name: string,
  statement: BsonDocument,
  index: number,
  tally: { matched: number; modified: number; upserted: EncodableDocument[] },
): void {
  const filter = optionalDocument(statement, 'update.updates', 'q') ?? new Map();
  const multi = optionalBoolean(statement, 'update.updates', 'multi') === true;
  if (multi && context.body.has('txnNumber') && context.transaction === undefined) {
    throw new MongoServerError(72, 'Cannot use retryable writes with multi=true');
  }
  const compiling = withCollation(
    queryContextOf(context),
    optionalDocument(statement, 'update.updates', 'collation'),
    statement.get('c'),
  );
  const modification = compileModification(
    filter,
    statement.get('u'),
    { hint: statement.get('hint'), multi, arrayFilters: arrayFiltersOf(statement) },
    compiling,
  );
  const collection = readableCollection(context, name);
  const rows = rowsToWrite(context, collection, modification.query);
  let modified = 0;
  for (const row of rows) if (collection && modifyRow(context, collection, row, modification)) modified += 1;
  tally.matched += rows.length;
  tally.modified += modified;
  if (rows.length > 0 || statement.get('upsert') !== true) return;
  const inserted = insertByUpsert(context, writableCollection(context, name), modification);
  tally.upserted.push(
    new Map<string, EncodableValue>([
      ['index', new Int32(index)],
      ['_id', inserted.get('_id')],
    ]),
  );
}
