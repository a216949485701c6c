import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD_HASHES } from '../../src/cli/demo/demo-passwords.ts';
import { loadDemoData } from '../../src/cli/demo/load-demo-data.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { oracleEmail, oraclePhone, oracleText } from '../support/oracle-values.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { everyCustomerField, inOneOrder } from './support/customer-answer.ts';
import { type ExpectedWorld, readExpected } from './support/expected-customers.ts';
import { walkCustomers } from './support/walk-customers.ts';

const own = `{ me { id linkConfirmationPending customer { ...EveryCustomerField } } } ${everyCustomerField}`;
const byId = `query ($id: ID!) { customer(id: $id) { ...EveryCustomerField } } ${everyCustomerField}`;
const lookup = `query ($identifier: String!) { findCustomer(identifier: $identifier) { __typename
  ... on CustomerFound { customer { ...EveryCustomerField } }
  ... on CustomerAmbiguous { totalCandidates candidates { customer { ...EveryCustomerField } } }
  ... on CustomerNotFound { nearMisses { customer { ...EveryCustomerField } } }
} } ${everyCustomerField}`;

let gateway: TestGateway;
let world: ExpectedWorld;
beforeAll(async () => {
  gateway = await startGateway({
    async fill(database) {
      await loadDemoData(database);
      await addContestedRecords(database.db.collection('users'), database.db.collection('customers_v2'));
    },
  });
  world = await readExpected(gateway.foreign);
});
afterAll(() => gateway?.close());

/** Of the record that others claim: not one of them may reach whoever has not proved that it is theirs. */
const secrets = ['Victim', '99991', 'Secret', 'victim@', 'Nair', '2031'];
const victim = {
  id: 'victim-record',
  name: 'Victim Varma',
  phone: '+91 98765 99991',
  email: 'victim@example.org',
  address: '7 Secret Street',
  area: 'Secret Park',
  status: 'paused',
  created_at: '2031-01-01T00:00:00',
};

async function addContestedRecords(users: CollectionOf, records: CollectionOf): Promise<void> {
  const priya = await users.findOne({ email: 'priya.nair@example.com' });
  const login = (id: string, more: object) => ({
    id,
    email: `${id}@example.com`,
    name: `Login ${id}`,
    role: 'customer',
    is_active: true,
    password_hash: DEMO_PASSWORD_HASHES.bcrypt2bCost10[0],
    created_at: '2024-01-01T00:00:00',
    ...more,
  });
  const boy = await users.findOne({ email: 'delivery@example.com' });
  await users.insertMany([
    login('claimer', { customer_v2_id: victim.id }),
    login('rival', { customer_v2_id: priya?.customer_v2_id }),
    login('claimed', { customer_v2_id: null }),
    login('lonely', { customer_v2_id: 'nothing-there' }),
  ]);
  await records.insertMany([
    { ...victim, delivery_boy_id: boy?.id, user_id: null },
    { id: 'claiming', name: 'Claiming Record', address: 'Own Address', status: 'trial', user_id: 'claimed' },
  ]);
}

type CollectionOf = ReturnType<TestGateway['foreign']['db']['collection']>;

