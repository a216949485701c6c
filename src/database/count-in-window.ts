import { MongoServerError } from 'mongodb';
import type { Database } from './collections.ts';
import { duplicateKeyCode } from './transaction.ts';

/**
 * Counts one more event of a kind and answers how many there are in the current window, this one included. A window
 * begins with its first event. Counters live in the database, so that every process counts alike; one atomic write.
 */
export async function countInWindow(
  database: Database,
  counter: string,
  windowMs: number,
  now: Date,
): Promise<number> {
  const running = { $gt: ['$expiresAt', now] };
  const ends = new Date(now.getTime() + windowMs);
  const after = await retryingUpsert(() =>
    database.throttles.findOneAndUpdate(
      { _id: counter },
      [
        {
          $set: {
            count: { $cond: [running, { $add: ['$count', 1] }, 1] },
            expiresAt: { $cond: [running, '$expiresAt', ends] },
          },
        },
      ],
      { upsert: true, returnDocument: 'after' },
    ),
  );
  return after?.count ?? 1;
}

/** Takes one counted event back. */
export async function uncount(database: Database, counter: string): Promise<void> {
  await database.throttles.updateOne({ _id: counter, count: { $gt: 0 } }, { $inc: { count: -1 } });
}

/** Of two upserts that insert at once, MongoDB may refuse one with a duplicate key; the document is there then. */
export async function retryingUpsert<Result>(upsert: () => Promise<Result>): Promise<Result> {
  try {
    return await upsert();
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === duplicateKeyCode)) throw error;
    return upsert();
  }
}
