import { Timestamp } from 'bson';
import type { ChangeEvent } from '../storage/change-event.ts';
import { afterPrefix, keyKind, metaKey } from '../storage/keys.ts';
import { type FileWriter, type Store, timeBytes } from '../storage/store.ts';
import { bytesBefore, chunkKey, chunksOf, countOf, type LogChunk, positionOf } from './log-chunk.ts';
import { after, type LogPosition } from './position.ts';

/** How much of the past is kept: what exceeds either is removed. */
export interface LogLimits {
  bytes: number;
  seconds: number;
}

export const defaultLogLimits: LogLimits = { bytes: 64 * 1024 * 1024, seconds: 24 * 60 * 60 };

/** A stream that has read everything and waits for more. */
export interface Waiter {
  /** Whether a change may concern it. */
  concerns(event: ChangeEvent): boolean;
  wake(): void;
}

const prefix = Buffer.from([keyKind.change]);
const prefixEnd = afterPrefix(prefix);
const oldestKey = metaKey('changesFrom');
/** How many pieces are removed in one go, so that nobody waits for it. */
const trimAtOnce = 2000;

/**
 * Every change in the order of commits, stored in the same write as the documents, for as long as the limits allow:
 * the counterpart of MongoDB's oplog.
 */
export class ChangeLog {
  private readonly store: Store;
  private readonly limits: LogLimits;
  private readonly waiting = new Set<Waiter>();
  /** Streams can begin here or later. */
  private oldest: Timestamp;
  private writtenBytes = 0;
  private removedBytes = 0;

  constructor(store: Store, limits: LogLimits = defaultLogLimits) {
    this.store = store;
    this.limits = limits;
    const oldest = store.files.get(oldestKey);
    if (oldest === undefined) {
      this.oldest = store.clock.tick();
      store.write((files) => files.put(oldestKey, timeBytes(this.oldest)));
    } else this.oldest = new Timestamp({ t: oldest.readUInt32BE(0), i: oldest.readUInt32BE(4) });
    this.measure();
    store.onCommit({
      storing: (events, time, files) => this.append(events, time, files),
      stored: (events) => this.wake(events),
    });
  }

  /** Bytes in the log. */
  get size(): number {
    return this.writtenBytes - this.removedBytes;
  }

  /** Everything that was committed lies before it. */
  get end(): LogPosition {
    return after(this.store.clock.now());
  }

  /** Whether all that was committed from here on is still there. */
  reachesBackTo({ time }: LogPosition): boolean {
    return time.t > this.oldest.t || (time.t === this.oldest.t && time.i >= this.oldest.i);
  }

  /** The piece with the change at `position`, or the next after it. */
  chunkFrom(position: LogPosition): LogChunk | undefined {
    return this.chunkAround(position) ?? this.chunkAfter(position);
  }

  /** From now on `waiter` is woken by changes that concern it, until the answer is called. */
  watch(waiter: Waiter): () => void {
    this.waiting.add(waiter);
    return () => this.waiting.delete(waiter);
  }

  /** Removes what is too old or too much, a part of it at a time. */
  trim(now: number): void {
    const oldestSecond = Math.floor(now / 1000) - this.limits.seconds;
    const keys: Buffer[] = [];
    const cursor = this.store.files.range(prefix, prefixEnd, false, true);
    for (let key = cursor.next(); key !== undefined && keys.length < trimAtOnce; key = cursor.next()) {
      const excess = this.writtenBytes - bytesBefore(cursor.value()) > this.limits.bytes;
      if (!excess && positionOf(key).time.t >= oldestSecond) break;
      keys.push(key);
    }
    cursor.close();
    const last = keys.at(-1);
    if (last === undefined) return;
    const oldest = after(positionOf(last).time).time;
    this.store.write((files) => {
      for (const key of keys) files.remove(key);
      files.put(oldestKey, timeBytes(oldest));
    });
    this.oldest = oldest;
    this.measure();
  }

  private append(events: readonly ChangeEvent[], time: Timestamp, files: FileWriter): void {
    for (const chunk of chunksOf(events, time, this.writtenBytes, Date.now())) {
      files.put(chunkKey(chunk.first), chunk.bytes);
      this.writtenBytes += chunk.bytes.length;
    }
  }

  private wake(events: readonly ChangeEvent[]): void {
    for (const waiter of [...this.waiting]) {
      if (events.some((event) => waiter.concerns(event))) waiter.wake();
    }
  }

  private chunkAround(position: LogPosition): LogChunk | undefined {
    const key = chunkKey(position);
    const cursor = this.store.files.range(prefix, Buffer.concat([key, Buffer.from([0])]), true, false);
    const found = cursor.next();
    cursor.close();
    if (found === undefined || found.compare(key, 0, 9, 0, 9) !== 0) return undefined;
    const chunk = this.chunkAt(found, this.store.files.get(found));
    return chunk !== undefined && chunk.first.index + chunk.count > position.index ? chunk : undefined;
  }

  private chunkAfter(position: LogPosition): LogChunk | undefined {
    const cursor = this.store.files.range(chunkKey(position), prefixEnd, false, true);
    const key = cursor.next();
    const chunk = key === undefined ? undefined : this.chunkAt(key, cursor.value());
    cursor.close();
    return chunk;
  }

  private chunkAt(key: Buffer, bytes: Buffer | undefined): LogChunk | undefined {
    return bytes === undefined ? undefined : { first: positionOf(key), count: countOf(bytes), bytes };
  }

  /** Finds the log's size from its two ends. */
  private measure(): void {
    const first = this.edge(false);
    const last = this.edge(true);
    if (last !== undefined) this.writtenBytes = bytesBefore(last) + last.length;
    this.removedBytes = first === undefined ? this.writtenBytes : bytesBefore(first);
  }

  private edge(reverse: boolean): Buffer | undefined {
    const cursor = this.store.files.range(prefix, prefixEnd, reverse, true);
    const value = cursor.next() === undefined ? undefined : cursor.value();
    cursor.close();
    return value;
  }
}
