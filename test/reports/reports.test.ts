import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExpectedWorld, readExpected } from '../customers/support/expected-customers.ts';
import { fillWithRandomRecords } from '../customers/support/random-fill.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { oracleFigures } from '../support/oracle-figures.ts';
import { emittedSchema } from '../support/root-fields.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { expectAuditToAgree } from './support/expect-audit-to-agree.ts';

const qualityFigures =
  'totalUsers totalV2Customers linkedRecords halfLinked orphanedUsers orphanedV2 linkageRatio linkageCompleteness status';

describe('reports, on 400 random records', () => {
  let gateway: TestGateway;
  let admin: GraphqlClient;
  let world: ExpectedWorld;
  beforeAll(async () => {
    gateway = await startGateway({ fill: fillWithRandomRecords(67, 400) });
    admin = await gateway.logIn(gateway.admin.email);
    world = await readExpected(gateway.foreign);
  });
  afterAll(() => gateway?.close());

  it('count in every category of the audit exactly whom they list there, as the oracle does', async () => {
    await expectAuditToAgree(admin, world);
  });

  it('say of data quality what the oracle does', async () => {
    const { data, errors } = await admin(`{ dataQualityReport { ${qualityFigures} asOf } }`);
    expect(errors).toEqual([]);
    const { asOf, ...figures } = data.dataQualityReport;
    expect(Math.abs(Date.now() - Date.parse(asOf))).toBeLessThan(60_000);
    const expected = oracleFigures(world.customers, world.users, world.customersV2);
    expect(figures).toEqual({
      totalUsers: expected.legacyCustomers,
      totalV2Customers: expected.v2Customers,
      linkedRecords: expected.linkedRecords,
      halfLinked: expected.halfLinked,
      orphanedUsers: expected.orphanedUsers,
      orphanedV2: expected.orphanedV2,
      linkageRatio: expected.linkageRatio,
      linkageCompleteness: expected.linkageCompleteness,
      status: expected.status,
    });
  });

  it.each(namedFilters())(
    'list the customers of $type.$field by the filter that its description names',
    async ({ type, field, filter }) => {
      const root = type === 'LinkageAudit' ? 'linkageAudit' : 'dataQualityReport';
      const isFinding = type === 'LinkageAudit' && field !== 'totalSyncIssues';
      const { data, errors } = await admin(
        `{ ${root} { ${field} ${isFinding ? '{ count }' : ''} } customers(filter: ${filter}) { count { value precision } } }`,
      );
      expect(errors).toEqual([]);
      const figure = data[root][field];
      expect(data.customers.count).toEqual({ value: isFinding ? figure.count : figure, precision: 'EXACT' });
    },
  );

  it('show analysts the lists with contacts masked', async () => {
    const analyst = await gateway.logIn(gateway.people.analystEmail);
    const query = '{ linkageAudit { canLogin { customers(first: 50) { nodes { id phone email } } } } }';
    const [seen, whole] = [await analyst(query), await admin(query)];
    expect(seen.errors).toEqual([]);
    const nodesOf = ({ data }: typeof seen) =>
      data.linkageAudit.canLogin.customers.nodes as {
        id: string;
        phone: string | null;
        email: string | null;
      }[];
    expect(nodesOf(seen).map(({ id }) => id)).toEqual(nodesOf(whole).map(({ id }) => id));
    expect(JSON.stringify(nodesOf(whole))).toContain('@');
    for (const [index, { email, phone }] of nodesOf(whole).entries()) {
      if (email !== null) expect(nodesOf(seen)[index]?.email).toContain('***');
      if (phone !== null && phone.length > 4) expect(nodesOf(seen)[index]?.phone).not.toBe(phone);
    }
  });

  it('refuse a page size, a cursor and a number of days that are out of bounds, naming the argument', async () => {
    for (const [selection, argument] of [
      ['linkageAudit { linked { customers(first: 0) { nodes { id } } } }', 'first'],
      ['linkageAudit { linked { customers(first: 201) { nodes { id } } } }', 'first'],
      ['linkageAudit { linked { customers(after: "no cursor") { nodes { id } } } }', 'after'],
      ['dataQualityReport { trend(days: 0) { at } }', 'days'],
      ['dataQualityReport { trend(days: 3661) { at } }', 'days'],
      ['dataQualityReport { trend(days: -1) { at } }', 'days'],
    ]) {
      const answer = await admin(`{ ${selection} }`);
      expect([answer.code, answer.errors[0]?.extensions.argument], selection).toEqual([
        'BAD_USER_INPUT',
        argument,
      ]);
    }
  });

  it('keep the figures of the day while the gateway runs', async () => {
    const days = () => gateway.foreign.qualitySnapshots.find().toArray();
    await expect.poll(days).toHaveLength(1);
    const expected = oracleFigures(world.customers, world.users, world.customersV2);
    expect((await days())[0]).toMatchObject({
      linkageRatio: expected.linkageRatio,
      syncIssues: expected.totalSyncIssues,
      unassignedCustomers: expected.unassignedCustomers,
      activeCustomers: expected.activeCustomers,
      canLogin: expected.audit.canLogin,
    });
  });

  it('take no days for thirty', async () => {
    const answer = await admin('{ dataQualityReport { a: trend { at } b: trend(days: null) { at } } }');
    expect(answer.errors).toEqual([]);
    expect(answer.data.dataQualityReport.a).toHaveLength(1);
    expect(answer.data.dataQualityReport.b).toEqual(answer.data.dataQualityReport.a);
  });
});

/** Every figure whose description names a filter, and that filter. */
function namedFilters(): { type: string; field: string; filter: string }[] {
  const schema = emittedSchema();
  return ['LinkageAudit', 'DataQualityReport'].flatMap((type) => {
    const definition = schema.getType(type);
    if (!isObjectType(definition)) throw new TypeError(`${type} is no object type.`);
    return Object.values(definition.getFields()).flatMap(({ name, description }) => {
      const filter = /customers\(filter: (\{.*?\})\)/.exec(description ?? '')?.[1];
      return filter === undefined ? [] : [{ type, field: name, filter }];
    });
  });
}