describe('a customer', () => {
  it('sees the own customer whole, but not who else claims it', async () => {
    const client = await gateway.logIn(gateway.people.customerEmail);
    const wanted = world.customers.find(({ login }) => login?.email === gateway.people.customerEmail)?.answer;
    expect(wanted?.link.conflictingIds).toEqual(['rival']);
    const { data, errors } = await client(own);
    expect(errors).toEqual([]);
    expect(data.me.linkConfirmationPending).toBe(false);
    const seen = inOneOrder(data.me.customer);
    // Who has just logged in did so just now.
    expect({ ...seen, login: { ...seen.login, lastLoginAt: null } }).toEqual({
      ...wanted,
      link: { ...wanted?.link, conflictingIds: [] },
    });
    for (const id of [wanted?.link.userId, wanted?.link.customerV2Id]) {
      expect((await client(byId, { id })).data.customer).toEqual(data.me.customer);
    }
  });

  it('sees nobody else: every other id answers as one that does not exist', async () => {
    const client = await gateway.logIn(gateway.people.customerEmail);
    const nobody = await client(byId, { id: 'does-not-exist' });
    expect(nobody).toMatchObject({ errors: [], data: { customer: null } });
    const others = world.customers.filter(({ login }) => login?.email !== gateway.people.customerEmail);
    const ids = others.flatMap(({ id, ids, linkState }) => (linkState === 'ORPHANED_V2' ? [id] : ids));
    const asked = [...new Set([...ids, ...world.users.map(({ id }) => id)])].filter(
      (id) =>
        typeof id === 'string' &&
        id !== world.users.find(({ email }) => email === gateway.people.customerEmail)?.id,
    );
    for (let from = 0; from < asked.length; from += 20) {
      const some = asked.slice(from, from + 20);
      const fields = some.map((_, at) => `c${at}: customer(id: $c${at}) { id name phone link { state } }`);
      const { data, errors } = await client(
        `query (${some.map((_, at) => `$c${at}: ID!`).join(' ')}) { ${fields.join(' ')} }`,
        Object.fromEntries(some.map((id, at) => [`c${at}`, id])),
      );
      expect(errors).toEqual([]);
      expect(Object.values(data).filter((customer) => customer !== null)).toEqual([]);
    }
  });

  it('whose login alone claims a delivery record sees nothing of it until that is confirmed', async () => {
    const client = await gateway.logIn('claimer@example.com');
    const { data, errors } = await client(own);
    expect(errors).toEqual([]);
    expect(data.me.linkConfirmationPending).toBe(true);
    expect(data.me.customer).toMatchObject({
      id: 'claimer',
      name: 'Login claimer',
      phone: null,
      email: 'claimer@example.com',
      address: null,
      area: null,
      status: 'ACTIVE',
      isActive: true,
      createdAt: '2024-01-01T00:00:00.000Z',
      systems: ['USERS'],
      delivery: null,
      deliveryBoy: null,
      differences: [],
      link: { userId: 'claimer', conflictingIds: [] },
    });
    for (const id of ['claimer', victim.id]) {
      const answer = await client(byId, { id });
      expect(answer.errors).toEqual([]);
      for (const secret of secrets) expect(JSON.stringify([answer.data, data])).not.toContain(secret);
    }
  });

  it('who also claims what is another’s sees the own login only', async () => {
    const client = await gateway.logIn('rival@example.com');
    const { data, errors } = await client(own);
    expect(errors).toEqual([]);
    expect(data.me.customer).toMatchObject({ id: 'rival', systems: ['USERS'], delivery: null });
    expect(data.me.customer.link).toMatchObject({ userId: 'rival', conflictingIds: [] });
    const priya = world.users.find(({ email }) => email === gateway.people.customerEmail);
    const taken = await client(byId, { id: priya?.customer_v2_id });
    expect(taken).toMatchObject({ errors: [], data: { customer: null } });
    for (const secret of secrets) expect(JSON.stringify(data)).not.toContain(secret);
  });

  it('whom a delivery record claims sees it at once: the business has named this login', async () => {
    const client = await gateway.logIn('claimed@example.com');
    const { data } = await client(own);
    expect(data.me.linkConfirmationPending).toBe(false);
    expect(data.me.customer).toMatchObject({
      id: 'claiming',
      name: 'Claiming Record',
      address: 'Own Address',
      status: 'TRIAL',
    });
  });

  it('whose login claims nothing that exists has nothing to confirm', async () => {
    const client = await gateway.logIn('lonely@example.com');
    const { data } = await client(own);
    expect(data.me).toMatchObject({
      linkConfirmationPending: false,
      customer: { id: 'lonely', delivery: null },
    });
  });
});

