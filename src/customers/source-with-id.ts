import type { ClientSession } from 'mongodb';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { readAccountFacts, readNeighbourhood, type Seeds } from '../customer-index/neighbourhood.ts';
import { passwordFacts } from '../customer-index/temporary-password-state.ts';
import type { Database } from '../database/collections.ts';
import { possibleRecordIds } from '../database/possible-record-ids.ts';
import type { CustomerSource } from './customer-view.ts';
import { deliveryBoysOfRows, type Reading, readVerified, seedsOfRows } from './read-sources.ts';
import { sourceOf } from './source-of.ts';

/**
 * The customer that an id addresses, as far as it is shown: the id of either half, or the `_id` of a record without one of
 * its own.
 */
export async function sourceWithId(
  database: Database,
  reading: Reading,
  id: string,
): Promise<CustomerSource | null> {
  const withDeliveryBoy = reading.selected.has('deliveryBoy');
  return addressedBy(
    await readVerified(database, await seedsWithId(database, id, { withDeliveryBoy }), reading),
    id,
  );
}

/** The same customer with every stored value, for whoever is going to change it; in a transaction where one is given. */
export async function wholeSourceWithId(
  database: Database,
  id: string,
  session?: ClientSession,
): Promise<CustomerSource | null> {
  if (!isPossibleId(id)) return null;
  const seeds = await seedsWithId(database, id, { session });
  const records = await readNeighbourhood(database, seeds, session === undefined ? {} : { session });
  const accounts = await readAccountFacts(database, records.logins, session);
  const sources = linkCustomers(records).map((customer) =>
    sourceOf(customer, passwordFacts(customer.login && accounts.get(customer.login.key), customer.login)),
  );
  return addressedBy(sources, id);
}

/** Longer text is the id of nobody. */
export function isPossibleId(id: string): boolean {
  return id !== '' && id.length <= 200;
}

/** The definitive record's id first, then the login's, then the `_id` of either. */
export function addressedBy(sources: readonly CustomerSource[], id: string): CustomerSource | null {
  return (
    sources.find((source) => source.delivery !== null && source.link.customerV2Id === id) ??
    sources.find((source) => source.login !== null && source.link.userId === id) ??
    sources.find((source) => source.delivery?.keyText === id) ??
    sources.find((source) => source.login?.keyText === id) ??
    null
  );
}

/** Where to look: what the index knows of the id, else whoever has this id, or this `_id`. */
async function seedsWithId(
  database: Database,
  id: string,
  { session, withDeliveryBoy = false }: { session?: ClientSession | undefined; withDeliveryBoy?: boolean },
): Promise<Seeds> {
  const rows = await database.customerIndex
    .find(
      { ids: id },
      {
        projection: {
          userKey: 1,
          v2Key: 1,
          'link.userId': 1,
          'link.customerV2Id': 1,
          ...(withDeliveryBoy && { deliveryBoyId: 1 }),
        },
        ...(session && { session }),
      },
    )
    .toArray();
  return rows.length > 0 ? { ...seedsOfRows(rows), readAlong: deliveryBoysOfRows(rows) } : seedsOfIds([id]);
}

/** Where to look for whom the index does not know: records that have one of these texts as their id, or as their `_id`. */
export function seedsOfIds(ids: readonly string[]) {
  const keys = ids.flatMap(possibleRecordIds);
  return {
    loginKeys: keys,
    deliveryKeys: keys,
    possibleLoginIds: ids,
    possibleDeliveryIds: ids,
  } satisfies Seeds;
}
