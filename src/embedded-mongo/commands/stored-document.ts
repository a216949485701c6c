import { BSONRegExp, Timestamp } from 'bson';
import { encodeDocument } from '../bson/encode.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';

let stampIncrement = 0;

/** Encodes a new document; an empty top-level timestamp becomes the present time, as on MongoDB. */
export function prepareForStorage(document: BsonDocument): { document: BsonDocument; raw: Buffer } {
  for (const [name, value] of document) {
    if (value instanceof Timestamp && value.isZero() && name !== '_id') {
      stampIncrement += 1;
      document.set(name, new Timestamp({ t: Math.floor(Date.now() / 1000), i: stampIncrement }));
    }
  }
  return { document, raw: Buffer.from(encodeDocument(document)) };
}

/** Throws for what `_id` may not be (53). */
export function checkIdValue(id: BsonValue): void {
  if (Array.isArray(id)) throw invalidId('array');
  if (id instanceof BSONRegExp) throw invalidId('regex');
  if (id === undefined) throw invalidId('undefined');
  if (id instanceof Map) {
    for (const name of id.keys()) {
      if (name.startsWith('$') && !['$ref', '$id', '$db'].includes(name)) {
        throw new MongoServerError(
          52,
          `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
        );
      }
    }
  }
}

function invalidId(type: string): MongoServerError {
  return new MongoServerError(53, `The '_id' value cannot be of type ${type}`);
}