describe('lists and look-ups', () => {
  const operations = [
    '{ customers { nodes { id } } }',
    '{ customers { count { value } } }',
    '{ findCustomer(identifier: "Priya Nair") { __typename } }',
    '{ deliveryBoys { nodes { id } } }',
    '{ deliveryBoys { nodes { customers { count { value } } } } }',
  ];

  it('are refused to a customer and to a delivery boy', async () => {
    for (const email of [gateway.people.customerEmail, gateway.people.deliveryBoyEmail]) {
      const client = await gateway.logIn(email);
      for (const operation of operations) {
        const { code, data } = await client(operation);
        expect({ operation, code }).toEqual({ operation, code: 'FORBIDDEN' });
        expect(Object.values(data ?? {})).toEqual([null]);
      }
    }
  });

  it('are refused to whoever is not logged in', async () => {
    for (const operation of [...operations, '{ customer(id: "x") { id } }']) {
      const { code, data } = await gateway.anonymous(operation);
      expect({ operation, code }).toEqual({ operation, code: 'UNAUTHENTICATED' });
      expect(Object.values(data ?? {})).toEqual([null]);
    }
  });
});

it('a delivery boy sees no customer by id, not even one that names his login', async () => {
  const client = await gateway.logIn(gateway.people.deliveryBoyEmail);
  const boy = world.users.find(({ email }) => email === gateway.people.deliveryBoyEmail);
  const claiming = world.customersV2.find(({ user_id }) => user_id === boy?.id);
  expect(claiming).toBeDefined();
  for (const id of [boy?.id, claiming?.id, world.customers[0]?.id]) {
    const { code, data } = await client(byId, { id });
    expect({ id, code, customer: data?.customer ?? null }).toEqual({ id, code: 'FORBIDDEN', customer: null });
  }
  expect((await client('{ me { customer { id } linkConfirmationPending } }')).data.me).toEqual({
    customer: null,
    linkConfirmationPending: false,
  });
});

