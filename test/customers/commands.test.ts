import type { CommandStartedEvent, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARED_NAME } from '../../src/cli/demo/demo-names.ts';
import { generateDemoData } from '../../src/cli/demo/generate-demo-data.ts';
import { loadDemoData } from '../../src/cli/demo/load-demo-data.ts';
import type { Database } from '../../src/database/collections.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type CustomerAnswer, everyCustomerField } from './support/customer-answer.ts';
import { explainCommand, type MonitoredApp, startMonitoredApp } from './support/monitored-app.ts';

let app: MonitoredApp;
let client: GraphqlClient;
const { people } = generateDemoData();
beforeAll(async () => {
  app = await startMonitoredApp(async (database) => {
    await loadDemoData(database);
    await addPairs(database, 250);
  });
  client = await app.logIn(people.adminEmail, people.password);
});
afterAll(() => app?.close());

/** The newest customers, so that every page of the list is of them: both halves, and a delivery boy. */
async function addPairs(database: Database, count: number): Promise<void> {
  const boy = await database.users.findOne({ email: people.deliveryBoyEmail });
  const numbers = Array.from({ length: count }, (_, at) => at);
  const both = (at: number) => ({
    name: `Pair ${at}`,
    email: `pair.${at}@example.com`,
    created_at: '2030-01-01T00:00:00',
    phone: `+91 81234 ${10_000 + at}`,
  });
  const logins = numbers.map((at) => ({
    ...both(at),
    id: `u-${at}`,
    customer_v2_id: `d-${at}`,
    role: 'customer',
  }));
  const records = numbers.map((at) => ({
    ...both(at),
    id: `d-${at}`,
    user_id: `u-${at}`,
    delivery_boy_id: boy?.id,
  }));
  await database.db.collection<Document>('users').insertMany(logins);
  await database.db.collection<Document>('customers_v2').insertMany(records);
}

const page = (
  selection: string,
) => `query ($first: Int, $after: String, $filter: CustomerFilter, $orderBy: CustomerOrder) {
  customers(first: $first, after: $after, filter: $filter, orderBy: $orderBy) { nodes { ${selection} } pageInfo { endCursor } }
}`;
const fields = `id name phone phoneE164 email address area status isActive createdAt systems canLogin billingIssues
  link { state userId customerV2Id conflictingIds } login { userId email } delivery { customerV2Id statusText }
  differences { field } canResetPassword loginBlockers`;

async function commandsOf(query: string, variables: Record<string, unknown> = {}): Promise<string[]> {
  const { answer, commands } = await app.measure(client, query, variables);
  expect(answer.errors).toEqual([]);
  return commands.map(told).toSorted();
}

function told({ commandName, command }: CommandStartedEvent): string {
  return `${commandName} ${command[commandName]}`;
}

/** The index, then both halves at once. */
const pageCommands = ['aggregate users', 'find customer_index'];

describe('the commands of a list', () => {
  it.each([1, 10, 50, 200])('are two for %i customers with every field of both halves', async (first) => {
    expect(await commandsOf(page(fields), { first })).toEqual(pageCommands);
  });

  it.each([1, 10, 50, 200])('are no more for %i customers with their delivery boys', async (first) => {
    const selection = `${fields} deliveryBoy { id name phone }`;
    expect(await commandsOf(page(selection), { first })).toEqual(pageCommands);
  });

  it('are one more for what accounts keep, however many customers', async () => {
    const one = await commandsOf(page('id login { mustChangePassword lastLoginAt credentialsSentAt }'), {
      first: 200,
    });
    expect(one).toEqual([...pageCommands, 'find accounts'].toSorted());
  });

  it('are one more for the count', async () => {
    const counted = await commandsOf(
      '{ customers(first: 200, filter: { hasLogin: true }) { nodes { id } count { value } } }',
    );
    expect(counted).toHaveLength(3);
  });

  it('are two in the middle of the list, in every order, with any filter that asks for no other collection', async () => {
    const filters = [
      { area: ['Baner'] },
      { status: ['ACTIVE'] },
      { linkState: ['CONFLICT', 'LINKED'] },
      { canLogin: true },
      { search: 'pri' },
    ];
    for (const field of ['NAME', 'CREATED_AT']) {
      for (const direction of ['ASC', 'DESC']) {
        const orderBy = { field, direction };
        for (const filter of [undefined, ...filters]) {
          const begin = await client(page('id'), { first: 5, orderBy, filter });
          const after = begin.data.customers.pageInfo.endCursor;
          const commands = await commandsOf(page(fields), { first: 20, after, orderBy, filter });
          // What no index says alone is an aggregation, which looks at a bounded number of rows.
          // A page of delivery records alone asks for no login.
          const allowed = [...pageCommands, 'aggregate customer_index', 'find users', 'find customers_v2'];
          expect(allowed).toEqual(expect.arrayContaining(commands));
          expect(commands.length).toBeLessThanOrEqual(2);
        }
      }
    }
  });

  it('send no password hash through the wire', async () => {
    const { commands } = await app.measure(client, page(fields), { first: 50 });
    const reads = commands.filter((event) => event.command.aggregate === 'users');
    expect(reads).toHaveLength(1);
    const projection = reads[0]?.command.pipeline[1].$project;
    expect(Object.keys(projection)).not.toContain('password_hash');
    expect(Object.keys(projection).length).toBeGreaterThan(3);
  });
});

