import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import { rowKeyOfDelivery, rowKeyOfLogin } from '../customer-index/customer-index-rows.ts';
import { type LinkedCustomer, linkCustomers, stateOfPair } from '../customer-index/link-graph.ts';
import { readNeighbourhood, type Seeds } from '../customer-index/neighbourhood.ts';
import { type PasswordFacts, passwordFacts } from '../customer-index/temporary-password-state.ts';
import type { Database } from '../database/collections.ts';
import { recordKey } from '../database/stored-documents.ts';
import type { CustomerSource } from './customer-view.ts';
import type { Loaders } from './loaders.ts';
import { deliveryFields, loginFields } from './selected-fields.ts';
import { sourceOf } from './source-of.ts';

/** The part of an index row that a page needs. */
export type PageRow = Pick<
  CustomerIndexRow,
  '_id' | 'id' | 'linkState' | 'userKey' | 'v2Key' | 'link' | 'nameKey' | 'createdAtKey'
> &
  Partial<PasswordFacts> &
  Partial<Pick<CustomerIndexRow, 'deliveryBoyId'>>;

/** What a page in one order reads of each row, to show fields of these names. */
export function pageRowProjection(orderKey: 'nameKey' | 'createdAtKey', selected: ReadonlySet<string>) {
  return {
    id: 1,
    linkState: 1,
    userKey: 1,
    v2Key: 1,
    link: 1,
    ...(selected.has('deliveryBoy') && { deliveryBoyId: 1 }),
    ...(needsPasswordFacts(selected) && { passwordExpiresAt: 1, credentialsPending: 1 }),
    [orderKey]: 1,
  };
}

function needsPasswordFacts(selected: ReadonlySet<string>): boolean {
  return selected.has('canLogin') || selected.has('loginBlockers');
}

/**
 * The live customers behind rows of the index, null where nobody is behind a row any more. Both halves of all rows are
 * read in two finds at once; only rows that no longer agree with their halves cost two more.
 */
export async function readRows(
  database: Database,
  rows: readonly PageRow[],
  reading: Reading,
): Promise<(CustomerSource | null)[]> {
  const { loaders } = reading;
  const { logins, deliveries } = await loaders.records.load({
    logins: rows.flatMap(({ userKey }) => (userKey === undefined ? [] : [userKey])),
    deliveries: rows.flatMap(({ v2Key }) => (v2Key === undefined ? [] : [v2Key])),
    deliveryBoys: deliveryBoysOfRows(rows),
  });
  // Both are in the order of the rows, without those that have none.
  let nextLogin = 0;
  let nextDelivery = 0;
  const sources = rows.map((row) =>
    currentSource(
      row,
      row.userKey === undefined ? null : (logins[nextLogin++] ?? null),
      row.v2Key === undefined ? null : (deliveries[nextDelivery++] ?? null),
    ),
  );
  const stale = rows.filter((_, index) => sources[index] === null);
  if (stale.length === 0) return sources;
  const verified = await readVerified(database, seedsOfRows(stale), reading);
  return rows.map((row, index) => sources[index] ?? sourceBehind(verified, row));
}

/** The customer for whom a row stands, of those whom its halves have turned out to be; null when nobody is left. */
export function sourceBehind(
  sources: readonly CustomerSource[],
  row: Pick<PageRow, '_id' | 'userKey'>,
): CustomerSource | null {
  const ofRow = sources.find((source) => isBehind(source, row));
  return ofRow ?? sources.find((source) => isLeftOf(source, row)) ?? null;
}

/** What of customers is wanted, and by whose loaders. */
export interface Reading {
  readonly loaders: Loaders;
  /** Names of the fields that are shown or decided by. */
  readonly selected: ReadonlySet<string>;
}

/** Customers as the stored records say now, whatever the index says: everybody linked to the seeds. */
export async function readVerified(
  database: Database,
  seeds: Seeds,
  { loaders, selected }: Reading,
): Promise<CustomerSource[]> {
  const fields = { login: loginFields(selected), delivery: deliveryFields(selected) };
  const records = await readNeighbourhood(database, seeds, { fields });
  loaders.rememberDeliveryBoys(seeds.readAlong ?? [], [...records.logins, ...records.readAlong]);
  const needsFacts = needsPasswordFacts(selected);
  return Promise.all(
    linkCustomers(records).map(async (customer) => {
      const { login } = customer;
      const account = login !== null && needsFacts ? await loaders.account.load(login.key) : null;
      return sourceOf(customer, passwordFacts(account, login));
    }),
  );
}

