import { type ChangeStream, type Document, MongoErrorLabel, MongoServerError } from 'mongodb';
import { isUnavailable } from '../database/unavailable.ts';
import { type ChangeEvent, transactionOf } from './change-event.ts';

/** Events in their order, whole transactions only, and the token behind them; null when the server gave none yet. */
export interface ChangeBatch {
  readonly events: readonly ChangeEvent[];
  readonly token: Document | null;
}

/** The stream broke. `cause` is the driver's error. */
export class ChangeStreamError extends Error {
  /**
   * Opening it in the same place again would break it again: its history is gone, its collection was dropped, or the
   * database has no change streams. Otherwise the database, or the way there, is away for a while.
   */
  readonly permanent: boolean;

  constructor(cause: unknown, permanent: boolean = isPermanent(cause)) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'ChangeStreamError';
    this.permanent = permanent;
  }
}

/**
 * Whatever the server answers to one that it could serve: of a standalone server (40573), of an unknown stage (40324), of
 * a user without the right (13), of a token that is too old (286) or damaged (260), of an event that is too large (10334).
 */
function isPermanent(error: unknown): boolean {
  return (
    error instanceof MongoServerError &&
    !isUnavailable(error) &&
    !error.hasErrorLabel(MongoErrorLabel.ResumableChangeStreamError)
  );
}

/** A batch ends after so many events, or so long after its first, or when no more come for a moment. */
const maxEvents = 500;
const maxBatchMs = 100;
const quietMs = 20;
/** A server may cut a transaction in two answers, and a busy one takes its time for the second. */
const transactionQuietMs = 500;

/** Reads a change stream in batches that can be written in one transaction each. */
export class ChangeReader {
  private readonly stream: ChangeStream<Document, ChangeEvent>;
  private pulling: Promise<ChangeEvent | null> | null = null;
  /** Read, and not given yet. */
  private held: ChangeEvent[] = [];

  constructor(stream: ChangeStream<Document, ChangeEvent>) {
    this.stream = stream;
    // What the driver emits is thrown by its methods too.
    stream.on('error', () => {});
  }

  /**
   * Opens the stream on the server: what happens from now on is in its batches.
   *
   * @throws ChangeStreamError
   */
  async open(signal: AbortSignal): Promise<Document | null> {
    // The first read of a stream waits for news. That it is open shows when the server says where it stands.
    const opened = new AbortController();
    this.stream.once('resumeTokenChanged', () => opened.abort());
    const event = await this.pull(AbortSignal.any([signal, opened.signal]));
    if (event === null) return this.token();
    // With an event at hand the driver's token may already be behind it.
    this.held.push(event);
    return null;
  }

  /**
   * The next batch; one without events when nothing has happened for as long as the server waits, or when `signal` fires.
   *
   * @throws ChangeStreamError
   */
  async next(signal: AbortSignal): Promise<ChangeBatch> {
    const first = this.held.shift() ?? (await this.pull(signal));
    if (first === null) return { events: [], token: this.token() };
    const events = [first];
    const deadline = performance.now() + maxBatchMs;
    for (let last = first; ; ) {
      const full = events.length >= maxEvents || performance.now() >= deadline;
      // None of a transaction's events is left behind, or it would be taken for two.
      const transaction = transactionOf(last);
      if (full && transaction === null) break;
      const patienceMs = transaction === null ? quietMs : transactionQuietMs;
      const event = this.held.shift() ?? (await this.pull(signal, patienceMs));
      if (event === null) {
        if (signal.aborted && transaction !== null) this.putBack(events, transaction);
        break;
      }
      if (full && transactionOf(event) !== transaction) {
        this.held.unshift(event);
        break;
      }
      events.push(event);
      last = event;
    }
    return { events, token: events.at(-1)?._id ?? null };
  }

  /** Takes the events of the last transaction out of a batch: nobody waited for the rest of it. */
  private putBack(events: ChangeEvent[], transaction: string): void {
    const begin = events.findLastIndex((event) => transactionOf(event) !== transaction) + 1;
    this.held.unshift(...events.splice(begin));
  }

  /** Lets go of the stream; a read that waits on the server is not waited for. */
  async close(): Promise<void> {
    await this.stream.close().catch(() => {});
  }

  private token(): Document | null {
    return (this.stream.resumeToken as Document | null | undefined) ?? null;
  }

  /** Null when none came in time. The read goes on, and the next call has its event. */
  private pull(signal: AbortSignal, timeoutMs?: number): Promise<ChangeEvent | null> {
    if (signal.aborted) return Promise.resolve(null);
    // A stream that the server has ended answers "nothing", at once and for ever.
    if (this.pulling === null && this.stream.closed)
      return Promise.reject(new ChangeStreamError(new Error('The change stream has ended.'), true));
    const pulling = this.pulling ?? this.stream.tryNext();
    this.pulling = pulling;
    return new Promise((resolve, reject) => {
      let waiting = true;
      const end = (settle: () => void) => {
        if (!waiting) return false;
        waiting = false;
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        settle();
        return true;
      };
      const giveUp = () => end(() => resolve(null));
      const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
      signal.addEventListener('abort', giveUp, { once: true });
      pulling.then(
        (event) => {
          if (end(() => resolve(event))) this.pulling = null;
        },
        (error) => {
          if (end(() => reject(new ChangeStreamError(error)))) this.pulling = null;
        },
      );
    });
  }
}