describe('the commands of delivery boys with their customers', () => {
  const nested = (boys: number, customers: number, more = '') =>
    `{ deliveryBoys(first: ${boys}) { nodes { id name customers(first: ${customers}) { nodes { id name ${more} } } } } }`;

  it('are as many for one delivery boy and one customer as for all of them and fifty', async () => {
    const few = await commandsOf(nested(3, 40));
    const many = await commandsOf(nested(100, 190));
    expect(many).toEqual(few);
    expect(few.length).toBeLessThanOrEqual(6);
  });

  it('are a fixed number three levels deep', async () => {
    const [few, many] = [
      await commandsOf(nested(3, 40, 'deliveryBoy { name }')),
      await commandsOf(nested(100, 190, 'deliveryBoy { name }')),
    ];
    expect(many).toEqual(few);
  });
});

describe('the commands of one customer', () => {
  it('by the id of a pair, of either half, are three: index, both halves, and what accounts keep', async () => {
    const { data } = await client(
      '{ customers(first: 5, filter: { linkState: [LINKED] }) { nodes { link { userId customerV2Id } } } }',
    );
    for (const { link } of data.customers.nodes) {
      for (const id of [link.userId, link.customerV2Id]) {
        const { answer, commands } = await app.measure(
          client,
          `query ($id: ID!) { customer(id: $id) { ${fields} } }`,
          { id },
        );
        expect(answer.data.customer.link).toEqual({
          state: 'LINKED',
          conflictingIds: expect.anything(),
          ...link,
        });
        expect(commands.map(told).toSorted()).toEqual([...pageCommands, 'find accounts'].toSorted());
      }
    }
  });

  it('are two with the delivery boy', async () => {
    const query = 'query ($id: ID!) { customer(id: $id) { id name deliveryBoy { id name phone } } }';
    for (const id of ['d-7', 'u-7']) {
      const { answer, commands } = await app.measure(client, query, { id });
      const boy = await app.database.users.findOne({ email: people.deliveryBoyEmail });
      expect(answer.data.customer.deliveryBoy).toEqual({ id: boy?.id, name: boy?.name, phone: boy?.phone });
      expect(commands.map(told).toSorted()).toEqual(pageCommands);
    }
  });

  it('are no more than six for whoever has the most tangled links, or for nobody', async () => {
    const { data } = await client(
      '{ customers(first: 50, filter: { linkState: [CONFLICT, DANGLING] }) { nodes { id } } }',
    );
    for (const { id } of [...data.customers.nodes, { id: 'nobody' }]) {
      const commands = await commandsOf('query ($id: ID!) { customer(id: $id) { id } }', { id });
      // The index, then both collections in rounds: as many as the longest chain of claims has links.
      expect(commands.length).toBeLessThanOrEqual(9);
    }
  });

  it('by e-mail, phone or name are two when one is found', async () => {
    const { data } = await client(
      `{ customers(first: 5, filter: { linkState: [LINKED] }) { nodes { email phone name } } }`,
    );
    const [{ email, phone, name }] = data.customers.nodes.filter(
      (one: CustomerAnswer) => one.email !== null && one.phone !== null,
    );
    for (const identifier of [email, phone, name]) {
      const commands = await commandsOf(
        'query ($i: String!) { findCustomer(identifier: $i) { __typename } }',
        { i: identifier },
      );
      expect({ identifier, commands }).toEqual({ identifier, commands: pageCommands });
    }
    expect(
      (await commandsOf(`{ findCustomer(identifier: "${SHARED_NAME}") { __typename } }`)).length,
    ).toBeLessThanOrEqual(5);
  });
});

