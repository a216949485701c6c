/** A position in a range of keys, moving one way. `close` before the end, or storage stays pinned. */
export interface KeyCursor {
  /** The next key of the range, or undefined at its end. */
  next(): Buffer | undefined;
  /** The value of the key that `next` returned last. */
  value(): Buffer;
  close(): void;
}

/** Ordered keys and values as one reader sees them: live, at a snapshot, or with a transaction's own writes. */
export interface KeyReader {
  /** Changes whenever what was read before may have changed; constant for a snapshot. */
  readonly generation: number;
  get(key: Buffer): Buffer | undefined;
  /** Keys in [from, to), descending when `reverse`; `withValues` when the caller will ask for values. */
  range(from: Buffer, to: Buffer, reverse: boolean, withValues: boolean): KeyCursor;
  /** How many keys are in [from, to): none of them is read. */
  count(from: Buffer, to: Buffer): number;
}

/** A reader whose writes it sees itself. */
export interface KeyWriterStore extends KeyReader {
  put(key: Buffer, value: Buffer): void;
  remove(key: Buffer): void;
}
