import { decodeDocument } from '../bson/decode.ts';
import { valuesIdentical } from '../bson/equal.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { type ExtractedKeys, entryKeyFor, extractKeys, extractValues } from '../index/index-keys.ts';
import { type RecordId, recordIdAtEnd, recordIdBytes, writeRecordId } from '../index/record-id.ts';
import type { DocumentChange } from './change-event.ts';
import type { Collection, IndexState } from './collection.ts';
import { duplicateKeyError } from './duplicate-key-error.ts';
import { keyText } from './key-text.ts';
import { afterPrefix, recordKey } from './keys.ts';
import type { KeyReader } from './reader.ts';
import { addToCount, type WriteUnit } from './write-unit.ts';

/** BSON's limit for a stored document. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/** A stored document: its place and its bytes. */
export interface StoredRecord {
  id: RecordId;
  raw: Buffer;
}

/** The stored bytes of a document, or undefined when it is gone. */
export function readRecord(reader: KeyReader, collection: Collection, id: RecordId): Buffer | undefined {
  return reader.get(recordKey(collection.id, id));
}

/** The record with this `_id`, by the `_id` index alone. */
export function findRecordById(
  reader: KeyReader,
  collection: Collection,
  id: BsonValue,
): RecordId | undefined {
  const index = collection.indexes[0];
  if (index === undefined) return undefined;
  const value = reader.get(entryKeyFor(index.definition.fields, [id], index.prefix));
  return value === undefined ? undefined : recordIdAtEnd(value);
}

/** Adds a document that has an `_id`. Throws DuplicateKey (11000) before anything is written. */
export function insertRecord(
  unit: WriteUnit,
  collection: Collection,
  document: BsonDocument,
  raw: Buffer,
): RecordId {
  checkSize(raw, 17420, 'Document to upsert');
  const id = collection.nextRecordId;
  const entries = collection.indexes.map((index) => entriesOf(index, document));
  collection.indexes.forEach((index, i) => {
    checkUnique(unit, collection, index, entries[i]?.keys ?? [], document, id);
  });
  const key = recordKey(collection.id, id);
  unit.guard.claim(keyText(key));
  collection.nextRecordId = id + 1;
  unit.writer.put(key, raw);
  collection.indexes.forEach((index, i) => {
    const extracted = entries[i] as ExtractedKeys;
    noteShape(unit, collection, index, extracted);
    for (const entry of extracted.keys) putEntry(unit, index, entry, id);
  });
  addToCount(unit, collection, 1);
  unit.events.push(eventOf('insert', collection, undefined, raw));
  return id;
}

/** Replaces a stored document's bytes and index entries. Throws DuplicateKey before anything is written. */
export function updateRecord(
  unit: WriteUnit,
  collection: Collection,
  stored: StoredRecord,
  before: BsonDocument,
  after: BsonDocument,
  raw: Buffer,
  /** What it changed, encoded; a replacement has none. */
  description: Buffer | undefined,
): void {
  checkSize(raw, 17419, 'Resulting document after update');
  const isSame = comparerOf(before, after);
  const changes = collection.indexes.map((index) =>
    dependsOn(index, isSame) ? entryChanges(index, before, after) : noChanges,
  );
  collection.indexes.forEach((index, i) => {
    checkUnique(unit, collection, index, changes[i]?.added ?? [], after, stored.id);
  });
  const key = recordKey(collection.id, stored.id);
  unit.guard.claim(keyText(key));
  unit.writer.put(key, raw);
  collection.indexes.forEach((index, i) => {
    const change = changes[i] as EntryChanges;
    for (const entry of change.removed) unit.writer.remove(fullKey(index, entry, stored.id));
    noteShape(unit, collection, index, change.extracted);
    for (const entry of change.added) putEntry(unit, index, entry, stored.id);
  });
  const kind = description === undefined ? 'replace' : 'update';
  unit.events.push(eventOf(kind, collection, stored.raw, raw, description));
}

export function deleteRecord(unit: WriteUnit, collection: Collection, stored: StoredRecord): void {
  const key = recordKey(collection.id, stored.id);
  unit.guard.claim(keyText(key));
  const document = decodeDocument(stored.raw);
  for (const index of collection.indexes) {
    for (const entry of entriesOf(index, document).keys) {
      unit.writer.remove(fullKey(index, entry, stored.id));
    }
  }
  unit.writer.remove(key);
  addToCount(unit, collection, -1);
  unit.events.push(eventOf('delete', collection, stored.raw, undefined));
}

/** Gives a new index the entries of a document that is already stored. */
export function indexRecord(
  unit: WriteUnit,
  collection: Collection,
  index: IndexState,
  stored: StoredRecord,
): void {
  const document = decodeDocument(stored.raw);
  const extracted = entriesOf(index, document);
  checkUnique(unit, collection, index, extracted.keys, document, stored.id);
  noteShape(unit, collection, index, extracted);
  for (const entry of extracted.keys) putEntry(unit, index, entry, stored.id);
}

interface EntryChanges {
  extracted: ExtractedKeys;
  added: Buffer[];
  removed: Buffer[];
}

