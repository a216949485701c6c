import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database, StoredThrottle } from '../database/collections.ts';
import { retryingUpsert } from '../database/retrying-upsert.ts';

export interface DatabaseRateLimiterOptions {
  readonly database: Database;
  /** So many points may be consumed in a window, which begins with its first point. */
  readonly points: number;
  /** Length of the window, in seconds. */
  readonly duration: number;
  readonly now: () => Date;
}

/**
 * The library's limiter over `throttles`, with the clock that it is given. What the library asks of a store is written anew:
 * its own takes two or three commands where a window has ended, and the time from the machine. Here every change is one
 * atomic command, whatever was there before.
 */
export class DatabaseRateLimiter extends RateLimiterMongo {
  private readonly throttles: Database['throttles'];
  private readonly now: () => Date;

  constructor({ database, now, points, duration }: DatabaseRateLimiterOptions) {
    super({
      storeClient: database.db,
      tableName: database.throttles.collectionName,
      // Made with all the others, and of another form.
      disableIndexesCreation: true,
      keyPrefix: '',
      points,
      duration,
    });
    this.throttles = database.throttles;
    this.now = now;
  }

  /** Adds points, or with `replaces` sets them; below 0 there are none. Answers the counter as it is then. */
  async _upsert(
    counter: string,
    points: number,
    durationMs: number,
    replaces: boolean,
  ): Promise<StoredThrottle> {
    const now = this.now();
    const running = replaces ? false : { $gt: ['$expiresAt', now] };
    const begins = Math.max(points, 0);
    const ends = new Date(now.getTime() + durationMs);
    const stored = await retryingUpsert(() =>
      this.throttles.findOneAndUpdate(
        { _id: counter },
        [
          {
            $set: {
              count: { $cond: [running, { $max: [{ $add: ['$count', points] }, 0] }, begins] },
              expiresAt: { $cond: [running, '$expiresAt', ends] },
            },
          },
        ],
        { upsert: true, returnDocument: 'after' },
      ),
    );
    return stored ?? { _id: counter, count: begins, expiresAt: ends };
  }

  _get(counter: string): Promise<StoredThrottle | null> {
    return this.throttles.findOne({ _id: counter, expiresAt: { $gt: this.now() } });
  }

  async _delete(counter: string): Promise<boolean> {
    const { deletedCount } = await this.throttles.deleteOne({ _id: counter });
    return deletedCount > 0;
  }

  _getRateLimiterRes(_counter: string, added: number, { count, expiresAt }: StoredThrottle): RateLimiterRes {
    const remaining = Math.max(this.points - count, 0);
    const msBeforeNext = Math.max(expiresAt.getTime() - this.now().getTime(), 0);
    return new RateLimiterRes(remaining, msBeforeNext, count, count === added);
  }
}
