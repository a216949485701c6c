import { Double, Int32, Long } from 'bson';
import { fromJs } from '../bson/from-js.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import { badValue, commandNotFound, MongoServerError } from '../errors.ts';
import { measureCollection } from '../storage/measure.ts';
import { collectionName, numberOf, optionalDocument } from './arguments.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { serverStatus } from './server-status.ts';
import { scaleOf, storageStatistics } from './storage-statistics.ts';
import { validate } from './validate.ts';

/** Commands that look at the server, or break it on purpose. */
export const diagnostics: Record<string, CommandDefinition> = {
  serverStatus,
  dbStats: { fields: fieldSet('dbStats', 'scale', 'freeStorage'), run: databaseStats },
  dbstats: { fields: fieldSet('dbstats', 'scale', 'freeStorage'), run: databaseStats },
  collStats: { fields: fieldSet('collStats', 'scale'), run: collectionStats },
  collstats: { fields: fieldSet('collstats', 'scale'), run: collectionStats },
  validate,
  setParameter: { fields: 'any', run: setParameter },
  currentOp: { fields: 'any', run: currentOp },
  configureFailPoint: { fields: fieldSet('configureFailPoint', 'mode', 'data'), run: configureFailPoint },
  getLastError: { fields: 'any', run: () => refuse('getLastError') },
  getlasterror: { fields: 'any', run: () => refuse('getlasterror') },
};

function refuse(name: string): EncodableDocument {
  throw commandNotFound(name);
}

function databaseStats(context: CommandContext): EncodableDocument {
  const collections = context.engine.catalog.ofDatabase(context.database);
  const sizes = collections.map((collection) => measureCollection(context.reader, collection));
  const scale = scaleOf(context.body.get('scale'));
  const objects = collections.reduce((total, collection) => total + collection.count, 0);
  const bytes = sizes.reduce((total, size) => total + size.bytes, 0);
  const indexes = sizes.flatMap(({ indexBytes }) => [...indexBytes.values()]);
  const indexBytes = indexes.reduce((total, each) => total + each, 0);
  return new Map<string, EncodableValue>([
    ['db', context.database],
    ['collections', Long.fromNumber(collections.length)],
    ['views', Long.ZERO],
    ['objects', Long.fromNumber(objects)],
    ['avgObjSize', new Double(objects === 0 ? 0 : bytes / objects)],
    ['dataSize', new Double(bytes / scale)],
    ['storageSize', new Double(bytes / scale)],
    ['indexes', Long.fromNumber(indexes.length)],
    ['indexSize', new Double(indexBytes / scale)],
    ['totalSize', new Double((bytes + indexBytes) / scale)],
    ['scaleFactor', Long.fromNumber(scale)],
  ]);
}

function collectionStats(context: CommandContext): EncodableDocument {
  const name = collectionName(context.body, context.name, context.database);
  const collection = context.engine.catalog.find(context.database, name);
  const scale = scaleOf(context.body.get('scale'));
  return new Map<string, EncodableValue>([
    ['ns', `${context.database}.${name}`],
    ...storageStatistics(context.reader, collection, scale),
  ]);
}

/** Only how often expired documents are looked for; 60 seconds unless it is set. */
function setParameter(context: CommandContext): EncodableDocument {
  const seconds = numberOf(context.body.get('ttlMonitorSleepSecs'));
  if (seconds === undefined) {
    throw new MongoServerError(72, "the embedded server has no parameter to set but 'ttlMonitorSleepSecs'");
  }
  if (!(seconds >= 1))
    throw badValue('Invalid value for parameter ttlMonitorSleepSecs: it must be at least 1');
  const was = context.engine.expiryIntervalMs;
  context.engine.expiryIntervalMs = seconds * 1000;
  return fromJs({ was: was / 1000 });
}

/** Only what runs at this moment: this command. */
function currentOp(context: CommandContext): EncodableDocument {
  const open: EncodableDocument = new Map<string, EncodableValue>([
    ['type', 'op'],
    ['op', 'command'],
    ['ns', 'admin.$cmd'],
    ['command', new Map([['currentOp', new Int32(1)]])],
    ['connectionId', new Int32(context.connection.id)],
    ['active', true],
  ]);
  return new Map<string, EncodableValue>([['inprog', [open]]]);
}

function configureFailPoint(context: CommandContext): EncodableDocument {
  if (context.database !== 'admin') {
    throw new MongoServerError(13, 'configureFailPoint may only be run against the admin database.');
  }
  const name = context.body.get('configureFailPoint');
  if (name !== 'failCommand') {
    throw badValue(`the embedded server has no fail point '${String(name)}', only 'failCommand'`);
  }
  const count = context.engine.failPoint.configure(
    context.body.get('mode'),
    optionalDocument(context.body, 'configureFailPoint', 'data'),
  );
  return new Map<string, EncodableValue>([['count', Long.fromNumber(count)]]);
}
