import { AppError } from '../errors.ts';
import { type Count, Page, type PageArguments, sidesOf } from '../graphql/connection.ts';
import type { CursorCodec } from '../graphql/cursor.ts';
import { pagePlace } from '../graphql/page-place.ts';
import { countRows } from './count-rows.ts';
import {
  type CustomerRequest,
  type ListingDependencies,
  mayUseContacts,
  readsEverybody,
} from './customer-access.ts';
import type { CustomerFilter, CustomerOrder } from './customer-filter.ts';
import type { Customer } from './customer-type.ts';
import type { CustomerSource } from './customer-view.ts';
import { givenConditions } from './given-conditions.ts';
import { indexFilter } from './index-filter.ts';
import { pageRows, standardMaxExamined } from './page-rows.ts';
import { prepareViews } from './prepare-views.ts';
import { type PageRow, readRows } from './read-sources.ts';
import { type RowOrder, type RowPlace, readingOrder, rowOrder } from './row-order.ts';
import type { RowSelection } from './row-selection.ts';

export interface ListCustomersInput {
  readonly page: PageArguments;
  readonly filter: CustomerFilter | null;
  readonly order: CustomerOrder | null;
  /**
   * Told where the next page begins as soon as the index has said so, while this one's halves are read; not told when there
   * is none. The page may then have fewer customers than were asked for: rows that nobody is behind are not made up for.
   */
  readonly onNextPlace?: (cursor: string) => void;
}

/** A page of customers, and how many there are when that is asked for. */
export class CustomerPage extends Page<Customer> {
  readonly count: () => Promise<Count>;

  constructor(page: ConstructorParameters<typeof Page<Customer>>[0], count: () => Promise<Count>) {
    super(page);
    this.count = count;
  }
}

/**
 * One page of the customers of both systems: the index gives the rows by key, both halves come live and batched.
 *
 * @throws AppError BAD_USER_INPUT naming `after` or `before`, for a cursor of another filter or order too, or the value of the
 * filter that is out of bounds;
 * QUERY_TOO_EXPENSIVE naming the conditions that together leave too much to look at.
 */
export async function listCustomers(
  dependencies: ListingDependencies,
  request: CustomerRequest,
  input: ListCustomersInput,
): Promise<CustomerPage> {
  if (!readsEverybody(request.viewer)) throw new AppError('FORBIDDEN', 'Only staff may list customers.');
  const filter = givenConditions(input.filter);
  const selection = await selectRows(dependencies, request, filter);
  const order = rowOrder(input.order, filter);
  const { page } = input;
  const after = pagePlace(dependencies.cursors, page, order.list);
  const { onNextPlace } = input;
  const reading = {
    order: readingOrder(order, page.backwards),
    first: page.first,
    after,
    onNext: onNextPlace && ((row: PageRow) => onNextPlace(cursorOf(dependencies.cursors, order, row))),
  };
  const { found, foundMore } = await readPage(dependencies, request, selection, reading);
  return customerPage(dependencies, request, {
    found: page.backwards === true ? found.toReversed() : found,
    ...sidesOf(page, foundMore),
    order,
    filter,
    selection,
  });
}

/** The rows that a filter means to a viewer. */
export function selectRows(
  { database, settings, now }: ListingDependencies,
  { viewer }: CustomerRequest,
  filter: CustomerFilter,
): Promise<RowSelection> {
  return indexFilter(filter, {
    database,
    phoneRegion: settings.defaultPhoneRegion,
    now: now(),
    mayUseContacts: mayUseContacts(viewer),
  });
}

export interface FoundRow {
  readonly row: PageRow;
  readonly source: CustomerSource;
}

export async function customerPage(
  dependencies: ListingDependencies,
  request: CustomerRequest,
  page: {
    readonly found: readonly FoundRow[];
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly order: RowOrder;
    readonly filter: CustomerFilter;
    readonly selection: RowSelection;
  },
): Promise<CustomerPage> {
  const nodes = await prepareViews(
    dependencies,
    request,
    page.found.map(({ source }) => source),
  );
  return new CustomerPage(
    {
      nodes,
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      cursorOf: (index) => cursorOf(dependencies.cursors, page.order, page.found[index]?.row),
    },
    () =>
      countRows(dependencies.database, page.selection, {
        filter: page.filter,
        maxExamined: (dependencies.maxExamined ?? standardMaxExamined) * countedFurther,
        known: dependencies.knownCount,
      }),
  );
}

/** A count looks at so many times the rows that a page may look at. */
const countedFurther = 5;

interface PageReading {
  readonly order: RowOrder;
  readonly first: number;
  readonly after: RowPlace | null;
  /** Told of the last row when there are more; see `onNextPlace`. */
  readonly onNext: ((last: PageRow) => void) | undefined;
}

async function readPage(
  { database, maxExamined = standardMaxExamined }: ListingDependencies,
  request: CustomerRequest,
  selection: RowSelection,
  { order, first, after, onNext }: PageReading,
): Promise<{ found: FoundRow[]; foundMore: boolean }> {
  const found: FoundRow[] = [];
  const shown = new Set<string>();
  for (let place = after; ; ) {
    const missing = first - found.length;
    const rows = await pageRows(database, selection, {
      order,
      after: place,
      limit: missing + 1,
      selected: request.selected,
      maxExamined,
    });
    const page = rows.slice(0, missing);
    const foundMore = rows.length > missing;
    const last = page.at(-1);
    if (foundMore && last !== undefined) onNext?.(last);
    const sources = await readRows(database, page, request);
    page.forEach((row, index) => {
      const source = sources[index] ?? null;
      // Two rows of before may be one customer by now. Ids do not tell: a login and a delivery record may share one.
      if (source === null || shown.has(halvesOf(source))) return;
      shown.add(halvesOf(source));
      found.push({ row, source });
    });
    const isDone = found.length >= first || onNext !== undefined;
    if (isDone || !foundMore || last === undefined) return { found, foundMore };
    place = { key: last[order.key], row: last._id };
  }
}

function halvesOf({ login, delivery }: CustomerSource): string {
  return `${delivery?.key ?? ''}/${login?.key ?? ''}`;
}

export function cursorOf(cursors: CursorCodec, order: RowOrder, row: PageRow | undefined): string {
  if (row === undefined) throw new RangeError('No such row on this page.');
  return cursors.encode({ list: order.list, key: row[order.key], row: row._id });
}