describe('an analyst', () => {
  let client: GraphqlClient;
  let phones: string[];
  let emails: string[];
  beforeAll(async () => {
    client = await gateway.logIn(gateway.people.analystEmail);
    const people: Document[] = [...world.users, ...world.customersV2];
    const once = (values: (string | null | undefined)[]) =>
      [...new Set(values)].filter((value) => value != null);
    phones = once(people.map(({ phone }) => oraclePhone(oracleText(phone), 'IN')?.slice(3)));
    emails = once(people.map(({ email }) => oracleText(email)?.trim().toLowerCase()));
    expect(phones.length).toBeGreaterThan(200);
    expect(emails.length).toBeGreaterThan(100);
  });

  const expectMasked = (answer: unknown) => {
    for (const text of stringsOf(answer)) {
      const digits = text.replace(/\D/g, '');
      const leaked = [
        ...(digits.length < 10 ? [] : phones.filter((phone) => digits.includes(phone))),
        ...(text.includes('@') ? emails.filter((email) => text.toLowerCase().includes(email)) : []),
      ];
      expect({ text, leaked }).toEqual({ text, leaked: [] });
    }
  };

  it('sees every customer, each phone, e-mail and address masked wherever it stands, and nothing else changed', async () => {
    const admin = await gateway.logIn(gateway.admin.email);
    const [{ customers: masked }, { customers: whole }] = [
      await walkCustomers(client, { first: 200 }),
      await walkCustomers(admin, { first: 200 }),
    ];
    expectMasked(masked);
    expect(masked).toHaveLength(world.customers.length);
    const withoutContacts = (customer: object) =>
      JSON.parse(
        JSON.stringify(customer, (key, value) =>
          [
            'phone',
            'phoneE164',
            'address',
            'email',
            'usersValue',
            'customersV2Value',
            'lastLoginAt',
          ].includes(key)
            ? value !== null
            : value,
        ),
      );
    expect(masked.map(withoutContacts)).toEqual(whole.map(withoutContacts));
    const priya = masked.find(({ name }) => name === 'Priya Nair');
    expect(priya?.email).toBe('p***@e***.com');
    expect(priya?.phone).toMatch(/^\*+\d{4}$/);
  });

  it('sees delivery boys, look-ups and single customers masked, too', async () => {
    const boys = await client(
      `{ deliveryBoys { nodes { id name phone email customers(first: 100) { nodes { ...EveryCustomerField } } } } } ${everyCustomerField}`,
    );
    expect(boys.errors).toEqual([]);
    expectMasked(boys.data);
    for (const identifier of ['Priya Nair', 'Ravi Kumar', 'Priya Nayr', world.customers[3]?.id]) {
      const { data, errors } = await client(lookup, { identifier });
      expect(errors).toEqual([]);
      expectMasked(data);
    }
    for (const { id } of world.customers.filter(({ linkState }) => linkState !== 'ORPHANED_V2')) {
      const { data, errors } = await client(byId, { id });
      expect(errors).toEqual([]);
      expectMasked(data);
    }
  });

  it('finds nobody by phone or e-mail, and cannot tell one that is stored from one that is not', async () => {
    const contacts = [
      ...phones.slice(0, 60),
      ...phones.slice(0, 20).map((phone) => `+91 ${phone}`),
      ...emails.slice(0, 60),
    ];
    for (let from = 0; from < contacts.length; from += 10) {
      const some = contacts.slice(from, from + 10);
      const fields = some.map(
        (_, at) =>
          `f${at}: findCustomer(identifier: $f${at}) { __typename ... on CustomerNotFound { nearMisses { matchedBy } } }`,
      );
      const { data, errors } = await client(
        `query (${some.map((_, at) => `$f${at}: String!`).join(' ')}) { ${fields.join(' ')} }`,
        Object.fromEntries(some.map((contact, at) => [`f${at}`, contact])),
      );
      expect(errors).toEqual([]);
      for (const [at, contact] of some.entries()) {
        expect({ contact, ...data[`f${at}`] }).toEqual({
          contact,
          __typename: 'CustomerNotFound',
          nearMisses: [],
        });
      }
    }
  });

  it('counts nobody by a search for a phone or an e-mail, whole or in part', async () => {
    const phone = phones[0] ?? '';
    const parts = [
      phone.slice(0, 5),
      phone.slice(0, 8),
      `91${phone}`,
      '98765',
      'example',
      'com',
      'example.com',
      '@example.com',
      'delivery.local',
    ];
    const domains = emails.slice(0, 20).map((email) => email.replace(/@.*/, '@'));
    for (const search of [
      ...parts,
      ...domains,
      ...phones.slice(0, 30),
      ...emails.filter((email) => oracleEmail(email)).slice(0, 30),
    ]) {
      const { data, errors } = await client(
        `query ($search: String) {
          customers(filter: { search: $search }) { nodes { id } count { value } }
          deliveryBoys(search: $search) { nodes { id } count { value } }
        }`,
        { search },
      );
      expect({ search, errors }).toEqual({ search, errors: [] });
      const nothing = { nodes: [], count: { value: 0 } };
      expect({ search, ...data }).toEqual({ search, customers: nothing, deliveryBoys: nothing });
    }
  });

  it('finds by name and by id all the same', async () => {
    const { data } = await client(
      '{ customers(filter: { search: "priya nair" }) { nodes { id } count { value } } }',
    );
    expect(data.customers.count.value).toBeGreaterThan(0);
    expect(
      (await client(lookup, { identifier: data.customers.nodes[0].id })).data.findCustomer.__typename,
    ).toBe('CustomerFound');
  });

  it('sees the hidden half of a half link, masked: hiding it is for the one who claims it', async () => {
    const { data } = await client(byId, { id: victim.id });
    expect(data.customer).toMatchObject({
      name: victim.name,
      address: '***',
      link: { state: 'HALF_LINKED' },
    });
    expectMasked(data);
  });
});

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}
