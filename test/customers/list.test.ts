import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemoData } from '../../src/cli/demo/load-demo-data.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { oracleName } from '../support/oracle-values.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { customerKey, inOneOrder } from './support/customer-answer.ts';
import { type ExpectedCustomer, type ExpectedWorld, readExpected } from './support/expected-customers.ts';
import { fillWithRandomRecords } from './support/random-fill.ts';
import { type CustomerOrder, type Walk, walkCustomers } from './support/walk-customers.ts';

const orders: (CustomerOrder | undefined)[] = [
  undefined,
  { field: 'NAME', direction: 'ASC' },
  { field: 'NAME', direction: 'DESC' },
  { field: 'CREATED_AT', direction: 'ASC' },
  { field: 'CREATED_AT', direction: 'DESC' },
];

describe.each([
  { data: 'the demo data', fill: loadDemoData },
  { data: '250 random records', fill: fillWithRandomRecords(11, 250) },
])('customers, on $data', ({ fill }) => {
  let gateway: TestGateway;
  let client: GraphqlClient;
  let world: ExpectedWorld;
  beforeAll(async () => {
    gateway = await startGateway({ fill });
    client = await gateway.logIn(gateway.admin.email);
    world = await readExpected(gateway.foreign);
  });
  afterAll(() => gateway?.close());

  const expectExactly = (walk: Walk, holds: (customer: ExpectedCustomer) => boolean) => {
    const expected = world.customers.filter(holds).map(({ answer }) => answer);
    const byKey = (one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1);
    const keyed = (list: typeof expected) =>
      list.map((customer) => ({ key: customerKey(customer), ...inOneOrder(customer) })).toSorted(byKey);
    expect(keyed(walk.customers).map(({ key }) => key)).toEqual(keyed(expected).map(({ key }) => key));
    expect(keyed(walk.customers)).toEqual(keyed(expected));
    expect(walk.count).toBe(expected.length);
  };

  describe.each(
    orders.map((orderBy) => ({
      orderBy,
      called: orderBy ? `${orderBy.field} ${orderBy.direction}` : 'none',
    })),
  )('in order $called', ({ orderBy }) => {
    it.each([11, 200])(
      'in pages of %i holds every customer once, each field as the rules say',
      async (first) => {
        const walk = await walkCustomers(client, { first, orderBy });
        expectExactly(walk, () => true);
        expectOrdered(walk, orderBy);
        expectFullPages(walk, first);
      },
    );

    it('with a filter of one value is the same list without the others', async () => {
      for (const filter of [
        { linkState: ['CONFLICT'] },
        { isActive: true },
        { hasLogin: false },
        { missingEmail: false },
      ]) {
        const walk = await walkCustomers(client, { first: 50, filter, orderBy });
        expectExactly(walk, (customer) => matches(customer, filter));
        expectOrdered(walk, orderBy);
        expectFullPages(walk, 50);
      }
    });
  });

  it('in pages of one holds every customer once', async () => {
    const filter = { linkState: ['CONFLICT', 'LINKED', 'DANGLING'] };
    for (const orderBy of [undefined, { field: 'NAME', direction: 'ASC' }] as const) {
      const walk = await walkCustomers(client, { first: 1, filter, orderBy });
      expectExactly(walk, (customer) => matches(customer, filter));
      expectOrdered(walk, orderBy);
      expectFullPages(walk, 1);
    }
  });

  it('has fifty on a page when nobody says how many', async () => {
    const answer = await client('{ customers { nodes { id } pageInfo { hasNextPage } } }');
    expect(answer.data.customers).toMatchObject({ pageInfo: { hasNextPage: true } });
    expect(answer.data.customers.nodes).toHaveLength(50);
  });

  it.each(['isActive', 'canLogin', 'missingEmail', 'hasDeliveryBoy', 'hasLogin', 'hasDeliveryRecord'])(
    'by %s: both values together are the whole list',
    async (field) => {
      for (const value of [true, false]) {
        const filter = { [field]: value };
        const walk = await walkCustomers(client, { first: 150, filter });
        expectExactly(walk, (customer) => matches(customer, filter));
      }
    },
  );

  it('by link state: each state alone, and several together', async () => {
    const states = ['LINKED', 'HALF_LINKED', 'ORPHANED_USER', 'ORPHANED_V2', 'DANGLING', 'CONFLICT'];
    for (const linkState of [...states.map((state) => [state]), ['LINKED', 'DANGLING'], states]) {
      const walk = await walkCustomers(client, { first: 150, filter: { linkState } });
      expectExactly(walk, (customer) => matches(customer, { linkState }));
    }
  });

  it('by status: each alone, and several together', async () => {
    const statuses = ['ACTIVE', 'TRIAL', 'PAUSED', 'INACTIVE', 'OTHER'];
    for (const status of [...statuses.map((one) => [one]), ['TRIAL', 'PAUSED'], statuses]) {
      const walk = await walkCustomers(client, { first: 150, filter: { status } });
      expectExactly(walk, (customer) => matches(customer, { status }));
    }
  });

  it('by area: every area that is stored, as it is stored', async () => {
    const areas = [...new Set(world.customers.map(({ area }) => area))].filter((area) => area !== null);
    expect(areas.length).toBeGreaterThan(3);
    for (const area of [
      ...areas.slice(0, 8).map((one) => [one]),
      areas.slice(0, 3),
      ['no such area'],
      [''],
    ]) {
      const walk = await walkCustomers(client, { first: 150, filter: { area } });
      expectExactly(walk, (customer) => matches(customer, { area }));
    }
  });

  it('by delivery boy: each who exists has exactly the customers assigned to him, and nobody else has any', async () => {
    const stored = new Set(
      world.customersV2.map((record) => record.delivery_boy_id).filter((id) => typeof id === 'string'),
    );
    const staff = world.users
      .filter(({ role, id }) => role !== 'customer' && typeof id === 'string')
      .map(({ id }) => id);
    const asked = [...new Set([...stored, ...staff])].filter((id) => id !== '').slice(0, 15);
    for (const deliveryBoyId of asked) {
      const walk = await walkCustomers(client, { first: 200, filter: { deliveryBoyId } });
      expectExactly(walk, (customer) => matches(customer, { deliveryBoyId }));
    }
  });

  it('by date of creation: later than, earlier than, and between', async () => {
    const times = world.customers
      .map(({ createdAt }) => createdAt)
      .filter((time) => time !== null)
      .toSorted();
    const [early, late] = [times[Math.floor(times.length / 3)], times[Math.floor((times.length * 2) / 3)]];
    for (const filter of [
      { createdAfter: early },
      { createdBefore: early },
      { createdAfter: early, createdBefore: late },
      { createdAfter: early, linkState: ['CONFLICT', 'LINKED'] },
    ]) {
      const walk = await walkCustomers(client, { first: 150, filter });
      expectExactly(walk, (customer) => matches(customer, filter));
      expectOrdered(walk, undefined);
    }
  });

  it('by several conditions together: whoever fulfils each of them', async () => {
    const [area] = world.customers.map((customer) => customer.area).filter((one) => one !== null);
    const [boy] = world.customers.map((customer) => customer.deliveryBoyId).filter((one) => one !== null);
    for (const filter of [
      { isActive: true, canLogin: true },
      { isActive: true, status: ['TRIAL'] },
      { status: ['ACTIVE', 'OTHER'], hasDeliveryBoy: false, hasDeliveryRecord: true },
      { hasLogin: true, hasDeliveryRecord: true, linkState: ['LINKED', 'CONFLICT'] },
      { hasLogin: true, canLogin: false, missingEmail: true },
      { area: [area], status: ['ACTIVE'], hasDeliveryBoy: true },
      { deliveryBoyId: boy, isActive: true, hasLogin: false },
      { deliveryBoyId: boy, hasDeliveryBoy: false },
      { hasLogin: false, hasDeliveryRecord: false },
    ]) {
      for (const orderBy of [undefined, { field: 'NAME', direction: 'DESC' }] as const) {
        const walk = await walkCustomers(client, { first: 40, filter, orderBy });
        expectExactly(walk, (customer) => matches(customer, filter));
        expectOrdered(walk, orderBy);
      }
    }
  });

  it('ignores conditions that are null, and takes an empty list of values as it is: nobody', async () => {
    const nothing = {
      search: null,
      area: null,
      status: null,
      linkState: null,
      isActive: null,
      canLogin: null,
    };
    const more = {
      missingEmail: null,
      deliveryBoyId: null,
      hasDeliveryBoy: null,
      hasLogin: null,
      createdAfter: null,
    };
    expectExactly(await walkCustomers(client, { first: 200, filter: { ...nothing, ...more } }), () => true);
    for (const filter of [{ area: [] }, { status: [] }, { linkState: [] }]) {
      expectExactly(await walkCustomers(client, { first: 200, filter }), () => false);
    }
  });
});

