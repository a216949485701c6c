import { Int32 } from 'bson';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument } from '../bson/value.ts';
import { failedToParse, MongoServerError } from '../errors.ts';
import { compileQuery } from '../plan/query.ts';
import { deleteRecord } from '../storage/records.ts';
import {
  checkExactFields,
  collectionName,
  missingField,
  optionalBoolean,
  optionalDocument,
  optionalNumber,
} from './arguments.ts';
import { readableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { rowsToWrite } from './modify.ts';
import { queryContextOf, withCollation } from './query-context.ts';
import { statementsOf } from './update.ts';
import { runStatements } from './write-statements.ts';

const statementFields = fieldSet('q', 'limit', 'collation', 'hint');

/** `delete` */
export const deleteDocuments: CommandDefinition = {
  fields: fieldSet('delete', 'deletes', 'ordered', 'let'),
  run(context): EncodableDocument {
    const name = collectionName(context.body, 'delete', context.database);
    const statements = statementsOf(context, 'delete', 'deletes').map(parseStatement);
    const ordered = optionalBoolean(context.body, 'delete', 'ordered') ?? true;
    let deleted = 0;
    const errors = runStatements(context, statements, ordered, (statement) => {
      deleted += runDelete(context, name, statement);
    });
    const reply: EncodableDocument = new Map<string, EncodableValue>([['n', new Int32(deleted)]]);
    if (errors.length > 0) reply.set('writeErrors', errors);
    return reply;
  },
};

interface DeleteStatement {
  filter: BsonDocument;
  limit: 0 | 1;
  given: BsonDocument;
}

/** What is wrong with the form of any statement ends the command before the first one runs. */
function parseStatement(given: BsonDocument): DeleteStatement {
  checkExactFields(given, 'delete.deletes', statementFields);
  const filter = optionalDocument(given, 'delete.deletes', 'q');
  if (filter === undefined) throw missingField('delete.deletes', 'q');
  const limit = optionalNumber(given, 'delete.deletes', 'limit');
  if (limit === undefined) throw missingField('delete.deletes', 'limit');
  if (limit !== 0 && limit !== 1) {
    throw failedToParse(`The limit field in delete objects must be 0 or 1. Got ${limit}`);
  }
  return { filter, limit, given };
}

function runDelete(context: CommandContext, name: string, statement: DeleteStatement): number {
  const { filter, limit, given } = statement;
  if (limit === 0 && context.body.has('txnNumber') && context.transaction === undefined) {
    throw new MongoServerError(72, 'Cannot use retryable writes with limit=0');
  }
  const compiling = withCollation(
    queryContextOf(context),
    optionalDocument(given, 'delete.deletes', 'collation'),
  );
  const query = compileQuery(
    filter,
    { hint: given.get('hint'), ...(limit === 1 ? { limit: 1 } : {}) },
    compiling,
  );
  const collection = readableCollection(context, name);
  const rows = rowsToWrite(context, collection, query);
  if (collection === undefined) return 0;
  for (const row of rows) deleteRecord(context.unit, collection, { id: row.id, raw: row.raw });
  return rows.length;
}
