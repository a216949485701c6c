import type { DocumentChange } from './change-event.ts';
import type { Collection } from './collection.ts';
import type { KeyWriterStore } from './reader.ts';

/** Decides whether a write may go on: see `Conflicts`. Throws when another writer is in the way. */
export interface WriteGuard {
  claim(key: string): void;
}

/**
 * What one command, or one transaction, writes: where to, under which guard, and what it amounts to. The figures
 * are applied when it is kept, forgotten when it is not.
 */
export interface WriteUnit {
  writer: KeyWriterStore;
  guard: WriteGuard;
  events: { push(event: DocumentChange): unknown };
  /** Documents added less documents removed. */
  counts: Map<Collection, number>;
  /** Stores a collection's definition again, since an index learned something (multikey, overflow). */
  noteIndexChange(collection: Collection): void;
}

export function addToCount(unit: WriteUnit, collection: Collection, difference: number): void {
  unit.counts.set(collection, (unit.counts.get(collection) ?? 0) + difference);
}
