import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExpected } from '../customers/support/expected-customers.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { oracleName } from '../support/oracle-values.ts';
import { randomRecords } from '../support/random-records.ts';
import { emittedSchema, everyRootOperation } from '../support/root-fields.ts';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

interface Delivery {
  id: string;
  name: string | null;
  phone: string | null;
  address: string | null;
  area: string | null;
  status: string;
}

let assignments: Assignments;
let mine: Document;
let theirs: Document;
let me: GraphqlClient;
let them: GraphqlClient;
beforeAll(async () => {
  assignments = await openAssignments();
  const { db } = assignments.database;
  for (const name of ['users', 'customers_v2']) await db.collection(name).dropIndex('gateway_unique_link');
  [mine, theirs] = [await assignments.boy({ name: 'Mine' }), await assignments.boy({ name: 'Theirs' })];
  const world = randomRecords(31, 260);
  for (const [at, record] of world.customersV2.entries())
    if (at % 5 !== 0) record.delivery_boy_id = at % 5 < 3 ? mine.id : theirs.id;
  await assignments.add(world);
  me = await assignments.logIn(mine.email);
  them = await assignments.logIn(theirs.email);
});
afterAll(() => assignments?.close());

const page = `query ($first: Int, $after: String, $area: String) {
  myDeliveries(first: $first, after: $after, area: $area) {
    edges { cursor node { id } }
    nodes { id name phone address area status }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } count { value precision }
  }
}`;

async function walk(client: GraphqlClient, first: number, area?: string): Promise<Delivery[]> {
  const seen: Delivery[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 300; pages++) {
    const { data, errors } = await client(page, { first, after, area });
    expect(errors).toEqual([]);
    const { nodes, edges, pageInfo } = data.myDeliveries;
    expect(edges.map(({ node }: { node: Delivery }) => node.id)).toEqual(nodes.map(({ id }: Delivery) => id));
    seen.push(...nodes);
    if (!pageInfo.hasNextPage) return seen;
    after = pageInfo.endCursor;
  }
  throw new Error('The list has no end.');
}

/** By area and then by name, as the oracle compares them; no area first, no name last. */
function orderKey({ area, name }: Delivery): Buffer {
  const nameKey = name === null ? '\u{10ffff}' : oracleName(name) || '\u{10ffff}';
  return Buffer.from(`${area === null ? '' : `1${area}`}\0${nameKey}`);
}

async function wantedOf(boy: Document): Promise<Delivery[]> {
  const { customers } = await readExpected(assignments.database, new Date(assignments.clock.ms));
  return customers
    .filter(({ deliveryBoyId }) => deliveryBoyId === boy.id)
    .map(({ answer: { id, name, phone, address, area, status } }) => ({
      id,
      name,
      phone,
      address,
      area,
      status,
    }));
}

const sorted = (deliveries: readonly Delivery[]) => deliveries.map((one) => JSON.stringify(one)).toSorted();

