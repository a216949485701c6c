import DataLoader from 'dataloader';
import type { Document, Filter } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import {
  type CustomerDependencies,
  type CustomerRequest,
  readsEverybody,
} from '../customers/customer-access.ts';
import type { CustomerFilter } from '../customers/customer-filter.ts';
import {
  afterPlace,
  allOf,
  type CustomerPage,
  customerPage,
  type FoundRow,
  filterConditions,
  rowOrder,
} from '../customers/list-customers.ts';
import { type PageRow, pageRowProjection, readRows } from '../customers/read-sources.ts';
import { AppError } from '../errors.ts';
import type { PageArguments } from '../graphql/connection.ts';

export interface CustomersOfInput {
  readonly page: PageArguments;
  readonly filter: CustomerFilter | null;
}

/**
 * Pages of the customers of several delivery boys: one command for all rows, two for all halves, however many delivery
 * boys a list shows. One for each request and set of arguments; keyed by delivery boy's id.
 */
export function customersOfDeliveryBoys(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  input: CustomersOfInput,
): DataLoader<string, CustomerPage> {
  return new DataLoader(async (deliveryBoyIds) => {
    if (!readsEverybody(request.viewer)) throw new AppError('FORBIDDEN', 'Only staff may list customers.');
    const conditions = await filterConditions(dependencies, request, input.filter);
    const order = { ...nameOrder, list: `deliveryBoy.${nameOrder.list}` };
    const after =
      input.page.after === null ? null : dependencies.cursors.decode(input.page.after, order.list);
    const existing = await Promise.all(deliveryBoyIds.map((id) => request.loaders.deliveryBoy.load(id)));
    const pages = deliveryBoyIds.map((id, index): OpenPage => {
      // Whoever has no id to himself is no record's delivery boy, whatever a record says.
      const own = existing[index] === null ? noRow : { deliveryBoyId: id };
      return { id, conditions: [own, ...conditions], found: [], after, hasNextPage: true };
    });
    await readPages(dependencies, request, pages, input.page.first);
    return Promise.all(
      pages.map(({ found, hasNextPage, conditions }) =>
        customerPage(dependencies, request, {
          found,
          hasNextPage,
          hasPreviousPage: after !== null,
          order,
          conditions,
        }),
      ),
    );
  });
}

/** The page of one delivery boy as far as it is read. */
interface OpenPage {
  readonly id: string;
  readonly conditions: Filter<CustomerIndexRow>[];
  readonly found: FoundRow[];
  after: { key: string | Date; row: string } | null;
  hasNextPage: boolean;
}

const nameOrder = rowOrder({ field: 'NAME', direction: 'ASC' });
const noRow: Filter<CustomerIndexRow> = { _id: { $in: [] } };

/** Fills all pages at once; only where nobody is behind a row any more is there a second round, for those pages. */
async function readPages(
  { database }: CustomerDependencies,
  request: CustomerRequest,
  pages: readonly OpenPage[],
  first: number,
): Promise<void> {
  const { customerIndex } = database;
  for (let open = pages; open.length > 0; ) {
    const [firstBranch = [], ...branches] = open.map((page) => branchOf(page, first - page.found.length));
    const unions = branches.map((pipeline) => ({
      $unionWith: { coll: customerIndex.collectionName, pipeline },
    }));
    const rows = await customerIndex
      .aggregate<PageRow & { deliveryBoyId: string }>([...firstBranch, ...unions], {
        batchSize: open.length * (first + 1) + 1,
      })
      .toArray();
    const sources = await readRows(database, rows, request);
    for (const page of open) {
      const own = rows.flatMap((row, index) =>
        row.deliveryBoyId === page.id ? [{ row, source: sources[index] ?? null }] : [],
      );
      const missing = first - page.found.length;
      page.hasNextPage = own.length > missing;
      for (const { row, source } of own.slice(0, missing)) {
        if (source !== null) page.found.push({ row, source });
        page.after = { key: row[nameOrder.key], row: row._id };
      }
    }
    open = open.filter((page) => page.hasNextPage && page.found.length < first);
  }
}

function branchOf({ conditions, after }: OpenPage, missing: number): Document[] {
  return [
    { $match: allOf([...conditions, ...afterPlace(nameOrder, after)]) },
    { $sort: { [nameOrder.key]: nameOrder.direction, _id: nameOrder.direction } },
    { $limit: missing + 1 },
    { $project: { ...pageRowProjection(nameOrder.key), deliveryBoyId: 1 } },
  ];
}
