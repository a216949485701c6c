import DataLoader from 'dataloader';
import type { Database, StoredAccount } from '../database/collections.ts';
import { anyOf, findRecords } from '../database/find-records.ts';
import {
  type DeliveryRecord,
  type LoginRecord,
  recordKey,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { deliveryFields, loginFields } from './selected-fields.ts';

/** Reads of one request: what is asked for in one turn is read by one command, each record once. */
export interface Loaders {
  /** Records of whole pages: one promise for a list costs a tenth of one for each of its keys. */
  readonly records: DataLoader<RecordKeys, FoundRecords>;
  /** Accounts by the record key of their login. */
  readonly account: DataLoader<string, StoredAccount | null>;
  /** Delivery boys by id; null for who does not exist, shares an id or has another role. */
  readonly deliveryBoy: DataLoader<string, LoginRecord | null>;
  /** Spares `deliveryBoy` these ids: `logins` are all those who have them, read for other fields' sake. */
  rememberDeliveryBoys(ids: readonly string[], logins: readonly LoginRecord[]): void;
}

/** Which records a page needs. */
export interface RecordKeys {
  /** `_id`s as stored. */
  readonly logins?: readonly unknown[];
  /** `_id`s as stored. */
  readonly deliveries?: readonly unknown[];
  /** Ids of whom `deliveryBoy` will be asked for: they are read along. */
  readonly deliveryBoys?: readonly string[];
}

/** In the order of the keys, null where there is none. */
export interface FoundRecords {
  readonly logins: readonly (LoginRecord | null)[];
  readonly deliveries: readonly (DeliveryRecord | null)[];
}

/**
 * @param selected Names of the fields that the operation selects anywhere: what none of them shows is not read.
 */
export function createLoaders(database: Database, selected: ReadonlySet<string>): Loaders {
  const fields = { login: loginFields(selected), delivery: deliveryFields(selected) };
  const deliveryBoy = new DataLoader<string, LoginRecord | null>(async (ids) => {
    const found = await database.users
      .find({ id: { $in: [...ids] } }, { projection: contactProjection, ...inOneBatch(ids.length) })
      .toArray();
    return deliveryBoysOf(ids, found.map(toLoginRecord));
  });
  const known = new Set<string>();
  const rememberDeliveryBoys = (ids: readonly string[], logins: readonly LoginRecord[]): void => {
    deliveryBoysOf(ids, logins).forEach((boy, index) => {
      const id = ids[index] ?? '';
      known.add(id);
      deliveryBoy.prime(id, boy);
    });
  };
  const records = new DataLoader<RecordKeys, FoundRecords>(
    async (pages) => {
      const logins = pages.flatMap((page) => page.logins ?? []);
      const deliveries = pages.flatMap((page) => page.deliveries ?? []);
      const boys = [...new Set(pages.flatMap((page) => page.deliveryBoys ?? []))].filter(
        (id) => !known.has(id),
      );
      const found = await findRecords(
        database,
        { logins: anyOf({ _id: logins, id: boys }), deliveries: anyOf({ _id: deliveries }) },
        { fields, ...inOneBatch(logins.length + deliveries.length + boys.length) },
      );
      rememberDeliveryBoys(boys, found.logins);
      const [loginOf, deliveryOf] = [byKey(found.logins), byKey(found.deliveries)];
      return pages.map((page) => ({
        logins: (page.logins ?? []).map((key) => loginOf.get(recordKey(key)) ?? null),
        deliveries: (page.deliveries ?? []).map((key) => deliveryOf.get(recordKey(key)) ?? null),
      }));
    },
    { cache: false },
  );
  return {
    records,
    deliveryBoy,
    rememberDeliveryBoys,
    account: new DataLoader(async (keys) => {
      const found = await database.accounts
        .find({ _id: { $in: [...keys] } }, inOneBatch(keys.length))
        .toArray();
      return inKeyOrder(keys, found, (account) => account._id);
    }),
  };
}

function byKey<Found extends { readonly key: string }>(records: readonly Found[]): Map<string, Found> {
  return new Map(records.map((record) => [record.key, record]));
}

/** Who has each of these ids alone, and is a delivery boy. */
function deliveryBoysOf(ids: readonly string[], logins: readonly LoginRecord[]): (LoginRecord | null)[] {
  return inKeyOrder(ids, onlyUniqueIds(logins), (login) => login.id ?? '').map((login) =>
    login?.role === 'delivery_boy' ? login : null,
  );
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

/** Without this more than 101 documents take a second command. One more than can come, so that the cursor ends at once. */
function inOneBatch(keys: number): { batchSize: number } {
  return { batchSize: keys + 1 };
}

/** A shared id names nobody. */
function onlyUniqueIds(logins: readonly LoginRecord[]): LoginRecord[] {
  const owners = new Map<string | null, number>();
  for (const login of logins) owners.set(login.id, (owners.get(login.id) ?? 0) + 1);
  return logins.filter((login) => owners.get(login.id) === 1);
}
