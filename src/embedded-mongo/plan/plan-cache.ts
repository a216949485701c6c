import type { BsonValue } from '../bson/value.ts';
import type { Collection } from '../storage/collection.ts';
import type { Query } from './query.ts';

/** A choice between plans that was made once. */
export interface RememberedChoice {
  plan: string;
  /** Steps it took to bring the first results then. */
  steps: number;
}

const capacity = 1000;

/** Which plan won for queries of a shape, until the collection's indexes change. */
export class PlanCache {
  private readonly choices = new Map<string, RememberedChoice>();

  get(key: string): RememberedChoice | undefined {
    return this.choices.get(key);
  }

  set(key: string, choice: RememberedChoice): void {
    if (this.choices.size >= capacity) {
      const oldest = this.choices.keys().next().value;
      if (oldest !== undefined) this.choices.delete(oldest);
    }
    this.choices.set(key, choice);
  }
}

/** What queries that differ only in their values have in common. */
export function shapeOf(collection: Collection, query: Query): string {
  const sort = [...query.sort].map(([path, direction]) => `${path} ${String(direction)}`).join();
  return `${collection.id}.${collection.version}|${shapeOfValue(query.filter)}|${sort}|${query.limit === undefined ? '' : 'L'}`;
}

function shapeOfValue(value: BsonValue): string {
  if (value instanceof Map) {
    let text = '{';
    for (const [name, inner] of value) text += `${name}:${shapeOfValue(inner)},`;
    return `${text}}`;
  }
  if (!Array.isArray(value)) return value === null ? '0' : '?';
  return value.some((inner) => inner instanceof Map) ? `[${value.map(shapeOfValue).join()}]` : '[]';
}
