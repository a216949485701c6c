import type { BsonDocument } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';

/** MongoDB 7.0's commands of the Stable API, version 1. */
const versionOne: ReadonlySet<string> = new Set([
  'abortTransaction',
  'aggregate',
  'collMod',
  'commitTransaction',
  'count',
  'create',
  'createIndexes',
  'delete',
  'drop',
  'dropDatabase',
  'dropIndexes',
  'endSessions',
  'explain',
  'find',
  'findAndModify',
  'findandmodify',
  'getMore',
  'hello',
  'insert',
  'killCursors',
  'listCollections',
  'listDatabases',
  'listIndexes',
  'ping',
  'refreshSessions',
  'update',
]);

/** Throws 322 for a version of the Stable API that there is not, and 323 for a command that a strict client may not use. */
export function checkApiVersion(body: BsonDocument, command: string): void {
  const version = body.get('apiVersion');
  const strict = body.get('apiStrict') === true;
  if (version === undefined) {
    if (!strict && body.get('apiDeprecationErrors') !== true) return;
    throw new MongoServerError(
      4886600,
      'Provided apiStrict and/or apiDeprecationErrors without passing apiVersion',
    );
  }
  if (version !== '1') throw new MongoServerError(322, 'API version must be "1"');
  if (strict && !versionOne.has(command)) {
    throw new MongoServerError(
      323,
      `Provided apiStrict:true, but the command ${command} is not in API Version 1. Information on supported commands and migrations in API Version 1 can be found at https://dochub.mongodb.org/core/manual-versioned-api`,
    );
  }
}
