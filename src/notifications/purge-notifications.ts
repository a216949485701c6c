import type { Database } from '../database/collections.ts';

/** Removes messages that are of no more use, and secrets that nobody will send any more. */
export async function purgeNotifications(database: Database, now: Date): Promise<void> {
  const { notifications } = database;
  const old = new Date(now.getTime() - keptMs);
  await notifications.deleteMany({ state: { $in: ['SENT', 'CANCELLED'] }, createdAt: { $lt: old } });
  // Messages of a channel that no process serves any more, and those that wait for another day.
  await notifications.updateMany(
    { state: 'PENDING', holder: null, expiresAt: { $lte: now } },
    {
      $set: {
        state: 'DEAD',
        secrets: null,
        lastError: { code: 'EXPIRED', message: 'It could not be sent before it expired.', at: now },
      },
    },
  );
  await notifications.updateMany(
    { state: 'DEAD', expiresAt: { $lte: now }, secrets: { $ne: null } },
    { $set: { secrets: null } },
  );
  await notifications.updateMany({ state: 'CANCELLED', secrets: { $ne: null } }, { $set: { secrets: null } });
}

const keptMs = 30 * 24 * 60 * 60_000;
