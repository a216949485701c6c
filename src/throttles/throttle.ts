import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database/collections.ts';
import { DatabaseRateLimiter } from './database-rate-limiter.ts';

/** How often something may happen. */
export interface Limit {
  /** What is counted; the first part of the names of its counters. */
  readonly name: string;
  /** So often in a window. */
  readonly points: number;
  /** Length of the window, which begins with the first that is counted. */
  readonly windowMs: number;
}

export interface ThrottleDependencies {
  readonly database: Database;
  readonly now: () => Date;
}

/**
 * Counts one more, and answers whether that is within the limit. Counters live in the database, so that all processes share
 * them; one atomic command, and of many at once none goes uncounted. What is refused is counted as well.
 *
 * @param key Whose, or of what: an address, a login, a destination.
 * @throws the driver's error when the database cannot be asked: nothing passes uncounted.
 */
export async function isWithinLimit(
  dependencies: ThrottleDependencies,
  limit: Limit,
  key: string,
): Promise<boolean> {
  try {
    await limiterOf(dependencies, limit).consume(counterOf(limit, key));
    return true;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return false;
    throw refusal;
  }
}

/** Takes one back that was counted. One command. */
export async function giveBack(dependencies: ThrottleDependencies, limit: Limit, key: string): Promise<void> {
  await limiterOf(dependencies, limit).reward(counterOf(limit, key));
}

/** It keeps nothing itself, so one for each use is no work. */
function limiterOf(
  { database, now }: ThrottleDependencies,
  { points, windowMs }: Limit,
): DatabaseRateLimiter {
  return new DatabaseRateLimiter({ database, now, points, duration: windowMs / 1000 });
}

function counterOf({ name }: Limit, key: string): string {
  return `${name}/${key}`;
}
