import type { Database } from '../database/collections.ts';

/** Removes what has ended or expired: nothing reads it any more. */
export async function purgeExpired(database: Database, now: Date): Promise<void> {
  await database.sessions.deleteMany({ expiresAt: { $lt: now } });
  await database.refreshTokens.deleteMany({ expiresAt: { $lt: now } });
  await database.throttles.deleteMany({ expiresAt: { $lt: now } });
  await database.tokens.deleteMany({ expiresAt: { $lt: now } });
  await database.recoveryCodes.deleteMany({ expiresAt: { $lt: now } });
  await database.idempotency.deleteMany({ expiresAt: { $lt: now } });
  await database.claims.deleteMany({ touchedAt: { $lt: new Date(now.getTime() - claimLifetimeMs) } });
}

/** A claim is of use while transactions run that began before it was touched: seconds. */
const claimLifetimeMs = 24 * 60 * 60_000;
