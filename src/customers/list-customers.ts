import type { Filter } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import { AppError } from '../errors.ts';
import { type Count, Page, type PageArguments } from '../graphql/connection.ts';
import type { CursorCodec } from '../graphql/cursor.ts';
import {
  type CustomerRequest,
  type ListingDependencies,
  mayUseContacts,
  readsEverybody,
} from './customer-access.ts';
import type { CustomerFilter, CustomerOrder } from './customer-filter.ts';
import type { Customer } from './customer-type.ts';
import type { CustomerSource } from './customer-view.ts';
import { indexFilter } from './index-filter.ts';
import { prepareViews } from './prepare-views.ts';
import { type PageRow, pageRowProjection, readRows } from './read-sources.ts';

export interface ListCustomersInput {
  readonly page: PageArguments;
  readonly filter: CustomerFilter | null;
  readonly order: CustomerOrder | null;
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
 * @throws AppError BAD_USER_INPUT naming `after` or the value of the filter that is out of bounds.
 */
export async function listCustomers(
  dependencies: ListingDependencies,
  request: CustomerRequest,
  input: ListCustomersInput,
): Promise<CustomerPage> {
  if (!readsEverybody(request.viewer)) throw new AppError('FORBIDDEN', 'Only staff may list customers.');
  const conditions = await filterConditions(dependencies, request, input.filter);
  const order = rowOrder(input.order);
  const after = input.page.after === null ? null : dependencies.cursors.decode(input.page.after, order.list);
  const { found, hasNextPage } = await readPage(
    dependencies,
    request,
    conditions,
    order,
    input.page.first,
    after,
  );
  return customerPage(dependencies, request, {
    found,
    hasNextPage,
    hasPreviousPage: after !== null,
    order,
    conditions,
  });
}

/** The order of rows: an order key, and the row's own key to tell equals apart. */
export interface RowOrder {
  readonly key: 'nameKey' | 'createdAtKey';
  readonly direction: 1 | -1;
  /** The name of the list in cursors. */
  readonly list: string;
}

/** Newest first where no order is asked for: what is created while somebody pages does not push rows about. */
export function rowOrder(order: CustomerOrder | null): RowOrder {
  const { field, direction } = order ?? { field: 'CREATED_AT', direction: 'DESC' };
  return {
    key: field === 'NAME' ? 'nameKey' : 'createdAtKey',
    direction: direction === 'ASC' ? 1 : -1,
    list: `customers:${field}:${direction}`,
  };
}

export function filterConditions(
  { database, settings, now }: ListingDependencies,
  { viewer }: CustomerRequest,
  filter: CustomerFilter | null,
): Promise<Filter<CustomerIndexRow>[]> {
  return indexFilter(filter ?? {}, {
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
    readonly conditions: Filter<CustomerIndexRow>[];
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
    () => countRows(dependencies, page.conditions),
  );
}

/** Rows after a place in the order: an index on the order key, then `_id`, reads exactly these. */
export function afterPlace(
  order: RowOrder,
  after: { key: string | Date; row: string } | null,
): Filter<CustomerIndexRow>[] {
  if (after === null) return [];
  const beyond = order.direction === 1 ? '$gt' : '$lt';
  return [
    {
      $or: [
        { [order.key]: { [beyond]: after.key } },
        { [order.key]: after.key, _id: { [beyond]: after.row } },
      ],
    } as Filter<CustomerIndexRow>,
  ];
}

async function readPage(
  { database }: ListingDependencies,
  request: CustomerRequest,
  conditions: Filter<CustomerIndexRow>[],
  order: RowOrder,
  first: number,
  start: { key: string | Date; row: string } | null,
): Promise<{ found: FoundRow[]; hasNextPage: boolean }> {
  const found: FoundRow[] = [];
  const shown = new Set<string>();
  let after = start;
  for (;;) {
    const missing = first - found.length;
    const rows = await database.customerIndex
      .find(allOf([...conditions, ...afterPlace(order, after)]), { projection: pageRowProjection(order.key) })
      .sort({ [order.key]: order.direction, _id: order.direction })
      .limit(missing + 1)
      .batchSize(missing + 2)
      .toArray();
    const page = rows.slice(0, missing);
    const sources = await readRows(database, page, request);
    page.forEach((row, index) => {
      const source = sources[index] ?? null;
      // Two rows of before may be one customer by now. Ids do not tell: a login and a delivery record may share one.
      if (source === null || shown.has(halvesOf(source))) return;
      shown.add(halvesOf(source));
      found.push({ row, source });
    });
    const hasNextPage = rows.length > missing;
    const last = page.at(-1);
    if (found.length >= first || !hasNextPage || last === undefined) return { found, hasNextPage };
    after = { key: last[order.key], row: last._id };
  }
}

function halvesOf({ login, delivery }: CustomerSource): string {
  return `${delivery?.key ?? ''}/${login?.key ?? ''}`;
}

export function cursorOf(cursors: CursorCodec, order: RowOrder, row: PageRow | undefined): string {
  if (row === undefined) throw new RangeError('No such row on this page.');
  return cursors.encode({ list: order.list, key: row[order.key], row: row._id });
}

/** Rows are counted one by one up to here; beyond, a filtered count says "at least". */
const maxExactCount = 10_000;

async function countRows(
  { database }: ListingDependencies,
  conditions: Filter<CustomerIndexRow>[],
): Promise<Count> {
  if (conditions.length === 0)
    return { value: await database.customerIndex.estimatedDocumentCount(), precision: 'EXACT' };
  const counted = await database.customerIndex.countDocuments(allOf(conditions), {
    limit: maxExactCount + 1,
  });
  return counted > maxExactCount
    ? { value: maxExactCount, precision: 'AT_LEAST' }
    : { value: counted, precision: 'EXACT' };
}

export function allOf(conditions: Filter<CustomerIndexRow>[]): Filter<CustomerIndexRow> {
  const [only] = conditions;
  if (only === undefined) return {};
  return conditions.length === 1 ? only : { $and: conditions };
}
