import { type ClientSession, MongoServerError, type TransactionOptions } from 'mongodb';
import { AppError } from '../errors.ts';
import type { Database } from './collections.ts';

/**
 * Runs `work` in one snapshot transaction and commits it with majority. `work` may be called again after a transient
 * error: it must only read and write through the session, and start nothing that outlives it.
 *
 * @throws AppError CONFLICT when a unique key is taken; the driver's error for everything else.
 */
export async function inTransaction<Result>(
  database: Database,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  try {
    return await database.client.withSession((session) =>
      session.withTransaction((running) => work(running), transactionOptions),
    );
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKeyCode) {
      throw new AppError('CONFLICT', 'Somebody else has just written the same record.');
    }
    throw error;
  }
}

/** Set on the transaction itself: defaults of client or cluster may be weaker. */
const transactionOptions: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
};

export const duplicateKeyCode = 11_000;
