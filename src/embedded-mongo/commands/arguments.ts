import { Decimal128, Double, Int32, Long } from 'bson';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError, typeMismatch } from '../errors.ts';

/** Fields that any command may carry. */
const genericFields = new Set([
  '$db',
  'lsid',
  '$clusterTime',
  '$readPreference',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'readConcern',
  'writeConcern',
  'comment',
  'maxTimeMS',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  '$client',
  'stmtId',
  'stmtIds',
]);

/** Throws 40415 for a field that neither every command nor this one has. */
export function checkFields(body: BsonDocument, command: string, allowed: ReadonlySet<string>): void {
  for (const field of body.keys()) {
    if (!allowed.has(field) && !genericFields.has(field)) throw unknownField(command, field);
  }
}

/** The same for a document inside a command, such as one entry of `updates`. */
export function checkExactFields(document: BsonDocument, owner: string, allowed: ReadonlySet<string>): void {
  for (const field of document.keys()) if (!allowed.has(field)) throw unknownField(owner, field);
}

export function unknownField(owner: string, field: string): MongoServerError {
  return new MongoServerError(40415, `BSON field '${owner}.${field}' is an unknown field.`);
}

export function missingField(owner: string, field: string): MongoServerError {
  return new MongoServerError(40414, `BSON field '${owner}.${field}' is missing but a required field`);
}

function wrongType(owner: string, field: string, value: BsonValue, expected: string): MongoServerError {
  return typeMismatch(
    `BSON field '${owner}.${field}' is the wrong type '${typeNameOf(value)}', expected type '${expected}'`,
  );
}

/** The value of a number of any BSON type, or undefined for anything else. */
export function numberOf(value: BsonValue): number | undefined {
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Decimal128) return Number(value.toString());
  return undefined;
}

export function optionalNumber(body: BsonDocument, owner: string, field: string): number | undefined {
  const value = body.get(field);
  if (value === undefined || value === null) return undefined;
  const number = numberOf(value);
  if (number === undefined) {
    throw typeMismatch(
      `BSON field '${owner}.${field}' is the wrong type '${typeNameOf(value)}', expected types '[long, int, decimal, double]'`,
    );
  }
  return number;
}

/** A whole number ≥ 0 (fractions are cut off). Throws 51024 for a negative one. */
export function optionalCount(body: BsonDocument, owner: string, field: string): number | undefined {
  const number = optionalNumber(body, owner, field);
  if (number === undefined) return undefined;
  if (number < 0) {
    throw new MongoServerError(
      51024,
      `BSON field '${field}' value must be >= 0, actual value '${Math.trunc(number)}'`,
    );
  }
  return Math.trunc(number);
}

/** A boolean; numbers count as MongoDB's "safe bool" does, when `lenient`. */
export function optionalBoolean(body: BsonDocument, owner: string, field: string): boolean | undefined {
  const value = body.get(field);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  const number = numberOf(value);
  if (number === undefined) {
    throw typeMismatch(
      `BSON field '${owner}.${field}' is the wrong type '${typeNameOf(value)}', expected types '[bool, long, int, decimal, double]'`,
    );
  }
  return number !== 0;
}

export function optionalDocument(body: BsonDocument, owner: string, field: string): BsonDocument | undefined {
  const value = body.get(field);
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof Map)) throw wrongType(owner, field, value, 'object');
  return value;
}

export function optionalArray(body: BsonDocument, owner: string, field: string): BsonValue[] | undefined {
  const value = body.get(field);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(owner, field, value, 'array');
  return value;
}

export function optionalString(body: BsonDocument, owner: string, field: string): string | undefined {
  const value = body.get(field);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(owner, field, value, 'string');
  return value;
}

/** The collection a command names in its first field. */
export function collectionName(body: BsonDocument, command: string, database: string): string {
  const value = body.get(command);
  if (typeof value !== 'string') {
    if (value === undefined) throw missingField(command, command);
    throw badValue(`collection name has invalid type ${typeNameOf(value)}`);
  }
  if (value === '' || value.includes('\0')) {
    throw new MongoServerError(73, `Invalid namespace specified '${database}.${value}'`);
  }
  return value;
}
