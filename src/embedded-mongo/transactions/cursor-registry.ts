import { randomBytes } from 'node:crypto';
import type { EncodableDocument, RawDocument } from '../bson/raw-document.ts';
import type { ChangeStream } from '../changes/change-stream.ts';
import { MongoServerError } from '../errors.ts';
import type { Transaction } from './transaction.ts';

/** What a cursor gives: documents to be encoded into a batch. */
export interface ResultSource {
  next(): EncodableDocument | RawDocument | undefined;
  close(): void;
  /** Present when `next` answering undefined does not mean the end: a client may wait for more. */
  readonly live?: ChangeStream;
}

/** A getMore that waits for something to happen. */
export interface WaitingGetMore {
  body: object;
  /** Waits no longer than this (ms since 1970). */
  until: number;
  finish(): void;
}

/** A cursor that a client has not read to its end. */
export interface ServerCursor {
  id: bigint;
  namespace: string;
  source: ResultSource;
  /** Result that did not fit into the last batch. */
  held: EncodableDocument | RawDocument | undefined;
  transaction: Transaction | undefined;
  sessionKey: string | undefined;
  /** The connection that used it last. */
  connection: number;
  keepForever: boolean;
  lastUsedAt: number;
  waiting?: WaitingGetMore | undefined;
}

const idleMs = 10 * 60_000;

/** Open cursors by id. Those that nobody used for ten minutes are closed. */
export class CursorRegistry {
  private readonly cursors = new Map<bigint, ServerCursor>();
  /** Commands whose cursor was killed while they waited. */
  private readonly interrupted = new WeakSet<object>();

  /** Cursors since the start, and those that nobody used for too long. */
  readonly totals = { opened: 0, timedOut: 0 };

  get keptForever(): number {
    let kept = 0;
    for (const cursor of this.cursors.values()) if (cursor.keepForever) kept += 1;
    return kept;
  }

  get size(): number {
    return this.cursors.size;
  }

  add(cursor: Omit<ServerCursor, 'id' | 'lastUsedAt'>): ServerCursor {
    let id = 0n;
    while (id === 0n || this.cursors.has(id)) id = randomBytes(8).readBigInt64LE() & 0x7fffffffffffffffn;
    const added = { ...cursor, id, lastUsedAt: Date.now() };
    this.cursors.set(id, added);
    this.totals.opened += 1;
    return added;
  }

  /** Throws CursorNotFound (43). */
  get(id: bigint): ServerCursor {
    const cursor = this.cursors.get(id);
    if (cursor === undefined) throw new MongoServerError(43, `cursor id ${id} not found`);
    cursor.lastUsedAt = Date.now();
    return cursor;
  }

  /** Whether it is a cursor that may wait for more. */
  isLive(id: bigint): boolean {
    return this.cursors.get(id)?.source.live !== undefined;
  }

  /** Answers whether there was such a cursor. */
  kill(id: bigint): boolean {
    const cursor = this.cursors.get(id);
    const existed = this.cursors.delete(id);
    cursor?.source.close();
    if (cursor?.waiting !== undefined) {
      this.interrupted.add(cursor.waiting.body);
      cursor.waiting.finish();
    }
    return existed;
  }

  /** Throws CursorKilled (237) for a getMore that waited when its cursor was killed. */
  checkInterrupted(body: object): void {
    if (this.interrupted.has(body)) throw new MongoServerError(237, 'operation was interrupted');
  }

  killWhere(unwanted: (cursor: ServerCursor) => boolean): void {
    for (const cursor of [...this.cursors.values()]) if (unwanted(cursor)) this.kill(cursor.id);
  }

  /** Lets go of what these cursors read. Whoever asks one for more is told `failure`, and then it is gone. */
  failWhere(unwanted: (cursor: ServerCursor) => boolean, failure: MongoServerError): void {
    const next = (): never => {
      throw failure;
    };
    for (const cursor of this.cursors.values()) {
      if (!unwanted(cursor)) continue;
      cursor.source.close();
      cursor.source = { next, close: () => undefined };
      cursor.held = undefined;
    }
  }

  killIdle(now: number): void {
    this.killWhere((cursor) => {
      const idle = !cursor.keepForever && !cursor.waiting && now - cursor.lastUsedAt > idleMs;
      if (idle) this.totals.timedOut += 1;
      return idle;
    });
  }

  closeAll(): void {
    this.killWhere(() => true);
  }
}
