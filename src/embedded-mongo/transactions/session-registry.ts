import { Binary, Long } from 'bson';
import { decodeDocument } from '../bson/decode.ts';
import { encodeDocument } from '../bson/encode.ts';
import type { EncodableDocument } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { badValue, MongoServerError } from '../errors.ts';
import { afterPrefix, keyKind, sessionKey } from '../storage/keys.ts';
import type { Store } from '../storage/store.ts';
import type { WriteUnit } from '../storage/write-unit.ts';
import type { Conflicts } from './conflicts.ts';
import type { CursorRegistry } from './cursor-registry.ts';
import { Transaction, transactionLifetimeMs } from './transaction.ts';

/** A logical session: its last transaction or retryable write. */
export interface Session {
  key: string;
  /** The highest transaction number seen, -1 before any. */
  number: bigint;
  state: 'none' | 'open' | 'committed' | 'aborted' | 'retryable';
  transaction: Transaction | undefined;
  /** The answer to retryable write `number`, kept for a client that did not get it. */
  answer: BsonDocument | undefined;
  lastUsedAt: number;
  /** The open connections that commands of the session came by. */
  connections: Set<number>;
  /** The last of them to close, until the session is used again. */
  leftBy: number | undefined;
}

const sessionLifetimeMs = 30 * 60_000;

/** Sessions by id, with the transactions they run. */
export class SessionRegistry {
  private readonly store: Store;
  private readonly conflicts: Conflicts;
  private readonly cursors: CursorRegistry;
  private readonly onAbort: (transaction: Transaction) => void;
  private readonly sessions = new Map<string, Session>();
  /** Transactions since the start. */
  readonly totals = { started: 0, committed: 0, aborted: 0 };

  constructor(
    store: Store,
    conflicts: Conflicts,
    cursors: CursorRegistry,
    onAbort: (transaction: Transaction) => void,
  ) {
    this.onAbort = onAbort;
    this.store = store;
    this.conflicts = conflicts;
    this.cursors = cursors;
  }

  get size(): number {
    return this.sessions.size;
  }

  get openTransactions(): number {
    let open = 0;
    for (const session of this.sessions.values()) if (session.state === 'open') open += 1;
    return open;
  }

  /**
   * The session of an `lsid`, made when it is new; one from before a restart has its last answer back. `connection` is
   * where it is asked for.
   */
  use(lsid: BsonDocument, connection: number): Session {
    const key = sessionKeyOf(lsid);
    const session = this.sessions.get(key) ?? this.open(key);
    session.lastUsedAt = Date.now();
    session.connections.add(connection);
    session.leftBy = undefined;
    return session;
  }

  /** A connection is gone: maybe the last of a session. */
  disconnect(connection: number): void {
    for (const session of this.sessions.values()) {
      if (session.connections.delete(connection) && session.connections.size === 0)
        session.leftBy = connection;
    }
  }

  /** Ends the transactions and cursors of sessions that nobody has used since this connection left them. */
  endLeftBy(connection: number): void {
    for (const session of this.sessions.values()) {
      if (session.leftBy !== connection) continue;
      if (session.state === 'open') this.abort(session);
      this.cursors.killWhere((cursor) => cursor.sessionKey === session.key);
    }
  }

  begin(session: Session, number: bigint, readConcern: BsonDocument | undefined): Transaction {
    if (session.state === 'open') this.abort(session);
    this.store.commit();
    const transaction = new Transaction(number, this.store.snapshot(), readConcern);
    this.conflicts.begin(transaction);
    session.number = number;
    session.state = 'open';
    session.answer = undefined;
    session.transaction = transaction;
    this.totals.started += 1;
    return transaction;
  }

  /** Ends the open transaction without keeping anything of it. */
  abort(session: Session): void {
    this.finish(session, 'aborted');
  }

  /**
   * Marks the open transaction as committed; its writes have been taken over already. That it was is stored with
   * them, for a client that asks again after a restart.
   */
  committed(session: Session): void {
    if (session.transaction !== undefined && session.transaction.overlay.size > 0) {
      this.store.group.put(sessionKey(session.key), storedAnswer(session.number, null));
    }
    this.finish(session, 'committed');
  }

