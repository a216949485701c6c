import DataLoader from 'dataloader';
import type { Document } from 'mongodb';
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
    const order = rowOrder({ field: 'NAME', direction: 'ASC' });
    const list = `deliveryBoy.${order.list}`;
    const after = input.page.after === null ? null : dependencies.cursors.decode(input.page.after, list);
    const branch = (id: string): Document[] => [
      { $match: allOf([{ deliveryBoyId: id }, ...conditions, ...afterPlace(order, after)]) },
      { $sort: { [order.key]: order.direction, _id: order.direction } },
      { $limit: input.page.first + 1 },
      { $project: { ...pageRowProjection, deliveryBoyId: 1 } },
    ];
    const [firstId, ...otherIds] = deliveryBoyIds;
    const { customerIndex } = dependencies.database;
    const rows = await customerIndex
      .aggregate<PageRow & { deliveryBoyId: string }>([
        ...branch(firstId ?? ''),
        ...otherIds.map((id) => ({
          $unionWith: { coll: customerIndex.collectionName, pipeline: branch(id) },
        })),
      ])
      .toArray();
    const sources = await readRows(dependencies.database, rows, request.loaders);
    return Promise.all(
      deliveryBoyIds.map((id) => {
        const found = rows.flatMap((row, index) => {
          const source = sources[index] ?? null;
          return row.deliveryBoyId === id && source !== null ? [{ row, source }] : [];
        });
        return customerPage(dependencies, request, {
          found: found.slice(0, input.page.first),
          hasNextPage: rows.filter((row) => row.deliveryBoyId === id).length > input.page.first,
          hasPreviousPage: after !== null,
          order: { ...order, list },
          conditions: [{ deliveryBoyId: id }, ...conditions],
        });
      }),
    );
  });
}
