import { compareValues } from '../bson/compare.ts';
import type { BsonValue } from '../bson/value.ts';
import type { Collection, IndexState } from '../storage/collection.ts';

/** The index that a hint names, by name or key pattern. */
export function findIndexByHint(collection: Collection, hint: BsonValue): IndexState | undefined {
  return collection.indexes.find(({ definition }) => {
    if (definition.hidden) return false;
    if (typeof hint === 'string') return definition.name === hint;
    const key = definition.spec.get('key');
    return key !== undefined && compareValues(key, hint) === 0;
  });
}
