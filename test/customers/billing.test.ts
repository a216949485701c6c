import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import {
  type CustomerAnswer,
  customerKey,
  everyCustomerField,
  inOneOrder,
} from './support/customer-answer.ts';
import { type ExpectedWorld, readExpected } from './support/expected-customers.ts';
import { type OpenApp, openApp, person } from './support/open-app.ts';
import { fillWithRandomRecords } from './support/random-fill.ts';

const page = `query ($first: Int, $after: String, $filter: CustomerFilter) {
  billingCustomers(first: $first, after: $after, filter: $filter) {
    edges { cursor node { ...EveryCustomerField } }
    pageInfo { hasNextPage endCursor }
    count { value precision }
  }
} ${everyCustomerField}`;

async function walkBilling(
  client: GraphqlClient,
  {
    first = 200,
    filter,
    betweenPages,
  }: { first?: number; filter?: object; betweenPages?: (page: number) => Promise<void> } = {},
) {
  const customers: CustomerAnswer[] = [];
  let after: string | null = null;
  let count: { value: number; precision: string } | null = null;
  for (let at = 1; ; at++) {
    const { data, errors } = await client(page, { first, after, filter });
    expect(errors).toEqual([]);
    const { edges, pageInfo } = data.billingCustomers;
    count ??= data.billingCustomers.count;
    customers.push(...edges.map(({ node }: { node: CustomerAnswer }) => node));
    if (!pageInfo.hasNextPage) return { customers, count };
    after = pageInfo.endCursor;
    await betweenPages?.(at);
  }
}

const keysOf = (customers: readonly CustomerAnswer[]) => customers.map(customerKey).toSorted();

describe('who is billed, of 400 random records', () => {
  let gateway: TestGateway;
  let admin: GraphqlClient;
  let world: ExpectedWorld;
  beforeAll(async () => {
    gateway = await startGateway({ fill: fillWithRandomRecords(97, 400) });
    admin = await gateway.logIn(gateway.admin.email);
    world = await readExpected(gateway.foreign);
  });
  afterAll(() => gateway?.close());

  it('is everybody of both systems once, each in the shape of a customer, with what has to be mended', async () => {
    const { customers, count } = await walkBilling(admin);
    const expected = new Map(world.customers.map(({ answer }) => [customerKey(answer), answer]));
    expect(customers.length).toBe(world.customers.length);
    expect(count).toEqual({ value: customers.length, precision: 'EXACT' });
    expect(new Set(keysOf(customers)).size).toBe(customers.length);
    for (const customer of customers)
      expect(inOneOrder(customer)).toEqual(expected.get(customerKey(customer)));
    for (const issue of ['NO_ADDRESS', 'NO_PHONE', 'NO_DELIVERY_RECORD', 'LINK_CONFLICT'])
      expect(
        customers.filter(({ billingIssues }) => billingIssues.includes(issue)).length,
        issue,
      ).toBeGreaterThan(5);
    expect(customers.some(({ billingIssues }) => billingIssues.length === 0)).toBe(true);
  });

  it('comes in one order whatever the size of the pages: from the oldest on', async () => {
    const whole = (await walkBilling(admin)).customers;
    const inParts = (await walkBilling(admin, { first: 37 })).customers;
    expect(inParts.map(customerKey)).toEqual(whole.map(customerKey));
    const known = whole.map(({ createdAt }) => createdAt ?? '').filter((text) => text !== '');
    expect(known).toEqual(known.toSorted());
  });

  it('is narrowed by a filter of the caller', async () => {
    const { customers, count } = await walkBilling(admin, {
      filter: { status: ['PAUSED', 'OTHER'], hasLogin: false },
    });
    const wanted = world.customers.filter(
      ({ status, hasLogin }) => (status === 'PAUSED' || status === 'OTHER') && !hasLogin,
    );
    expect(keysOf(customers)).toEqual(keysOf(wanted.map(({ answer }) => answer)));
    expect(count).toEqual({ value: wanted.length, precision: 'EXACT' });
    expect(wanted.length).toBeGreaterThan(5);
  });

  it('tells the issues also where nothing else of the customer is asked for', async () => {
    const { data } = await admin('{ billingCustomers(first: 200) { nodes { id systems billingIssues } } }');
    const expected = new Map(
      world.customers.map(({ answer }) => [customerKey(answer), answer.billingIssues]),
    );
    for (const node of data.billingCustomers.nodes)
      expect(node.billingIssues.toSorted(), customerKey(node)).toEqual(expected.get(customerKey(node)));
  });

  it('is masked for analysts, with the same issues', async () => {
    const analyst = await gateway.logIn(gateway.people.analystEmail);
    const [seen, whole] = [(await walkBilling(analyst)).customers, (await walkBilling(admin)).customers];
    expect(seen.map(({ id, billingIssues }) => [id, billingIssues])).toEqual(
      whole.map(({ id, billingIssues }) => [id, billingIssues]),
    );
    for (const [at, { email, phone, address }] of whole.entries()) {
      if (email !== null) expect(seen[at]?.email).toContain('***');
      if (address !== null) expect(seen[at]?.address).toBe('***');
      if (phone !== null && phone.length > 4) expect(seen[at]?.phone).not.toBe(phone);
    }
  });

  it('takes no cursor of another list, and gives none that another list takes', async () => {
    const cursorOf = async (query: string) => (await admin(query)).data.list.pageInfo.endCursor as string;
    const ofBilling = await cursorOf('{ list: billingCustomers(first: 3) { pageInfo { endCursor } } }');
    const ofCustomers = await cursorOf(
      '{ list: customers(first: 3, orderBy: {field: CREATED_AT, direction: ASC}) { pageInfo { endCursor } } }',
    );
    for (const query of [
      `{ billingCustomers(after: "${ofCustomers}") { nodes { id } } }`,
      `{ customers(after: "${ofBilling}", orderBy: {field: CREATED_AT, direction: ASC}) { nodes { id } } }`,
      '{ billingCustomers(after: "no cursor") { nodes { id } } }',
      '{ billingCustomers(first: 0) { nodes { id } } }',
    ])
      expect((await admin(query)).code, query).toBe('BAD_USER_INPUT');
  });

  it('has whoever stays, and who is added meanwhile, exactly once while another application writes', async () => {
    const before = (await readExpected(gateway.foreign)).customers.map(({ answer }) => customerKey(answer));
    const added: string[] = [];
    const { customers } = await walkBilling(admin, {
      first: 100,
      betweenPages: async (at) => {
        const id = `added-${at}`;
        added.push(`CUSTOMERS_V2 ${id}`);
        const created_at = new Date(Date.now() + at * 1000).toISOString();
        await gateway.foreign.db
          .collection('customers_v2')
          .insertOne({ id, name: 'Added', status: 'trial', created_at });
        await gateway.sweep();
      },
    });
    expect(keysOf(customers)).toEqual([...before, ...added].toSorted());
  });
});

