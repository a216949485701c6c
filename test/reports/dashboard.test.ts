import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExpected } from '../customers/support/expected-customers.ts';
import { type OpenApp, openApp, person } from '../customers/support/open-app.ts';
import { fillWithRandomRecords } from '../customers/support/random-fill.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { emittedSchema } from '../support/root-fields.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { dashboardQuery, expectDashboardToAgree, monthFilter } from './support/expect-dashboard-to-agree.ts';

describe('the dashboard, on 400 random records', () => {
  let gateway: TestGateway;
  let admin: GraphqlClient;
  beforeAll(async () => {
    gateway = await startGateway({ fill: fillWithRandomRecords(83, 400) });
    admin = await gateway.logIn(gateway.admin.email);
  });
  afterAll(() => gateway?.close());

  const lengthOf = async (filter: Record<string, unknown>) => {
    const { data, errors } = await admin(
      'query ($filter: CustomerFilter) { customers(filter: $filter) { count { value precision } } }',
      { filter },
    );
    expect(errors).toEqual([]);
    expect(data.customers.count.precision).toBe('EXACT');
    return data.customers.count.value as number;
  };
  const dashboard = async (client = admin) => (await client(dashboardQuery)).data.dashboard;

  it('says what the oracle does', async () => {
    await expectDashboardToAgree(admin, await readExpected(gateway.foreign));
  });

  it.each(namedFilters())(
    '$field is the length of the list that its description names',
    async ({ field, filter }) => {
      const { data, errors } = await admin(
        `{ dashboard { ${field} } customers(filter: ${filter}) { count { value precision } } }`,
      );
      expect(errors).toEqual([]);
      expect(data.customers.count).toEqual({ value: data.dashboard[field], precision: 'EXACT' });
    },
  );

  it('names a filter for every figure', () => {
    expect(namedFilters().map(({ field }) => field)).toEqual([
      'activeCustomers',
      'legacyCustomers',
      'linkedCustomers',
      'totalUniqueCustomers',
      'unassignedCustomers',
      'v2Customers',
    ]);
  });

  it('counts by status, by area and by month exactly whom the filters of these list', async () => {
    const { byStatus, byArea, growth } = await dashboard();
    for (const { status, count } of byStatus)
      expect(await lengthOf({ status: [status] }), status).toBe(count);
    expect(byArea.length).toBeGreaterThan(3);
    for (const { area, count, active } of byArea) {
      if (area === null) continue;
      expect([await lengthOf({ area: [area] }), await lengthOf({ area: [area], isActive: true })]).toEqual([
        count,
        active,
      ]);
    }
    for (const { month, added } of growth)
      expect(await lengthOf(monthFilter(month, 'UTC')), month).toBe(added);
  });

  it('counts everybody in one status and in one area', async () => {
    const { totalUniqueCustomers } = await dashboard();
    const { data } = await admin(dashboardQuery, { first: 200 });
    const sum = (groups: { count: number }[]) => groups.reduce((total, { count }) => total + count, 0);
    expect(sum(data.dashboard.byStatus)).toBe(totalUniqueCustomers);
    expect(sum(data.dashboard.byArea)).toBe(totalUniqueCustomers);
  });

  it('is for analysts as well, and holds nobody by name', async () => {
    const analyst = await gateway.logIn(gateway.people.analystEmail);
    const answer = await analyst(dashboardQuery);
    expect(answer.errors).toEqual([]);
    expect(answer.data.dashboard.totalUniqueCustomers).toBeGreaterThan(300);
  });

  it('shows twenty areas and twelve months unless it is asked for others', async () => {
    const standard = await dashboard();
    const { data } = await admin(
      '{ dashboard { byArea { area } all: byArea(first: 200) { area } growth { month } null: growth(months: null) { month } one: growth(months: 1) { month } } }',
    );
    const { byArea, all, growth, one } = data.dashboard;
    expect(byArea).toEqual(all.slice(0, 20));
    expect(growth).toHaveLength(12);
    expect(data.dashboard.null).toEqual(growth);
    expect(one).toEqual(growth.slice(-1));
    expect(one[0].month).toBe(standard.asOf.slice(0, 7));
  });

  it('refuses a number of areas or months that is out of bounds, naming the argument', async () => {
    for (const [selection, argument] of [
      ['byArea(first: 0) { area }', 'first'],
      ['byArea(first: 201) { area }', 'first'],
      ['growth(months: 0) { month }', 'months'],
      ['growth(months: 121) { month }', 'months'],
      ['growth(months: -1) { month }', 'months'],
    ]) {
      const answer = await admin(`{ dashboard { ${selection} } }`);
      expect([answer.code, answer.errors[0]?.extensions.argument], selection).toEqual([
        'BAD_USER_INPUT',
        argument,
      ]);
    }
  });
});