  /** Keeps a retryable write's answer beside the write itself. */
  remember(session: Session, number: bigint, answer: EncodableDocument, unit: WriteUnit): void {
    const bytes = storedAnswer(number, answer);
    unit.writer.put(sessionKey(session.key), bytes);
    session.number = number;
    session.state = 'retryable';
    session.answer = decodeDocument(bytes).get('answer') as BsonDocument;
  }

  /** Ends sessions: their transactions and cursors too. */
  end(key: string): void {
    const session = this.sessions.get(key);
    if (session?.state === 'open') this.abort(session);
    this.cursors.killWhere((cursor) => cursor.sessionKey === key);
    this.sessions.delete(key);
  }

  endAll(): void {
    for (const key of [...this.sessions.keys()]) this.end(key);
  }

  abortAll(): void {
    for (const session of this.sessions.values()) if (session.state === 'open') this.abort(session);
  }

  /** Aborts transactions past their lifetime, and forgets sessions that nobody used for half an hour. */
  sweep(now: number): void {
    for (const session of [...this.sessions.values()]) {
      const { transaction } = session;
      if (transaction !== undefined && now - transaction.startedAt > transactionLifetimeMs)
        this.abort(session);
      if (now - session.lastUsedAt > sessionLifetimeMs) this.end(session.key);
    }
  }

  /** Removes stored answers that no client will ask for again. */
  sweepStored(now: number): void {
    const prefix = Buffer.from([keyKind.session]);
    const cursor = this.store.live.range(prefix, afterPrefix(prefix), false, true);
    for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
      const at = decodeDocument(cursor.value()).get('at') as Date;
      if (now - at.getTime() > sessionLifetimeMs) this.store.group.remove(key);
    }
    cursor.close();
  }

  private open(key: string): Session {
    const session: Session = {
      key,
      number: -1n,
      state: 'none',
      transaction: undefined,
      answer: undefined,
      lastUsedAt: Date.now(),
      connections: new Set(),
      leftBy: undefined,
    };
    const stored = this.store.live.get(sessionKey(key));
    if (stored !== undefined) {
      const record = decodeDocument(stored);
      const answer = record.get('answer');
      session.number = (record.get('number') as Long).toBigInt();
      session.answer = answer instanceof Map ? answer : undefined;
      session.state = answer instanceof Map ? 'retryable' : 'committed';
    }
    this.sessions.set(key, session);
    return session;
  }

  private finish(session: Session, state: 'committed' | 'aborted'): void {
    const { transaction } = session;
    session.state = state;
    session.transaction = undefined;
    if (transaction === undefined) return;
    this.totals[state] += 1;
    this.cursors.killWhere((cursor) => cursor.transaction === transaction);
    if (state === 'aborted') this.onAbort(transaction);
    this.conflicts.end(transaction);
    transaction.release();
  }
}

/** What is stored of a session: its last retryable write and the answer, or null for a committed transaction. */
function storedAnswer(number: bigint, answer: EncodableDocument | null): Buffer {
  const record: EncodableDocument = new Map<string, BsonValue | EncodableDocument>([
    ['number', Long.fromBigInt(number)],
    ['at', new Date()],
    ['answer', answer],
  ]);
  return Buffer.from(encodeDocument(record));
}

/** The bytes of the session's uuid as text. Throws for anything that is no `lsid`. */
export function sessionKeyOf(lsid: BsonDocument): string {
  const id = lsid.get('id');
  if (!(id instanceof Binary) || id.sub_type !== Binary.SUBTYPE_UUID) {
    throw badValue('lsid.id must be a UUID');
  }
  return Buffer.from(id.buffer.subarray(0, id.position)).toString('latin1');
}

/** Code 251, with the label that lets a client begin the transaction again. */
export function noSuchTransaction(message: string): MongoServerError {
  return new MongoServerError(251, message, { labels: ['TransientTransactionError'] });
}
