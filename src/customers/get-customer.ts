import { ObjectId } from 'mongodb';
import { type CustomerDependencies, type CustomerRequest, readsEverybody } from './customer-access.ts';
import type { Customer } from './customer-type.ts';
import type { CustomerSource } from './customer-view.ts';
import { prepareViews } from './prepare-views.ts';
import { readVerified, seedsOfRows } from './read-sources.ts';
import { isUnconfirmed } from './unconfirmed-link.ts';

/**
 * The customer that an id addresses: the id of either half, or the `_id` of a record without one of its own. What the
 * viewer may not see answers as if it did not exist.
 */
export async function getCustomer(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  id: string,
): Promise<Customer | null> {
  if (id === '' || id.length > maxIdLength) return null;
  const source = readsEverybody(request.viewer)
    ? await sourceWithId(dependencies, request, id)
    : await ownSourceWithId(dependencies, request, id);
  if (source === null) return null;
  const [view] = await prepareViews(dependencies, request, [source]);
  return view ?? null;
}

/** A customer as they see themself. */
export interface OwnSource extends CustomerSource {
  /** The delivery half stays hidden, and is not here, until the code sent to its own contact was entered. */
  readonly awaitsConfirmation: boolean;
}

/** The customer that a viewer of role customer is; null for everybody else. */
export async function ownSource(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
): Promise<OwnSource | null> {
  const { viewer, loaders } = request;
  if (viewer.role !== 'CUSTOMER') return null;
  const seeds = { loginKeys: [viewer.loginId], loginIds: [viewer.id] };
  const sources = await readVerified(dependencies.database, seeds, request);
  const own = sources.find((source) => source.login?.key === viewer.loginKey) ?? null;
  if (own === null || own.delivery === null) return own && { ...own, awaitsConfirmation: false };
  const account = await loaders.account.load(viewer.loginKey);
  return isUnconfirmed(dependencies, own, account)
    ? { ...withoutDelivery(own), awaitsConfirmation: true }
    : { ...own, awaitsConfirmation: false };
}

/** Longer text is the id of nobody. */
const maxIdLength = 200;

async function sourceWithId(
  { database }: CustomerDependencies,
  request: CustomerRequest,
  id: string,
): Promise<CustomerSource | null> {
  const rows = await database.customerIndex
    .find({ ids: id }, { projection: { userKey: 1, v2Key: 1, 'link.userId': 1, 'link.customerV2Id': 1 } })
    .toArray();
  const seeds = rows.length > 0 ? seedsOfRows(rows) : seedsOfId(id);
  return addressedBy(await readVerified(database, seeds, request), id);
}

async function ownSourceWithId(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  id: string,
): Promise<CustomerSource | null> {
  const own = await ownSource(dependencies, request);
  return own === null ? null : addressedBy([own], id);
}

/** Records that the index does not know yet: whoever has this id, or this `_id`. */
function seedsOfId(id: string) {
  const keys = ObjectId.isValid(id) && id.length === 24 ? [new ObjectId(id), id] : [id];
  return { loginKeys: keys, deliveryKeys: keys, loginIds: [id], deliveryIds: [id] };
}

/** The definitive record's id first, then the login's, then the `_id` of either. */
function addressedBy(sources: readonly CustomerSource[], id: string): CustomerSource | null {
  return (
    sources.find((source) => source.delivery !== null && source.link.customerV2Id === id) ??
    sources.find((source) => source.login !== null && source.link.userId === id) ??
    sources.find((source) => source.delivery?.keyText === id) ??
    sources.find((source) => source.login?.keyText === id) ??
    null
  );
}

/** What a login may see of itself as long as its claim on a delivery record is not confirmed. */
function withoutDelivery(own: CustomerSource): CustomerSource {
  return { ...own, id: own.link.userId ?? own.id, delivery: null };
}
