import { Int32, Long } from 'bson';
import { fromJs } from '../bson/from-js.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument } from '../bson/value.ts';
import { MongoServerError, notImplemented, queryPlanKilled } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { namespaceNotFound } from '../storage/catalog.ts';
import type { Collection } from '../storage/collection.ts';
import {
  collectionName,
  missingField,
  optionalBoolean,
  optionalDocument,
  optionalString,
} from './arguments.ts';
import { createCollection, readableCollection } from './collection-access.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { openCursor, sourceOf } from './cursor-reply.ts';

/** `create`: collections without options. */
export const create: CommandDefinition = {
  fields: fieldSet(
    'create',
    'capped',
    'size',
    'max',
    'validator',
    'validationLevel',
    'validationAction',
    'viewOn',
    'pipeline',
    'collation',
    'timeseries',
    'expireAfterSeconds',
    'clusteredIndex',
    'changeStreamPreAndPostImages',
    'storageEngine',
    'indexOptionDefaults',
    'encryptedFields',
    'autoIndexId',
    'idIndex',
  ),
  run(context) {
    const name = collectionName(context.body, 'create', context.database);
    for (const option of context.body.keys()) refuseOption(option, context.body);
    if (readableCollection(context, name)) {
      throw new MongoServerError(48, `Collection ${context.database}.${name} already exists.`);
    }
    createCollection(context, name, optionsOf(context.body));
    return new Map();
  },
};

const refused = new Set([
  'validator',
  'viewOn',
  'pipeline',
  'timeseries',
  'clusteredIndex',
  'storageEngine',
  'encryptedFields',
  'collation',
  'capped',
  'expireAfterSeconds',
  'indexOptionDefaults',
]);

function refuseOption(option: string, body: BsonDocument): void {
  const value = body.get(option);
  const isOff =
    value === false || (value instanceof Map && (value.size === 0 || value.get('locale') === 'simple'));
  if (refused.has(option) && !isOff) throw notImplemented(`The create option '${option}'`);
}

function optionsOf(body: BsonDocument): BsonDocument {
  const images = optionalDocument(body, 'create', 'changeStreamPreAndPostImages');
  return images?.get('enabled') === true ? new Map([['changeStreamPreAndPostImages', images]]) : new Map();
}

/** `drop` */
export const drop: CommandDefinition = {
  fields: fieldSet('drop'),
  run(context): EncodableDocument {
    const name = collectionName(context.body, 'drop', context.database);
    const collection = context.engine.catalog.find(context.database, name);
    if (collection === undefined) return new Map();
    const indexes = collection.indexes.length;
    dropCollection(context, collection);
    return new Map<string, EncodableValue>([
      ['nIndexesWas', new Int32(indexes)],
      ['ns', collection.namespace],
    ]);
  },
};

/** `dropDatabase` */
export const dropDatabase: CommandDefinition = {
  fields: fieldSet('dropDatabase'),
  run(context) {
    const collections = context.engine.catalog.ofDatabase(context.database);
    for (const collection of collections) dropCollection(context, collection);
    if (collections.length > 0) context.engine.catalog.databaseDropped(context.database);
    return fromJs(collections.length > 0 ? { dropped: context.database } : {});
  },
};

function dropCollection(context: CommandContext, collection: Collection): void {
  failReaders(context, collection, 'dropped');
  context.engine.catalog.drop(collection);
}

/** Change streams stay: they have to tell that the collection is gone. */
function failReaders({ engine }: CommandContext, { namespace, uuid }: Collection, fate: string): void {
  engine.cursors.failWhere(
    (cursor) => cursor.namespace === namespace && cursor.source.live === undefined,
    queryPlanKilled(`collection ${fate}. UUID ${uuid.toUUID().toString()}`),
  );
}

