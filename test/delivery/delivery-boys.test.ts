import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerKey } from '../customers/support/customer-answer.ts';
import { type ExpectedWorld, readExpected } from '../customers/support/expected-customers.ts';
import { fillWithRandomRecords } from '../customers/support/random-fill.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { oracleEmail, oracleName, oracleText } from '../support/oracle-values.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

interface Boy {
  id: string;
  name: string | null;
  phone: string | null;
  email: string | null;
  isActive: boolean;
}

let gateway: TestGateway;
let client: GraphqlClient;
let world: ExpectedWorld;
beforeAll(async () => {
  gateway = await startGateway({
    async fill(database) {
      await fillWithRandomRecords(47, 300)(database);
      const twins = ['Twin One', 'Twin Two'].map((name) => ({
        id: 'twins',
        name,
        role: 'delivery_boy',
        email: `${name[5]}@x.in`,
      }));
      await database.db
        .collection<Document>('users')
        .insertMany([...twins, { name: 'Without Id', role: 'delivery_boy' }]);
      const served = { name: 'Served By Twins', delivery_boy_id: 'twins', status: 'active' };
      await database.db.collection<Document>('customers_v2').insertOne({ id: 'served-by-twins', ...served });
    },
  });
  client = await gateway.logIn(gateway.admin.email);
  world = await readExpected(gateway.foreign);
});
afterAll(() => gateway?.close());

const page = `query ($first: Int, $after: String, $search: String) {
  deliveryBoys(first: $first, after: $after, search: $search) {
    nodes { id name phone email isActive } pageInfo { hasNextPage endCursor } count { value precision }
  }
}`;

async function walkBoys(first: number, search?: string): Promise<Boy[]> {
  const boys: Boy[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 200; pages++) {
    const answer = await client(page, { first, after, search });
    expect(answer.errors).toEqual([]);
    const { nodes, pageInfo } = answer.data.deliveryBoys;
    boys.push(...nodes);
    if (!pageInfo.hasNextPage) return boys;
    after = pageInfo.endCursor;
  }
  throw new Error('The list has no end.');
}

describe('deliveryBoys', () => {
  it('are all who deliver, inactive ones too, each once and by name, in pages of any size', async () => {
    const stored = world.users.filter(({ role }) => role === 'delivery_boy');
    expect(stored.some(({ is_active }) => is_active === false)).toBe(true);
    const wanted = stored.map(({ name, phone, email, is_active }) => ({
      name: oracleText(name),
      phone: oracleText(phone),
      email: oracleEmail(oracleText(email)) === null ? null : oracleText(email)?.trim(),
      isActive: is_active === undefined || is_active === null || is_active === true,
    }));
    const text = (boy: object) => JSON.stringify(boy, ['name', 'phone', 'email', 'isActive']);
    for (const first of [1, 4, 200]) {
      const boys = await walkBoys(first);
      expect(boys.map(text).toSorted()).toEqual(wanted.map(text).toSorted());
      const names = boys.map(({ name }) => (name === null ? '\u{10ffff}' : (oracleName(name) ?? '')));
      expect(names).toEqual(
        names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))),
      );
    }
    const { data } = await client(page, { first: 1 });
    expect(data.deliveryBoys.count).toEqual({ value: wanted.length, precision: 'EXACT' });
  });

  it('have an id that names each alone', async () => {
    const ids = (await walkBoys(200)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are found by a prefix of a word of the name', async () => {
    const all = await walkBoys(200);
    const wanted = all.filter(({ name }) => /(^|\s)twin/i.test(name ?? ''));
    expect(wanted.length).toBeGreaterThan(1);
    expect(await walkBoys(200, 'TWI')).toEqual(wanted);
    expect(await walkBoys(1, 'TWI')).toEqual(wanted);
  });
});

