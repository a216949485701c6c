import { randomBytes } from 'node:crypto';
import { Binary, Int32 } from 'bson';
import { decodeDocument } from '../bson/decode.ts';
import { encodeDocument } from '../bson/encode.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { invalidNamespace, MongoServerError } from '../errors.ts';
import { type IndexDefinition, idIndexDefinition, parseIndexDefinition } from '../index/index-definition.ts';
import { recordIdAtEnd } from '../index/record-id.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { CatalogChange } from './change-event.ts';
import type { Collection, IndexState } from './collection.ts';
import { afterPrefix, catalogKey, countKey, entryPrefix, keyKind, metaKey, recordPrefix } from './keys.ts';
import { Remains } from './remains.ts';
import type { Store } from './store.ts';

/**
 * Which collections and indexes there are. Changes to it are committed at once, each in a commit of its own
 * together with the writes gathered so far, and are not part of any transaction. A drop is such a change and nothing
 * more: what was stored is left to `remains`.
 */
export class Catalog {
  readonly remains: Remains;
  private readonly store: Store;
  private readonly collections = new Map<string, Collection>();
  private nextId = 1;

  constructor(store: Store) {
    this.store = store;
    this.remains = new Remains(store);
    this.load();
  }

  /** The collection as `reader` (a transaction, or nobody in particular) may see it. */
  find(database: string, name: string, reader?: object): Collection | undefined {
    const collection = this.collections.get(`${database}.${name}`);
    return collection?.owner === undefined || collection.owner === reader ? collection : undefined;
  }

  /** The transaction that is making a collection of this name, unless it is `reader`. */
  pendingOwner(database: string, name: string, reader?: object): object | undefined {
    const owner = this.collections.get(`${database}.${name}`)?.owner;
    return owner === reader ? undefined : owner;
  }

  /** Every collection that is not just being made. */
  all(): Collection[] {
    return this.visible();
  }

  ofDatabase(database: string): Collection[] {
    return this.visible().filter((collection) => collection.database === database);
  }

  databases(): string[] {
    return [...new Set(this.visible().map((collection) => collection.database))].sort();
  }

  /** Makes a collection: at once, or as part of the transaction `owner`, which `adopt`s or `disown`s it. */
  create(database: string, name: string, options: BsonDocument, owner?: object): Collection {
    checkNamespace(database, name);
    const collection: Collection = {
      id: this.takeId(),
      database,
      name,
      namespace: `${database}.${name}`,
      uuid: randomUuid(),
      options,
      indexes: [],
      count: 0,
      nextRecordId: 1,
      version: 1,
      visibleFrom: 0,
      dropped: false,
      owner,
    };
    collection.indexes.push(this.newIndex(idIndexDefinition()));
    this.collections.set(collection.namespace, collection);
    if (owner === undefined) {
      this.save(collection);
      this.commit();
    }
    return collection;
  }

  /** A transaction commits: what it made is stored with the group, and seen by all. */
  adopt(owner: object): void {
    for (const collection of this.ownedBy(owner)) {
      collection.owner = undefined;
      this.save(collection);
      this.store.group.put(metaKey('nextId'), idBytes(this.nextId));
    }
  }

  /** A transaction is given up: what it made never was. */
  disown(owner: object): void {
    for (const collection of this.ownedBy(owner)) {
      collection.dropped = true;
      this.collections.delete(collection.namespace);
    }
  }

  drop(collection: Collection): void {
    this.forget(collection);
    this.tell('drop', collection, undefined);
    this.commit();
  }

  /** After its last collection was dropped: tells that the database is gone. */
  databaseDropped(database: string): void {
    this.store.events.push({
      kind: 'dropDatabase',
      database,
      collection: '',
      uuid: undefined,
      to: undefined,
    });
    this.commit();
  }

  /** `target` has the new name so far, and is dropped for it. */
  rename(collection: Collection, database: string, name: string, target: Collection | undefined): void {
    checkNamespace(database, name);
    if (target !== undefined) this.forget(target);
    this.tell('rename', collection, { database, collection: name });
    this.store.group.remove(catalogKey(collection.namespace));
    this.collections.delete(collection.namespace);
    collection.database = database;
    collection.name = name;
    collection.namespace = `${database}.${name}`;
    this.collections.set(collection.namespace, collection);
    this.save(collection);
    this.touch(collection);
  }

  /** Makes an index that `fill` gives its entries; when that throws, there is no index. One a transaction made is empty. */
  addIndex(collection: Collection, definition: IndexDefinition, fill: (index: IndexState) => void): void {
    const index = this.newIndex(definition);
    if (collection.owner !== undefined) {
      collection.indexes.push(index);
      return;
    }
    this.store.commit();
    try {
      fill(index);
    } catch (error) {
      this.store.group.clear();
      throw error;
    }
    collection.indexes.push(index);
    this.save(collection);
    this.touch(collection);
  }

  dropIndex(collection: Collection, index: IndexState): void {
    this.remains.add(index.prefix);
    index.dropped = true;
    collection.indexes = collection.indexes.filter((other) => other !== index);
    this.save(collection);
    this.touch(collection);
  }

  /** Replaces an index's definition without touching its entries (collMod). */
  redefineIndex(collection: Collection, index: IndexState, definition: IndexDefinition): void {
    index.definition = definition;
    this.save(collection);
    this.touch(collection);
  }

  /** Stores what a collection now is, with the group's next commit. */
  save(collection: Collection): void {
    if (collection.owner !== undefined) return;
    this.store.group.put(catalogKey(collection.namespace), toStored(collection));
  }

