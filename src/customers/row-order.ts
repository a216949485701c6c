import { listName } from '../graphql/list-name.ts';
import type { CustomerFilter, CustomerOrder } from './customer-filter.ts';
import type { RowFilter } from './row-selection.ts';

/** The order of rows: an order key, and the row's own key to tell equals apart. */
export interface RowOrder {
  readonly key: 'nameKey' | 'createdAtKey';
  readonly direction: 1 | -1;
  /** The name of the list in cursors: its order, and the filter that chooses its rows. */
  readonly list: string;
}

/** A place in an order. */
export interface RowPlace {
  readonly key: string | Date;
  readonly row: string;
}

/**
 * Newest first where no order is asked for: what is created while somebody pages does not push rows about.
 *
 * @param filter By `givenConditions`: another's cursors are none of this list.
 */
export function rowOrder(order: CustomerOrder | null, filter: CustomerFilter = {}): RowOrder {
  const { field, direction } = order ?? { field: 'CREATED_AT', direction: 'DESC' };
  return {
    key: field === 'NAME' ? 'nameKey' : 'createdAtKey',
    direction: direction === 'ASC' ? 1 : -1,
    list: listName(`customers:${field}:${direction}`, filter),
  };
}

/** The order in which a page is read, which backwards is the other one; cursors are the same in both. */
export function readingOrder(order: RowOrder, backwards: boolean | undefined): RowOrder {
  return backwards === true ? { ...order, direction: order.direction === 1 ? -1 : 1 } : order;
}

/** Rows after a place in the order: an index on the order key, then `_id`, reads exactly these. */
export function afterPlace(order: RowOrder, after: RowPlace | null): RowFilter[] {
  if (after === null) return [];
  const beyond = order.direction === 1 ? '$gt' : '$lt';
  return [
    {
      $or: [
        { [order.key]: { [beyond]: after.key } },
        { [order.key]: after.key, _id: { [beyond]: after.row } },
      ],
    } as RowFilter,
  ];
}

/**
 * The same as one range and a check: for many ranges of an index at once, which the two ranges of the other form would
 * double. Rows of the very same key are looked at again.
 */
export function afterPlaceInOneRange(order: RowOrder, after: RowPlace | null): RowFilter[] {
  if (after === null) return [];
  const [from, upTo] = order.direction === 1 ? ['$gte', '$lte'] : ['$lte', '$gte'];
  return [
    { [order.key]: { [String(from)]: after.key } } as RowFilter,
    { $nor: [{ [order.key]: after.key, _id: { [String(upTo)]: after.row } }] } as RowFilter,
  ];
}

/** Which of two rows comes first, as the database compares: text by its bytes. */
export function compareInOrder(order: RowOrder, one: RowPlace, other: RowPlace): number {
  const byKey = compareValues(one.key, other.key);
  return (byKey === 0 ? compareValues(one.row, other.row) : byKey) * order.direction;
}

function compareValues(one: string | Date, other: string | Date): number {
  if (one instanceof Date && other instanceof Date) return one.getTime() - other.getTime();
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
}
