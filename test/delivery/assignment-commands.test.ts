import type { CommandStartedEvent, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainCommand, type MonitoredApp, startMonitoredApp } from '../customers/support/monitored-app.ts';
import { password, person } from '../customers/support/open-app.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { deliveryRecord } from './support/open-assignments.ts';

let app: MonitoredApp;
let admin: GraphqlClient;
let rider: GraphqlClient;
const boys = Array.from({ length: 4 }, (_, at) =>
  person(`boy-${at}`, {
    role: 'delivery_boy',
    name: `Rider Number${at}`,
    phone: `98333${10_000 + at}`,
    email: `rider.${at}@example.com`,
  }),
);
const areas = ['Aundh', 'Baner', 'Kothrud', null];
const records = Array.from({ length: 700 }, (_, at) =>
  deliveryRecord(at, {
    id: `record-${at}`,
    area: areas[at % 4],
    ...(at >= 600 && { delivery_boy_id: 'boy-3' }),
  }),
);
beforeAll(async () => {
  app = await startMonitoredApp(async ({ db }) => {
    await db.collection('users').insertMany([person('the-admin', { role: 'admin' }), ...boys]);
    await db.collection<Document>('customers_v2').insertMany(records);
  });
  admin = await app.logIn('the-admin@example.com', password);
  rider = await app.logIn('rider.3@example.com', password);
});
afterAll(() => app?.close());

const one = `mutation ($customer: String!, $deliveryBoy: String!) {
  answer: assignDeliveryBoy(input: {customer: $customer, deliveryBoy: $deliveryBoy}) {
    __typename ... on DeliveryBoyAssigned { customer { id name area deliveryBoy { name } } previous { name } }
  }
}`;

function names(commands: readonly CommandStartedEvent[]): string[] {
  return commands.map(({ commandName, command }) => `${commandName} ${command[commandName]}`);
}

describe('commands of an assignment', () => {
  it.each([
    ['ids', records[1]?.id, boys[0]?.id],
    ['e-mails', records[2]?.email, boys[0]?.email],
    ['phones', `+91 ${records[3]?.phone}`, boys[0]?.phone],
    ['names', records[4]?.name, boys[0]?.name],
  ])('are nine by %s, whoever is meant', async (_kind, customer, deliveryBoy) => {
    const { answer, commands } = await app.measure(admin, one, { customer, deliveryBoy });
    expect(answer.data.answer.customer.deliveryBoy.name).toBe(boys[0]?.name);
    expect(names(commands)).toEqual([
      'aggregate customer_index',
      'find users',
      'find customers_v2',
      'update notifications',
      'update customers_v2',
      'update customer_index_records',
      'update customer_index',
      'insert journal',
      'commitTransaction 1',
    ]);
    const again = await app.measure(admin, one, { customer, deliveryBoy: boys[1]?.id });
    expect(again.answer.data.answer.previous.name).toBe(boys[0]?.name);
    expect(again.commands).toHaveLength(9);
  });

  it('are read-only and four for who is assigned already', async () => {
    const variables = { customer: records[5]?.id, deliveryBoy: boys[0]?.id };
    await app.measure(admin, one, variables);
    const { commands } = await app.measure(admin, one, variables);
    expect(names(commands)).toEqual([
      'aggregate customer_index',
      'find users',
      'find customers_v2',
      'commitTransaction 1',
    ]);
  });

  it('are nine for each fifty of 500 rows by every kind of identifier', async () => {
    const input = records.slice(0, 500).map(({ id, email, name, phone }, at) => {
      const boy = boys[at % 3] ?? {};
      return {
        customer: [id, email, name, phone][at % 4],
        deliveryBoy: [boy.id, boy.email, boy.name, boy.phone][(at >> 2) % 4],
      };
    });
    const { answer, commands } = await app.measure(
      admin,
      `mutation ($input: [AssignDeliveryBoyInput!]!) { answer: assignDeliveryBoys(input: $input) {
        ... on DeliveryBoyAssigned { customer { id deliveryBoy { id } } }
      } }`,
      { input },
    );
    expect(
      answer.data.answer.map(({ customer }: { customer: { id: string; deliveryBoy: { id: string } } }) => [
        customer.id,
        customer.deliveryBoy.id,
      ]),
    ).toEqual(records.slice(0, 500).map(({ id }, at) => [id, `boy-${at % 3}`]));
    expect(commands).toHaveLength(90);
  });
});

describe('commands of rows that mean nobody', () => {
  it('are fewer than one for each, near misses included', async () => {
    const input = Array.from({ length: 200 }, (_, at) => ({
      customer: `Customar Number${at}`,
      deliveryBoy: at % 2 === 0 ? 'boy-0' : 'No Such Boy',
    }));
    const { answer, commands } = await app.measure(
      admin,
      `mutation ($input: [AssignDeliveryBoyInput!]!) { answer: assignDeliveryBoys(input: $input) {
        ... on CustomerNotFound { identifier nearMisses { matchedBy customer { id name } } }
      } }`,
      { input },
    );
    for (const [at, { identifier, nearMisses }] of answer.data.answer.entries()) {
      expect(identifier).toBe(input[at]?.customer);
      expect(nearMisses).toHaveLength(5);
    }
    expect(commands.length).toBeLessThan(50);
  });
});

describe('commands of delivery boys who are nobody', () => {
  it('are three more for the near misses of all of them, and none where they are not asked for', async () => {
    const input = Array.from({ length: 50 }, (_, at) => ({
      customer: records[at]?.id,
      deliveryBoy: `Ridar Number${at}`,
    }));
    const mutation = (fields: string) =>
      `mutation ($input: [AssignDeliveryBoyInput!]!) { answer: assignDeliveryBoys(input: $input) {
        ... on DeliveryBoyNotFound { identifier ${fields} } } }`;
    const without = await app.measure(admin, mutation(''), { input });
    const near = 'nearMisses { matchedBy deliveryBoy { id name phone email isActive } }';
    const { answer, commands } = await app.measure(admin, mutation(near), { input });
    expect(answer.data.answer[2].nearMisses[0]).toMatchObject({
      matchedBy: ['NAME'],
      deliveryBoy: { id: 'boy-2' },
    });
    expect(names(commands.slice(without.commands.length))).toEqual([
      'find customer_index_records',
      'find users',
      'find users',
    ]);
    const explained = await explainCommand(app, commands[without.commands.length] as CommandStartedEvent);
    expect(explained.documents).toBeLessThanOrEqual(boys.length);
  });
});

describe('commands of myDeliveries', () => {
  const page = `query ($first: Int, $after: String, $area: String) { myDeliveries(first: $first, after: $after, area: $area) {
    nodes { id name phone address area status } pageInfo { endCursor hasNextPage } } }`;

  it.each([null, 'Baner'])(
    'are three, and read no more than the page and two keys, at any depth, in area %s',
    async (area) => {
      let after: string | null = null;
      for (let pages = 0; pages < 5; pages++) {
        const { answer, commands } = await app.measure(rider, page, { first: 5, after, area });
        expect(answer.errors).toEqual([]);
        expect(answer.data.myDeliveries.nodes).toHaveLength(5);
        expect(names(commands)).toEqual(['find users', 'find customer_index', 'find customers_v2']);
        const [, rows] = commands;
        const explained = rows && (await explainCommand(app, rows));
        expect(explained?.keys, JSON.stringify(explained?.plan)).toBeLessThanOrEqual(7);
        expect(explained?.documents).toBeLessThanOrEqual(6);
        after = answer.data.myDeliveries.pageInfo.endCursor;
      }
    },
  );
});
