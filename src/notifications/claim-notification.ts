import { randomUUID } from 'node:crypto';
import type { Database, StoredNotification } from '../database/collections.ts';
import { notificationKinds } from './notification-kinds.ts';

/** Whoever claims a message has so long to send and mark it; then another may. Longer than any transport takes. */
export const claimMs = 60_000;

/**
 * Claims the message of a channel that has been due for longest, and counts the try; null when none is due. One atomic
 * write. `holder` is this claim's alone: whoever comes late marks nothing. Kinds that a newer version of the gateway has
 * written are left to it.
 */
export async function claimNotification(
  database: Database,
  channel: StoredNotification['channel'],
  now: Date,
): Promise<StoredNotification | null> {
  return database.notifications.findOneAndUpdate(
    {
      state: 'PENDING',
      channel,
      nextAttemptAt: { $lte: now },
      kind: { $in: Object.keys(notificationKinds) },
    },
    {
      $set: { holder: randomUUID(), nextAttemptAt: new Date(now.getTime() + claimMs) },
      $inc: { attempts: 1 },
      // What happens from now on is told by the next digest.
      $unset: { digestKey: '' },
    },
    { sort: { nextAttemptAt: 1, _id: 1 }, returnDocument: 'after' },
  );
}
