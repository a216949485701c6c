import { type CustomerDependencies, type CustomerRequest, readsEverybody } from './customer-access.ts';
import type { Customer } from './customer-type.ts';
import type { CustomerSource } from './customer-view.ts';
import { prepareViews } from './prepare-views.ts';
import { readVerified } from './read-sources.ts';
import { addressedBy, isPossibleId, sourceWithId } from './source-with-id.ts';
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
  if (!isPossibleId(id)) return null;
  const source = readsEverybody(request.viewer)
    ? await sourceWithId(dependencies.database, request, id)
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

async function ownSourceWithId(
  dependencies: CustomerDependencies,
  request: CustomerRequest,
  id: string,
): Promise<CustomerSource | null> {
  const own = await ownSource(dependencies, request);
  return own === null ? null : addressedBy([own], id);
}

/** What a login may see of itself as long as its claim on a delivery record is not confirmed. */
function withoutDelivery(own: CustomerSource): CustomerSource {
  return { ...own, id: own.link.userId ?? own.id, delivery: null };
}