describe('the dashboard of a business whose clock is not that of UTC', () => {
  let app: OpenApp;
  const query =
    '{ dashboard { totalUniqueCustomers systemsInUse byArea { area count active } growth(months: 4) { month added total changePercent } asOf } }';
  const record = (id: string, fields: object) => ({ _id: id, id, name: id, status: 'active', ...fields });
  beforeAll(async () => {
    app = await openApp({ LEGACY_TIMEZONE: 'Asia/Kolkata' });
    await app.add({ users: [person('admin', { role: 'admin' })] });
  });
  afterAll(() => app.close());

  it('is all zero while there is nobody, with every month there', async () => {
    const admin = await app.logIn('admin@example.com');
    const { data, errors } = await admin(query);
    expect(errors).toEqual([]);
    const nobody = { added: 0, total: 0, changePercent: null };
    expect(data.dashboard).toMatchObject({
      totalUniqueCustomers: 0,
      systemsInUse: [],
      byArea: [],
      growth: ['2025-12', '2026-01', '2026-02', '2026-03'].map((month) => ({ month, ...nobody })),
    });
  });

  it('puts a customer into the month that the record says, whoever is created at its very beginning too', async () => {
    await app.add({
      customersV2: [
        record('first of March', { created_at: '2026-03-01T00:00:00', area: 'North' }),
        record('last of February', {
          created_at: '2026-02-28T23:59:59.999',
          area: 'North',
          status: 'paused',
        }),
        record('also February', { created_at: '2026-02-28T18:29:59.999Z', area: ' North' }),
        record('March in India', { created_at: '2026-02-28T18:30:00Z' }),
        record('long ago', { created_at: '1999-01-01T00:00:00' }),
        record('not known when', { created_at: 'yesterday' }),
        record('next month', { created_at: '2026-04-01T00:00:00' }),
      ],
    });
    app.clock.ms += 5_000;
    const admin = await app.logIn('admin@example.com');
    const { data } = await admin(query);
    expect(data.dashboard).toEqual({
      totalUniqueCustomers: 7,
      systemsInUse: ['CUSTOMERS_V2'],
      byArea: [
        { area: null, count: 4, active: 4 },
        { area: 'North', count: 2, active: 1 },
        { area: ' North', count: 1, active: 1 },
      ],
      growth: [
        { month: '2025-12', added: 0, total: 2, changePercent: null },
        { month: '2026-01', added: 0, total: 2, changePercent: null },
        { month: '2026-02', added: 2, total: 4, changePercent: null },
        { month: '2026-03', added: 2, total: 6, changePercent: 0 },
      ],
      asOf: '2026-03-01T10:00:05.000Z',
    });
    for (const { month, added } of data.dashboard.growth) {
      const { data: listed } = await admin(
        'query ($filter: CustomerFilter) { customers(filter: $filter) { count { value } } }',
        { filter: monthFilter(month, 'Asia/Kolkata') },
      );
      expect(listed.customers.count.value, month).toBe(added);
    }
  });

  it('is at most five seconds old, in all that it shows', async () => {
    const admin = await app.logIn('admin@example.com');
    const before = (await admin(query)).data.dashboard;
    await app.add({ users: [person('newcomer', { created_at: '2026-03-01T12:00:00' })] });
    app.clock.ms += 4_999;
    expect((await admin(query)).data.dashboard).toEqual(before);
    app.clock.ms += 1;
    const { dashboard } = (await admin(query)).data;
    expect(dashboard).toMatchObject({
      totalUniqueCustomers: 8,
      systemsInUse: ['USERS', 'CUSTOMERS_V2'],
      asOf: '2026-03-01T10:00:10.000Z',
    });
    expect(dashboard.byArea[0]).toEqual({ area: null, count: 5, active: 5 });
    expect(dashboard.growth.at(-1)).toEqual({ month: '2026-03', added: 3, total: 7, changePercent: 50 });
  });
});

/** Every figure whose description names a filter without a value to fill in, and that filter. */
function namedFilters(): { field: string; filter: string }[] {
  const definition = emittedSchema().getType('Dashboard');
  if (!isObjectType(definition)) throw new TypeError('Dashboard is no object type.');
  return Object.values(definition.getFields()).flatMap(({ name, description, type }) => {
    const filter = /customers\(filter: (\{.*?\})\)/.exec(description ?? '')?.[1];
    return filter === undefined || String(type) !== 'Int!' ? [] : [{ field: name, filter }];
  });
}
