import { Int32 } from 'bson';
import { compareValues } from '../bson/compare.ts';
import { encodeDocument } from '../bson/encode.ts';
import { fromJs } from '../bson/from-js.ts';
import type { EncodableDocument } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError, notImplemented, typeMismatch } from '../errors.ts';
import { type IndexDefinition, parseIndexDefinition } from '../index/index-definition.ts';
import { recordIdAtEnd } from '../index/record-id.ts';
import type { Collection, IndexState } from '../storage/collection.ts';
import { afterPrefix, recordPrefix } from '../storage/keys.ts';
import { indexRecord } from '../storage/records.ts';
import { collectionName, missingField, numberOf, optionalArray, optionalDocument } from './arguments.ts';
import { readableCollection, writableCollection } from './collection-access.ts';
import { requireCollection } from './collections.ts';
import { type CommandContext, type CommandDefinition, fieldSet } from './command.ts';
import { openCursor, sourceOf } from './cursor-reply.ts';

/** `createIndexes` */
export const createIndexes: CommandDefinition = {
  fields: fieldSet('createIndexes', 'indexes', 'commitQuorum', 'ignoreUnknownIndexOptions', 'v'),
  run(context) {
    const name = collectionName(context.body, 'createIndexes', context.database);
    const given = optionalArray(context.body, 'createIndexes', 'indexes');
    if (given === undefined) throw missingField('createIndexes', 'indexes');
    if (given.length === 0) throw badValue('Must specify at least one index to create');
    const definitions = given.map((spec) => {
      if (!(spec instanceof Map)) throw typeMismatch("The elements of the 'indexes' array must be objects");
      return parseIndexDefinition(spec);
    });
    const existed = readableCollection(context, name) !== undefined;
    const collection = writableCollection(context, name);
    const before = collection.indexes.length;
    const wanted = definitions.filter((definition) => !exists(collection, definition));
    if (wanted.length > 0 && context.transaction !== undefined && !isNew(context, collection)) {
      throw new MongoServerError(
        263,
        `Cannot create new indexes on existing collection ${collection.namespace} in a multi-document transaction.`,
      );
    }
    for (const definition of wanted) build(context, collection, definition);
    const reply: BsonDocument = fromJs({
      numIndexesBefore: before,
      numIndexesAfter: collection.indexes.length,
      createdCollectionAutomatically: !existed,
    });
    if (wanted.length === 0) reply.set('note', 'all indexes already exist');
    return reply;
  },
};

/** Made by this transaction, and still empty. */
function isNew(context: CommandContext, collection: Collection): boolean {
  return collection.owner === context.transaction && (context.unit.counts.get(collection) ?? 0) === 0;
}

