import type { Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { customerKey, inOneOrder } from './support/customer-answer.ts';
import { readExpected } from './support/expected-customers.ts';
import { type CustomerOrder, walkCustomers } from './support/walk-customers.ts';

const byName: CustomerOrder = { field: 'NAME', direction: 'ASC' };
const byNameDown: CustomerOrder = { field: 'NAME', direction: 'DESC' };
const oldest: CustomerOrder = { field: 'CREATED_AT', direction: 'ASC' };
const newest: CustomerOrder = { field: 'CREATED_AT', direction: 'DESC' };

let gateway: TestGateway;
let client: GraphqlClient;
beforeAll(async () => {
  gateway = await startGateway();
  client = await gateway.logIn(gateway.admin.email);
});
afterAll(() => gateway?.close());

const records = () => gateway.foreign.db.collection<Document>('customers_v2');
const logins = () => gateway.foreign.db.collection<Document>('users');

describe('a list that is read while another application writes', () => {
  beforeEach(() => gateway.sweep());

  it.each(
    [byName, byNameDown, oldest, newest].flatMap((orderBy) =>
      [false, true].map((swept) => ({
        orderBy,
        swept,
        called: `${orderBy.field} ${orderBy.direction}${swept ? ', the index brought up to date between pages' : ''}`,
      })),
    ),
  )('has whoever stays as he is exactly once, and nobody twice: $called', async ({ orderBy, swept }) => {
    const before = await readExpected(gateway.foreign);
    const touched = new Set<string>();
    const random = seededRandom(5);
    // Only those without any link, so that what is written about one of them changes nobody else.
    const apart = before.customers
      .filter(({ linkState }) => linkState === 'ORPHANED_V2')
      .map(({ delivery }) => delivery?.id);
    const take = () => {
      const [id] = apart.splice(random.below(apart.length), 1);
      touched.add(`CUSTOMERS_V2 ${id}`);
      return id as string;
    };
    const walk = await walkCustomers(client, {
      first: 100,
      orderBy,
      betweenPages: async (page) => {
        for (const name of ['Aaaa First', 'Mmmm Middle', 'Zzzz Last']) {
          const created_at = `20${10 + random.below(20)}-05-05T10:00:00`;
          const id = `${orderBy.field}-${orderBy.direction}-${swept}-${page}-${name}`;
          touched.add(`CUSTOMERS_V2 ${id}`);
          await records().insertOne({ id, name, phone: '9876500000', status: 'active', created_at });
        }
        for (let at = 0; at < 2; at++) await records().deleteOne({ id: take() });
        for (const name of ['aAA renamed', 'ZZZ renamed'])
          await records().updateOne({ id: take() }, { $set: { name } });
        if (swept) await gateway.sweep();
      },
    });
    const seen = walk.customers.map(customerKey);
    const stayed = before.customers
      .map(({ answer }) => customerKey(answer))
      .filter((key) => !touched.has(key));
    expect(stayed.length).toBeGreaterThan(200);
    expect(seen.filter((key) => !touched.has(key)).toSorted()).toEqual(stayed.toSorted());
    // A new name moves a row in the order by name once the index knows of it; in every other list nobody comes twice.
    if (orderBy.field === 'CREATED_AT' || !swept) expect(new Set(seen).size).toBe(seen.length);
  });

  it('shows what a half holds now, not when its place in the list was written', async () => {
    const [someone] = (await readExpected(gateway.foreign)).customers.filter(
      ({ linkState }) => linkState === 'LINKED',
    );
    const id = someone?.delivery?.id as string;
    await records().updateOne(
      { id },
      { $set: { name: 'Named Anew', phone: '+91 98765 11111', status: 'paused', area: 'Elsewhere' } },
    );
    await logins().updateOne(
      { id: someone?.login?.id },
      { $set: { email: 'anew@example.org', is_active: false } },
    );
    const { customers } = await walkCustomers(client, { first: 200 });
    const now = await readExpected(gateway.foreign);
    const wanted = now.customers.find((customer) => customer.id === id)?.answer;
    expect(customers.filter((customer) => customer.id === id).map(inOneOrder)).toEqual([wanted]);
    expect(wanted).toMatchObject({
      name: 'Named Anew',
      phoneE164: '+919876511111',
      status: 'PAUSED',
      canLogin: false,
    });
  });

  it('leaves out customers whose only half is gone, without a hole, an error, or an end too early', async () => {
    const { customers } = await readExpected(gateway.foreign);
    const listed = await walkCustomers(client, { first: 200, orderBy: byName });
    // A whole page of them, the first and the last of the list, and some between.
    const lonely = new Set(
      customers.filter(({ linkState }) => linkState === 'ORPHANED_V2').map(({ id }) => id),
    );
    const inOrder = listed.customers.filter(
      ({ id, systems }) => lonely.has(id) && systems.includes('CUSTOMERS_V2'),
    );
    const gone = new Set([...inOrder.slice(0, 25), ...inOrder.slice(70, 95), ...inOrder.slice(-25)]);
    await records().deleteMany({ id: { $in: [...gone].map(({ id }) => id) } });
    const { customers: left } = await walkCustomers(client, { first: 10, orderBy: byName });
    expect(left.map(customerKey)).toEqual(listed.customers.filter((one) => !gone.has(one)).map(customerKey));
  });

  it('shows the half that is left of a pair that lost the other one', async () => {
    const pairs = (await readExpected(gateway.foreign)).customers.filter(
      ({ linkState }) => linkState === 'LINKED',
    );
    const [withoutDelivery, withoutLogin] = pairs;
    await records().deleteOne({ id: withoutDelivery?.delivery?.id });
    await logins().deleteOne({ id: withoutLogin?.login?.id });
    const { customers } = await walkCustomers(client, { first: 100 });
    const login = customers.find(({ login }) => login?.userId === withoutDelivery?.login?.id);
    const delivery = customers.find(({ delivery }) => delivery?.customerV2Id === withoutLogin?.delivery?.id);
    expect(login).toMatchObject({ id: withoutDelivery?.login?.id, delivery: null, systems: ['USERS'] });
    expect(delivery).toMatchObject({
      id: withoutLogin?.delivery?.id,
      login: null,
      systems: ['CUSTOMERS_V2'],
      canLogin: false,
    });
  });

  it('tells the links that the halves hold now', async () => {
    const { customers: before } = await readExpected(gateway.foreign);
    const undisputed = before.filter(({ link }) => link.conflictingIds.length === 0);
    const pairs = undisputed.filter(({ linkState }) => linkState === 'LINKED');
    const alone = undisputed.filter(({ linkState }) => linkState === 'ORPHANED_V2');
    const [half, otherHalf, apart] = pairs;
    await logins().updateOne({ id: half?.login?.id }, { $set: { customer_v2_id: null } });
    await records().updateOne({ id: otherHalf?.delivery?.id }, { $unset: { user_id: '' } });
    await logins().updateOne({ id: apart?.login?.id }, { $set: { customer_v2_id: '' } });
    await records().updateOne({ id: apart?.delivery?.id }, { $set: { user_id: null } });
    await records().updateOne({ id: alone[0]?.delivery?.id }, { $set: { user_id: 'nobody-there' } });
    await records().updateOne({ id: alone[1]?.delivery?.id }, { $set: { user_id: new ObjectId() } });
    const wrong = before.find(
      ({ login, delivery, link }) =>
        login === null && delivery?.user_id instanceof ObjectId && link.conflictingIds.length === 0,
    );
    await records().updateOne({ id: wrong?.delivery?.id }, { $set: { user_id: null } });
    await records().updateOne({ id: alone[2]?.delivery?.id }, { $set: { id: 'another-id' } });
    const touched = [half, otherHalf, apart, alone[0], alone[1], wrong].map(
      (customer) => customer?.delivery?.id,
    );
    const ids = [...touched, 'another-id', alone[2]?.delivery?.id];
    const told = (list: { id: string; link: object }[]) =>
      ids.map((id) => list.filter((customer) => customer.id === id).map(({ link }) => link));
    const { customers } = await walkCustomers(client, { first: 200 });
    const now = (await readExpected(gateway.foreign)).customers.map(({ answer }) => answer);
    expect(told(customers)).toEqual(told(now));
    expect(told(now).flat()).toMatchObject([
      { state: 'HALF_LINKED' },
      { state: 'HALF_LINKED' },
      { state: 'ORPHANED_V2' },
      { state: 'DANGLING' },
      { state: 'CONFLICT' },
      { state: 'ORPHANED_V2' },
      { state: 'ORPHANED_V2', customerV2Id: 'another-id' },
    ]);
  });

  it('goes on behind a cursor whose own customer is gone', async () => {
    const whole = await walkCustomers(client, { first: 200, orderBy: byName });
    const at = whole.customers.findIndex(({ link }, index) => index >= 30 && link.state === 'ORPHANED_V2');
    const query = `query ($first: Int, $after: String) {
      customers(first: $first, after: $after, orderBy: { field: NAME, direction: ASC }) { nodes { id systems } pageInfo { endCursor } }
    }`;
    const page = await client(query, { first: at + 1 });
    await records().deleteOne({ id: page.data.customers.nodes.at(-1).id });
    await gateway.sweep();
    const next = await client(query, { first: 60, after: page.data.customers.pageInfo.endCursor });
    expect(next.errors).toEqual([]);
    expect(next.data.customers.nodes.map(customerKey)).toEqual(
      whole.customers.slice(at + 1, at + 61).map(customerKey),
    );
  });
});

describe('arguments that are no good are refused by their name', () => {
  const customers = `query ($first: Int, $after: String, $filter: CustomerFilter, $orderBy: CustomerOrder) {
    customers(first: $first, after: $after, filter: $filter, orderBy: $orderBy) { nodes { id } pageInfo { endCursor } }
  }`;
  const boys = `query ($first: Int, $after: String, $search: String) {
    deliveryBoys(first: $first, after: $after, search: $search) { nodes { id } pageInfo { endCursor } }
  }`;
  const ofBoys = `query ($first: Int, $after: String) {
    deliveryBoys { nodes { customers(first: $first, after: $after) { nodes { id } pageInfo { endCursor } } } }
  }`;
  const cursorOf = async (query: string, variables: Record<string, unknown> = {}) => {
    const { data } = await client(query, { first: 3, ...variables });
    return (data.customers ?? data.deliveryBoys).pageInfo.endCursor as string;
  };
  const expectRefused = async (query: string, variables: Record<string, unknown>, argument: string) => {
    const { errors } = await client(query, variables);
    const refusals = new Set(errors.map(({ extensions }) => JSON.stringify(extensions)));
    expect({ variables: JSON.stringify(variables).slice(0, 200), refusals: [...refusals] }).toEqual({
      variables: JSON.stringify(variables).slice(0, 200),
      refusals: [JSON.stringify({ argument, code: 'BAD_USER_INPUT' })],
    });
  };

  it('first, unless it is 1 to 200', async () => {
    for (const first of [0, -1, 201, 10_000]) {
      await expectRefused(customers, { first }, 'first');
      await expectRefused(boys, { first }, 'first');
    }
    for (const first of [0, -1]) await expectRefused(ofBoys, { first }, 'first');
    await expectRefused(ofBoys, { first: 201 }, 'first');
  });

  it('after, when it is no cursor at all', async () => {
    const garbage = [
      '',
      ' ',
      'abc',
      '0',
      'null',
      '{"$ne":null}',
      'é',
      '\u0000',
      'A'.repeat(50_000),
      '../../etc/passwd',
    ];
    const encoded = ['[]', '["customers:NAME:ASC","a","b"]', '{"key":{"$gt":""}}', '\u0000'].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    for (const after of [...garbage, ...encoded]) {
      await expectRefused(customers, { after }, 'after');
      await expectRefused(boys, { after }, 'after');
    }
    await expectRefused(ofBoys, { after: 'abc' }, 'after');
  });

  it('after, when somebody edited it: every single character counts', async () => {
    const cursor = await cursorOf(customers);
    for (let at = 0; at < cursor.length; at++) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      await expectRefused(
        customers,
        { after: `${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}` },
        'after',
      );
    }
    for (const edited of [
      `${cursor}A`,
      `${cursor}=`,
      cursor.slice(0, -1),
      cursor.slice(4),
      ` ${cursor}`,
      `${cursor}\n`,
    ]) {
      await expectRefused(customers, { after: edited }, 'after');
    }
  });

  it('after, when it belongs to another order or another list', async () => {
    for (const made of [byName, byNameDown, oldest, newest]) {
      const after = await cursorOf(customers, { orderBy: made });
      for (const used of [byName, byNameDown, oldest, newest].filter((order) => order !== made)) {
        await expectRefused(customers, { after, orderBy: used }, 'after');
      }
      await expectRefused(boys, { after }, 'after');
    }
    const ofBoy = await cursorOf(boys);
    await expectRefused(customers, { after: ofBoy }, 'after');
    await expectRefused(customers, { after: ofBoy, orderBy: byName }, 'after');
    await expectRefused(ofBoys, { after: ofBoy }, 'after');
  });

  it('search, when it is longer than anybody types', async () => {
    for (const search of [
      'a'.repeat(10_000),
      'प'.repeat(10_000),
      'a '.repeat(5_000),
      '9'.repeat(10_000),
      `${'(a+)'.repeat(2_500)}$`,
    ]) {
      await expectRefused(customers, { filter: { search } }, 'filter.search');
      await expectRefused(boys, { search }, 'search');
    }
  });

  it('values that are none of their type, without a word about the database', async () => {
    const wrong = [
      { filter: { search: { $ne: null } } },
      { filter: { deliveryBoyId: { $gt: '' } } },
      { filter: { area: [{ $regex: '.*' }] } },
      { filter: { createdAfter: 'yesterday' } },
      { filter: { createdAfter: { $gt: 0 } } },
      { filter: { linkState: ['NONE'] } },
      { filter: { $where: 'true' } },
      { orderBy: { field: 'password_hash', direction: 'ASC' } },
      { first: '10' },
      { after: { $ne: '' } },
    ];
    for (const variables of wrong) {
      const { errors, data } = await client(customers, variables);
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(JSON.stringify(errors)).not.toMatch(/mongo|bson|node_modules|stack/i);
    }
  });

  it('as many areas as anybody could list, but no more', async () => {
    const areas = (count: number) => Array.from({ length: count }, () => new ObjectId().toHexString());
    expect((await client(customers, { filter: { area: areas(200) } })).errors).toEqual([]);
    await expectRefused(customers, { filter: { area: areas(201) } }, 'filter.area');
  });
});

