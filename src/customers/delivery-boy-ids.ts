import type { Database } from '../database/collections.ts';

/** Ids of the delivery boys who exist; an id that two logins share names nobody. */
export async function deliveryBoyIds(database: Database): Promise<string[]> {
  const boys = await database.users
    .find({ role: 'delivery_boy' }, { projection: { _id: 0, id: 1 } })
    .toArray();
  const ids = boys.map((boy) => boy.id).filter((id) => typeof id === 'string' && id !== '') as string[];
  const owners = await database.users.find({ id: { $in: ids } }, { projection: { _id: 0, id: 1 } }).toArray();
  return ids.filter((id) => owners.filter((owner) => owner.id === id).length === 1);
}
