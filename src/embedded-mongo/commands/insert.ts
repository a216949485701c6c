import { Int32, ObjectId, Timestamp } from 'bson';
import { decodeDocument } from '../bson/decode.ts';
import { encodeDocument } from '../bson/encode.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError, typeMismatch } from '../errors.ts';
import { insertRecord, maxDocumentBytes } from '../storage/records.ts';
import { collectionName, missingField, optionalBoolean } from './arguments.ts';
import { writableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { checkIdValue, prepareForStorage } from './stored-document.ts';
import { runStatements } from './write-statements.ts';

/** The most statements in one insert, update or delete. */
export const maxWriteBatchSize = 100_000;

/** `insert` */
export const insert: CommandDefinition = {
  fields: fieldSet('insert', 'documents', 'ordered', 'bypassDocumentValidation'),
  run(context): EncodableDocument {
    const name = collectionName(context.body, 'insert', context.database);
    const documents = rawDocuments(context);
    if (documents.length === 0 || documents.length > maxWriteBatchSize) {
      throw new MongoServerError(
        16,
        `Write batch sizes must be between 1 and ${maxWriteBatchSize}. Got ${documents.length} operations.`,
      );
    }
    const collection = writableCollection(context, name);
    const ordered = optionalBoolean(context.body, 'insert', 'ordered') ?? true;
    let inserted = 0;
    const errors = runStatements(context, documents, ordered, (bytes) => {
      const { document, raw } = withId(bytes);
      if (raw.length > maxDocumentBytes) {
        throw badValue(
          `object to insert too large. size in bytes: ${raw.length}, max size: ${maxDocumentBytes}`,
        );
      }
      insertRecord(context.unit, collection, document, raw);
      inserted += 1;
    });
    const reply: EncodableDocument = new Map<string, EncodableValue>([['n', new Int32(inserted)]]);
    if (errors.length > 0) reply.set('writeErrors', errors);
    return reply;
  },
};

function rawDocuments(context: CommandContext): Buffer[] {
  const beside = context.sequences.get('documents');
  if (beside !== undefined) return beside;
  const given = context.body.get('documents');
  if (given === undefined) throw missingField('insert', 'documents');
  if (!Array.isArray(given))
    throw typeMismatch("BSON field 'insert.documents' is the wrong type, expected type 'array'");
  return given.map((document: BsonValue) => {
    if (!(document instanceof Map)) throw badValue('insert.documents holds something that is no document');
    return Buffer.from(encodeDocument(document));
  });
}

/** The document as it is stored: `_id` first, made when it is missing, and a null timestamp filled in. */
function withId(bytes: Buffer): { document: BsonDocument; raw: Buffer } {
  const document = decodeDocument(bytes);
  const id = document.get('_id');
  const first = document.keys().next().value;
  if (id !== undefined) checkIdValue(id);
  if (first === '_id' && !needsStamp(document)) return { document, raw: bytes };
  const ordered: BsonDocument = new Map<string, BsonValue>([
    ['_id', document.has('_id') ? id : new ObjectId()],
  ]);
  for (const [name, value] of document) if (name !== '_id') ordered.set(name, value);
  return prepareForStorage(ordered);
}

function needsStamp(document: BsonDocument): boolean {
  for (const value of document.values()) if (value instanceof Timestamp && value.isZero()) return true;
  return false;
}
