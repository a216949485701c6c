import { DateTime } from 'luxon';
import type { Database } from '../database/collections.ts';
import type { Figures } from './figures.ts';

/** The customers of one month. */
export interface MonthFigure {
  /** Such as `2026-03`. */
  readonly month: string;
  /** Created in it. */
  readonly added: number;
  /** Created by its end, and those of whom it is not known when. */
  readonly total: number;
  /** Of `added` against the month before, in percent; null when that had none. */
  readonly changePercent: number | null;
}

/** Bounds of `months`. */
export const growthLimits = { smallest: 1, largest: 120, standard: 12 } as const;

/**
 * New customers by month: the last `months` months at the time of the figures, from oldest to newest. A month begins and
 * ends by the clock of `zone`, in which stored times without a zone are read: so `2026-03-01T00:10:00` is always March.
 */
export async function readGrowth(
  database: Database,
  { figures, zone, months }: { readonly figures: Figures; readonly zone: string; readonly months: number },
): Promise<MonthFigure[]> {
  const current = DateTime.fromJSDate(figures.asOf, { zone }).startOf('month');
  // One more than is shown, for the first one's change.
  const starts = Array.from({ length: months + 2 }, (_, index) => current.plus({ months: index - months }));
  const [later = 0, ...added] = await inTurn([
    () => countCreated(database, starts.at(-1), undefined),
    ...starts.slice(0, -1).map((start, index) => () => countCreated(database, start, starts[index + 1])),
  ]);
  return monthFigures(
    starts.slice(0, -1).map((start) => start.toFormat('yyyy-MM')),
    added,
    Math.max(0, figures.totalUniqueCustomers - later),
  );
}

/**
 * What counts of consecutive months amount to; the first month is only there for the change of the second.
 *
 * @param total Of everybody, at the end of the last month.
 */
export function monthFigures(
  names: readonly string[],
  added: readonly number[],
  total: number,
): MonthFigure[] {
  const months: MonthFigure[] = [];
  let totalThen = total;
  for (let index = names.length - 1; index > 0; index--) {
    const [here, before] = [added[index] ?? 0, added[index - 1] ?? 0];
    months.unshift({
      month: names[index] ?? '',
      added: here,
      total: Math.max(0, totalThen),
      changePercent: before === 0 ? null : ((here - before) / before) * 100,
    });
    totalThen -= here;
  }
  return months;
}

/** Customers by when they were created, by keys of the order's index alone. */
function countCreated(
  { customerIndex }: Database,
  start: DateTime | undefined,
  end: DateTime | undefined,
): Promise<number> {
  return customerIndex.countDocuments({
    createdAtKey: {
      ...(start !== undefined && { $gte: start.toJSDate() }),
      ...(end !== undefined && { $lt: end.toJSDate() }),
    },
  });
}

/** A dozen at once: ten years are asked for in as many rounds, and others find a connection meanwhile. */
async function inTurn(counts: readonly (() => Promise<number>)[]): Promise<number[]> {
  const counted: number[] = [];
  for (let first = 0; first < counts.length; first += atOnce) {
    counted.push(...(await Promise.all(counts.slice(first, first + atOnce).map((count) => count()))));
  }
  return counted;
}

const atOnce = 12;