/** Where to look for whom rows stand for: undisputed pairs are read whole in one round. */
export function seedsOfRows(rows: readonly Pick<PageRow, 'userKey' | 'v2Key' | 'link'>[]): Seeds {
  const withLogin = rows.filter(({ userKey }) => userKey !== undefined);
  const withDelivery = rows.filter(({ v2Key }) => v2Key !== undefined);
  return {
    loginKeys: withLogin.map(({ userKey }) => userKey),
    deliveryKeys: withDelivery.map(({ v2Key }) => v2Key),
    // Of a half that a row has not, its link is a claim, perhaps on nobody.
    loginIds: withLogin.map(({ link }) => link.userId).filter((id) => id !== null),
    deliveryIds: withDelivery.map(({ link }) => link.customerV2Id).filter((id) => id !== null),
    possibleLoginIds: rows.map(({ link }) => link.userId).filter((id) => id !== null),
    possibleDeliveryIds: rows.map(({ link }) => link.customerV2Id).filter((id) => id !== null),
  };
}

/** Ids of the delivery boys whom the index has for rows, as far as they were read with them. */
export function deliveryBoysOfRows(rows: readonly Pick<PageRow, 'deliveryBoyId'>[]): string[] {
  return rows.map(({ deliveryBoyId }) => deliveryBoyId ?? null).filter((id) => id !== null);
}

/** The customer of a row when its halves, read just now, still are and claim what the row says; else null. */
function currentSource(
  row: PageRow,
  login: LinkedCustomer['login'],
  delivery: LinkedCustomer['delivery'],
): CustomerSource | null {
  const complete =
    (row.userKey === undefined) === (login === null) && (row.v2Key === undefined) === (delivery === null);
  if (!complete || (login !== null && login.role !== 'customer')) return null;
  const agrees =
    login !== null && delivery !== null
      ? stateOfPair(login, delivery) === row.linkState
      : claimsAsBefore(row, login, delivery);
  const sameIds = isAddressedAs(login, row.link.userId) && isAddressedAs(delivery, row.link.customerV2Id);
  if (!agrees || !sameIds) return null;
  return {
    id: row.id,
    state: row.linkState,
    login,
    delivery,
    link: { userId: row.link.userId, customerV2Id: row.link.customerV2Id },
    conflictingIds: row.link.conflictingIds ?? [],
    claimedByLoginOnly: row.link.claimedByLoginOnly ?? false,
    passwordExpiresAt: row.passwordExpiresAt ?? null,
    credentialsPending: row.credentialsPending ?? false,
  };
}

/** Whether a lone record claims what it claimed when its row was written. */
function claimsAsBefore(
  row: PageRow,
  login: LinkedCustomer['login'],
  delivery: LinkedCustomer['delivery'],
): boolean {
  const record = login ?? delivery;
  const before = login === null ? row.link.userId : row.link.customerV2Id;
  if (record === null) return false;
  if (record.claim.kind === 'text') return record.claim.id === before;
  if (before !== null) return false;
  if (record.claim.kind === 'wrongType') return row.linkState === 'CONFLICT';
  // A conflict that nobody else takes part in is about the link's type, or about an id that is missing or shared.
  const ofWrongType =
    row.linkState === 'CONFLICT' && (row.link.conflictingIds ?? []).length === 0 && record.id === row.id;
  return !ofWrongType;
}

/** By its id, or by its `_id` where it has none or shares it. */
function isAddressedAs(
  record: LinkedCustomer['login'] | LinkedCustomer['delivery'],
  address: string | null,
): boolean {
  return record === null || record.id === address || record.keyText === address;
}

function isBehind({ login, delivery }: CustomerSource, row: Pick<PageRow, '_id'>): boolean {
  return (
    (delivery !== null && rowKeyOfDelivery(delivery) === row._id) ||
    (login !== null && rowKeyOfLogin(login) === row._id)
  );
}

/** The login that is left where the delivery record of a pair is gone: it has no row of its own yet. */
function isLeftOf({ login, delivery }: CustomerSource, row: Pick<PageRow, 'userKey'>): boolean {
  return delivery === null && row.userKey !== undefined && login?.key === recordKey(row.userKey);
}