/** Each page but the last is full: a list without foreign writes has no holes. */
function expectFullPages({ pageSizes, customers }: Walk, first: number): void {
  const full = pageSizes.slice(0, -1);
  expect(full).toEqual(full.map(() => first));
  expect(pageSizes.length).toBe(Math.max(1, Math.ceil(customers.length / first)));
}

/** By name those without one stand last when names ascend, by time those without one count as the oldest. */
function expectOrdered({ customers }: Walk, orderBy: CustomerOrder | undefined): void {
  const keys = customers.map(({ name, createdAt }) =>
    orderBy?.field === 'NAME'
      ? Buffer.from(name === null ? '\u{10ffff}' : (oracleName(name) ?? ''))
      : Buffer.from(createdAt ?? ''),
  );
  const ascending = orderBy?.direction === 'ASC' ? keys : keys.toReversed();
  const sorted = ascending.toSorted(Buffer.compare);
  expect(ascending.map(String)).toEqual(sorted.map(String));
}

/** The conditions of `CustomerFilter` but `search`, said once more. */
function matches(customer: ExpectedCustomer, filter: Record<string, unknown>): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    switch (field) {
      case 'linkState':
        return (wanted as string[]).includes(customer.linkState);
      case 'status':
        return (wanted as string[]).includes(customer.status);
      case 'area':
        return customer.area !== null && (wanted as string[]).includes(customer.area);
      case 'createdAfter':
        return customer.createdAt !== null && customer.createdAt > (wanted as string);
      case 'createdBefore':
        return customer.createdAt !== null && customer.createdAt < (wanted as string);
      default:
        return customer[field as keyof ExpectedCustomer] === wanted;
    }
  });
}
