import { type Document, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexSettingsOf } from '../../src/build-use-cases.ts';
import { readConfig } from '../../src/config.ts';
import { readNeighbourhood } from '../../src/customer-index/neighbourhood.ts';
import { refreshIndex } from '../../src/customer-index/refresh-index.ts';
import { rebuildIndex, sweepIndex } from '../../src/customer-index/sweep-index.ts';
import { seedsOfIds } from '../../src/customers/source-with-id.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { customerKey, inOneOrder } from '../customers/support/customer-answer.ts';
import { readExpected } from '../customers/support/expected-customers.ts';
import { fillWithRandomRecords } from '../customers/support/random-fill.ts';
import { walkCustomers } from '../customers/support/walk-customers.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { writeSomething } from './support/foreign-write.ts';

/** As a gateway with its default settings reads the stored values. */
const settings = indexSettingsOf(readConfig({}));

let gateway: TestGateway;
let client: GraphqlClient;
const logins = () => gateway.foreign.db.collection<Document>('users');
const records = () => gateway.foreign.db.collection<Document>('customers_v2');

/** The whole list, by its index, against the oracle; and by filters, which the index alone decides. */
async function expectAsByRules(): Promise<void> {
  const { customers } = await readExpected(gateway.foreign);
  const expected = customers.map(({ answer }) => answer);
  const sorted = (list: typeof expected) =>
    list
      .map((one) => ({ key: customerKey(one), ...inOneOrder(one) }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const walk = await walkCustomers(client, { first: 200 });
  expect(sorted(walk.customers)).toEqual(sorted(expected));
  expect(walk.count).toBe(expected.length);
  for (const filter of [
    { linkState: ['CONFLICT', 'DANGLING'] },
    { hasDeliveryBoy: true },
    { missingEmail: false },
    { canLogin: true },
  ]) {
    const [[field, value]] = Object.entries(filter) as [[keyof (typeof customers)[0], unknown]];
    const wanted = customers.filter((customer) =>
      Array.isArray(value) ? value.includes(customer[field]) : customer[field] === value,
    );
    const found = await walkCustomers(client, { first: 200, filter });
    expect({ filter, keys: found.customers.map(customerKey).toSorted() }).toEqual({
      filter,
      keys: wanted.map(({ answer }) => customerKey(answer)).toSorted(),
    });
  }
}

/** Everything that the index holds, in one order, to compare two states of it. */
async function indexContents(): Promise<unknown> {
  const { customerIndex, indexedRecords } = gateway.foreign;
  const rows = await customerIndex.find().sort({ _id: 1 }).toArray();
  const known = await indexedRecords.find().sort({ _id: 1 }).toArray();
  return JSON.parse(JSON.stringify({ rows, known }));
}

/** As in a database whose records already shared links when the gateway came. */
async function dropUniqueLinks(): Promise<void> {
  for (const collection of [logins(), records()]) {
    const indexes = await collection.indexes();
    if (indexes.some(({ name }) => name === 'gateway_unique_link'))
      await collection.dropIndex('gateway_unique_link');
  }
}

describe.each([
  { seed: 3, unique: false, called: 'may claim what another claims' },
  { seed: 17, unique: true, called: 'may not, since its links are unique' },
])('200 writes of another application that $called', ({ seed, unique }) => {
  beforeAll(async () => {
    gateway = await startGateway({ fill: fillWithRandomRecords(seed, 60) });
    if (!unique) await dropUniqueLinks();
    client = await gateway.logIn(gateway.admin.email);
  });
  afterAll(() => gateway?.close());

  it('are in every list after a sweep, as the rules say', async () => {
    const random = seededRandom(seed * 1000);
    for (let at = 0; at < 200; at++) {
      await writeSomething(gateway.foreign, random, at);
      if (at % 50 === 49) {
        await gateway.sweep();
        await expectAsByRules();
      } else if (random.chance(0.1)) await gateway.sweep();
    }
  });

  it('leave an index that a rebuild would make just so', async () => {
    await gateway.sweep();
    const swept = await indexContents();
    await rebuildIndex(gateway.foreign, settings);
    expect(await indexContents()).toEqual(swept);
    await gateway.foreign.customerIndex.deleteMany({});
    await gateway.foreign.indexedRecords.deleteMany({});
    await rebuildIndex(gateway.foreign, settings);
    expect(await indexContents()).toEqual(swept);
  });

  it('leave nothing to do for a second sweep', async () => {
    const before = await indexContents();
    await gateway.sweep();
    expect(await indexContents()).toEqual(before);
  });
});

describe('the index', () => {
  beforeAll(async () => {
    gateway = await startGateway();
    client = await gateway.logIn(gateway.admin.email);
  });
  afterAll(() => gateway?.close());

  it('sees the link that a whole-document replacement drops, and the one that it brings back', async () => {
    const [pair] = (await readExpected(gateway.foreign)).customers.filter(
      ({ linkState }) => linkState === 'LINKED',
    );
    const stateOf = async () => {
      const { data } = await client('query ($id: ID!) { customer(id: $id) { link { state } } }', {
        id: pair?.id,
      });
      const list = await walkCustomers(client, { first: 200, filter: { linkState: ['HALF_LINKED'] } });
      return { state: data.customer.link.state, listed: list.customers.some(({ id }) => id === pair?.id) };
    };
    const { user_id, ...rest } = pair?.delivery ?? {};
    await records().replaceOne({ _id: pair?.delivery?._id }, rest);
    await gateway.sweep();
    expect(await stateOf()).toEqual({ state: 'HALF_LINKED', listed: true });
    await records().replaceOne({ _id: pair?.delivery?._id }, { ...rest, user_id });
    await gateway.sweep();
    expect(await stateOf()).toEqual({ state: 'LINKED', listed: false });
  });

  it('is made anew by a sweep that reads times and phones in another way than the one before', async () => {
    const read = () =>
      gateway.foreign.customerIndex
        .find({}, { projection: { createdAtKey: 1, phones: 1 }, sort: { _id: 1 } })
        .toArray();
    const before = await read();
    await sweepIndex(gateway.foreign, { defaultPhoneRegion: 'US', legacyTimezone: 'Asia/Kolkata' });
    const others = await read();
    const changed = (key: 'createdAtKey' | 'phones') =>
      others.filter((row, at) => JSON.stringify(row[key]) !== JSON.stringify(before[at]?.[key])).length;
    expect(changed('createdAtKey')).toBeGreaterThan(10);
    expect(changed('phones')).toBeGreaterThan(10);
    await gateway.sweep();
    expect(await read()).toEqual(before);
  });

  it('sees a record that was deleted and another that was inserted under the same id', async () => {
    const [lonely] = (await readExpected(gateway.foreign)).customers.filter(
      ({ linkState }) => linkState === 'ORPHANED_V2',
    );
    const { _id, ...rest } = lonely?.delivery ?? {};
    await records().deleteOne({ _id });
    await records().insertOne({ ...rest, name: 'Inserted Again' });
    await gateway.sweep();
    await expectAsByRules();
  });

  it('is the same after two sweeps at once as after one', async () => {
    const random = seededRandom(99);
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 15; at++) await writeSomething(gateway.foreign, random, 1000 + round * 100 + at);
      await Promise.all([gateway.sweep(), gateway.sweep()]);
      await expectAsByRules();
    }
    const swept = await indexContents();
    await rebuildIndex(gateway.foreign, settings);
    expect(await indexContents()).toEqual(swept);
  });

  it('is right after a sweep that ran while another application kept writing, and one more behind it', async () => {
    const random = seededRandom(7);
    const writing = (async () => {
      for (let at = 0; at < 40; at++) await writeSomething(gateway.foreign, random, 2000 + at);
    })();
    await Promise.all([writing, gateway.sweep(), gateway.sweep()]);
    await gateway.sweep();
    await expectAsByRules();
  });

  it('is right after a sweep that ran beside transactions of the gateway that write the same records and rows', async () => {
    const { database } = gateway;
    const lonely = (await readExpected(gateway.foreign)).customers.filter(
      ({ linkState, delivery }) => linkState === 'ORPHANED_V2' && delivery?._id instanceof ObjectId,
    );
    const asGatewayWrites = (at: number) =>
      inTransaction(database, async (session) => {
        const _id = lonely[at]?.delivery?._id;
        await database.customersV2.updateOne({ _id }, { $set: { name: `Gateway ${at}` } }, { session });
        await refreshIndex(database, { loginKeys: [], deliveryKeys: [_id] }, settings, session);
      });
    // The older application writes the same records at the same time.
    const asOlderWrites = (at: number) =>
      records().updateOne({ _id: lonely[at]?.delivery?._id }, { $set: { area: `Elsewhere ${at}` } });
    const all = Array.from({ length: 12 }, (_, at) => [asGatewayWrites(at), asOlderWrites(at)]).flat();
    await Promise.all([...all, gateway.sweep(), gateway.sweep()]);
    await gateway.sweep();
    await expectAsByRules();
    const { customers } = await walkCustomers(client, { first: 200, filter: { search: 'gateway' } });
    expect(customers.map(({ name, area }) => [name, area]).toSorted()).toEqual(
      Array.from({ length: 12 }, (_, at) => [`Gateway ${at}`, `Elsewhere ${at}`]).toSorted(),
    );
  });

  it('serves lists from the old rows while it is rebuilt', async () => {
    const rebuilding = rebuildIndex(gateway.foreign, settings);
    const { customers } = await readExpected(gateway.foreign);
    const walk = await walkCustomers(client, { first: 100 });
    expect(walk.customers).toHaveLength(customers.length);
    await rebuilding;
    await expectAsByRules();
  });
});