describe('what the database examines', () => {
  const explained = async (query: string, variables: Record<string, unknown>) => {
    const { answer, commands } = await app.measure(client, query, variables);
    expect(answer.errors).toEqual([]);
    return Promise.all(
      commands.map(async (event) => ({ command: told(event), ...(await explainCommand(app, event)) })),
    );
  };
  const orders = [
    undefined,
    ...['NAME', 'CREATED_AT'].flatMap((field) => ['ASC', 'DESC'].map((direction) => ({ field, direction }))),
  ];
  const filters = [
    undefined,
    { area: ['Baner'] },
    { status: ['ACTIVE'] },
    { linkState: ['ORPHANED_V2'] },
    { linkState: ['CONFLICT'] },
    { isActive: true },
    { isActive: false },
    { missingEmail: true },
    { hasLogin: false },
    { hasDeliveryRecord: true },
    { deliveryBoyId: 'the busiest' },
  ];

  it.each(filters.map((filter) => ({ filter, called: JSON.stringify(filter) ?? 'none' })))(
    'is no more than a page and one key of the index, in every order, filter $called',
    async ({ filter }) => {
      const first = 10;
      const boy = await client('{ deliveryBoys { nodes { id customers(first: 1) { count { value } } } } }');
      const [busiest] = boy.data.deliveryBoys.nodes.toSorted(
        (one: { customers: { count: { value: number } } }, other: typeof one) =>
          other.customers.count.value - one.customers.count.value,
      );
      const asked = filter?.deliveryBoyId === undefined ? filter : { deliveryBoyId: busiest.id };
      for (const orderBy of orders) {
        const begin = await client(page('id'), { first, filter: asked, orderBy });
        for (const after of [null, begin.data.customers.pageInfo.endCursor]) {
          const all = await explained(page(fields), { first, after, filter: asked, orderBy });
          const [index] = all.filter(({ command }) => command === 'find customer_index');
          expect(index).toBeDefined();
          // After a cursor two ranges of the index are begun: those with the very same key, and those beyond it. Who is not
          // active has one of four statuses, whose ranges are merged.
          const spare = (after === null ? 1 : 2) + (filter?.isActive === false ? 3 : 0);
          expect({
            orderBy,
            after: after !== null,
            keys: index?.keys,
            plan: JSON.stringify(index?.plan),
          }).toEqual({
            orderBy,
            after: after !== null,
            keys: expect.toSatisfy((keys: number) => keys <= first + spare),
            plan: expect.not.stringContaining('"SORT"'),
          });
          for (const { command, documents, returned } of all.filter(
            (one) => one !== index && !one.command.includes('index'),
          )) {
            // Delivery boys are read by role, and their ids looked up.
            if (asked !== undefined && 'deliveryBoyId' in asked) continue;
            expect({ command, documents }).toEqual({ command, documents: returned });
          }
        }
      }
    },
  );

  it('is no more for one customer by id than what names it', async () => {
    const { data } = await client(
      '{ customers(first: 1, filter: { linkState: [LINKED] }) { nodes { id } } }',
    );
    const { id } = data.customers.nodes[0];
    const all = await explained('query ($id: ID!) { customer(id: $id) { id } }', { id });
    // Each half is looked up by `_id`, by id and by its claim at once, and all three name the same document.
    for (const { command, documents } of all) {
      expect({ command, documents }).toEqual({
        command,
        documents: expect.toSatisfy((count: number) => count <= 6),
      });
    }
  });
});

/** The whole fragment is one more command, for accounts. */
it('every field there is costs three commands for any number of customers', async () => {
  for (const first of [1, 200]) {
    const commands = await commandsOf(
      `{ customers(first: ${first}) { nodes { ...EveryCustomerField } } } ${everyCustomerField}`,
    );
    expect(commands).toEqual([...pageCommands, 'find accounts'].toSorted());
  }
});
