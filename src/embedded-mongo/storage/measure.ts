import type { Collection } from './collection.ts';
import { afterPrefix, entryPrefix, recordPrefix } from './keys.ts';
import type { KeyReader } from './reader.ts';

/** What a walk over a collection's documents and index entries finds. */
export interface CollectionMeasure {
  documents: number;
  bytes: number;
  /** By the index's name. */
  indexBytes: Map<string, number>;
}

/** Reads every document, and every key of its indexes. */
export function measureCollection(reader: KeyReader, collection: Collection): CollectionMeasure {
  const documents = measure(reader, recordPrefix(collection.id), (_, value) => value.length);
  const indexBytes = collection.indexes.map(({ id, definition }): [string, number] => [
    definition.name,
    measure(reader, entryPrefix(id), (key, value) => key.length + value.length).bytes,
  ]);
  return { documents: documents.count, bytes: documents.bytes, indexBytes: new Map(indexBytes) };
}

function measure(
  reader: KeyReader,
  prefix: Buffer,
  bytesOf: (key: Uint8Array, value: Uint8Array) => number,
): { count: number; bytes: number } {
  const sum = { count: 0, bytes: 0 };
  const cursor = reader.range(prefix, afterPrefix(prefix), false, true);
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
    sum.count += 1;
    sum.bytes += bytesOf(key, cursor.value());
  }
  cursor.close();
  return sum;
}