describe('a text that thousands claim', () => {
  const many = 2_000;
  beforeAll(async () => {
    gateway = await startGateway();
    await dropUniqueLinks();
    await records().insertMany(
      Array.from({ length: many }, (_, at) => ({ id: `na-${at}`, name: `Nobody ${at}`, user_id: 'N/A' })),
    );
    await gateway.sweep();
    client = await gateway.logIn(gateway.admin.email);
  });
  afterAll(() => gateway?.close());

  const lookUp = async (id: string) => {
    const { data } = await client(
      'query ($id: ID!) { customer(id: $id) { link { state userId conflictingIds } } }',
      { id },
    );
    return data.customer?.link ?? null;
  };
  const listed = async (linkState: string) => {
    const filter = { linkState: [linkState], search: 'nobody' };
    const { data } = await client(
      'query ($filter: CustomerFilter) { customers(filter: $filter) { count { value } } }',
      { filter },
    );
    return data.customers.count.value;
  };

  it("is read with none of the others as long as it is nobody's id", async () => {
    const [one] = await records().find({ id: 'na-7' }).toArray();
    const around = await readNeighbourhood(gateway.foreign, { deliveryKeys: [one?._id] });
    expect(around.deliveries.map(({ id }) => id)).toEqual(['na-7']);
    const named = await readNeighbourhood(gateway.foreign, seedsOfIds(['N/A']));
    expect([...named.logins, ...named.deliveries]).toEqual([]);
    expect(await lookUp('na-7')).toMatchObject({ state: 'DANGLING', userId: 'N/A' });
    expect(await lookUp('N/A')).toBeNull();
    expect(await listed('DANGLING')).toBe(many);
  });

  it("is a conflict of all of them when it becomes one's id, and dangles again when that one is gone", async () => {
    const { insertedId } = await logins().insertOne({ id: 'N/A', name: 'Somebody', role: 'customer' });
    await gateway.sweep();
    expect(await listed('CONFLICT')).toBe(many);
    expect(await lookUp('na-7')).toMatchObject({ state: 'CONFLICT', conflictingIds: ['N/A'] });
    expect((await lookUp('N/A')).conflictingIds).toHaveLength(many);
    await logins().deleteOne({ _id: insertedId });
    await gateway.sweep();
    expect(await listed('DANGLING')).toBe(many);
    expect(await lookUp('N/A')).toBeNull();
  });
});
