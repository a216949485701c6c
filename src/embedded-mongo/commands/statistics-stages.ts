import { Int32, Long } from 'bson';
import { fromJs } from '../bson/from-js.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError, notImplemented } from '../errors.ts';
import { readableCollection } from './collection-access.ts';
import type { CommandContext } from './command.ts';

/** The documents of `$indexStats` and `$collStats` as a pipeline's first stage; undefined for any other stage. */
export function statisticsStage(
  context: CommandContext,
  name: string,
  stage: BsonValue,
): BsonDocument[] | undefined {
  if (!(stage instanceof Map)) return undefined;
  if (stage.has('$indexStats')) return indexStats(context, name);
  const options = stage.get('$collStats');
  return options instanceof Map ? [collStats(context, name, options)] : undefined;
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
    if (option !== 'count') throw notImplemented(`The $collStats option '${option}'`);
  }
  const collection = readableCollection(context, name);
  if (collection === undefined) {
    throw new MongoServerError(
      26,
      `Unable to retrieve count in $collStats stage: Collection [${context.database}.${name}] not found.`,
    );
  }
  const document = fromJs({
    ns: collection.namespace,
    host: context.connection.serverAddress,
    localTime: context.now,
  });
  if (options.has('count')) document.set('count', new Int32(collection.count));
  return document;
}
