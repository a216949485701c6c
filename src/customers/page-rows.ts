import type { Document } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { AppError } from '../errors.ts';
import { type PageRow, pageRowProjection } from './read-sources.ts';
import { type Driver, gatheringDrivers, orderedDrivers } from './row-drivers.ts';
import {
  afterPlace,
  afterPlaceInOneRange,
  compareInOrder,
  type RowOrder,
  type RowPlace,
} from './row-order.ts';
import { allOf, branchFilters, type RowBranch, type RowFilter, type RowSelection } from './row-selection.ts';

/** How many index rows a page may look at, for each way that is tried; see docs/customers-list.md. */
export const standardMaxExamined = 20_000;

export interface RowsWanted {
  readonly order: RowOrder;
  readonly after: RowPlace | null;
  readonly limit: number;
  /** Names of the fields that are shown or decided by. */
  readonly selected: ReadonlySet<string>;
  /** `Infinity`: however many it takes. */
  readonly maxExamined: number;
}

/**
 * The first rows of a selection behind a place, in an order. What one index says altogether is read from it in order, as
 * many rows as are wanted. For everything else a bounded number of rows is looked at: in the order, of the most selective
 * index; then, of each other condition that few rows fulfil, all of these.
 *
 * @throws AppError QUERY_TOO_EXPENSIVE naming the conditions, when no way ends within the bound.
 */
export async function pageRows(
  database: Database,
  selection: RowSelection,
  wanted: RowsWanted,
): Promise<PageRow[]> {
  const found = await Promise.all(
    selection.branches.map((branch) => branchRows(database, branch, wanted, selection.given)),
  );
  if (found.length === 1) return found[0] ?? [];
  const place = (row: PageRow) => ({ key: row[wanted.order.key], row: row._id });
  return found
    .flat()
    .sort((one, other) => compareInOrder(wanted.order, place(one), place(other)))
    .slice(0, wanted.limit);
}

async function branchRows(
  database: Database,
  branch: RowBranch,
  wanted: RowsWanted,
  given: readonly string[],
): Promise<PageRow[]> {
  const [best, ...others] = orderedDrivers(branch, wanted.order);
  if (best === undefined) throw new RangeError('There is always an index of the order itself.');
  if (best.exact) return wholeRange(database, branch, best, wanted);

  const gatherers = gatheringDrivers(branch);
  const [likely] = isWorthGathering(branch) ? gatherers : [];
  if (likely !== undefined) {
    const few = await gathered(database, branch, likely, wanted, Math.min(fewRows, wanted.maxExamined));
    if (few !== null) return few;
  }
  if (wanted.maxExamined === Number.POSITIVE_INFINITY || given.every((one) => alwaysServed.has(one)))
    return wholeRange(database, branch, best, wanted);
  const rows = await boundedRange(database, branch, best, wanted);
  if (rows !== null) return rows;
  const otherFields = others.filter(
    ({ index, fields }) => index !== wanted.order.key && isOther(fields, best),
  );
  for (const gatherer of [...gatherers, ...otherFields]) {
    const all = await gathered(database, branch, gatherer, wanted, wanted.maxExamined);
    if (all !== null) return all;
  }
  throw tooExpensive(given, wanted.maxExamined);
}

/**
 * Of these alone the index holds few rows besides: temporary passwords whose time has passed or not, and delivery boys who
 * are none any more.
 */
const alwaysServed: ReadonlySet<string> = new Set(['filter.canLogin', 'filter.hasDeliveryBoy']);

/** So many rows are gathered before the order's own index is tried. */
const fewRows = 2_000;
/** Fewer letters are the beginning of too many words. */
const fewestLetters = 3;

function isWorthGathering({ search, within }: RowBranch): boolean {
  return (search !== null && search.letters >= fewestLetters) || within === 'temporary';
}

