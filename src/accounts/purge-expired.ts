import type { Database } from '../database/collections.ts';

/** Removes sessions that have ended and counters whose window is over: nothing reads them any more. */
export async function purgeExpired(database: Database, now: Date): Promise<void> {
  await database.sessions.deleteMany({ expiresAt: { $lt: now } });
  await database.throttles.deleteMany({ expiresAt: { $lt: now } });
}