describe('statuses that are billed by configuration', () => {
  let app: OpenApp;
  let admin: GraphqlClient;
  beforeAll(async () => {
    app = await openApp({ BILLING_STATUSES: 'active,trial' });
    const record = (id: string, fields: object) => ({
      _id: id,
      id,
      name: id,
      phone: '9876543210',
      address: '1 Road',
      ...fields,
    });
    await app.add({
      users: [
        person('admin', { role: 'admin' }),
        person('legacy', { phone: '9876500001' }),
        person('legacy inactive', { phone: '9876500002', is_active: false }),
      ],
      customersV2: [
        record('active', { status: 'active' }),
        record('trial', { status: 'trial' }),
        record('paused', { status: 'paused' }),
        record('inactive', { status: 'inactive' }),
        record('other', { status: 'gold' }),
        record('no address', { status: 'active', address: '  ' }),
        record('no phone', { status: 'active', phone: '12' }),
        record('conflict', { status: 'active', user_id: 'admin' }),
      ],
    });
    admin = await app.logIn('admin@example.com');
  });
  afterAll(() => app.close());

  const billed = async (filter?: object) => {
    const { customers, count } = await walkBilling(admin, filter === undefined ? {} : { filter });
    expect(count).toEqual({ value: customers.length, precision: 'EXACT' });
    return customers.map(({ id }) => id).toSorted();
  };

  it('are those of delivery records and of legacy logins alike, and nobody else', async () => {
    expect(await billed()).toEqual(['active', 'conflict', 'legacy', 'no address', 'no phone', 'trial']);
  });

  it('cannot be widened by a filter', async () => {
    expect(await billed({ status: ['TRIAL', 'PAUSED'] })).toEqual(['trial']);
    expect(await billed({ status: ['PAUSED', 'INACTIVE'] })).toEqual([]);
    expect(await billed({ status: [] })).toEqual([]);
    expect(await billed({ isActive: false })).toEqual(['trial']);
  });

  it('leave each issue where it is', async () => {
    const { customers } = await walkBilling(admin);
    expect(Object.fromEntries(customers.map(({ id, billingIssues }) => [id, billingIssues]))).toEqual({
      active: [],
      trial: [],
      legacy: ['NO_ADDRESS', 'NO_DELIVERY_RECORD'],
      'no address': ['NO_ADDRESS'],
      'no phone': ['NO_PHONE'],
      conflict: ['LINK_CONFLICT'],
    });
  });
});
