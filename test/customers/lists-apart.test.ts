import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type OpenApp, openApp, person } from './support/open-app.ts';

let app: OpenApp;
let admin: GraphqlClient;
let rider: GraphqlClient;
const record = (at: number) => ({
  id: `record-${at}`,
  name: `Customer ${at}`,
  created_at: `2024-0${1 + (at % 9)}-01T00:00:00`,
  status: at % 2 === 0 ? 'active' : 'paused',
  delivery_boy_id: at % 3 === 0 ? 'b-ravi1' : 'b-asha2',
  ...(at % 4 !== 3 && { area: at % 4 === 0 ? 'North' : 'South' }),
});

beforeAll(async () => {
  app = await openApp();
  await app.add({
    users: [
      person('the-admin', { role: 'admin' }),
      person('b-ravi1', { role: 'delivery_boy', name: 'Ravi One', phone: '+1 415 555 2671' }),
      person('b-asha2', { role: 'delivery_boy', name: 'Asha Two' }),
      ...[1, 2, 3].map((at) => person(`legacy-${at}`, { name: `Legacy ${at}` })),
    ],
    customersV2: Array.from({ length: 36 }, (_, at) => record(at)),
  });
  admin = await app.logIn('the-admin@example.com');
  rider = await app.logIn('b-ravi1@example.com');
});
afterAll(() => app?.close());

const rows = 'nodes { id } pageInfo { endCursor startCursor }';
const lists: Record<string, (args: string) => string> = {
  customers: (args) => `{ list: customers(first: 2, ARGS) { ${rows} } }`.replace('ARGS', args),
  billing: (args) => `{ list: billingCustomers(first: 2, ${args}) { ${rows} } }`,
  'the audit': (args) =>
    `{ audit: linkageAudit { list: CATEGORY { list: customers(first: 2, ${args}) { ${rows} } } } }`,
  'delivery boys': (args) => `{ list: deliveryBoys(first: 1, ${args}) { ${rows} } }`,
  'a delivery boy': (args) =>
    `{ boys: deliveryBoys(BOY) { nodes { list: customers(first: 2, ${args}) { ${rows} } } } }`,
  'the journal': (args) => `{ list: auditEvents(first: 1, ${args}) { ${rows} } }`,
  'a round': (args) => `{ list: myDeliveries(first: 2, ${args}) { ${rows.replace('startCursor', '')} } }`,
};

interface Reading {
  readonly list: string;
  readonly args: string;
  readonly category?: string;
  readonly boy?: string;
}

async function read({ list, args, category = '', boy = '' }: Reading, place = '') {
  const client = list === 'a round' ? rider : admin;
  const query = lists[list]?.(`${args} ${place}`).replace('CATEGORY', category).replace('BOY', boy) ?? '';
  const { data, errors } = await client(query.replaceAll(/,\s*\)/g, ')'));
  return { page: data?.list ?? data?.audit?.list?.list ?? data?.boys?.nodes[0]?.list ?? null, errors };
}

const south = { list: 'customers', args: 'filter: { area: ["South", "North"], isActive: true }' };
const ravi = { list: 'a delivery boy', args: '', boy: 'search: "b-ravi1"' };
const times = 'from: "2020-01-01T00:00:00Z"';

