import { mkdirSync } from 'node:fs';
import { Timestamp } from 'bson';
import { open, type RootDatabase } from 'lmdb';
import type { NativeTextBuffer } from '../bson/native-text.ts';
import type { MongoServerError } from '../errors.ts';
import type { ChangeEvent } from './change-event.ts';
import { checkDataFile } from './check-data-file.ts';
import { LogicalClock } from './clock.ts';
import { metaKey } from './keys.ts';
import { LiveReader } from './live-reader.ts';
import { LmdbReader, type ReadTransaction } from './lmdb-reader.ts';
import { Overlay } from './overlay.ts';
import type { KeyCursor, KeyReader } from './reader.ts';
import { storageFailure } from './storage-failure.ts';

/**
 * - `flushed`: a write is answered after it was forced to the disk, so it survives a power cut.
 * - `process`: a write is answered when the operating system has it, so it survives the death of this process (a
 *   SIGKILL too), but not of the machine. For tests and throw-away data.
 */
export type Durability = 'flushed' | 'process';

/** A key as its bytes, or as `keyText`. */
export type FileKey = Buffer | string;

/** Writes to the files themselves, all or nothing. */
export interface FileWriter {
  put(key: FileKey, value: Buffer): void;
  remove(key: FileKey): void;
}

/** Told of each commit's changes, in the order of commits. */
export interface CommitListener {
  /** Inside the transaction that stores them: what it writes is stored with them. */
  storing(events: readonly ChangeEvent[], time: Timestamp, files: FileWriter): void;
  /** They are stored. */
  stored(events: readonly ChangeEvent[]): void;
}

/** Keys are bytes as they are. Text is written where LMDB wants it, without a Buffer of its own. */
const keyEncoder = {
  writeKey(key: FileKey, target: NativeTextBuffer, start: number): number {
    if (typeof key !== 'string') {
      target.set(key, start);
      return start + key.length;
    }
    const written = target.latin1Write(key, start);
    if (written !== key.length) throw new RangeError('The key is longer than its place.');
    return start + written;
  },
  readKey: (source: Buffer, start: number, end?: number): Buffer =>
    Uint8Array.prototype.slice.call(source, start, end) as Buffer,
};

const clockKey = metaKey('clock');

/**
 * Address space taken at the start, not memory: as the file outgrows its map, LMDB maps it again beside the old one.
 */
const reservedBytes = 2 ** 36;

/**
 * The data directory. Plain writes gather in `group` while a batch of commands is worked through and reach the
 * disk together in `commit`, the one place where writes pass, in order.
 */
export class Store {
  readonly group: Overlay;
  readonly live: LiveReader;
  /** What is stored, without the group's writes. */
  readonly files: KeyReader;
  readonly clock = new LogicalClock();
  /** Counts commits: a snapshot taken at n sees exactly the commits up to n. */
  sequence = 0;
  readonly events: ChangeEvent[] = [];
  /** Why the last commit failed, until somebody has seen to it. */
  failure: MongoServerError | undefined;
  private readonly db: RootDatabase<Buffer, Buffer>;
  private readonly listeners: CommitListener[] = [];

  constructor(directory: string, durability: Durability) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    checkDataFile(directory);
    this.db = open<Buffer, Buffer>({
      path: `${directory}/data`,
      keyEncoder,
      encoding: 'binary',
      maxReaders: 1024,
      ...(process.platform === 'win32' ? {} : { mapSize: reservedBytes }),
      ...(durability === 'process' ? { noSync: true, overlappingSync: false } : {}),
    });
    this.files = new LmdbReader(this.db);
    this.group = new Overlay(this.files);
    this.live = new LiveReader(this.files, this.group);
    const time = this.files.get(clockKey);
    if (time !== undefined) {
      this.clock.atLeast(new Timestamp({ t: time.readUInt32BE(0), i: time.readUInt32BE(4) }));
    }
  }

  onCommit(listener: CommitListener): void {
    this.listeners.push(listener);
  }

  /**
   * Writes the group to the disk. Everything or, when it throws, nothing of it is stored. Some commands commit in their
   * middle what others before them wrote: `failure` tells those too.
   */
  commit(): void {
    if (this.group.size === 0) return;
    const time = this.clock.tick();
    try {
      this.write((files) => {
        for (const [key, value] of this.group.writes()) {
          if (value === null) files.remove(key);
          else files.put(key, value);
        }
        // So that no time is given out twice, whatever happens to the machine's clock.
        files.put(clockKey, timeBytes(time));
        if (this.events.length === 0) return;
        for (const listener of this.listeners) listener.storing(this.events, time, files);
      });
      this.sequence += 1;
      if (this.events.length > 0) for (const listener of this.listeners) listener.stored(this.events);
    } catch (error) {
      this.failure = storageFailure(error);
      throw this.failure;
    } finally {
      this.group.clear();
      this.events.length = 0;
    }
  }

  /** Writes past the group, in a transaction of its own: for what only the server itself keeps. */
  write(change: (files: FileWriter) => void): void {
    this.db.transactionSync(() =>
      change({
        // What is declared of keys is what reads give; `keyEncoder` takes text too.
        put: (key, value) => this.db.put(key as Buffer, value),
        remove: (key) => this.db.remove(key as Buffer),
      }),
    );
  }

  /** The end of a group of commands: open cursors let go of storage. */
  endTurn(): void {
    this.live.release();
  }

  /** A view that stays as the store is now, until `done`. It makes the file grow while it is held. */
  snapshot(): Snapshot {
    // biome-ignore lint/correctness/useHookAtTopLevel: lmdb's name for it; no React here
    const transaction = this.db.useReadTransaction();
    const { sequence } = this;
    const held = new LmdbReader(this.db, transaction);
    const reader = new SnapshotReader(this.files, held, () => this.sequence === sequence);
    return new Snapshot(reader, sequence, transaction);
  }

  async close(): Promise<void> {
    this.live.release();
    await this.db.close();
  }
}

/**
 * A snapshot's view. While nothing was committed since it was taken, the files themselves show the same, and they keep
 * their cursors for the next range, where a held transaction makes one for each: which costs more than a short range. A
 * cursor stays on what was there when it was opened, whatever is committed while it is read.
 */
class SnapshotReader implements KeyReader {
  readonly generation = 0;
  private readonly files: KeyReader;
  private readonly held: KeyReader;
  private readonly isCurrent: () => boolean;

  constructor(files: KeyReader, held: KeyReader, isCurrent: () => boolean) {
    this.files = files;
    this.held = held;
    this.isCurrent = isCurrent;
  }

  get(key: Buffer): Buffer | undefined {
    return this.reader().get(key);
  }

  range(from: Buffer, to: Buffer, reverse: boolean, withValues: boolean): KeyCursor {
    return this.reader().range(from, to, reverse, withValues);
  }

  count(from: Buffer, to: Buffer): number {
    return this.reader().count(from, to);
  }

  private reader(): KeyReader {
    return this.isCurrent() ? this.files : this.held;
  }
}

/** A held read transaction. */
export class Snapshot {
  readonly reader: KeyReader;
  readonly sequence: number;
  private transaction: ReadTransaction | undefined;

  constructor(reader: KeyReader, sequence: number, transaction: ReadTransaction) {
    this.reader = reader;
    this.sequence = sequence;
    this.transaction = transaction;
  }

  done(): void {
    this.transaction?.done();
    this.transaction = undefined;
  }
}

/** A time as it is stored and as it sorts: seconds, then the counter. */
export function timeBytes(time: Timestamp): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(time.t, 0);
  bytes.writeUInt32BE(time.i, 4);
  return bytes;
}
