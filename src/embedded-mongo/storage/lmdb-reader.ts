import type { RootDatabase } from 'lmdb';
import type { KeyCursor, KeyReader } from './reader.ts';

/** What lmdb's declarations call Transaction but do not export by that name. */
export type ReadTransaction = ReturnType<RootDatabase['useReadTransaction']>;

/** Reads the store's files: the newest state, or what a held read transaction shows. */
export class LmdbReader implements KeyReader {
  readonly generation = 0;
  private readonly db: RootDatabase<Buffer, Buffer>;
  private readonly transaction: ReadTransaction | undefined;

  constructor(db: RootDatabase<Buffer, Buffer>, transaction?: ReadTransaction) {
    this.db = db;
    this.transaction = transaction;
  }

  get(key: Buffer): Buffer | undefined {
    if (this.transaction === undefined) return this.db.get(key);
    return this.db.get(key, { transaction: this.transaction });
  }

  range(from: Buffer, to: Buffer, reverse: boolean, withValues: boolean): KeyCursor {
    // A reverse range begins at its upper end, which is excluded, and includes its lower one.
    const bounds = reverse
      ? { start: to, end: from, reverse, exclusiveStart: true, inclusiveEnd: true }
      : { start: from, end: to };
    const options = this.transaction === undefined ? bounds : { ...bounds, transaction: this.transaction };
    if (withValues) return new EntryCursor(this.db.getRange(options)[Symbol.iterator]());
    return new KeysCursor(this.db.getKeys(options)[Symbol.iterator]());
  }

  count(from: Buffer, to: Buffer): number {
    const bounds = { start: from, end: to };
    return this.db.getKeysCount(
      this.transaction === undefined ? bounds : { ...bounds, transaction: this.transaction },
    );
  }
}

class KeysCursor implements KeyCursor {
  private readonly keys: Iterator<Buffer>;

  constructor(keys: Iterator<Buffer>) {
    this.keys = keys;
  }

  next(): Buffer | undefined {
    const step = this.keys.next();
    return step.done ? undefined : step.value;
  }

  value(): Buffer {
    throw new Error('This range was opened without values');
  }

  close(): void {
    this.keys.return?.();
  }
}

class EntryCursor implements KeyCursor {
  private readonly entries: Iterator<{ key: Buffer; value: Buffer }>;
  private current: Buffer | undefined;

  constructor(entries: Iterator<{ key: Buffer; value: Buffer }>) {
    this.entries = entries;
  }

  next(): Buffer | undefined {
    const step = this.entries.next();
    if (step.done) return undefined;
    this.current = step.value.value;
    return step.value.key;
  }

  value(): Buffer {
    if (this.current === undefined) throw new Error('There is no current entry');
    return this.current;
  }

  close(): void {
    this.entries.return?.();
  }
}