/** Whether the very same index is there. Throws when another one has its name or its keys. */
function exists(collection: Collection, wanted: IndexDefinition): boolean {
  for (const { definition } of collection.indexes) {
    const sameKey = sameBytes(definition.spec.get('key'), wanted.spec.get('key'));
    const samePartial = sameBytes(definition.partialFilter, wanted.partialFilter);
    const sameOptions =
      definition.unique === wanted.unique &&
      definition.sparse === wanted.sparse &&
      samePartial &&
      definition.expireAfterSeconds === wanted.expireAfterSeconds;
    if (definition.name === wanted.name) {
      if (sameKey && sameOptions) return true;
      throw new MongoServerError(
        sameKey ? 85 : 86,
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${shown(wanted)}, existing index: ${shown(definition)}`,
      );
    }
    if (sameKey && samePartial) {
      if (sameOptions) {
        throw new MongoServerError(85, `Index already exists with a different name: ${definition.name}`);
      }
      if (definition.unique === wanted.unique && definition.sparse === wanted.sparse) {
        throw new MongoServerError(
          85,
          `An equivalent index already exists with a different name and options. Requested index: ${shown(wanted)}, existing index: ${shown(definition)}`,
        );
      }
    }
  }
  return false;
}

function sameBytes(a: BsonValue, b: BsonValue): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (!(a instanceof Map) || !(b instanceof Map)) return false;
  return [...a.keys()].join() === [...b.keys()].join() && compareValues(a, b) === 0;
}

function shown(definition: IndexDefinition): string {
  const key = definition.fields.map((field) => `${field.path}: ${field.descending ? -1 : 1}`).join(', ');
  return `{ v: 2, key: { ${key} }, name: "${definition.name}"${definition.unique ? ', unique: true' : ''} }`;
}

function build(context: CommandContext, collection: Collection, definition: IndexDefinition): void {
  const { engine } = context;
  engine.catalog.addIndex(collection, definition, (index) => {
    const unit = { ...engine.beginPlain(), guard: { claim: () => undefined } };
    const prefix = recordPrefix(collection.id);
    const cursor = engine.store.live.range(prefix, afterPrefix(prefix), false, true);
    try {
      for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
        indexRecord(unit, collection, index, { id: recordIdAtEnd(key), raw: cursor.value() });
      }
    } finally {
      cursor.close();
    }
  });
}

/** `listIndexes` */
export const listIndexes: CommandDefinition = {
  fields: fieldSet('listIndexes', 'cursor', 'includeBuildUUIDs', 'includeIndexBuildInfo'),
  run(context): EncodableDocument {
    const name = collectionName(context.body, 'listIndexes', context.database);
    const collection = context.engine.catalog.find(context.database, name);
    if (collection === undefined)
      throw new MongoServerError(26, `ns does not exist: ${context.database}.${name}`);
    const batchSize = numberOf(optionalDocument(context.body, 'listIndexes', 'cursor')?.get('batchSize'));
    return openCursor(context, sourceOf(collection.indexes.map((index) => index.definition.spec)), {
      namespace: collection.namespace,
      batchSize: batchSize ?? collection.indexes.length + 1,
    });
  },
};

/** `dropIndexes` */
export const dropIndexes: CommandDefinition = {
  fields: fieldSet('dropIndexes', 'index'),
  run(context) {
    const name = collectionName(context.body, 'dropIndexes', context.database);
    const collection = requireCollection(context, name);
    const before = new Int32(collection.indexes.length);
    const wanted = context.body.get('index');
    if (wanted === undefined) throw missingField('dropIndexes', 'index');
    const indexes = indexesNamed(collection, wanted);
    for (const index of indexes) {
      if (index.isId) throw new MongoServerError(72, 'cannot drop _id index');
    }
    for (const index of indexes) context.engine.catalog.dropIndex(collection, index);
    const reply: BsonDocument = new Map([['nIndexesWas', before]]);
    if (wanted === '*') reply.set('msg', 'non-_id indexes dropped for collection');
    return reply;
  },
};

function indexesNamed(collection: Collection, wanted: BsonValue): IndexState[] {
  if (wanted === '*') return collection.indexes.filter((index) => !index.isId);
  if (Array.isArray(wanted)) return wanted.flatMap((name) => indexesNamed(collection, name));
  return [findIndex(collection, wanted)];
}

/** An index by its name or its key pattern. Throws IndexNotFound (27). */
export function findIndex(collection: Collection, wanted: BsonValue): IndexState {
  if (typeof wanted === 'string') {
    const named = collection.indexes.find((index) => index.definition.name === wanted);
    if (named === undefined) throw new MongoServerError(27, `index not found with name [${wanted}]`);
    return named;
  }
  if (!(wanted instanceof Map))
    throw typeMismatch('index must be a name, a key pattern or an array of names');
  const found = collection.indexes.filter((index) => sameBytes(index.definition.spec.get('key'), wanted));
  if (found.length === 0) throw new MongoServerError(27, `can't find index with key: ${shownKey(wanted)}`);
  if (found.length > 1) {
    throw new MongoServerError(
      181,
      `${found.length} indexes found for key: ${shownKey(wanted)}, identify by name instead.`,
    );
  }
  return found[0] as IndexState;
}

function shownKey(key: BsonDocument): string {
  return `{ ${[...key].map(([path, value]) => `${path}: ${String(value)}`).join(', ')} }`;
}

/** `collMod`: hiding an index, and what a TTL index waits. */
export const collMod: CommandDefinition = {
  fields: fieldSet(
    'collMod',
    'index',
    'changeStreamPreAndPostImages',
    'validator',
    'validationLevel',
    'validationAction',
    'viewOn',
    'pipeline',
    'expireAfterSeconds',
  ),
  run(context) {
    const name = collectionName(context.body, 'collMod', context.database);
    const collection = requireCollection(context, name);
    for (const option of [
      'validator',
      'viewOn',
      'pipeline',
      'expireAfterSeconds',
      'validationLevel',
      'validationAction',
    ]) {
      if (context.body.has(option)) throw notImplemented(`The collMod option '${option}'`);
    }
    const images = optionalDocument(context.body, 'collMod', 'changeStreamPreAndPostImages');
    if (images !== undefined) {
      if (images.get('enabled') === true) collection.options.set('changeStreamPreAndPostImages', images);
      else collection.options.delete('changeStreamPreAndPostImages');
      context.engine.catalog.save(collection);
    }
    const change = optionalDocument(context.body, 'collMod', 'index');
    return change === undefined ? new Map() : changeIndex(context, collection, change);
  },
};

function changeIndex(context: CommandContext, collection: Collection, change: BsonDocument): BsonDocument {
  const index = findIndex(collection, change.get('name') ?? change.get('keyPattern'));
  const spec = new Map(index.definition.spec);
  const reply: BsonDocument = new Map();
  for (const option of change.keys()) {
    if (option === 'name' || option === 'keyPattern') continue;
    if (option !== 'hidden' && option !== 'expireAfterSeconds')
      throw notImplemented(`The collMod index option '${option}'`);
    const value = change.get(option);
    if (option === 'hidden' && index.isId) throw badValue("can't hide _id index");
    reply.set(`${option}_old`, spec.get(option) ?? (option === 'hidden' ? false : null));
    reply.set(`${option}_new`, value);
    if (value === false) spec.delete(option);
    else spec.set(option, value);
  }
  encodeDocument(spec);
  context.engine.catalog.redefineIndex(collection, index, parseIndexDefinition(spec));
  return reply;
}