describe('lists beside customers', () => {
  const lists = {
    billingCustomers: '{ list: billingCustomers(ARGS) { ...Rows } }',
    'the audit': '{ audit: linkageAudit { list: orphanedV2 { list: customers(ARGS) { ...Rows } } } }',
    deliveryBoys: '{ list: deliveryBoys(ARGS) { ...Boys } }',
    'a delivery boy': '{ list: deliveryBoys(first: 1) { nodes { list: customers(ARGS) { ...Rows } } } }',
  };
  const page = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  const fragments = {
    Rows: `fragment Rows on CustomerConnection { nodes { id } ${page} }`,
    Boys: `fragment Boys on DeliveryBoyConnection { nodes { id } ${page} }`,
  };
  const innermost = (value: unknown): Document => {
    const object = value as Document;
    if (object.pageInfo !== undefined) return object;
    return innermost(object.audit ?? object.list ?? object.nodes[0]);
  };
  const read = async (list: string, args: string) => {
    const fragment = list.includes('...Boys') ? fragments.Boys : fragments.Rows;
    const { data, errors } = await client(`${list.replace('ARGS', args)} ${fragment}`);
    expect(errors).toEqual([]);
    return innermost(data);
  };
  const walked = async (list: string, backwards: boolean) => {
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const place = cursor === '' ? '' : `, ${backwards ? 'before' : 'after'}: "${cursor}"`;
      const { nodes, pageInfo } = await read(list, `${backwards ? 'last' : 'first'}: 40${place}`);
      const own = nodes.map(({ id }: { id: string }) => id);
      if (backwards) ids.unshift(...own);
      else ids.push(...own);
      expect(backwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage).toBe(cursor !== '');
      if (!(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return ids;
      cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
    }
  };

  it.each(Object.entries(lists))('are the same backwards: %s', async (_, list) => {
    const forwards = await walked(list, false);
    expect(forwards.length).toBeGreaterThan(2);
    expect(await walked(list, true)).toEqual(forwards);
  });

  it.each(Object.entries(lists))('refuse two directions at once, by name: %s', async (_, list) => {
    const fragment = list.includes('...Boys') ? fragments.Boys : fragments.Rows;
    for (const [args, argument] of [
      ['first: 1, last: 1', 'last'],
      ['after: "x", last: 1', 'last'],
      ['after: "x", before: "x"', 'before'],
      ['first: 1, before: "x"', 'before'],
      ['last: 0', 'last'],
      ['last: 201', 'last'],
      ['before: "x"', 'before'],
    ] as const) {
      const { errors } = await client(`${list.replace('ARGS', args)} ${fragment}`);
      expect({ args, refusal: errors[0]?.extensions }).toEqual({
        args,
        refusal: { code: 'BAD_USER_INPUT', argument },
      });
    }
  });
});
