import type { Collection } from './collection.ts';
import { afterPrefix, recordPrefix } from './keys.ts';
import type { KeyReader } from './reader.ts';

/** What a walk over a collection's documents finds. */
export interface CollectionMeasure {
  documents: number;
  bytes: number;
}

/** Reads every document. */
export function measureCollection(reader: KeyReader, collection: Collection): CollectionMeasure {
  const measure: CollectionMeasure = { documents: 0, bytes: 0 };
  const prefix = recordPrefix(collection.id);
  const cursor = reader.range(prefix, afterPrefix(prefix), false, true);
  while (cursor.next() !== undefined) {
    const raw = cursor.value();
    measure.documents += 1;
    measure.bytes += raw.length;
  }
  cursor.close();
  return measure;
}
