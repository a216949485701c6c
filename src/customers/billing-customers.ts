import type { CustomerStatus } from '../customer-index/customer-index-row.ts';
import type { CursorCodec } from '../graphql/cursor.ts';
import type { CustomerRequest, ListingDependencies } from './customer-access.ts';
import type { CustomerFilter, CustomerOrder } from './customer-filter.ts';
import { type CustomerPage, type ListCustomersInput, listCustomers } from './list-customers.ts';
import { allStatuses } from './row-selection.ts';

/** What listing those who are billed needs. */
export interface BillingDependencies extends ListingDependencies {
  readonly billingStatuses: readonly CustomerStatus[];
}

/**
 * One page of everybody who is to be billed: the customers of both systems whose status is one of those that are billed,
 * each person once; a filter of the caller narrows that. Oldest first unless another order is asked for: who is made while
 * somebody pages comes at the end, and is not missed.
 *
 * @throws AppError BAD_USER_INPUT as `listCustomers` does; a cursor of `customers` is none of this list.
 */
export function billingCustomers(
  dependencies: BillingDependencies,
  request: CustomerRequest,
  input: ListCustomersInput,
): Promise<CustomerPage> {
  const { cursors, billingStatuses } = dependencies;
  return listCustomers({ ...dependencies, cursors: cursorsOfBilling(cursors) }, request, {
    ...input,
    filter: billedOnly(input.filter, billingStatuses),
    order: input.order ?? oldestFirst,
  });
}

const oldestFirst: CustomerOrder = { field: 'CREATED_AT', direction: 'ASC' };

/** What the caller wants, of those who are billed; a status that is not billed is nobody's here. */
function billedOnly(filter: CustomerFilter | null, billed: readonly CustomerStatus[]): CustomerFilter | null {
  if (allStatuses.every((status) => billed.includes(status))) return filter;
  const wanted = filter?.status ?? null;
  return { ...filter, status: wanted === null ? [...billed] : wanted.filter((one) => billed.includes(one)) };
}

function cursorsOfBilling(cursors: CursorCodec): CursorCodec {
  const named = (list: string) => `billing/${list}`;
  return {
    encode: (place) => cursors.encode({ ...place, list: named(place.list) }),
    decode: (cursor, list) => cursors.decode(cursor, named(list)),
  };
}
