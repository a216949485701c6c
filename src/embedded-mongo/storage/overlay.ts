import { keyText } from './key-text.ts';
import type { KeyCursor, KeyReader, KeyWriterStore } from './reader.ts';
import { SortedKeys } from './sorted-keys.ts';

/** One buffered write; a null value is a removal. */
export interface OverlayEntry {
  key: Buffer;
  value: Buffer | null;
}

/**
 * Writes held in memory above a reader, seen by whoever reads through it, until they are committed to the store in
 * one piece or dropped. All writes go through one: a group of plain commands, or a transaction.
 */
export class Overlay implements KeyWriterStore {
  generation = 0;
  private readonly base: KeyReader;
  private readonly entries = new Map<string, OverlayEntry>();
  private sorted: SortedKeys | undefined;
  private undo: Array<[string, OverlayEntry | undefined]> | undefined;

  constructor(base: KeyReader) {
    this.base = base;
  }

  get size(): number {
    return this.entries.size;
  }

  writes(): Iterable<OverlayEntry> {
    return this.entries.values();
  }

  clear(): void {
    this.entries.clear();
    this.sorted = undefined;
    this.undo = undefined;
  }

  get(key: Buffer): Buffer | undefined {
    if (this.entries.size === 0) return this.base.get(key);
    const entry = this.entries.get(keyText(key));
    if (entry === undefined) return this.base.get(key);
    return entry.value ?? undefined;
  }

  put(key: Buffer, value: Buffer): void {
    this.set(key, value);
  }

  remove(key: Buffer): void {
    this.set(key, null);
  }

  /** From here on, `rollback` takes writes back; a later call moves the point. */
  savepoint(): void {
    this.undo = [];
  }

  rollback(): void {
    const undo = this.undo ?? [];
    this.undo = undefined;
    for (let i = undo.length - 1; i >= 0; i--) {
      const [text, before] = undo[i] as [string, OverlayEntry | undefined];
      if (before !== undefined) this.entries.set(text, before);
      else {
        this.entries.delete(text);
        this.sorted?.delete(text);
      }
    }
  }

  range(from: Buffer, to: Buffer, reverse: boolean, withValues: boolean): KeyCursor {
    const below = this.base.range(from, to, reverse, withValues);
    return new MergedCursor(below, this, from, to, reverse);
  }

  /** The buffered write that follows `after` in the direction of travel (or begins it), within the range. */
  neighbour(from: string, to: string, reverse: boolean, after: string | undefined): OverlayEntry | undefined {
    if (this.entries.size === 0) return undefined;
    this.sorted ??= new SortedKeys(this.entries.keys());
    const text = reverse
      ? this.sorted.below(after ?? to)
      : this.sorted.ceiling(after === undefined ? from : `${after}\0`);
    if (text === undefined || (reverse ? text < from : text >= to)) return undefined;
    return this.entries.get(text);
  }

  private set(key: Buffer, value: Buffer | null): void {
    const text = keyText(key);
    const before = this.entries.get(text);
    this.generation += 1;
    this.undo?.push([text, before]);
    this.entries.set(text, { key, value });
    if (before === undefined) this.sorted?.add(text);
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
      const order = this.lower === undefined ? -1 : Buffer.compare(upper.key, this.lower);
      if (this.lower !== undefined && order !== 0 && order > 0 !== this.reverse) return this.takeLower();
      this.last = upper.key;
      if (order === 0) this.lowerRead = false;
      if (upper.value === null) continue;
      this.current = upper.value;
      return upper.key;
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
