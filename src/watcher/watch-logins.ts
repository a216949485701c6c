import type { Document } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { pause } from '../database/pause.ts';
import { recordKey } from '../database/stored-documents.ts';
import type { ChangeEvent } from './change-event.ts';
import { ChangeReader, ChangeStreamError } from './change-reader.ts';

export interface LoginWatchOptions {
  readonly database: Database;
  /** Told the record key of each login that was changed, or its account, by whichever process or application. */
  readonly onChange: (loginKey: string) => void;
}

/**
 * Tells of every login that changes from now on, in this process: what it remembers of sessions is then read again. A
 * change that it misses, such as one while the database is away, shows when what is remembered is too old.
 */
export function watchLogins(options: LoginWatchOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = keepReading(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function keepReading(options: LoginWatchOptions, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      await read(options, stopping);
    } catch (error) {
      const refused = error instanceof ChangeStreamError && error.permanent;
      await pause(refused ? refusedMs : retryMs, stopping);
    }
  }
}

async function read({ database, onChange }: LoginWatchOptions, stopping: AbortSignal): Promise<void> {
  const { users, accounts } = database;
  const pipeline = [
    {
      $match: {
        'ns.coll': { $in: [users.collectionName, accounts.collectionName] },
        operationType: { $in: ['update', 'replace', 'delete'] },
      },
    },
    { $project: { operationType: 1, ns: 1, 'documentKey._id': 1 } },
  ];
  const reader = new ChangeReader(
    database.db.watch<Document, ChangeEvent>(pipeline, { maxAwaitTimeMS: 5_000 }),
  );
  try {
    while (!stopping.aborted) {
      const { events } = await reader.next(stopping);
      for (const { ns, documentKey } of events) {
        const key = documentKey?._id;
        onChange(ns?.coll === accounts.collectionName ? String(key) : recordKey(key));
      }
    }
  } finally {
    await reader.close();
  }
}

const retryMs = 1_000;
/** How often a database without change streams is asked again. */
const refusedMs = 60_000;
