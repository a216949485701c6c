import { Int32 } from 'bson';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { failedToParse, MongoServerError, typeMismatch } from '../errors.ts';
import { numberOf } from './arguments.ts';

/**
 * Checks a command's writeConcern. What a set of one member cannot satisfy is answered after the write, as MongoDB
 * does, in the reply's `writeConcernError`: that is the document returned.
 */
export function checkWriteConcern(concern: BsonValue): BsonDocument | undefined {
  if (concern === undefined) return undefined;
  if (!(concern instanceof Map))
    throw typeMismatch("BSON field 'writeConcern' is the wrong type, expected type 'object'");
  for (const field of concern.keys()) {
    if (!['w', 'j', 'wtimeout', 'fsync', 'provenance', 'wtimeoutMS'].includes(field)) {
      throw failedToParse(`unrecognized write concern field: ${field}`);
    }
  }
  const w = concern.get('w');
  if (typeof w === 'string')
    return w === 'majority'
      ? undefined
      : concernError(79, `No write concern mode named '${w}' found in replica set configuration`);
  const members = numberOf(w);
  if (w !== undefined && members === undefined) {
    throw failedToParse(`w has to be a number, string, or object; found: ${String(w)}`);
  }
  if (members !== undefined && (members < 0 || members > 50)) {
    throw failedToParse(`w has to be a non-negative number and not greater than 50; found: ${members}`);
  }
  return members !== undefined && members > 1
    ? concernError(100, 'Not enough data-bearing nodes')
    : undefined;
}

function concernError(code: number, message: string): BsonDocument {
  const error = new MongoServerError(code, message);
  return new Map<string, BsonValue>([
    ['code', new Int32(code)],
    ['codeName', error.codeName],
    ['errmsg', message],
  ]);
}
