import { randomBytes } from 'node:crypto';
import type { EncodableDocument, RawDocument } from '../bson/raw-document.ts';
import { MongoServerError } from '../errors.ts';
import type { Transaction } from './transaction.ts';

/** What a cursor gives: documents to be encoded into a batch. */
export interface ResultSource {
  next(): EncodableDocument | RawDocument | undefined;
  close(): void;
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
}

const idleMs = 10 * 60_000;

/** Open cursors by id. Those that nobody used for ten minutes are closed. */
export class CursorRegistry {
  private readonly cursors = new Map<bigint, ServerCursor>();

  get size(): number {
    return this.cursors.size;
  }

  add(cursor: Omit<ServerCursor, 'id' | 'lastUsedAt'>): ServerCursor {
    let id = 0n;
    while (id === 0n || this.cursors.has(id)) id = randomBytes(8).readBigInt64LE() & 0x7fffffffffffffffn;
    const added = { ...cursor, id, lastUsedAt: Date.now() };
    this.cursors.set(id, added);
    return added;
  }

  /** Throws CursorNotFound (43). */
  get(id: bigint): ServerCursor {
    const cursor = this.cursors.get(id);
    if (cursor === undefined) throw new MongoServerError(43, `cursor id ${id} not found`);
    cursor.lastUsedAt = Date.now();
    return cursor;
  }

  /** Answers whether there was such a cursor. */
  kill(id: bigint): boolean {
    const cursor = this.cursors.get(id);
    cursor?.source.close();
    return this.cursors.delete(id);
  }

  killWhere(unwanted: (cursor: ServerCursor) => boolean): void {
    for (const cursor of [...this.cursors.values()]) if (unwanted(cursor)) this.kill(cursor.id);
  }

  killIdle(now: number): void {
    this.killWhere((cursor) => !cursor.keepForever && now - cursor.lastUsedAt > idleMs);
  }

  closeAll(): void {
    this.killWhere(() => true);
  }
}
