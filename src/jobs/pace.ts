/** How much is done at once, and how long others get their turn after it. */
export interface Pace {
  /** Items of the next piece of work. */
  readonly size: number;
  /**
   * Told of a piece that was done.
   *
   * @returns Milliseconds to rest: none while the database is as fast as it was, as long as the work took when an item takes
   * more than twice that.
   */
  settle(items: number, tookMs: number): number;
}

export interface PaceOptions {
  readonly smallest: number;
  readonly largest: number;
  /** A piece should take about so long: others wait for it, and a pause takes effect after it. */
  readonly targetMs: number;
}

/** Does less at once, and rests, when the database gets slower. */
export function createPace({ smallest, largest, targetMs }: PaceOptions): Pace {
  let size = smallest;
  let usualMs = Number.POSITIVE_INFINITY;
  return {
    get size() {
      return size;
    },
    settle(items, tookMs) {
      if (items === 0) return 0;
      const perItemMs = tookMs / items;
      // Pieces that are nearly empty say little; what is usual may become slower for good, little by little.
      if (items >= smallest) usualMs = Math.min(usualMs * forgetting, perItemMs);
      const wanted = tookMs === 0 ? largest : (size * targetMs) / tookMs;
      size = Math.round(Math.min(largest, Math.max(smallest, Math.min(wanted, size * fastestGrowth))));
      return perItemMs > usualMs * slowFactor ? tookMs : 0;
    },
  };
}

const slowFactor = 2;
const forgetting = 1.02;
const fastestGrowth = 2;
