import type { Database } from '../database/collections.ts';
import { toLoginRecord } from '../database/stored-documents.ts';

/** Those of these ids that are an active delivery boy's, to whom customers can be assigned. One find, none for none. */
export async function activeDeliveryBoys(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Set();
  const found = await database.users
    .find({ id: { $in: wanted } }, { projection: { id: 1, role: 1, is_active: 1 } })
    .toArray();
  const logins = found.map(toLoginRecord);
  return new Set(
    wanted.filter((id) => {
      const [login, ...others] = logins.filter((candidate) => candidate.id === id);
      return login?.role === 'delivery_boy' && login.isActive && others.length === 0;
    }),
  );
}

/** Ids of the delivery boys who exist; an id that two logins share names nobody. */
export async function deliveryBoyIds(database: Database): Promise<string[]> {
  const boys = await database.users
    .find({ role: 'delivery_boy' }, { projection: { _id: 0, id: 1, role: 1 } })
    .toArray();
  // A role that is a list with this one in it is found as well, and is none.
  const ids = boys
    .filter(({ role }) => role === 'delivery_boy')
    .map(({ id }) => id)
    .filter((id): id is string => typeof id === 'string' && id !== '');
  const found = await database.users.find({ id: { $in: ids } }, { projection: { _id: 0, id: 1 } }).toArray();
  const owners = new Map<unknown, number>();
  for (const { id } of found) owners.set(id, (owners.get(id) ?? 0) + 1);
  return ids.filter((id) => owners.get(id) === 1);
}
