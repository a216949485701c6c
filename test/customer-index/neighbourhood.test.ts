import { type Document, type Filter, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustomerIndexRow } from '../../src/customer-index/customer-index-row.ts';
import { customerIndexRows } from '../../src/customer-index/customer-index-rows.ts';
import {
  type LinkedCustomer,
  linkCustomers,
  type StoredRecords,
} from '../../src/customer-index/link-graph.ts';
import { readNeighbourhood, type Seeds } from '../../src/customer-index/neighbourhood.ts';
import { refreshIndex } from '../../src/customer-index/refresh-index.ts';
import { seedsOfRows } from '../../src/customers/read-sources.ts';
import {
  type DeliveryRecord,
  type LoginRecord,
  recordKey,
  toDeliveryRecord,
  toLoginRecord,
} from '../../src/database/stored-documents.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { linkGraph, type RawDocument, randomLinkGraph } from '../support/link-graphs.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

const settings = { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' } as const;
const tangleCount = 70;

/** A few records that know nobody else, however tangled, among those of all the others. */
interface Tangle {
  readonly description: string;
  readonly users: RawDocument[];
  readonly customersV2: RawDocument[];
}

let test: TestDatabase;
let tangles: Tangle[] = [];
beforeAll(async () => {
  test = await openTestDatabase();
  for (const name of ['users', 'customers_v2'])
    await test.db.collection(name).dropIndex('gateway_unique_link');
  const random = seededRandom(404);
  tangles = Array.from({ length: tangleCount }, (_, at) => {
    const { description, users, customersV2 } = randomLinkGraph(random, 2 + random.below(9));
    return { description, users: apart(users, at), customersV2: apart(customersV2, at) };
  });
  await test.database.users.insertMany(tangles.flatMap(({ users }) => users));
  await test.database.customersV2.insertMany(tangles.flatMap(({ customersV2 }) => customersV2));
});
afterAll(() => test?.close());

describe('of a random tangle everybody is read by whom its customers are decided', () => {
  const ways: Readonly<Record<string, (random: SeededRandom, records: StoredRecords) => Seeds>> = {
    'by the _ids of some': (random, { logins, deliveries }) => ({
      loginKeys: some(random, logins).map(({ _id }) => _id),
      deliveryKeys: some(random, deliveries).map(({ _id }) => _id),
    }),
    'by ids that some have': (random, { logins, deliveries }) => ({
      loginIds: idsOf(some(random, logins)),
      deliveryIds: idsOf(some(random, deliveries)),
    }),
    'by texts that may be ids': (random, records) => ({
      possibleLoginIds: some(random, textsOf(records)),
      possibleDeliveryIds: some(random, textsOf(records)),
    }),
    'by rows of the index': (random, records) => seedsOfRows(some(random, rowsOf(records))),
    'by rows that are not so any more': (random, records) => {
      const { logins, deliveries } = records;
      const before = {
        logins: altered(random, logins, records),
        deliveries: altered(random, deliveries, records),
      };
      return seedsOfRows(some(random, rowsOf(before)));
    },
    'by all of that at once': (random, records) => {
      const seeds = Object.entries(ways)
        .filter(([way]) => !way.startsWith('by all'))
        .map(([, seedsOf]) => seedsOf(random, records));
      const all = <Name extends keyof Seeds>(name: Name) =>
        seeds.flatMap((one) => one[name] ?? []) as never[];
      return {
        loginKeys: all('loginKeys'),
        deliveryKeys: all('deliveryKeys'),
        loginIds: all('loginIds'),
        deliveryIds: all('deliveryIds'),
        possibleLoginIds: all('possibleLoginIds'),
        possibleDeliveryIds: all('possibleDeliveryIds'),
      };
    },
  };

  it.each(Object.keys(ways))('%s, with others read along', async (way) => {
    const random = seededRandom(way.length);
    for (const tangle of tangles) {
      const whole = recordsOf(tangle);
      const seeds = ways[way]?.(random, whole) ?? {};
      const readAlong = random.chance(0.6) ? some(random, textsOf(whole)) : [];
      const found = await readNeighbourhood(test.database, { ...seeds, readAlong });
      const told = { tangle: tangle.description, seeds: JSON.stringify({ ...seeds, readAlong }) };
      const expected = linkCustomers(whole).map(tellingOf);
      // Whoever is read is followed, so that no customer is another than in the whole.
      const customers = linkCustomers(found).map(tellingOf);
      expect({ ...told, wrong: customers.filter((one) => !expected.includes(one)) }).toEqual({
        ...told,
        wrong: [],
      });
      const keys = keysOf(found);
      const missing = keysMeant(seeds, whole).filter((key) => !keys.includes(key));
      expect({ ...told, missing }).toEqual({ ...told, missing: [] });
      const logins = [...found.logins, ...found.readAlong].map(({ key }) => key);
      expect({ ...told, logins: new Set(logins).size }).toEqual({ ...told, logins: logins.length });
      const along = whole.logins.filter(({ id }) => id !== null && readAlong.includes(id));
      expect(logins).toEqual(expect.arrayContaining(along.map(({ key }) => key)));
    }
  });
});

it('whoever is read along and turns out to be linked is told once', async () => {
  const { users, customersV2 } = linkGraph('D1→U1, U1→D2, D2→A2, A2');
  await test.database.users.insertMany(apart(users, tangleCount));
  await test.database.customersV2.insertMany(apart(customersV2, tangleCount));
  const [first] = customersV2;
  const found = await readNeighbourhood(test.database, {
    deliveryKeys: [apartValue(first?._id, tangleCount)],
    readAlong: [`${tangleCount}:A2`, `${tangleCount}:U1`],
  });
  expect(found.logins.map(({ id }) => id).toSorted()).toEqual(
    [`${tangleCount}:A2`, `${tangleCount}:U1`].toSorted(),
  );
  expect(found.readAlong).toEqual([]);
});

it('after any write of others the rows of a tangle are what the whole makes of it', async () => {
  const random = seededRandom(99);
  for (const tangle of tangles.slice(0, 25)) {
    const { logins, deliveries } = recordsOf(tangle);
    await refresh({
      loginKeys: logins.map(({ _id }) => _id),
      deliveryKeys: deliveries.map(({ _id }) => _id),
    });
    for (let writes = 0; writes < 3; writes++) {
      const written = await writeAtRandom(random, tangle);
      if (written === null) continue;
      await refresh(written);
      const now = recordsOf(tangle);
      const rows = await test.database.customerIndex
        .find({ _id: { $in: [...keysOf({ logins, deliveries }), ...keysOf(now)] } })
        .toArray();
      const told = { tangle: tangle.description, written: JSON.stringify(written) };
      expect({ ...told, rows: byKey(rows) }).toEqual({ ...told, rows: byKey(rowsOf(now)) });
    }
  }
});

function refresh(touched: { loginKeys: unknown[]; deliveryKeys: unknown[] }): Promise<void> {
  return inTransaction(test.database, (session) => refreshIndex(test.database, touched, settings, session));
}

/** Removes a record, or gives it another link, id or role; in the database and in the tangle. Null where there is none. */
async function writeAtRandom(random: SeededRandom, tangle: Tangle) {
  const source = random.chance(0.5) ? 'users' : 'customersV2';
  const documents = tangle[source];
  if (documents.length === 0) return null;
  const at = random.below(documents.length);
  const document = documents[at];
  if (document === undefined) return null;
  const texts = textsOf(recordsOf(tangle));
  const link = source === 'users' ? 'customer_v2_id' : 'user_id';
  const collection = test.db.collection<Document>(source === 'users' ? 'users' : 'customers_v2');
  const ofDocument = { _id: document._id } as Filter<Document>;
  const touched = { loginKeys: [] as unknown[], deliveryKeys: [] as unknown[] };
  touched[source === 'users' ? 'loginKeys' : 'deliveryKeys'].push(document._id);
  if (random.chance(0.2)) {
    documents.splice(at, 1);
    await collection.deleteOne(ofDocument);
    return touched;
  }
  const changes = random.pick([
    { [link]: random.pick([...texts, null]) },
    { id: random.pick([...texts, null]) },
    { role: random.pick(['customer', 'admin']) },
  ]);
  Object.assign(document, changes);
  await collection.updateOne(ofDocument, { $set: changes });
  return touched;
}

/** The same records with ids, links and `_id`s of their own. */
function apart(documents: readonly RawDocument[], tangle: number): RawDocument[] {
  return documents.map((document) => {
    const names = ['_id', 'id', 'customer_v2_id', 'user_id'].filter((name) => name in document);
    const own = names.map((name) => [name, apartValue(document[name], tangle)]);
    return { ...document, ...Object.fromEntries(own) };
  });
}

function apartValue(value: unknown, tangle: number): unknown {
  if (value instanceof ObjectId)
    return new ObjectId(
      `${tangle.toString(16).padStart(6, '0')}${value.toHexString().slice(0, 3)}${value.toHexString().slice(9)}`,
    );
  return typeof value === 'string' && value !== '' ? `${tangle}:${value}` : value;
}

function recordsOf({ users, customersV2 }: Tangle): StoredRecords {
  return { logins: users.map(toLoginRecord), deliveries: customersV2.map(toDeliveryRecord) };
}

/** Every id, and every text that somebody claims. */
function textsOf({ logins, deliveries }: StoredRecords): string[] {
  const records = [...logins, ...deliveries];
  const claims = records.flatMap(({ claim }) => (claim.kind === 'text' ? [claim.id] : []));
  return [...new Set([...idsOf(records), ...claims])];
}

function idsOf(records: readonly (LoginRecord | DeliveryRecord)[]): string[] {
  return records.map(({ id }) => id).filter((id) => id !== null);
}

function keysOf({ logins, deliveries }: StoredRecords): string[] {
  return [...logins.map(({ key }) => `user/${key}`), ...deliveries.map(({ key }) => `v2/${key}`)];
}

function rowsOf(records: StoredRecords): CustomerIndexRow[] {
  return customerIndexRows({ ...records, accounts: new Map() }, settings);
}

/** Whose customers are asked for: those who are named, and of ids that somebody has or had, whoever claims them. */
function keysMeant(seeds: Seeds, { logins, deliveries }: StoredRecords): string[] {
  const claims = ({ claim }: LoginRecord | DeliveryRecord, ids: readonly string[] = []) =>
    claim.kind === 'text' && ids.includes(claim.id);
  const has = ({ id }: LoginRecord | DeliveryRecord, ...lists: (readonly string[] | undefined)[]) =>
    id !== null && lists.some((ids) => ids?.includes(id));
  const [loginKeys, deliveryKeys] = [seeds.loginKeys, seeds.deliveryKeys].map(
    (keys) => keys?.map(recordKey) ?? [],
  );
  return keysOf({
    logins: logins.filter(
      (login) =>
        loginKeys?.includes(login.key) ||
        has(login, seeds.loginIds, seeds.possibleLoginIds) ||
        claims(login, seeds.deliveryIds),
    ),
    deliveries: deliveries.filter(
      (delivery) =>
        deliveryKeys?.includes(delivery.key) ||
        has(delivery, seeds.deliveryIds, seeds.possibleDeliveryIds) ||
        claims(delivery, seeds.loginIds),
    ),
  });
}

function some<Item>(random: SeededRandom, items: readonly Item[]): Item[] {
  return items.filter(() => random.chance(0.3));
}

/** As they may have been before: without some, and with other ids and links. */
function altered<Kind extends LoginRecord | DeliveryRecord>(
  random: SeededRandom,
  records: readonly Kind[],
  whole: StoredRecords,
): Kind[] {
  const texts = textsOf(whole);
  return records
    .filter(() => random.chance(0.9))
    .map((record) => ({
      ...record,
      ...(texts.length > 0 && random.chance(0.2) && { id: random.pick(texts) }),
      ...(texts.length > 0 &&
        random.chance(0.3) && { claim: { kind: 'text', id: random.pick(texts) } as const }),
      ...(random.chance(0.2) && { claim: { kind: 'none' } as const }),
    }));
}

function tellingOf({ login, delivery, ...rest }: LinkedCustomer): string {
  return JSON.stringify({ login: login?.key, delivery: delivery?.key, ...rest });
}

function byKey(rows: readonly CustomerIndexRow[]): CustomerIndexRow[] {
  return rows.toSorted((one, other) => (one._id < other._id ? -1 : 1));
}
