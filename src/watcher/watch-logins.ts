import type { ChangeStream, Document } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { pause } from '../database/pause.ts';
import { recordKey } from '../database/stored-documents.ts';
import type { ChangeEvent } from './change-event.ts';
import { ChangeStreamError } from './change-reader.ts';

export interface LoginWatchOptions {
  readonly database: Database;
  /** Told the record key of each login that was changed, or its account, by whichever process or application. */
  readonly onChange: (loginKey: string) => void;
  /** Told of each session that has ended by being removed. */
  readonly onSessionEnd: (sessionId: string) => void;
  /** From here on everything is told; of what happened before, something may have been missed. */
  readonly onGap: () => void;
}

export interface LoginWatch {
  /** Whether every change is being told, at most the time of one answer of the database after it happened. */
  following(): boolean;
  stop(): Promise<void>;
}

/**
 * Tells of every login that changes and every session that ends, from now on, in this process: what it remembers of
 * sessions is then read again, and believed in between. Log-outs elsewhere are seen by the removal of their session; all
 * else that ends sessions changes the login or its account.
 */
export function watchLogins(options: LoginWatchOptions): LoginWatch {
  const stopping = new AbortController();
  const state: State = { answeredAtMs: null };
  const running = keepReading(options, state, stopping.signal);
  return {
    following: () => state.answeredAtMs !== null && performance.now() - state.answeredAtMs < silenceMs,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface State {
  /** When the server last said what has happened, or that nothing has; null when no stream is open. */
  answeredAtMs: number | null;
}

async function keepReading(options: LoginWatchOptions, state: State, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      await read(options, state, stopping);
    } catch (error) {
      state.answeredAtMs = null;
      if (stopping.aborted) return;
      await pause(new ChangeStreamError(error).permanent ? refusedMs : retryMs, stopping);
    }
  }
}

async function read(options: LoginWatchOptions, state: State, stopping: AbortSignal): Promise<void> {
  const { database } = options;
  const stream = database.db.watch<Document, ChangeEvent>(pipeline(database), { maxAwaitTimeMS });
  // What the driver emits is thrown by its methods too.
  stream.on('error', () => {});
  // It is open once the server has said where it stands: the first read would wait for news.
  stream.once('resumeTokenChanged', () => {
    options.onGap();
    state.answeredAtMs = performance.now();
  });
  const close = () => void stream.close().catch(() => {});
  stopping.addEventListener('abort', close, { once: true });
  try {
    while (!stopping.aborted) {
      const event = await next(stream);
      if (event !== null) tell(options, event);
      if (state.answeredAtMs !== null) state.answeredAtMs = performance.now();
    }
  } finally {
    state.answeredAtMs = null;
    stopping.removeEventListener('abort', close);
    await stream.close().catch(() => {});
  }
}

/** A stream that the server has ended answers "nothing", at once and for ever. */
function next(stream: ChangeStream<Document, ChangeEvent>): Promise<ChangeEvent | null> {
  if (stream.closed) throw new Error('The change stream has ended.');
  return stream.tryNext();
}

function pipeline({ users, accounts, sessions }: Database): Document[] {
  const held = [users.collectionName, accounts.collectionName, sessions.collectionName];
  return [
    {
      $match: {
        $or: [
          {
            'ns.coll': { $in: [users.collectionName, accounts.collectionName] },
            operationType: { $in: writes },
          },
          // Not the refreshes: they change nothing but how long a session holds.
          { 'ns.coll': sessions.collectionName, operationType: 'delete' },
          { 'ns.coll': { $in: held }, operationType: { $in: ['drop', 'rename'] } },
          { 'to.coll': { $in: held }, operationType: 'rename' },
          { operationType: { $in: ['dropDatabase', 'invalidate'] } },
        ],
      },
    },
    { $project: { operationType: 1, ns: 1, 'documentKey._id': 1 } },
  ];
}

function tell(
  { database, onChange, onSessionEnd, onGap }: LoginWatchOptions,
  { operationType, ns, documentKey }: ChangeEvent,
): void {
  const key = documentKey?._id;
  if (!writes.includes(operationType)) onGap();
  else if (ns?.coll === database.sessions.collectionName) onSessionEnd(String(key));
  else onChange(ns?.coll === database.accounts.collectionName ? String(key) : recordKey(key));
}

const writes = ['insert', 'update', 'replace', 'delete'];
/** So long the server waits for news before it answers that there are none: by that it is known to be there. */
const maxAwaitTimeMS = 1_000;
/** A server that has said nothing for so long may be away, and the changes with it. */
const silenceMs = 3_000;
const retryMs = 1_000;
/** How often a database without change streams is asked again. */
const refusedMs = 60_000;
