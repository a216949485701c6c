import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { SourceSystem } from '../customers/customer-enums.ts';
import type { Database } from '../database/collections.ts';
import { badInput } from '../errors.ts';
import { type AreaFigure, maxAreas, readAreas } from './dashboard-areas.ts';
import { growthLimits, type MonthFigure, readGrowth } from './dashboard-growth.ts';
import type { Figures } from './figures.ts';
import type { RecentFigures } from './recent-figures.ts';

/** The figures of the business, and what is counted further only when it is asked for. */
export interface CountedDashboard {
  readonly figures: Figures;
  /**
   * Customers by area, the area with the most first.
   *
   * @throws AppError BAD_USER_INPUT naming `first` unless it is 1 to 200.
   */
  byArea(first: number): Promise<AreaFigure[]>;
  /**
   * New customers of the last `months` months, from oldest to newest, the current month among them.
   *
   * @throws AppError BAD_USER_INPUT naming `months` unless it is 1 to 120.
   */
  growth(months: number): Promise<MonthFigure[]>;
}

/** The dashboard as it is, or was at most five seconds ago. */
export interface RecentDashboard {
  read(): Promise<CountedDashboard>;
}

/** Bounds of `first` in `byArea`. */
export const areaLimits = { smallest: 1, largest: maxAreas, standard: 20 } as const;

/**
 * A dashboard over figures that are shared with the other reports. What it counts further is kept as long as these, so
 * that `asOf` holds for all of it: nothing shown is older.
 */
export function createRecentDashboard(
  dependencies: {
    readonly database: Database;
    readonly settings: Pick<IndexSettings, 'legacyTimezone'>;
  },
  recentFigures: RecentFigures,
): RecentDashboard {
  const counted = new WeakMap<Figures, CountedDashboard>();
  return {
    async read() {
      const figures = await recentFigures.read();
      const { database, settings } = dependencies;
      const known = counted.get(figures) ?? countedDashboard(database, settings.legacyTimezone, figures);
      counted.set(figures, known);
      return known;
    },
  };
}

/** The systems that hold at least one customer. */
export function systemsInUse({ legacyCustomers, v2Customers }: Figures): (keyof typeof SourceSystem)[] {
  return [
    ...(legacyCustomers > 0 ? (['USERS'] as const) : []),
    ...(v2Customers > 0 ? (['CUSTOMERS_V2'] as const) : []),
  ];
}

/** Counts at most once what figures of one time are asked for further. */
export function countedDashboard(database: Database, zone: string, figures: Figures): CountedDashboard {
  let areas: Promise<AreaFigure[]> | undefined;
  let growth: { readonly months: number; readonly counted: Promise<MonthFigure[]> } | undefined;
  return {
    figures,
    async byArea(first) {
      requireWithin('first', first, areaLimits);
      areas ??= unlessItFails(readAreas(database), () => {
        areas = undefined;
      });
      return (await areas).slice(0, first);
    },
    async growth(months) {
      requireWithin('months', months, growthLimits);
      if (growth === undefined || growth.months < months) {
        const begun = unlessItFails(readGrowth(database, { figures, zone, months }), () => {
          growth = undefined;
        });
        growth = { months, counted: begun };
      }
      return (await growth.counted).slice(-months);
    },
  };
}

/** What failed is not kept: who asks next has it counted anew. */
function unlessItFails<Result>(counting: Promise<Result>, forget: () => void): Promise<Result> {
  counting.catch(forget);
  return counting;
}

function requireWithin(
  argument: string,
  value: number,
  { smallest, largest }: { readonly smallest: number; readonly largest: number },
): void {
  if (value < smallest || value > largest)
    throw badInput(argument, `${argument} must be from ${smallest} to ${largest}.`);
}
