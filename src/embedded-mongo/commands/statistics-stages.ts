import { Int32, Long } from 'bson';
import { fromJs } from '../bson/from-js.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError, notImplemented } from '../errors.ts';
import type { Collection } from '../storage/collection.ts';
import { readableCollection } from './collection-access.ts';
import type { CommandContext } from './command.ts';
import { scaleOf, storageStatistics } from './storage-statistics.ts';

/** The documents of `$indexStats` and `$collStats` as a pipeline's first stage; undefined for any other stage. */
export function statisticsStage(
  context: CommandContext,
  name: string,
  stage: BsonValue,
): BsonDocument[] | undefined {
  if (!(stage instanceof Map) || stage.size !== 1) return undefined;
  if (stage.has('$indexStats')) {
    const options = stage.get('$indexStats');
    if (!(options instanceof Map) || options.size > 0) {
      throw new MongoServerError(28803, 'The $indexStats stage specification must be an empty object');
    }
    return indexStats(context, name);
  }
  if (!stage.has('$collStats')) return undefined;
  const options = stage.get('$collStats');
  if (!(options instanceof Map)) {
    throw new MongoServerError(40167, '$collStats must take a nested object');
  }
  return [collStats(context, name, options)];
}

function indexStats(context: CommandContext, name: string): BsonDocument[] {
  const collection = readableCollection(context, name);
  return (collection?.indexes ?? []).map((index) => {
    const document = fromJs({ name: index.definition.name });
    document.set('key', index.definition.spec.get('key') ?? null);
    document.set('host', context.connection.serverAddress);
    document.set(
      'accesses',
      new Map<string, BsonValue>([
        ['ops', Long.fromNumber(index.accesses)],
        ['since', new Date(context.engine.startedAt)],
      ]),
    );
    document.set('spec', index.definition.spec);
    return document;
  });
}

function collStats(context: CommandContext, name: string, options: BsonDocument): BsonDocument {
  for (const option of options.keys()) {
    if (option !== 'count' && option !== 'storageStats')
      throw notImplemented(`The $collStats option '${option}'`);
  }
  const collection = readableCollection(context, name);
  const namespace = `${context.database}.${name}`;
  const existing = (option: string): Collection => {
    if (collection !== undefined) return collection;
    throw new MongoServerError(
      26,
      `Unable to retrieve ${option} in $collStats stage: Collection [${namespace}] not found.`,
    );
  };
  const document = fromJs({
    ns: namespace,
    host: context.connection.serverAddress,
    localTime: context.now,
  });
  const storage = options.get('storageStats');
  if (storage instanceof Map) {
    const scale = scaleOf(storage.get('scale'));
    document.set('storageStats', storageStatistics(context.reader, existing('storageStats'), scale));
  }
  if (options.has('count')) document.set('count', new Int32(existing('count').count));
  return document;
}
