import type { Collation } from './collation.ts';
import { hashKey } from './hash-key.ts';
import type { BsonValue } from './value.ts';

/** A map keyed by BSON values, equal as MongoDB compares them; entries keep the order in which they came. */
export class ValueMap<T> {
  readonly #entries = new Map<string, { key: BsonValue; value: T }>();
  readonly #stringKey: ((text: string) => string) | undefined;

  constructor(collation?: Collation) {
    this.#stringKey = collation && collationKeys(collation);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: BsonValue): boolean {
    return this.#entries.has(hashKey(key, this.#stringKey));
  }

  get(key: BsonValue): T | undefined {
    return this.#entries.get(hashKey(key, this.#stringKey))?.value;
  }

  /** The first key stays when an equal one is set again. */
  set(key: BsonValue, value: T): void {
    const hash = hashKey(key, this.#stringKey);
    const entry = this.#entries.get(hash);
    if (entry) entry.value = value;
    else this.#entries.set(hash, { key, value });
  }

  *keys(): Iterable<BsonValue> {
    for (const entry of this.#entries.values()) yield entry.key;
  }

  *entries(): Iterable<[BsonValue, T]> {
    for (const entry of this.#entries.values()) yield [entry.key, entry.value];
  }
}

/** Values without repetition, in the order in which they came. */
export function distinctValues(values: Iterable<BsonValue>, collation?: Collation): BsonValue[] {
  const seen = new ValueMap<true>(collation);
  for (const value of values) {
    if (!seen.has(value)) seen.set(value, true);
  }
  return [...seen.keys()];
}

/**
 * Intl has no sort keys, so each string is given the first string met that the collation finds equal: those
 * representatives are kept sorted and searched by halves, and every string searched once.
 */
function collationKeys(collation: Collation): (text: string) => string {
  const known = new Map<string, string>();
  const representatives: string[] = [];
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    let low = 0;
    let high = representatives.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const candidate = representatives[middle] as string;
      const order = collation.compareStrings(candidate, text);
      if (order === 0) {
        known.set(text, candidate);
        return candidate;
      }
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    representatives.splice(low, 0, text);
    known.set(text, text);
    return text;
  };
}
