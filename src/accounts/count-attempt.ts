import type { Database, StoredAccount } from '../database/collections.ts';
import { retryingUpsert } from '../database/retrying-upsert.ts';

/** So many failures in a row are free; the next log-ins wait. */
export const freeFailures = 10;

/** An attempt that was counted, and what the account said before. */
export interface CountedAttempt {
  /** Refuse it, whatever the password: an earlier delay is still running. */
  readonly locked: boolean;
  /** Failures in a row if this is one: what is refused while a delay runs is not counted. */
  readonly failures: number;
  /** When the delay ends that begins if this is a failure; null where none begins. */
  readonly locksUntil: Date | null;
  readonly account: StoredAccount | null;
}

/**
 * Counts an attempt at a login's password as a failure, before anything is compared, so that of many at once none goes
 * uncounted; `clearFailures` takes it back when the password was right. After the 10th failure in a row further attempts
 * are refused for 1 minute, and for longer after each one more, up to 15 minutes. Attempts during a delay do not count:
 * somebody else's could otherwise keep a login locked for ever.
 */
export async function countAttempt(database: Database, loginKey: string, now: Date): Promise<CountedAttempt> {
  const locked = { $gt: ['$lockedUntil', now] };
  const delayEnds = delaysMs.map((delayMs) => new Date(now.getTime() + delayMs));
  const delay = { $min: [{ $subtract: ['$failures', freeFailures] }, delayEnds.length - 1] };
  const account = await retryingUpsert(() =>
    database.accounts.findOneAndUpdate(
      { _id: loginKey },
      [
        {
          $set: { failures: { $cond: [locked, '$failures', { $add: [{ $ifNull: ['$failures', 0] }, 1] }] } },
        },
        {
          $set: {
            lockedUntil: {
              $cond: [
                locked,
                '$lockedUntil',
                {
                  $cond: [{ $gte: ['$failures', freeFailures] }, { $arrayElemAt: [delayEnds, delay] }, null],
                },
              ],
            },
          },
        },
      ],
      { upsert: true, returnDocument: 'before' },
    ),
  );
  const failuresBefore = account?.failures ?? 0;
  if ((account?.lockedUntil?.getTime() ?? 0) > now.getTime()) {
    return { locked: true, failures: failuresBefore, locksUntil: null, account };
  }
  const failures = failuresBefore + 1;
  const longest = delayEnds.at(-1) ?? null;
  const locksUntil = failures < freeFailures ? null : (delayEnds[failures - freeFailures] ?? longest);
  return { locked: false, failures, locksUntil, account };
}

/** What to `$set` in an account when the password was right. */
export const clearFailures = { failures: 0, lockedUntil: null } as const;

const minuteMs = 60_000;
const delaysMs = [1, 2, 4, 8, 15].map((minutes) => minutes * minuteMs);
