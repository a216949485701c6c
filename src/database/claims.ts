import type { ClientSession } from 'mongodb';
import type { Database } from './collections.ts';

/**
 * Touches the claim of each canonical phone and e-mail that a transaction decides about. Two transactions that have read
 * "there is nobody with this phone" write different documents, and both would commit; the claim they share makes the
 * second begin again and see what the first has written. The first command of such a transaction.
 *
 * @param keys `phoneClaim(…)`, `emailClaim(…)` and other names of what is decided about.
 */
export async function touchClaims(
  database: Database,
  keys: readonly string[],
  now: Date,
  session: ClientSession,
): Promise<void> {
  // In one order, so that of two transactions none holds what the other waits for.
  const sorted = [...new Set(keys)].sort();
  if (sorted.length === 0) return;
  await database.claims.bulkWrite(
    sorted.map((_id) => ({
      updateOne: {
        filter: { _id },
        update: { $inc: { touches: 1 }, $set: { touchedAt: now } },
        upsert: true,
      },
    })),
    { session },
  );
}

export function phoneClaim(phoneE164: string): string {
  return `phone/${phoneE164}`;
}

/** @param email In canonical form. */
export function emailClaim(email: string): string {
  return `email/${email}`;
}
