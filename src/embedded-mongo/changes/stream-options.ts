import { Timestamp } from 'bson';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError, notImplemented, typeMismatch } from '../errors.ts';
import { parseToken, type ResumeToken } from './resume-token.ts';
import type { Watched } from './watched.ts';

/** A checked `$changeStream` specification. */
export interface StreamOptions {
  watched: Watched;
  fullDocument: (typeof fullDocumentModes)[number];
  fullDocumentBeforeChange: (typeof beforeModes)[number];
  /** Where to begin; now, when it is absent. */
  from: ResumeToken | undefined;
}

const fullDocumentModes = ['default', 'updateLookup', 'whenAvailable', 'required'] as const;
const beforeModes = ['off', 'whenAvailable', 'required'] as const;

const fields = new Set([
  'fullDocument',
  'fullDocumentBeforeChange',
  'resumeAfter',
  'startAfter',
  'startAtOperationTime',
  'allChangesForCluster',
]);

/** What MongoDB has and this server has not: refused when switched on. */
const refusedFields = new Set([
  'showExpandedEvents',
  'showMigrationEvents',
  'showSystemEvents',
  'showRawUpdateDescription',
  'allowToRunOnConfigDB',
  'allowToRunOnSystemNS',
]);

/** Checks what `$changeStream` was given. `collection` is absent when the aggregation is on the database. */
export function parseStreamOptions(
  spec: BsonValue,
  database: string,
  collection: string | undefined,
): StreamOptions {
  if (!(spec instanceof Map)) {
    throw new MongoServerError(50808, '$changeStream stage expects a document as argument');
  }
  for (const [name, value] of spec) {
    if (refusedFields.has(name)) {
      if (value !== false) throw notImplemented(`The $changeStream option '${name}'`);
    } else if (!fields.has(name)) {
      throw new MongoServerError(40415, `BSON field '$changeStream.${name}' is an unknown field.`);
    }
  }
  return {
    watched: watchedBy(spec, database, collection),
    fullDocument: mode(spec, 'fullDocument', fullDocumentModes) ?? 'default',
    fullDocumentBeforeChange: mode(spec, 'fullDocumentBeforeChange', beforeModes) ?? 'off',
    from: beginning(spec),
  };
}

function watchedBy(spec: BsonDocument, database: string, collection: string | undefined): Watched {
  const namespace = `${database}.${collection ?? '$cmd.aggregate'}`;
  const all = spec.get('allChangesForCluster');
  if (all !== undefined && typeof all !== 'boolean') throw wrongType('allChangesForCluster', all, 'bool');
  if (all === true) {
    if (database === 'admin' && collection === undefined) return { kind: 'cluster' };
    throw new MongoServerError(
      72,
      `A $changeStream with 'allChangesForCluster:true' may only be opened on the 'admin' database, and with no collection name; found ${namespace}`,
    );
  }
  if (database === 'admin' || database === 'config' || database === 'local') {
    throw new MongoServerError(73, `$changeStream may not be opened on the internal ${database} database`);
  }
  if (collection?.startsWith('system.')) {
    throw new MongoServerError(73, `$changeStream may not be opened on the internal ${namespace} collection`);
  }
  return collection === undefined
    ? { kind: 'database', database }
    : { kind: 'collection', database, collection };
}

function mode<T extends string>(spec: BsonDocument, field: string, modes: readonly T[]): T | undefined {
  const value = spec.get(field);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw wrongType(field, value, 'string');
  const found = modes.find((known) => known === value);
  if (found === undefined) {
    throw badValue(`Enumeration value '${value}' for field '$changeStream.${field}' is not a valid value.`);
  }
  return found;
}

function beginning(spec: BsonDocument): ResumeToken | undefined {
  const resumeAfter = tokenIn(spec, 'resumeAfter');
  const startAfter = tokenIn(spec, 'startAfter');
  const time = spec.get('startAtOperationTime');
  if (time !== undefined && !(time instanceof Timestamp)) {
    throw wrongType('startAtOperationTime', time, 'timestamp');
  }
  if (resumeAfter && startAfter) {
    throw new MongoServerError(
      50865,
      "Do not specify both 'resumeAfter' and 'startAfter' in a $changeStream stage",
    );
  }
  const token = resumeAfter ?? startAfter;
  if (token && time) {
    throw new MongoServerError(40674, 'Only one type of resume option is allowed, but multiple were found');
  }
  if (resumeAfter?.kind === 'invalidate') {
    throw new MongoServerError(
      260,
      "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification",
    );
  }
  return token ?? (time === undefined ? undefined : { kind: 'place', position: { time, index: 0 } });
}

function tokenIn(spec: BsonDocument, field: string): ResumeToken | undefined {
  const value = spec.get(field);
  if (value === undefined) return undefined;
  if (!(value instanceof Map)) throw wrongType(field, value, 'object');
  return parseToken(value);
}

function wrongType(field: string, value: BsonValue, expected: string): MongoServerError {
  return typeMismatch(
    `BSON field '$changeStream.${field}' is the wrong type '${typeNameOf(value)}', expected type '${expected}'`,
  );
}
