import { ObjectId } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { toLoginRecord } from '../database/stored-documents.ts';

/**
 * What those who acted, or whom an entry names, are called now, by the address of each. One find for all of them; none
 * when there is nobody.
 */
export async function actorNames(
  { users }: Database,
  people: readonly string[],
): Promise<Map<string, string>> {
  const addresses = [...new Set(people)].filter((person) => !noPersons.has(person));
  if (addresses.length === 0) return new Map();
  const keys = addresses.filter((address) => ObjectId.isValid(address) && address.length === 24);
  const found = await users
    .find(
      { $or: [{ id: { $in: addresses } }, { _id: { $in: keys.map((key) => new ObjectId(key) as never) } }] },
      { projection: { id: 1, name: 1 } },
    )
    .toArray();
  const logins = found.map(toLoginRecord);
  return new Map(
    addresses.flatMap((address): [string, string][] => {
      // An id that two share names nobody.
      const [login, ...others] = logins.filter(({ id, keyText }) => id === address || keyText === address);
      return login?.name != null && others.length === 0 ? [[address, login.name]] : [];
    }),
  );
}

const noPersons = new Set(['nobody', 'system', 'command line', 'another application']);