/** Whether an index is bounded by something that the best is not: else it holds no fewer rows. */
function isOther(fields: Driver['fields'], best: Driver): boolean {
  return fields.some((field) => !best.fields.includes(field));
}

/** Rows in the order of an index until there are enough. */
function wholeRange(
  { customerIndex }: Database,
  branch: RowBranch,
  driver: Driver,
  { order, after, limit, selected }: RowsWanted,
): Promise<PageRow[]> {
  return customerIndex
    .find(allOf([...driver.bounds, ...placeIn(driver, order, after), ...restOf(branch, driver)]), {
      projection: pageRowProjection(order.key, selected),
    })
    .hint(driver.index)
    .sort({ [order.key]: order.direction, _id: order.direction })
    .limit(limit)
    .batchSize(limit + 1)
    .toArray();
}

/** The same, of the first `maxExamined` rows of the index; null when these do not suffice and there are more. */
async function boundedRange(
  { customerIndex }: Database,
  branch: RowBranch,
  driver: Driver,
  { order, after, limit, maxExamined, selected }: RowsWanted,
): Promise<PageRow[] | null> {
  const inRange = allOf([...driver.bounds, ...placeIn(driver, order, after)]);
  const sort: Record<string, 1 | -1> = { [order.key]: order.direction, _id: order.direction };
  const rows = await customerIndex
    .aggregate<PageRow>(
      [
        { $match: inRange },
        { $sort: sort },
        { $limit: maxExamined },
        { $match: allOf(branchFilters(branch)) },
        { $limit: limit },
        { $project: pageRowProjection(order.key, selected) },
      ],
      { hint: driver.index, batchSize: limit + 1 },
    )
    .toArray();
  if (rows.length === limit) return rows;
  const beyond = await customerIndex
    .find(inRange, { projection: { _id: 1 } })
    .hint(driver.index)
    .sort(sort)
    .skip(maxExamined)
    .limit(1)
    .toArray();
  return beyond.length === 0 ? rows : null;
}

/** All rows that an index bounds are read, and those of the branch sorted; null when they are more than `most`. */
async function gathered(
  { customerIndex }: Database,
  branch: RowBranch,
  driver: Driver,
  { order, after, limit, selected }: RowsWanted,
  most: number,
): Promise<PageRow[] | null> {
  const fulfilling: Document[] = [
    { $match: allOf([...branchFilters(branch), ...afterPlace(order, after)]) },
    { $sort: { [order.key]: order.direction, _id: order.direction } },
    { $limit: limit },
    { $project: pageRowProjection(order.key, selected) },
  ];
  const [found] = await customerIndex
    .aggregate<{ rows: PageRow[]; read: { count: number }[] }>(
      [
        { $match: allOf(driver.bounds) },
        { $limit: most + 1 },
        { $facet: { rows: fulfilling, read: [{ $count: 'count' }] } },
      ],
      driver.index === '' ? {} : { hint: driver.index },
    )
    .toArray();
  return (found?.read[0]?.count ?? 0) > most ? null : (found?.rows ?? []);
}

/** What the driver's bounds do not say; of an exact one that is nothing. */
function restOf(branch: RowBranch, driver: Driver): RowFilter[] {
  return driver.exact ? [] : branchFilters(branch);
}

/** More ranges than these are not doubled. */
const mostDoubledStreams = 100;

function placeIn(driver: Driver, order: RowOrder, after: RowPlace | null): RowFilter[] {
  return driver.streams > mostDoubledStreams ? afterPlaceInOneRange(order, after) : afterPlace(order, after);
}

function tooExpensive(given: readonly string[], examined: number): AppError {
  const named = given.length === 0 ? 'the filter' : given.join(', ');
  return new AppError(
    'QUERY_TOO_EXPENSIVE',
    `Too many customers fulfil each of these conditions, and too few all of them, to find a page among ${examined}: ${named}. Narrow one of them, or add another.`,
    { arguments: given },
  );
}
