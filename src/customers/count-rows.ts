import type { Database } from '../database/collections.ts';
import type { Count } from '../graphql/connection.ts';
import type { CustomerFilter } from './customer-filter.ts';
import { type Driver, gatheringDrivers, orderedDrivers } from './row-drivers.ts';
import { rowOrder } from './row-order.ts';
import { allOf, branchFilters, type RowBranch, type RowSelection } from './row-selection.ts';

/** Rows are counted one by one up to here; beyond, a filtered count says "at least". */
export const maxExactCount = 10_000;

/** How many customers a filter lists, where that is known without counting them: of a moment at most 5 s ago. */
export type KnownCount = (filter: CustomerFilter | null) => Promise<number | null>;

/**
 * How many rows a selection has: exactly up to 10,000, and beyond where `known` tells it, which it does of everybody.
 * A count looks at a bounded number of rows for each condition; where that does not suffice it is "at least".
 *
 * @param known What the reports count; without it everybody is counted one by one.
 */
export async function countRows(
  database: Database,
  selection: RowSelection,
  counting: {
    readonly filter: CustomerFilter | null;
    readonly maxExamined: number;
    readonly known: KnownCount | undefined;
  },
): Promise<Count> {
  const parts = await Promise.all(
    selection.branches.map((branch) => countBranch(database, branch, counting.maxExamined)),
  );
  const value = parts.reduce((sum, part) => sum + part.value, 0);
  if (value <= maxExactCount && parts.every(({ precision }) => precision === 'EXACT'))
    return { value, precision: 'EXACT' };
  const known = await counting.known?.(counting.filter);
  if (known != null) return { value: Math.max(known, 0), precision: 'EXACT' };
  if (selection.given.length === 0)
    return { value: await database.customerIndex.countDocuments(everybody), precision: 'EXACT' };
  return { value: Math.min(value, maxExactCount), precision: 'AT_LEAST' };
}

/** Said so that keys of an index tell it, and no row is read. */
const everybody = { hasLogin: { $in: [true, false] } };

async function countBranch(database: Database, branch: RowBranch, maxExamined: number): Promise<Count> {
  const [best, ...others] = orderedDrivers(branch, rowOrder(null));
  if (best?.exact === true) {
    const bounds = best.bounds.length === 0 ? everybody : allOf(best.bounds);
    const value = await database.customerIndex.countDocuments(bounds, { limit: maxExactCount + 1 });
    return { value, precision: 'EXACT' };
  }
  const drivers = [...gatheringDrivers(branch), ...(best === undefined ? [] : [best]), ...others];
  let atLeast = 0;
  for (const driver of drivers) {
    const { read, matching } = await countAmong(database, branch, driver, maxExamined);
    if (read <= maxExamined) return { value: matching, precision: 'EXACT' };
    atLeast = Math.max(atLeast, matching);
    if (atLeast > maxExactCount) break;
  }
  return { value: atLeast, precision: 'AT_LEAST' };
}

/** Rows of a branch among the first that an index bounds. */
async function countAmong(
  { customerIndex }: Database,
  branch: RowBranch,
  driver: Driver,
  maxExamined: number,
): Promise<{ read: number; matching: number }> {
  const count = [{ $count: 'count' }];
  const [found] = await customerIndex
    .aggregate<{ read: { count: number }[]; matching: { count: number }[] }>(
      [
        { $match: allOf(driver.bounds) },
        { $limit: maxExamined + 1 },
        { $facet: { read: count, matching: [{ $match: allOf(branchFilters(branch)) }, ...count] } },
      ],
      driver.index === '' ? {} : { hint: driver.index },
    )
    .toArray();
  return { read: found?.read[0]?.count ?? 0, matching: found?.matching[0]?.count ?? 0 };
}