describe('myDeliveries', () => {
  it.each([1, 7, 200])(
    'walks exactly the customers of the viewer, each once, by area and then by name, %i at a time',
    async (first) => {
      for (const [client, boy] of [
        [me, mine],
        [them, theirs],
      ] as const) {
        const seen = await walk(client, first);
        const wanted = await wantedOf(boy);
        expect(wanted.length).toBeGreaterThan(20);
        expect(sorted(seen)).toEqual(sorted(wanted));
        expect(seen).toEqual(seen.toSorted((one, other) => Buffer.compare(orderKey(one), orderKey(other))));
      }
    },
  );

  it('shows customers of every status, with it', async () => {
    const statuses = new Set((await walk(me, 200)).map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual(['ACTIVE', 'INACTIVE', 'OTHER', 'PAUSED', 'TRIAL']);
  });

  it('narrows to an area, letter by letter, and counts what it lists', async () => {
    const all = await walk(me, 200);
    for (const area of [...new Set(all.map((one) => one.area)), 'Nowhere', 'bANER']) {
      if (area === null) continue;
      const wanted = all.filter((one) => one.area === area);
      expect(await walk(me, 3, area)).toEqual(wanted);
      const { data } = await me(page, { first: 1, area });
      expect(data.myDeliveries.count).toEqual({ value: wanted.length, precision: 'EXACT' });
    }
    const { data } = await me(page, { first: 1 });
    expect(data.myDeliveries.count).toEqual({ value: all.length, precision: 'EXACT' });
  });

  it('leaves out who was given to somebody else a moment ago, and goes on to its end', async () => {
    const before = await walk(me, 200);
    const gone = before.filter((_, at) => at % 2 === 0).map(({ id }) => id);
    const records = assignments.database.db.collection('customers_v2');
    const ids = { id: { $in: gone } };
    await records.updateMany({ ...ids, delivery_boy_id: mine.id }, { $set: { delivery_boy_id: theirs.id } });
    const left = await walk(me, 2);
    expect(sorted(left)).toEqual(sorted(await wantedOf(mine)));
    expect(left.length).toBeLessThan(before.length);
    await assignments.sweep();
    expect(await walk(me, 2)).toEqual(left);
  });

  it('is nobody for a login whose id is shared, or that has none', async () => {
    const records = await assignments.records(2, { delivery_boy_id: 'shared-id' });
    const twin = await assignments.boy({ id: 'shared-id' });
    await assignments.boy({ id: 'shared-id' });
    const nameless = await assignments.boy({ id: null });
    await assignments.record({ delivery_boy_id: String(nameless._id) });
    expect(records).toHaveLength(2);
    for (const { email } of [twin, nameless]) {
      const { data, errors } = await (await assignments.logIn(email))(page, { first: 5 });
      expect(errors).toEqual([]);
      expect(data.myDeliveries).toMatchObject({ nodes: [], count: { value: 0 } });
    }
  });

  it.each([
    ['of another list', 'deliveryBoys'],
    ['of another delivery boy', 'theirs'],
    ['that was edited', 'edited'],
    ['that is no cursor', 'rubbish'],
    ['of 10 kB', 'long'],
  ])('refuses a cursor %s', async (_what, kind) => {
    const own = (await me(page, { first: 2 })).data.myDeliveries.pageInfo.endCursor as string;
    const cursors: Record<string, string> = {
      deliveryBoys: (await assignments.admin('{ deliveryBoys(first: 1) { pageInfo { endCursor } } }')).data
        .deliveryBoys.pageInfo.endCursor,
      theirs: (await them(page, { first: 2 })).data.myDeliveries.pageInfo.endCursor,
      edited: `${own.slice(0, -3)}${own.at(-3) === 'A' ? 'B' : 'A'}${own.slice(-2)}`,
      rubbish: '{"$gt": ""}',
      long: own.repeat(100),
    };
    const { code, data, errors } = await me(page, { first: 2, after: cursors[kind] });
    expect({ code, data }).toEqual({ code: 'BAD_USER_INPUT', data: { myDeliveries: null } });
    expect(errors[0]?.extensions.argument).toBe('after');
  });

  it('refuses bad arguments', async () => {
    for (const [variables, argument] of [
      [{ first: 0 }, 'first'],
      [{ first: 201 }, 'first'],
      [{ area: 'x'.repeat(10_000) }, 'area'],
    ] as const) {
      const { code, errors } = await me(page, variables);
      expect({ code, argument: errors[0]?.extensions.argument }).toEqual({
        code: 'BAD_USER_INPUT',
        argument,
      });
    }
    expect((await me(page, { area: { $ne: null } })).code).toBe('BAD_USER_INPUT');
  });
});

describe('a delivery boy', () => {
  it('is answered by no root field but his own, whatever it is asked', async () => {
    const [own] = await walk(me, 1);
    const [neighbour] = await walk(them, 1);
    const allowed = new Set([
      'me',
      'myDeliveries',
      'login',
      'logout',
      'refreshSession',
      'changePassword',
      'setEmail',
      'confirmEmail',
      'forgotPassword',
      'resetPassword',
    ]);
    const operations = everyRootOperation(emittedSchema());
    expect(operations.length).toBeGreaterThan(40);
    const before = await assignments.database.journal.countDocuments();
    for (const { field, text } of operations) {
      if (allowed.has(field)) continue;
      for (const id of [own?.id, neighbour?.id, mine.id, theirs.id]) {
        const answer = await me(text.replaceAll('"no-such-thing"', JSON.stringify(id)));
        expect({ field, code: answer.code }).toEqual({ field, code: 'FORBIDDEN' });
      }
    }
    expect(await assignments.database.journal.countDocuments()).toBe(before);
  });

  it('sees of his customers what is needed at the door, and comes from them to nobody else', () => {
    const schema = emittedSchema();
    const type = schema.getType('AssignedCustomer');
    if (type === undefined || !('getFields' in type)) throw new Error('There is no AssignedCustomer.');
    const fields = Object.values(type.getFields()).map((field) => `${field.name}: ${String(field.type)}`);
    expect(fields.toSorted()).toEqual([
      'address: String',
      'area: String',
      'id: ID!',
      'name: String',
      'phone: String',
      'status: CustomerStatus!',
    ]);
  });

  it('cannot come by more through what he may ask for', async () => {
    const { data, errors } = await me(
      '{ me { id role customer { id } } myDeliveries(first: 1) { nodes { id } } }',
    );
    expect(errors).toEqual([]);
    expect(data.me).toMatchObject({ id: mine.id, role: 'DELIVERY_BOY', customer: null });
  });

  it('sees nobody any more once he is deactivated or has another role', async () => {
    for (const change of [{ is_active: false }, { role: 'customer' }]) {
      const boy = await assignments.boy();
      await assignments.record({ delivery_boy_id: boy.id });
      const client = await assignments.logIn(boy.email);
      expect((await client(page, {})).data.myDeliveries.nodes).toHaveLength(1);
      if ('role' in change) {
        await assignments.admin('mutation ($id: ID!) { setRole(userId: $id, role: CUSTOMER) { id } }', {
          id: boy.id,
        });
      } else {
        await assignments.admin(
          'mutation ($id: ID!) { setLoginActive(userId: $id, active: false) { userId } }',
          { id: boy.id },
        );
      }
      const { code, data } = await client(page, {});
      expect(data?.myDeliveries ?? null).toBeNull();
      expect(['UNAUTHENTICATED', 'FORBIDDEN']).toContain(code);
    }
  });

  it('is nobody else: admins, analysts and customers have no deliveries of their own', async () => {
    const analyst = await assignments.login({ role: 'analyst' });
    const customer = await assignments.login();
    for (const client of [
      assignments.admin,
      await assignments.logIn(analyst.email),
      await assignments.logIn(customer.email),
    ])
      expect((await client(page, {})).code).toBe('FORBIDDEN');
    expect((await assignments.anonymous(page, {})).code).toBe('UNAUTHENTICATED');
  });
});
