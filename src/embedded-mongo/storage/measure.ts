import { decodeDocument } from '../bson/decode.ts';
import { recordIdAtEnd } from '../index/record-id.ts';
import type { Collection, IndexState } from './collection.ts';
import { afterPrefix, recordPrefix } from './keys.ts';
import type { KeyReader } from './reader.ts';
import { entriesOf, readRecord } from './records.ts';

/** What a walk over a collection's documents finds. */
export interface CollectionMeasure {
  documents: number;
  bytes: number;
  /** Index entries that the documents ought to have. */
  expectedKeys: Map<IndexState, number>;
}

/** Reads every document. */
export function measureCollection(reader: KeyReader, collection: Collection): CollectionMeasure {
  const measure: CollectionMeasure = { documents: 0, bytes: 0, expectedKeys: new Map() };
  const prefix = recordPrefix(collection.id);
  const cursor = reader.range(prefix, afterPrefix(prefix), false, true);
  while (cursor.next() !== undefined) {
    const raw = cursor.value();
    const document = decodeDocument(raw);
    measure.documents += 1;
    measure.bytes += raw.length;
    for (const index of collection.indexes) {
      const entries = entriesOf(index, document).keys.length;
      measure.expectedKeys.set(index, (measure.expectedKeys.get(index) ?? 0) + entries);
    }
  }
  cursor.close();
  return measure;
}

/** Reads every entry of an index and looks for the document it stands for. */
export function countIndexKeys(
  reader: KeyReader,
  collection: Collection,
  index: IndexState,
): { keys: number; errors: string[] } {
  const errors: string[] = [];
  let keys = 0;
  const cursor = reader.range(index.prefix, afterPrefix(index.prefix), false, index.isId);
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
    keys += 1;
    const id = recordIdAtEnd(index.isId ? cursor.value() : key);
    const entry = index.isId ? key : key.subarray(0, key.length - 6);
    const raw = readRecord(reader, collection, id);
    const belongs =
      raw !== undefined && entriesOf(index, decodeDocument(raw)).keys.some((own) => own.equals(entry));
    if (!belongs)
      errors.push(`index ${index.definition.name} has an entry for record ${id} that it does not have`);
  }
  cursor.close();
  return { keys, errors };
}