describe('customers of deliveryBoys', () => {
  const nested = `query ($first: Int, $after: String, $filter: CustomerFilter, $search: String) {
    deliveryBoys(first: 100, search: $search) { nodes { id customers(first: $first, after: $after, filter: $filter) {
      nodes { id name systems deliveryBoy { id } } pageInfo { hasNextPage endCursor } count { value }
    } } }
  }`;

  it('are exactly those whom the rules give him, by name', async () => {
    const { data, errors } = await client(nested, { first: 150 });
    expect(errors).toEqual([]);
    for (const { id, customers } of data.deliveryBoys.nodes) {
      const wanted = world.customers
        .filter(({ deliveryBoyId }) => deliveryBoyId === id)
        .map(({ answer }) => customerKey(answer));
      expect({ id, keys: customers.nodes.map(customerKey).toSorted() }).toEqual({
        id,
        keys: wanted.toSorted(),
      });
      expect(customers.count.value).toBe(wanted.length);
      const names: string[] = customers.nodes.map(({ name }: Boy) => oracleName(name) ?? '\u{10ffff}');
      expect(names).toEqual(
        names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))),
      );
    }
  });

  it('can be narrowed, and read on page by page', async () => {
    const { data } = await client(nested, { first: 150, filter: { isActive: true } });
    const [busiest] = data.deliveryBoys.nodes.toSorted(
      (one: { customers: { count: { value: number } } }, other: typeof one) =>
        other.customers.count.value - one.customers.count.value,
    );
    const wanted = world.customers.filter(
      ({ deliveryBoyId, isActive }) => deliveryBoyId === busiest.id && isActive,
    );
    expect(busiest.customers.nodes.map(customerKey).toSorted()).toEqual(
      wanted.map(({ answer }) => customerKey(answer)).toSorted(),
    );
    const seen: string[] = [];
    let after: string | null = null;
    do {
      // A cursor is of one delivery boy.
      const variables = { first: 3, after, filter: { isActive: true }, search: busiest.id };
      const answer = await client(nested, variables);
      expect(answer.errors).toEqual([]);
      const boy = answer.data.deliveryBoys.nodes.find(({ id }: Boy) => id === busiest.id);
      seen.push(...boy.customers.nodes.map(customerKey));
      after = boy.customers.pageInfo.hasNextPage ? boy.customers.pageInfo.endCursor : null;
    } while (after !== null && seen.length < 300);
    expect(seen).toEqual(busiest.customers.nodes.map(customerKey));
  });

  it('answer each selection with what it asks for, also where two ask with the same arguments', async () => {
    const { data, errors } = await client(`{ deliveryBoys(first: 100) { nodes {
      a: customers(first: 5) { nodes { id } }
      b: customers(first: 5) { nodes { id deliveryBoy { id } login { lastLoginAt } } }
    } } }`);
    expect(errors).toEqual([]);
    const served = data.deliveryBoys.nodes.flatMap(({ b }: { b: { nodes: unknown[] } }) => b.nodes);
    expect(served.length).toBeGreaterThan(20);
    for (const { id, deliveryBoy } of served) {
      const wanted = world.customers.find(
        (customer) => customer.id === id && customer.hasDeliveryRecord,
      )?.deliveryBoyId;
      expect({ id, boy: deliveryBoy?.id ?? null }).toEqual({ id, boy: wanted });
    }
  });
});

describe('while the index is behind', () => {
  it('the list of delivery boys leaves out who delivers no more, and goes on to its end', async () => {
    const before = await walkBoys(200);
    const gone = before.slice(0, 2).map(({ name }) => name);
    await gateway.foreign.db
      .collection('users')
      .updateMany({ role: 'delivery_boy', name: { $in: gone } }, { $set: { role: 'customer' } });
    const left = before.filter(({ name }) => !gone.includes(name));
    expect(await walkBoys(1)).toEqual(left);
    await gateway.sweep();
    expect(await walkBoys(2)).toEqual(left);
  });

  it('the list of his customers leaves out who is gone, and goes on to its end', async () => {
    const query = `query ($after: String) { deliveryBoys(search: "busy") { nodes {
      customers(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
    } } }`;
    await gateway.foreign.db
      .collection<Document>('users')
      .insertOne({ id: 'busy', name: 'Busy Boy', role: 'delivery_boy' });
    const served = Array.from({ length: 6 }, (_, at) => ({
      id: `served-${at}`,
      name: `Served ${at}`,
      delivery_boy_id: 'busy',
    }));
    await gateway.foreign.db.collection<Document>('customers_v2').insertMany(served);
    await gateway.sweep();
    await gateway.foreign.db
      .collection('customers_v2')
      .deleteMany({ id: { $in: ['served-0', 'served-1', 'served-3', 'served-4'] } });
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 20; pages++) {
      const { data, errors } = await client(query, { after });
      expect(errors).toEqual([]);
      const [{ customers }] = data.deliveryBoys.nodes;
      seen.push(...customers.nodes.map(({ id }: Boy) => id));
      after = customers.pageInfo.endCursor;
      if (!customers.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(['served-2', 'served-5']);
  });
});