/** `renameCollection`, within the server. */
export const renameCollection: CommandDefinition = {
  fields: fieldSet('renameCollection', 'to', 'dropTarget'),
  run(context) {
    const from = optionalString(context.body, 'renameCollection', 'renameCollection') ?? '';
    const to = optionalString(context.body, 'renameCollection', 'to');
    if (to === undefined) throw missingField('renameCollection', 'to');
    if (context.database !== 'admin') {
      throw new MongoServerError(13, 'renameCollection may only be run against the admin database.');
    }
    const source = findByNamespace(context, from);
    if (source === undefined) throw new MongoServerError(26, `Source collection ${from} does not exist`);
    if (from === to) throw new MongoServerError(20, "Can't rename a collection to itself");
    const target = findByNamespace(context, to);
    if (target !== undefined) {
      if (optionalBoolean(context.body, 'renameCollection', 'dropTarget') !== true) {
        throw new MongoServerError(48, 'target namespace exists');
      }
      failReaders(context, target, 'dropped');
    }
    const dot = to.indexOf('.');
    failReaders(context, source, `renamed from '${from}' to '${to}'`);
    // Change streams are told of the renaming alone.
    context.engine.catalog.rename(source, to.slice(0, dot), to.slice(dot + 1), target);
    return new Map();
  },
};

function findByNamespace(context: CommandContext, namespace: string): Collection | undefined {
  const dot = namespace.indexOf('.');
  if (dot <= 0) throw new MongoServerError(73, `Invalid namespace specified '${namespace}'`);
  return context.engine.catalog.find(namespace.slice(0, dot), namespace.slice(dot + 1));
}

/** `listCollections` */
export const listCollections: CommandDefinition = {
  fields: fieldSet('listCollections', 'filter', 'nameOnly', 'authorizedCollections', 'cursor'),
  run(context) {
    const filter = compileFilter(optionalDocument(context.body, 'listCollections', 'filter') ?? new Map());
    const nameOnly = optionalBoolean(context.body, 'listCollections', 'nameOnly') === true;
    const entries = context.engine.catalog
      .ofDatabase(context.database)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(describe)
      .filter((entry) => filter(entry))
      .map((entry) =>
        nameOnly ? new Map([...entry].filter(([name]) => name === 'name' || name === 'type')) : entry,
      );
    const batchSize = optionalDocument(context.body, 'listCollections', 'cursor')?.get('batchSize');
    return openCursor(context, sourceOf(entries), {
      namespace: `${context.database}.$cmd.listCollections`,
      batchSize: batchSize instanceof Int32 ? batchSize.value : entries.length + 1,
    });
  },
};

function describe(collection: Collection): BsonDocument {
  const entry = fromJs({ name: collection.name, type: 'collection' });
  entry.set('options', collection.options);
  entry.set(
    'info',
    new Map<string, BsonDocument | boolean | Collection['uuid']>([
      ['readOnly', false],
      ['uuid', collection.uuid],
    ]),
  );
  const idIndex = collection.indexes[0]?.definition.spec;
  if (idIndex) entry.set('idIndex', idIndex);
  return entry;
}

/** `listDatabases`; sizes are not kept per database and are shown as those of the documents' count alone. */
export const listDatabases: CommandDefinition = {
  fields: fieldSet('listDatabases', 'filter', 'nameOnly', 'authorizedDatabases'),
  run(context): EncodableDocument {
    if (context.database !== 'admin') {
      throw new MongoServerError(13, 'listDatabases may only be run against the admin database.');
    }
    const filter = compileFilter(optionalDocument(context.body, 'listDatabases', 'filter') ?? new Map());
    const nameOnly = optionalBoolean(context.body, 'listDatabases', 'nameOnly') === true;
    const databases = context.engine.catalog
      .databases()
      .map((name) => {
        const collections = context.engine.catalog.ofDatabase(name);
        const empty = collections.every((collection) => collection.count === 0);
        return nameOnly
          ? fromJs({ name })
          : (new Map([
              ...fromJs({ name }),
              ['sizeOnDisk', Long.fromNumber(empty ? 0 : 4096)],
              ['empty', empty],
            ]) as BsonDocument);
      })
      .filter((entry) => filter(entry));
    const reply: EncodableDocument = new Map<string, EncodableValue>([['databases', databases]]);
    if (!nameOnly) {
      reply.set('totalSize', Long.fromNumber(databases.length * 4096));
      reply.set('totalSizeMb', Long.ZERO);
    }
    return reply;
  },
};

/** The collection a command needs. Throws NamespaceNotFound (26). */
export function requireCollection(context: CommandContext, name: string): Collection {
  const collection = context.engine.catalog.find(context.database, name);
  if (collection === undefined) throw namespaceNotFound(`${context.database}.${name}`);
  return collection;
}
