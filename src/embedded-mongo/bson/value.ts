import type {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';

/**
 * A document as the server holds it in memory: a Map, because field order is part of a BSON document and a
 * plain object would move integer-like names to the front.
 */
export type BsonDocument = Map<string, BsonValue>;

/**
 * Every BSON value, with numbers in the type that was stored: never a bare JavaScript number, since Int32 5,
 * Long 5 and Double 5 compare equal but are not the same value. `undefined` is BSON's deprecated type 6;
 * a missing field is the absence of the key (`map.get` cannot tell them apart, `map.has` can).
 */
export type BsonValue =
  | null
  | undefined
  | boolean
  | string
  | Date
  | Int32
  | Long
  | Double
  | Decimal128
  | ObjectId
  | Binary
  | Timestamp
  | BSONRegExp
  | BSONSymbol
  | Code
  | MinKey
  | MaxKey
  | BsonDocument
  | BsonValue[];
