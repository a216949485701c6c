import type { Database } from '../database/collections.ts';
import { type Figures, readFigures } from './figures.ts';

/** The figures as they are, or were at most `maxAgeMs` ago. */
export interface RecentFigures {
  read(): Promise<Figures>;
}

/** Counts are shown for so long before they are made anew; `asOf` says of when they are. */
export const maxAgeMs = 5_000;

/**
 * Counts at most once in `maxAgeMs`, however many ask: those who ask meanwhile share the answer. Of this process alone. A
 * count that failed is not kept.
 */
export function createRecentFigures(dependencies: {
  readonly database: Database;
  readonly now: () => Date;
}): RecentFigures {
  let latest: { readonly asOf: Date; readonly figures: Promise<Figures> } | undefined;
  return {
    read() {
      const now = dependencies.now();
      if (latest !== undefined && isRecent(latest.asOf, now)) return latest.figures;
      const begun = { asOf: now, figures: readFigures(dependencies.database, now) };
      latest = begun;
      begun.figures.catch(() => {
        if (latest === begun) latest = undefined;
      });
      return begun.figures;
    },
  };
}

/** A clock that was set back makes nothing recent. */
function isRecent(asOf: Date, now: Date): boolean {
  const ageMs = now.getTime() - asOf.getTime();
  return ageMs >= 0 && ageMs < maxAgeMs;
}