const noEntries: ExtractedKeys = { keys: [], multikey: undefined, overflow: false, allMissing: true };

const noChanges: EntryChanges = { extracted: noEntries, added: [], removed: [] };

/** Whether an update may have changed a document's entries in an index: most updates touch the fields of few of them. */
function dependsOn(index: IndexState, isSame: (name: string) => boolean): boolean {
  if (index.includes !== undefined) return true;
  return index.definition.fields.some(({ components }) => !isSame(components[0] as string));
}

/** Tells by name which values two versions of a document share, comparing each once. */
function comparerOf(before: BsonDocument, after: BsonDocument): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    let same = known.get(name);
    if (same === undefined) {
      same = before.has(name) === after.has(name) && valuesIdentical(before.get(name), after.get(name));
      known.set(name, same);
    }
    return same;
  };
}

/** The entries a document has in an index; none when it is left out of it. */
export function entriesOf(index: IndexState, document: BsonDocument): ExtractedKeys {
  if (index.includes && !index.includes(document)) return noEntries;
  const extracted = extractKeys(index.definition.fields, document, index.prefix);
  return index.definition.sparse && extracted.allMissing ? noEntries : extracted;
}

function entryChanges(index: IndexState, before: BsonDocument, after: BsonDocument): EntryChanges {
  const old = entriesOf(index, before).keys;
  const extracted = entriesOf(index, after);
  const single = old.length === 1 && extracted.keys.length === 1;
  if (single && (old[0] as Buffer).equals(extracted.keys[0] as Buffer)) {
    return { extracted, added: [], removed: [] };
  }
  const oldTexts = new Set(old.map(keyText));
  const newTexts = new Set(extracted.keys.map(keyText));
  return {
    extracted,
    added: extracted.keys.filter((key) => !oldTexts.has(keyText(key))),
    removed: old.filter((key) => !newTexts.has(keyText(key))),
  };
}

function checkUnique(
  unit: WriteUnit,
  collection: Collection,
  index: IndexState,
  entries: Buffer[],
  document: BsonDocument,
  id: RecordId,
): void {
  if (!index.definition.unique) return;
  for (const entry of entries) {
    const owner = ownerOf(unit.writer, index, entry);
    if (owner !== undefined && owner !== id) throw duplicate(collection, index, entry, document);
    unit.guard.claim(keyText(entry));
  }
}

function ownerOf(reader: KeyReader, index: IndexState, entry: Buffer): RecordId | undefined {
  if (index.isId) {
    const value = reader.get(entry);
    return value === undefined ? undefined : recordIdAtEnd(value);
  }
  const cursor = reader.range(entry, afterPrefix(entry), false, false);
  const found = cursor.next();
  cursor.close();
  return found === undefined ? undefined : recordIdAtEnd(found);
}

function duplicate(
  collection: Collection,
  index: IndexState,
  entry: Buffer,
  document: BsonDocument,
): MongoServerError {
  const { fields } = index.definition;
  const tuples = extractValues(fields, document);
  const values =
    tuples.find((tuple) => entryKeyFor(fields, tuple, index.prefix).equals(entry)) ?? tuples[0] ?? [];
  return duplicateKeyError(collection, index, values);
}

function noteShape(
  unit: WriteUnit,
  collection: Collection,
  index: IndexState,
  extracted: ExtractedKeys,
): void {
  let changed = false;
  extracted.multikey?.forEach((depths, field) => {
    for (const depth of depths) {
      if (index.multikey[field]?.has(depth)) continue;
      index.multikey[field]?.add(depth);
      changed = true;
    }
  });
  if (extracted.overflow && !index.overflow) {
    index.overflow = true;
    changed = true;
  }
  if (!changed) return;
  collection.version += 1;
  unit.noteIndexChange(collection);
}

const nothing = Buffer.alloc(0);

function putEntry(unit: WriteUnit, index: IndexState, entry: Buffer, id: RecordId): void {
  if (!index.isId) {
    unit.writer.put(fullKey(index, entry, id), nothing);
    return;
  }
  const value = Buffer.allocUnsafe(recordIdBytes);
  writeRecordId(value, 0, id);
  unit.writer.put(entry, value);
}

function fullKey(index: IndexState, entry: Buffer, id: RecordId): Buffer {
  if (index.isId) return entry;
  const key = Buffer.allocUnsafe(entry.length + recordIdBytes);
  entry.copy(key);
  writeRecordId(key, entry.length, id);
  return key;
}

function eventOf(
  kind: DocumentChange['kind'],
  collection: Collection,
  before: Buffer | undefined,
  after: Buffer | undefined,
  description?: Buffer,
): DocumentChange {
  return {
    kind,
    database: collection.database,
    collection: collection.name,
    uuid: collection.uuid,
    before,
    after,
    description,
    keepsImages: collection.options.has('changeStreamPreAndPostImages'),
    transaction: undefined,
  };
}

function checkSize(raw: Buffer, code: number, what: string): void {
  if (raw.length > maxDocumentBytes) {
    throw new MongoServerError(code, `${what} is larger than ${maxDocumentBytes}`);
  }
}