  /** After a commit failed: what memory holds may be ahead of what is stored. */
  reload(): void {
    this.collections.clear();
    this.remains.load();
    this.load();
  }

  private forget(collection: Collection): void {
    this.remains.add(recordPrefix(collection.id));
    for (const index of collection.indexes) {
      this.remains.add(index.prefix);
      index.dropped = true;
    }
    this.store.group.remove(countKey(collection.id));
    this.store.group.remove(catalogKey(collection.namespace));
    this.collections.delete(collection.namespace);
    collection.dropped = true;
  }

  private tell(kind: 'drop' | 'rename', { database, name, uuid }: Collection, to: CatalogChange['to']): void {
    this.store.events.push({ kind, database, collection: name, uuid, to });
  }

  private visible(): Collection[] {
    return [...this.collections.values()].filter((collection) => collection.owner === undefined);
  }

  private ownedBy(owner: object): Collection[] {
    return [...this.collections.values()].filter((collection) => collection.owner === owner);
  }

  private touch(collection: Collection): void {
    collection.version += 1;
    this.commit();
    collection.visibleFrom = this.store.sequence;
  }

  private commit(): void {
    this.store.group.put(metaKey('nextId'), idBytes(this.nextId));
    this.store.commit();
  }

  private takeId(): number {
    return this.nextId++;
  }

  private newIndex(definition: IndexDefinition): IndexState {
    return stateOf(this.takeId(), definition);
  }

  private load(): void {
    const next = this.store.live.get(metaKey('nextId'));
    this.nextId = next === undefined ? 1 : next.readUInt32BE(0);
    const prefix = Buffer.from([keyKind.catalog]);
    const cursor = this.store.live.range(prefix, afterPrefix(prefix), false, true);
    while (cursor.next() !== undefined) {
      const collection = fromStored(decodeDocument(cursor.value()));
      this.collections.set(collection.namespace, collection);
    }
    cursor.close();
    for (const collection of this.collections.values()) this.loadFigures(collection);
  }

  private loadFigures(collection: Collection): void {
    const count = this.store.live.get(countKey(collection.id));
    collection.count = count === undefined ? 0 : count.readUIntBE(0, 6);
    const prefix = recordPrefix(collection.id);
    const cursor = this.store.live.range(prefix, afterPrefix(prefix), true, false);
    const last = cursor.next();
    cursor.close();
    collection.nextRecordId = last === undefined ? 1 : recordIdAtEnd(last) + 1;
  }
}

function checkNamespace(database: string, name: string): void {
  if (
    name === '' ||
    name.includes('\0') ||
    name.includes('$') ||
    name.startsWith('.') ||
    name.endsWith('.')
  ) {
    throw invalidNamespace(`Invalid collection name: ${database}.${name}`);
  }
  if (name.startsWith('system.')) throw invalidNamespace(`Invalid system namespace: ${database}.${name}`);
  if (Buffer.byteLength(`${database}.${name}`) > 255) {
    throw invalidNamespace(`Fully qualified namespace is too long. Namespace: ${database}.${name} Max: 255`);
  }
}

function stateOf(id: number, definition: IndexDefinition): IndexState {
  return {
    id,
    definition,
    prefix: entryPrefix(id),
    isId: definition.name === '_id_',
    multikey: definition.fields.map(() => new Set<number>()),
    overflow: false,
    includes: definition.partialFilter ? compileFilter(definition.partialFilter) : undefined,
    accesses: 0,
    dropped: false,
  };
}

function toStored(collection: Collection): Buffer {
  const indexes = collection.indexes.map(
    (index): BsonDocument =>
      new Map<string, BsonValue>([
        ['id', new Int32(index.id)],
        ['spec', index.definition.spec],
        ['multikey', index.multikey.map((depths) => [...depths].map((depth) => new Int32(depth)))],
        ['overflow', index.overflow],
      ]),
  );
  const stored: BsonDocument = new Map<string, BsonValue>([
    ['id', new Int32(collection.id)],
    ['database', collection.database],
    ['name', collection.name],
    ['uuid', collection.uuid],
    ['options', collection.options],
    ['indexes', indexes],
  ]);
  return Buffer.from(encodeDocument(stored));
}

function fromStored(stored: BsonDocument): Collection {
  const database = stored.get('database') as string;
  const name = stored.get('name') as string;
  return {
    id: (stored.get('id') as Int32).value,
    database,
    name,
    namespace: `${database}.${name}`,
    uuid: stored.get('uuid') as Binary,
    options: stored.get('options') as BsonDocument,
    indexes: (stored.get('indexes') as BsonDocument[]).map(indexFromStored),
    count: 0,
    nextRecordId: 1,
    version: 1,
    visibleFrom: 0,
    dropped: false,
    owner: undefined,
  };
}

function indexFromStored(stored: BsonDocument): IndexState {
  const definition = parseIndexDefinition(stored.get('spec') as BsonDocument);
  const state = stateOf((stored.get('id') as Int32).value, definition);
  const multikey = stored.get('multikey') as Int32[][];
  state.multikey = multikey.map((depths) => new Set(depths.map((depth) => depth.value)));
  state.overflow = stored.get('overflow') === true;
  return state;
}

function idBytes(id: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(id);
  return bytes;
}

function randomUuid(): Binary {
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return new Binary(bytes, Binary.SUBTYPE_UUID);
}

/** For callers that need a collection to be there. */
export function namespaceNotFound(namespace: string): MongoServerError {
  return new MongoServerError(26, `ns not found ${namespace}`);
}
