import DataLoader from 'dataloader';
import type { Filter } from 'mongodb';
import type { Database, StoredAccount } from '../database/collections.ts';
import {
  type DeliveryRecord,
  type LoginRecord,
  recordKey,
  type StoredCustomerV2,
  type StoredUser,
  toDeliveryRecord,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { deliveryFields, loginFields } from './selected-fields.ts';

/** Reads of one request: what is asked for in one turn is read in one `$in`, each record once. */
export interface Loaders {
  /** Logins, or null, of lists of `_id`s as stored. */
  readonly logins: ListLoader<LoginRecord>;
  /** Delivery records, or null, of lists of `_id`s as stored. */
  readonly deliveries: ListLoader<DeliveryRecord>;
  /** Accounts by the record key of their login. */
  readonly account: DataLoader<string, StoredAccount | null>;
  /** Delivery boys by id; null for who does not exist, shares an id or has another role. */
  readonly deliveryBoy: DataLoader<string, LoginRecord | null>;
}

/** Batches lists of keys: one promise for a list costs a tenth of one for each of its keys. */
export type ListLoader<Found> = DataLoader<readonly unknown[], readonly (Found | null)[]>;

/**
 * @param selected Names of the fields that the operation selects anywhere: what none of them shows is not read.
 */
export function createLoaders(database: Database, selected: ReadonlySet<string>): Loaders {
  const projections = { login: loginFields(selected), delivery: deliveryFields(selected) };
  return {
    logins: listLoader(async (keys) => {
      const found = await database.users
        .find(byKeys<StoredUser>(keys), { projection: projections.login, ...inOneBatch(keys) })
        .toArray();
      return found.map(toLoginRecord);
    }),
    deliveries: listLoader(async (keys) => {
      const found = await database.customersV2
        .find(byKeys<StoredCustomerV2>(keys), { projection: projections.delivery, ...inOneBatch(keys) })
        .toArray();
      return found.map(toDeliveryRecord);
    }),
    account: new DataLoader(async (keys) => {
      const found = await database.accounts.find({ _id: { $in: [...keys] } }, inOneBatch(keys)).toArray();
      return inKeyOrder(keys, found, (account) => account._id);
    }),
    deliveryBoy: new DataLoader(async (ids) => {
      const found = await database.users
        .find({ id: { $in: [...ids] } }, { projection: contactProjection, ...inOneBatch(ids) })
        .toArray();
      return inKeyOrder(ids, onlyUniqueIds(found.map(toLoginRecord)), (login) => login.id ?? '').map(
        (login) => (login?.role === 'delivery_boy' ? login : null),
      );
    }),
  };
}

/** @param read Finds what there is of keys, in any order. */
function listLoader<Found extends { readonly key: string }>(
  read: (keys: readonly unknown[]) => Promise<Found[]>,
): ListLoader<Found> {
  return new DataLoader(
    async (lists) => {
      const keysOfLists = lists.map((list) => list.map(recordKey));
      const wanted = lists.length === 1 ? (lists[0] ?? []) : eachOnce(lists.flat(), keysOfLists.flat());
      const found = wanted.length === 0 ? [] : await read(wanted);
      const byKey = new Map(found.map((record) => [record.key, record]));
      return keysOfLists.map((keys) => keys.map((key) => byKey.get(key) ?? null));
    },
    { cache: false },
  );
}

function eachOnce(keys: readonly unknown[], texts: readonly string[]): unknown[] {
  return [...new Map(texts.map((text, index) => [text, keys[index]])).values()];
}

/** Answers a batch in the order of its keys, null where nothing was found. */
export function inKeyOrder<Key, Found>(
  keys: readonly Key[],
  found: readonly Found[],
  keyOf: (item: Found) => Key,
): (Found | null)[] {
  const byKey = new Map(found.map((item) => [keyOf(item), item]));
  return keys.map((key) => byKey.get(key) ?? null);
}

const contactProjection = { id: 1, name: 1, phone: 1, role: 1 } as const;

function byKeys<Stored>(keys: readonly unknown[]): Filter<Stored> {
  return { _id: { $in: [...keys] } } as Filter<Stored>;
}

/** Without this more than 101 documents take a second command. One more than can come, so that the cursor ends at once. */
function inOneBatch(keys: readonly unknown[]): { batchSize: number } {
  return { batchSize: keys.length + 1 };
}

/** A shared id names nobody. */
function onlyUniqueIds(logins: readonly LoginRecord[]): LoginRecord[] {
  const owners = new Map<string | null, number>();
  for (const login of logins) owners.set(login.id, (owners.get(login.id) ?? 0) + 1);
  return logins.filter((login) => owners.get(login.id) === 1);
}
