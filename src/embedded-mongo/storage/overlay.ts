import { keyText } from './key-text.ts';
import type { KeyCursor, KeyReader, KeyWriterStore } from './reader.ts';
import { SortedKeys } from './sorted-keys.ts';

/** What is buffered for a key: its new value, or null for a removal. */
export type OverlayValue = Buffer | null;

/**
 * Writes held in memory above a reader, seen by whoever reads through it, until they are committed to the store in
 * one piece or dropped. All writes go through one: a group of plain commands, or a transaction. Keys are kept as
 * text, which is smaller than a Buffer and serves as key of the map.
 */
export class Overlay implements KeyWriterStore {
  generation = 0;
  private readonly base: KeyReader;
  private values = new Map<string, OverlayValue>();
  private sorted: SortedKeys | undefined;
  /** Keys and what was buffered for them before, in turn. */
  private undo: Array<string | OverlayValue | undefined> | undefined;

  constructor(base: KeyReader) {
    this.base = base;
  }

  get size(): number {
    return this.values.size;
  }

  /** Keys as text with their values, in no order. */
  writes(): Iterable<[string, OverlayValue]> {
    return this.values;
  }

  clear(): void {
    this.values = new Map();
    this.sorted = undefined;
    this.undo = undefined;
  }

  get(key: Buffer): Buffer | undefined {
    if (this.values.size === 0) return this.base.get(key);
    const value = this.values.get(keyText(key));
    return value === undefined ? this.base.get(key) : (value ?? undefined);
  }

  put(key: Buffer, value: Buffer): void {
    this.set(keyText(key), value);
  }

  remove(key: Buffer): void {
    this.set(keyText(key), null);
  }

  /** Takes over another's writes; the other one is at its end. */
  absorb(other: Overlay): void {
    if (this.values.size === 0 && this.undo === undefined) {
      this.generation += other.values.size;
      this.values = other.values;
      this.sorted = undefined;
      return;
    }
    for (const [text, value] of other.values) this.set(text, value);
  }

  /** From here on, `rollback` takes writes back; a later call moves the point. */
  savepoint(): void {
    this.undo = [];
  }

  /** Keeps what was written since the savepoint. */
  keep(): void {
    this.undo = undefined;
  }

  rollback(): void {
    const undo = this.undo ?? [];
    this.undo = undefined;
    for (let i = undo.length - 2; i >= 0; i -= 2) {
      const text = undo[i] as string;
      const before = undo[i + 1] as OverlayValue | undefined;
      if (before !== undefined) this.values.set(text, before);
      else {
        this.values.delete(text);
        this.sorted?.delete(text);
      }
    }
  }

  range(from: Buffer, to: Buffer, reverse: boolean, withValues: boolean): KeyCursor {
    const below = this.base.range(from, to, reverse, withValues);
    return new MergedCursor(below, this, from, to, reverse);
  }

  count(from: Buffer, to: Buffer): number {
    let total = this.base.count(from, to);
    const [low, high] = [keyText(from), keyText(to)];
    for (
      let text = this.neighbour(low, high, false, undefined);
      text !== undefined;
      text = this.neighbour(low, high, false, text)
    ) {
      const isStored = this.base.get(Buffer.from(text, 'latin1')) !== undefined;
      const isThere = this.values.get(text) != null;
      if (isThere !== isStored) total += isThere ? 1 : -1;
    }
    return total;
  }

  /** The buffered key that follows `after` in the direction of travel (or begins it), within the range. */
  neighbour(from: string, to: string, reverse: boolean, after: string | undefined): string | undefined {
    if (this.values.size === 0) return undefined;
    this.sorted ??= new SortedKeys(this.values.keys());
    const text = reverse
      ? this.sorted.below(after ?? to)
      : this.sorted.ceiling(after === undefined ? from : `${after}\0`);
    return text === undefined || (reverse ? text < from : text >= to) ? undefined : text;
  }

  /** What is buffered for a key that `neighbour` gave. */
  buffered(text: string): OverlayValue {
    return this.values.get(text) ?? null;
  }

  private set(text: string, value: OverlayValue): void {
    const isNew = !this.values.has(text);
    this.generation += 1;
    this.undo?.push(text, isNew ? undefined : this.values.get(text));
    this.values.set(text, value);
    if (isNew) this.sorted?.add(text);
  }
}

/** Two ordered streams as one; the overlay's entry hides the store's of the same key. */
class MergedCursor implements KeyCursor {
  private readonly below: KeyCursor;
  private readonly overlay: Overlay;
  private readonly from: string;
  private readonly to: string;
  private readonly reverse: boolean;
  private lower: Buffer | undefined;
  private lowerRead = false;
  private last: Buffer | undefined;
  private current: Buffer | undefined;

  constructor(below: KeyCursor, overlay: Overlay, from: Buffer, to: Buffer, reverse: boolean) {
    this.below = below;
    this.overlay = overlay;
    this.from = keyText(from);
    this.to = keyText(to);
    this.reverse = reverse;
  }

  next(): Buffer | undefined {
    for (;;) {
      if (!this.lowerRead) {
        this.lower = this.below.next();
        this.lowerRead = true;
      }
      const after = this.last === undefined ? undefined : keyText(this.last);
      const upper = this.overlay.neighbour(this.from, this.to, this.reverse, after);
      if (upper === undefined) return this.takeLower();
      const key = Buffer.from(upper, 'latin1');
      const order = this.lower === undefined ? -1 : Buffer.compare(key, this.lower);
      if (this.lower !== undefined && order !== 0 && order > 0 !== this.reverse) return this.takeLower();
      this.last = key;
      if (order === 0) this.lowerRead = false;
      const value = this.overlay.buffered(upper);
      if (value === null) continue;
      this.current = value;
      return key;
    }
  }

  value(): Buffer {
    return this.current ?? this.below.value();
  }

  close(): void {
    this.below.close();
  }

  private takeLower(): Buffer | undefined {
    this.current = undefined;
    if (this.lower === undefined) return undefined;
    this.lowerRead = false;
    this.last = this.lower;
    return this.lower;
  }
}
