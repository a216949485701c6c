import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClientSession,
  MongoError,
  MongoErrorLabel,
  MongoServerError,
  type TransactionOptions,
} from 'mongodb';
import { AppError } from '../errors.ts';
import type { Database } from './collections.ts';
import { isUnavailable } from './unavailable.ts';

/**
 * Runs `work` in one snapshot transaction and commits it with majority. `work` may be called again after a transient
 * error: it must only read and write through the session, and start nothing that outlives it.
 *
 * The driver's own `withTransaction` goes on trying for two minutes, and lets nobody shorten that.
 *
 * @param timeoutMs No new attempt begins after so long.
 * @throws AppError CONFLICT when a unique key is taken, UNAVAILABLE when others were in the way for too long; the driver's
 *   error for everything else.
 */
export async function inTransaction<Result>(
  database: Database,
  work: (session: ClientSession) => Promise<Result>,
  { timeoutMs = transactionTimeoutMs }: { timeoutMs?: number } = {},
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  return database.client.withSession(async (session) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await attemptOnce(session, work, deadline);
      } catch (error) {
        if (error instanceof MongoServerError && error.code === duplicateKeyCode) {
          throw new AppError('CONFLICT', 'Somebody else has just written the same record.');
        }
        if (!hasLabel(error, MongoErrorLabel.TransientTransactionError)) throw error;
        if (performance.now() >= deadline) throw isUnavailable(error) ? error : tooBusy();
      }
      await sleep(Math.random() * Math.min(firstPauseMs * 1.5 ** attempt, longestPauseMs));
    }
  });
}

async function attemptOnce<Result>(
  session: ClientSession,
  work: (session: ClientSession) => Promise<Result>,
  deadline: number,
): Promise<Result> {
  session.startTransaction(transactionOptions);
  try {
    const result = await work(session);
    await commit(session, deadline);
    return result;
  } finally {
    if (session.inTransaction()) await session.abortTransaction();
  }
}

/** A commit of which nobody knows whether it happened is sent again: the server does it once. */
async function commit(session: ClientSession, deadline: number): Promise<void> {
  for (;;) {
    try {
      return await session.commitTransaction();
    } catch (error) {
      const unknown = hasLabel(error, MongoErrorLabel.UnknownTransactionCommitResult);
      const expired = error instanceof MongoServerError && error.code === maxTimeExpiredCode;
      if (!unknown || expired || performance.now() >= deadline) throw error;
    }
    await sleep(firstPauseMs);
  }
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label);
}

function tooBusy(): AppError {
  return new AppError('UNAVAILABLE', 'Too many are writing the same records now. Try again.');
}

const transactionTimeoutMs = 20_000;
const firstPauseMs = 5;
const longestPauseMs = 500;

/** Set on the transaction itself: defaults of client or cluster may be weaker. */
const transactionOptions: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
};

export const duplicateKeyCode = 11_000;
const maxTimeExpiredCode = 50;
