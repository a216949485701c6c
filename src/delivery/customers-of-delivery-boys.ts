import DataLoader from 'dataloader';
import type { Document } from 'mongodb';
import {
  type CustomerDependencies,
  type CustomerRequest,
  readsEverybody,
} from '../customers/customer-access.ts';
import type { CustomerFilter } from '../customers/customer-filter.ts';
import { givenConditions } from '../customers/given-conditions.ts';
import { type CustomerPage, customerPage, type FoundRow, selectRows } from '../customers/list-customers.ts';
import { type PageRow, pageRowProjection, readRows } from '../customers/read-sources.ts';
import { afterPlace, type RowOrder, type RowPlace, readingOrder, rowOrder } from '../customers/row-order.ts';
import { allOf, narrowed, type RowSelection, selectionFilters } from '../customers/row-selection.ts';
import { AppError } from '../errors.ts';
import { type PageArguments, sidesOf } from '../graphql/connection.ts';
import type { CursorCodec } from '../graphql/cursor.ts';
import { listName } from '../graphql/list-name.ts';
import { pagePlace } from '../graphql/page-place.ts';

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
  return new DataLoader<string, CustomerPage>(async (deliveryBoyIds) => {
    if (!readsEverybody(request.viewer)) throw new AppError('FORBIDDEN', 'Only staff may list customers.');
    const filter = givenConditions(input.filter);
    const selection = await selectRows(dependencies, request, filter);
    const { page } = input;
    const existing = await Promise.all(deliveryBoyIds.map((id) => request.loaders.deliveryBoy.load(id)));
    const opened = deliveryBoyIds.map((id, index): OpenPage | AppError => {
      // Whoever has no id to himself is no record's delivery boy, whatever a record says.
      const own = existing[index] === null ? noRows : narrowed(selection, 'deliveryBoyId', id);
      const list = listName(`deliveryBoy.${nameOrder.list}`, { ...filter, of: id });
      const after = placeOrRefusal(dependencies.cursors, page, list);
      return after instanceof AppError
        ? after
        : { id, list, selection: own, found: [], after, foundMore: true };
    });
    const pages = opened.filter((own): own is OpenPage => !(own instanceof AppError));
    await readPages(dependencies, request, pages, page.first, readingOrder(nameOrder, page.backwards));
    return Promise.all(
      opened.map((own) => {
        if (own instanceof AppError) return own;
        const { id, list, found, foundMore } = own;
        return customerPage(dependencies, request, {
          found: page.backwards === true ? found.toReversed() : found,
          ...sidesOf(page, foundMore),
          order: { ...nameOrder, list },
          filter: { ...filter, deliveryBoyId: id },
          selection: own.selection,
        });
      }),
    );
  });
}

/** A cursor is of one delivery boy: for the others of a request it is refused. */
function placeOrRefusal(cursors: CursorCodec, page: PageArguments, list: string): RowPlace | AppError | null {
  try {
    return pagePlace(cursors, page, list);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** The page of one delivery boy as far as it is read. */
interface OpenPage {
  readonly id: string;
  /** Its name in cursors. */
  readonly list: string;
  readonly selection: RowSelection;
  readonly found: FoundRow[];
  after: RowPlace | null;
  foundMore: boolean;
}

const nameOrder = rowOrder({ field: 'NAME', direction: 'ASC' });
const noRows: RowSelection = { branches: [], given: [] };

/** Fills all pages at once; only where nobody is behind a row any more is there a second round, for those pages. */
async function readPages(
  { database }: CustomerDependencies,
  request: CustomerRequest,
  pages: readonly OpenPage[],
  first: number,
  order: RowOrder,
): Promise<void> {
  const { customerIndex } = database;
  for (let open = pages; open.length > 0; ) {
    const [firstBranch = [], ...branches] = open.map((page) =>
      branchOf(page, first - page.found.length, order, request.selected),
    );
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
      page.foundMore = own.length > missing;
      for (const { row, source } of own.slice(0, missing)) {
        if (source !== null) page.found.push({ row, source });
        page.after = { key: row[order.key], row: row._id };
      }
    }
    open = open.filter((page) => page.foundMore && page.found.length < first);
  }
}

function branchOf(
  { selection, after }: OpenPage,
  missing: number,
  order: RowOrder,
  selected: ReadonlySet<string>,
): Document[] {
  return [
    { $match: allOf([...selectionFilters(selection), ...afterPlace(order, after)]) },
    { $sort: { [order.key]: order.direction, _id: order.direction } },
    { $limit: missing + 1 },
    { $project: { ...pageRowProjection(order.key, selected), deliveryBoyId: 1 } },
  ];
}
