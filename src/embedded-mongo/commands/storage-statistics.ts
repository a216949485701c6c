import { Int32, Long } from 'bson';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue } from '../errors.ts';
import type { Collection } from '../storage/collection.ts';
import { measureCollection } from '../storage/measure.ts';
import type { KeyReader } from '../storage/reader.ts';
import { numberOf } from './arguments.ts';

/** What `collStats` and `$collStats: { storageStats: {} }` tell of a collection; of none that there is nothing. */
export function storageStatistics(
  reader: KeyReader,
  collection: Collection | undefined,
  scale: number,
): BsonDocument {
  const scaled = (bytes: number): Int32 | Long => whole(Math.floor(bytes / scale));
  const count = collection?.count ?? 0;
  const { bytes, indexBytes } =
    collection === undefined
      ? { bytes: 0, indexBytes: new Map<string, number>() }
      : measureCollection(reader, collection);
  const allIndexBytes = [...indexBytes.values()].reduce((total, each) => total + each, 0);
  return new Map<string, BsonValue>([
    ['size', scaled(bytes)],
    ['count', whole(count)],
    ...(count > 0 ? [['avgObjSize', whole(Math.floor(bytes / count))] as [string, BsonValue]] : []),
    ['numOrphanDocs', new Int32(0)],
    ['storageSize', scaled(bytes)],
    ['freeStorageSize', new Int32(0)],
    ['capped', false],
    ['nindexes', new Int32(indexBytes.size)],
    ['indexBuilds', []],
    ['totalIndexSize', scaled(allIndexBytes)],
    ['totalSize', scaled(bytes + allIndexBytes)],
    ['indexSizes', new Map([...indexBytes].map(([name, each]) => [name, scaled(each)]))],
    ['scaleFactor', whole(scale)],
  ]);
}

/** By what sizes are divided. Throws BadValue when it is less than 1. */
export function scaleOf(given: BsonValue): number {
  const scale = Math.trunc(numberOf(given) ?? 1);
  if (!(scale >= 1)) throw badValue("'scale' must be >= 1");
  return scale;
}

/** As MongoDB does: an int where it fits. */
function whole(value: number): Int32 | Long {
  return value <= 0x7fffffff ? new Int32(value) : Long.fromNumber(value);
}
