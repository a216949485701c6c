import { mkdirSync } from 'node:fs';
import type { Timestamp } from 'bson';
import { open, type RootDatabase } from 'lmdb';
import type { MongoServerError } from '../errors.ts';
import type { ChangeEvent } from './change-event.ts';
import { checkDataFile } from './check-data-file.ts';
import { LogicalClock } from './clock.ts';
import { LiveReader } from './live-reader.ts';
import { LmdbReader, type ReadTransaction } from './lmdb-reader.ts';
import { Overlay } from './overlay.ts';
import type { KeyReader } from './reader.ts';
import { storageFailure } from './storage-failure.ts';

/**
 * - `flushed`: a write is answered after it was forced to the disk, so it survives a power cut.
 * - `process`: a write is answered when the operating system has it, so it survives the death of this process (a
 *   SIGKILL too), but not of the machine. For tests and throw-away data.
 */
export type Durability = 'flushed' | 'process';

/** Called with each commit's changes, in the order of commits, inside the transaction that stores them. */
export type CommitListener = (events: readonly ChangeEvent[], time: Timestamp) => void;

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
      keyEncoding: 'binary',
      encoding: 'binary',
      maxReaders: 1024,
      ...(process.platform === 'win32' ? {} : { mapSize: reservedBytes }),
      ...(durability === 'process' ? { noSync: true, overlappingSync: false } : {}),
    });
    const base = new LmdbReader(this.db);
    this.group = new Overlay(base);
    this.live = new LiveReader(base, this.group);
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
    for (const listener of this.listeners) listener(this.events, time);
    try {
      this.db.transactionSync(() => {
        for (const [text, value] of this.group.writes()) {
          const key = Buffer.from(text, 'latin1');
          if (value === null) this.db.remove(key);
          else this.db.put(key, value);
        }
      });
      this.sequence += 1;
    } catch (error) {
      this.failure = storageFailure(error);
      throw this.failure;
    } finally {
      this.group.clear();
      this.events.length = 0;
    }
  }

  /** The end of a group of commands: open cursors let go of storage. */
  endTurn(): void {
    this.live.release();
  }

  /** A view that stays as the store is now, until `done`. It makes the file grow while it is held. */
  snapshot(): Snapshot {
    // biome-ignore lint/correctness/useHookAtTopLevel: lmdb's name for it; no React here
    const transaction = this.db.useReadTransaction();
    return new Snapshot(new LmdbReader(this.db, transaction), this.sequence, transaction);
  }

  async close(): Promise<void> {
    this.live.release();
    await this.db.close();
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
