import { decodeDocument } from '../bson/decode.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { extractValues } from '../index/index-keys.ts';
import { type RecordId, recordIdAtEnd, recordIdBytes, writeRecordId } from '../index/record-id.ts';
import type { Collection, IndexState } from './collection.ts';
import { afterPrefix, recordPrefix } from './keys.ts';
import type { KeyReader } from './reader.ts';
import { entriesOf, readRecord } from './records.ts';

/** An index entry that is not as its document says. */
export interface IndexFault {
  index: IndexState;
  recordId: RecordId;
  /** The document's `_id` and the indexed values; unknown for an entry of a document that is not there. */
  document: { id: BsonValue; values: BsonValue[] } | undefined;
}

/** What comparing a collection's documents with its indexes, both ways, found. */
export interface CollectionCheck {
  documents: number;
  keys: Map<IndexState, number>;
  /** Documents lack these entries. */
  missing: IndexFault[];
  /** No document has these entries. */
  extra: IndexFault[];
  /** Records whose bytes are no document. */
  corrupt: RecordId[];
  /** Indexes that do not know that a document has arrays, so that plans would trust them too far. */
  notMultikey: Set<IndexState>;
}

/** Reads every document and looks for each of its index entries; reads every entry and looks for its document. */
export function checkCollection(reader: KeyReader, collection: Collection): CollectionCheck {
  const check: CollectionCheck = {
    documents: 0,
    keys: new Map(),
    missing: [],
    extra: [],
    corrupt: [],
    notMultikey: new Set(),
  };
  const prefix = recordPrefix(collection.id);
  const cursor = reader.range(prefix, afterPrefix(prefix), false, true);
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
    check.documents += 1;
    const id = recordIdAtEnd(key);
    const document = decoded(cursor.value());
    if (document === undefined) check.corrupt.push(id);
    else for (const index of collection.indexes) checkDocument(reader, index, id, document, check);
  }
  cursor.close();
  for (const index of collection.indexes) checkEntries(reader, collection, index, check);
  return check;
}

function checkDocument(
  reader: KeyReader,
  index: IndexState,
  id: RecordId,
  document: BsonDocument,
  check: CollectionCheck,
): void {
  const { keys, multikey } = entriesOf(index, document);
  for (const entry of keys) {
    if (hasEntry(reader, index, entry, id)) continue;
    const [values = []] = extractValues(index.definition.fields, document);
    check.missing.push({ index, recordId: id, document: { id: document.get('_id'), values } });
  }
  multikey?.forEach((depths, field) => {
    for (const depth of depths) if (!index.multikey[field]?.has(depth)) check.notMultikey.add(index);
  });
}

function checkEntries(
  reader: KeyReader,
  collection: Collection,
  index: IndexState,
  check: CollectionCheck,
): void {
  let keys = 0;
  const cursor = reader.range(index.prefix, afterPrefix(index.prefix), false, index.isId);
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
    keys += 1;
    const id = recordIdAtEnd(index.isId ? cursor.value() : key);
    const entry = index.isId ? key : key.subarray(0, key.length - recordIdBytes);
    const raw = readRecord(reader, collection, id);
    const document = raw === undefined ? undefined : decoded(raw);
    const belongs =
      document !== undefined && entriesOf(index, document).keys.some((own) => own.equals(entry));
    if (!belongs) check.extra.push({ index, recordId: id, document: undefined });
  }
  cursor.close();
  check.keys.set(index, keys);
}

function hasEntry(reader: KeyReader, index: IndexState, entry: Buffer, id: RecordId): boolean {
  if (index.isId) {
    const value = reader.get(entry);
    return value !== undefined && recordIdAtEnd(value) === id;
  }
  const key = Buffer.concat([entry, Buffer.alloc(recordIdBytes)]);
  writeRecordId(key, entry.length, id);
  return reader.get(key) !== undefined;
}

function decoded(raw: Buffer): BsonDocument | undefined {
  try {
    return decodeDocument(raw);
  } catch {
    return undefined;
  }
}