describe('a cursor', () => {
  it.each<[string, Reading, Reading]>([
    [
      'of the other half of a filter',
      { list: 'customers', args: 'filter: { isActive: true }' },
      { list: 'customers', args: 'filter: { isActive: false }' },
    ],
    [
      'of a filter in the whole list',
      { list: 'customers', args: 'filter: { isActive: true }' },
      { list: 'customers', args: '' },
    ],
    [
      'of the whole list in a filter',
      { list: 'customers', args: '' },
      { list: 'customers', args: 'filter: { hasArea: false }' },
    ],
    ['of a narrower filter', south, { list: 'customers', args: 'filter: { area: ["South", "North"] }' }],
    [
      'of another search',
      { list: 'customers', args: 'filter: { search: "customer" }' },
      { list: 'customers', args: 'filter: { search: "cust" }' },
    ],
    [
      'of other people who are billed',
      { list: 'billing', args: 'filter: { area: ["North"] }' },
      { list: 'billing', args: 'filter: { area: ["South"] }' },
    ],
    [
      'of another category of the audit',
      { list: 'the audit', args: '', category: 'orphanedV2' },
      { list: 'the audit', args: '', category: 'orphanedUsers' },
    ],
    [
      'of another search for delivery boys',
      { list: 'delivery boys', args: '' },
      { list: 'delivery boys', args: 'search: "ravi"' },
    ],
    ['of another delivery boy', ravi, { ...ravi, boy: 'search: "b-asha2"' }],
    ['of other customers of the delivery boy', ravi, { ...ravi, args: 'filter: { isActive: true }' }],
    [
      'of the story of somebody else',
      { list: 'the journal', args: '' },
      { list: 'the journal', args: 'subjectId: "the-admin"' },
    ],
    [
      'of other actions',
      { list: 'the journal', args: 'actions: ["LOGGED_IN"]' },
      { list: 'the journal', args: 'actions: ["LOGGED_OUT"]' },
    ],
    [
      'of another time',
      { list: 'the journal', args: times },
      { list: 'the journal', args: times.replace('2020', '2021') },
    ],
    [
      'of another area of the round',
      { list: 'a round', args: 'area: "North"' },
      { list: 'a round', args: '' },
    ],
  ])('%s is refused, by name', async (_, made, used) => {
    const { page, errors } = await read(made);
    expect(errors).toEqual([]);
    expect(page.endCursor ?? page.pageInfo.endCursor).toEqual(expect.any(String));
    const place = (argument: string) => `, ${argument}: "${page.pageInfo.endCursor}"`;
    expect((await read(made, place('after'))).errors).toEqual([]);
    const refused = await read(used, place('after'));
    expect(refused.page).toBeNull();
    expect(refused.errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', argument: 'after' },
    ]);
    if (made.list === 'a round') return;
    const backwards = await admin(
      (lists[used.list]?.(`${used.args} ${place('before')}`) ?? '')
        .replace('CATEGORY', used.category ?? '')
        .replace('BOY', used.boy ?? '')
        .replace(/(?<=customers\(|Customers\(|Events\(|Boys\()first: \d, /g, ''),
    );
    expect(backwards.errors[0]).toMatchObject({
      message: 'before is not a cursor of this list.',
      extensions: { code: 'BAD_USER_INPUT', argument: 'before' },
    });
  });

  it.each([
    ['in another order', 'filter: { isActive: true, area: ["North", "South", "North"] }'],
    [
      'with nothing besides',
      'filter: { isActive: true, area: ["South", "North"], search: " ", status: null }',
    ],
  ])('goes on with the same filter, written %s', async (_, args) => {
    const { page } = await read(south);
    const place = `, after: "${page.pageInfo.endCursor}"`;
    const [same, other] = [await read(south, place), await read({ ...south, args }, place)];
    expect(other.errors).toEqual([]);
    expect(other.page.nodes).toEqual(same.page.nodes);
    expect(same.page.nodes).toHaveLength(2);
  });

  it('of a delivery boy goes on with his customers to their end', async () => {
    const seen: string[] = [];
    for (let place = ''; ; ) {
      const { page, errors } = await read(ravi, place);
      expect(errors).toEqual([]);
      seen.push(...page.nodes.map(({ id }: { id: string }) => id));
      if (page.nodes.length < 2) break;
      place = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(seen).toHaveLength(12);
  });
});

describe('deliveryBoys', () => {
  it.each([
    ['b-ravi1', ['b-ravi1']],
    ['B-Ravi', ['b-ravi1']],
    ['b-', ['b-asha2', 'b-ravi1']],
    ['4155552671', ['b-ravi1']],
    ['٤١٥ ٥٥٥', ['b-ravi1']],
    [' ', ['b-asha2', 'b-ravi1']],
    ['🌸', []],
    ['\u200b', []],
  ])('are found by %j: %j', async (search, ids) => {
    const { data, errors } = await admin(
      'query ($search: String) { deliveryBoys(search: $search) { nodes { id } count { value } } }',
      { search },
    );
    expect(errors).toEqual([]);
    expect(data.deliveryBoys.nodes.map(({ id }: { id: string }) => id).toSorted()).toEqual(ids);
    expect(data.deliveryBoys.count.value).toBe(ids.length);
  });
});

describe('a filter', () => {
  const list =
    'query ($filter: CustomerFilter) { customers(first: 200, filter: $filter) { nodes { id area } count { value } } }';

  it('lists those without an area, as many as the dashboard counts, and those with one', async () => {
    const { data } = await admin('{ dashboard { byArea { area count active } } }');
    const without = data.dashboard.byArea.find(({ area }: { area: string | null }) => area === null);
    expect(without).toEqual({ area: null, count: 12, active: 3 });
    for (const [filter, length] of [
      [{ hasArea: false }, without.count],
      [{ hasArea: false, isActive: true }, without.active],
      [{ hasArea: false, hasDeliveryRecord: true }, 9],
      [{ hasArea: true }, 27],
      [{ hasArea: true, area: ['North'] }, 9],
      [{ hasArea: false, area: ['North'] }, 0],
      [{ hasArea: true, hasDeliveryRecord: false }, 0],
      [{ hasArea: true, deliveryBoyId: 'b-ravi1' }, 9],
      [{ hasArea: false, search: 'legacy' }, 3],
    ] as const) {
      const { data: found, errors } = await admin(list, { filter });
      expect(errors).toEqual([]);
      const { nodes, count } = found.customers;
      expect({ filter, listed: nodes.length, counted: count.value }).toEqual({
        filter,
        listed: length,
        counted: length,
      });
      for (const { area } of nodes) expect(area !== null).toBe(filter.hasArea);
    }
  });

  it.each([
    ['2024-03-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['2024-03-01T00:00:00.001Z', '2024-03-01T00:00:00Z'],
    ['2025-01-01T00:00:00Z', '2024-01-01T00:00:00+05:30'],
  ])(
    'of a time after %s and before %s, which there is none, is refused',
    async (createdAfter, createdBefore) => {
      for (const field of ['customers', 'billingCustomers']) {
        const { errors } = await admin(list.replace('customers(', `customers: ${field}(`), {
          filter: { createdAfter, createdBefore },
        });
        expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter.createdBefore' });
      }
    },
  );

  it('of a month finds who was made in it', async () => {
    const filter = { createdAfter: '2024-02-29T23:59:59.999Z', createdBefore: '2024-03-01T00:00:00.001Z' };
    const { data } = await admin(list, { filter });
    expect(data.customers.nodes).toHaveLength(4);
  });
});
