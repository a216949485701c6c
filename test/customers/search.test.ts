import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type OpenApp, openApp, person } from './support/open-app.ts';

let app: OpenApp;
let admin: GraphqlClient;
let analyst: GraphqlClient;
const record = (id: string, name: string, fields: object = {}) => ({
  id,
  name,
  area: 'Baner',
  status: 'active',
  ...fields,
});

beforeAll(async () => {
  app = await openApp();
  await app.add({
    users: [
      person('the-admin', { role: 'admin' }),
      person('the-analyst', { role: 'analyst' }),
      person('login-zoya', { name: 'Zoya Khan', email: 'zoya.secret@example.com', phone: '+91 98111 22333' }),
    ],
    customersV2: [
      record('hi', 'प्रिया शर्मा'),
      record('hi-2', 'प्रया शर्मा'),
      record('ta', 'கீதா ராமன்'),
      record('ar', 'محمد علي'),
      record('fr', 'Renée O’Brien-Das'),
      record('em', 'Meera 🌸 Iyer'),
      record('rx', '(a+)+$ Regex'),
      record('ph', 'Phone Person', { phone: '+91 98765 43210', email: 'Some.Body@Example.com' }),
      ...Array.from({ length: 300 }, (_, at) => record(`crowd-${at}`, `Sharada Crowd${at}`)),
      record('sw', 'Swapna Deshmukh'),
      record('us', 'Person Abroad', { phone: '+1 (415) 555-2671' }),
      record('it', 'Person Rome', { phone: '+39 06 698 12345' }),
      record('m-emoji', 'Id With Hyphen'),
      record('Upper-Case-ID', 'Id With Capitals'),
      record('no uuid at all', 'Id With Spaces'),
      record('st', 'Jörg Straße'),
      record('abcdefab-0000-4abc-8def-abcdefabcdef', 'Id Of Hex'),
      record('dz', "Maria D'Souza"),
    ],
  });
  admin = await app.logIn('the-admin@example.com');
  analyst = await app.logIn('the-analyst@example.com');
});
afterAll(() => app?.close());

const query = `query ($search: String, $orderBy: CustomerOrder, $first: Int) {
  customers(first: $first, filter: { search: $search }, orderBy: $orderBy) { nodes { id phone email } pageInfo { endCursor } count { value } }
}`;
const found = async (client: GraphqlClient, search: string) => {
  const { data, errors } = await client(query, { search, first: 20 });
  expect(errors).toEqual([]);
  const ids = data.customers.nodes.map(({ id }: { id: string }) => id).toSorted();
  expect(data.customers.count.value).toBe(ids.length);
  return ids;
};

describe('a search finds', () => {
  it.each([
    ['प्रि', ['hi']],
    ['शर्मा', ['hi', 'hi-2']],
    ['शर्\u200dमा', ['hi', 'hi-2']],
    ['கீதா', ['ta']],
    ['ராம', ['ta']],
    ['مُحَمَّد', ['ar']],
    ['علي', ['ar']],
    ['RENEE', ['fr']],
    ['o’brien', ['fr']],
    ['obriendas', ['fr']],
    ['das renée', ['fr']],
    ['iyer', ['em']],
    ['meera 🌸', ['em']],
    ['98765 43210', ['ph']],
    ['098765-43210', ['ph']],
    ['+91 (98765) 43210', ['ph']],
    ['98765', ['ph']],
    ['some.body@example.com', ['ph']],
    ['SOME', ['ph']],
    ['zoya', ['login-zoya']],
    ['4155552671', ['us']],
    ['(415) 555-2671', ['us']],
    ['415-555', ['us']],
    ['1 415 555 2671', ['us']],
    ['14155552671', ['us']],
    ['+1 415 555 2671', ['us']],
    ['001 415 555 2671', ['us']],
    ['06 698 12345', ['it']],
    ['٩٨٧٦٥٤٣٢١٠', ['ph']],
    ['۹۸۷۶۵', ['ph']],
    ['९८७६५ ४३२१०', ['ph']],
    ['+९१ ९८७६५-४३२१०', ['ph']],
    ['\u202a+91 98765\u201143210\u202c', ['ph']],
    ['＋９１ ９８７６５ ４３２１０', ['ph']],
    ['m-emoji', ['m-emoji']],
    ['M-EMO', ['m-emoji']],
    ['memoji', ['m-emoji']],
    ['Upper-Case-ID', ['Upper-Case-ID']],
    ['upper-c', ['Upper-Case-ID']],
    ['no uuid at', ['no uuid at all']],
    ['crowd-299', ['crowd-299']],
    ['strasse', ['st']],
    ['STRASSE', ['st']],
    ['straße', ['st']],
    ['jorg strass', ['st']],
    ['brien', ['fr']],
    ["renee o'brien", ['fr']],
    ['o brien', ['fr']],
    ['souza', ['dz']],
    ["D'Souza", ['dz']],
    ['d’sou', ['dz']],
    ['dsouza', ['dz']],
  ])('%j: %j', async (search, ids) => {
    expect(await found(admin, search)).toEqual(ids);
  });

  it.each(['🌸', '.*', '^', '(zz+)+$.*', '{"$ne":null}', '$where', '\u0000', 'नहीं', 'sharma-xyz'])(
    'nobody by %j, which is taken as it is typed',
    async (search) => {
      const ids = await found(admin, search);
      expect(ids.filter((id: string) => id !== 'rx')).toEqual([]);
    },
  );
});

describe('an analyst', () => {
  it('finds nobody by a phone or an e-mail, whole or in part, in any order', async () => {
    for (const search of [
      '98765 43210',
      '+919876543210',
      '98765',
      '٩٨٧٦٥',
      '९८७६५४३२१०',
      '1415',
      'some.b',
      'some.body@example.com',
      'zoya.secret',
      'body',
    ]) {
      for (const field of ['NAME', 'CREATED_AT']) {
        const { data } = await analyst(query, { search, orderBy: { field, direction: 'ASC' } });
        expect({ search, nodes: data.customers.nodes, count: data.customers.count.value }).toEqual({
          search,
          nodes: [],
          count: 0,
        });
      }
    }
    expect(await found(analyst, 'zoya')).toEqual(['login-zoya']);
    expect(await found(analyst, 'm-emoji')).toEqual(['m-emoji']);
  });

  it('finds customers and delivery boys by a whole uuid in any case, as admins do', async () => {
    const [id, boyId] = ['abcdefab-0000-4abc-8def-abcdefabcdef', 'abcdefab-1111-4abc-8def-abcdefabcdef'];
    await app.add({ users: [person(boyId, { role: 'delivery_boy', name: 'Boy Of Hex' })] });
    const boys = 'query ($search: String) { deliveryBoys(search: $search) { nodes { id } } }';
    for (const client of [admin, analyst]) {
      expect(await found(client, id.toUpperCase())).toEqual([id]);
      const { data } = await client(boys, { search: boyId.toUpperCase() });
      expect(data.deliveryBoys.nodes).toEqual([{ id: boyId }]);
    }
  });

  it('reads nothing in a cursor that is masked elsewhere', async () => {
    for (const search of ['zoya', 'phone']) {
      for (const field of ['NAME', 'CREATED_AT']) {
        const { data } = await analyst(query, { search, orderBy: { field, direction: 'ASC' } });
        const cursor = Buffer.from(data.customers.pageInfo.endCursor, 'base64url');
        // Behind its seal, which may hold any byte.
        const text = cursor.subarray(cursor.indexOf('["customers:')).toString();
        expect(text).toContain(field);
        expect(text).not.toMatch(/98765|98111|43210|22333|secret|some\.?body|@/i);
        expect(JSON.stringify(data.customers.nodes)).not.toMatch(/43210@|9876543210|zoya\.secret/);
      }
    }
  });

  it('learns nothing of a phone or an e-mail by what is nearly one', async () => {
    for (const identifier of ['98765 43211', 'some.bodi@example.com', 'zoya.secre@example.com']) {
      const { data } = await analyst(
        'query ($i: String!) { findCustomer(identifier: $i) { __typename ... on CustomerNotFound { nearMisses { matchedBy customer { id } } } } }',
        { i: identifier },
      );
      expect(data.findCustomer.__typename).toBe('CustomerNotFound');
      const kinds = data.findCustomer.nearMisses.flatMap(
        ({ matchedBy }: { matchedBy: string[] }) => matchedBy,
      );
      expect(kinds.filter((kind: string) => kind !== 'NAME')).toEqual([]);
    }
  });
});

describe('near misses', () => {
  it.each([
    ['Swapnaa Deshmukh', 'sw'],
    ['Sharada Crwd7', 'crowd-7'],
    ['Sharda Crowd123', 'crowd-123'],
    ['Shardaa Crowd299', 'crowd-299'],
    ['Desmukh', 'sw'],
    ['முீதா ராமன்'.replace('மு', 'க'), 'ta'],
    ['प्रिया शर्म', 'hi'],
  ])('of %j: %s, though hundreds begin alike', async (identifier, id) => {
    const { data, errors } = await admin(
      'query ($i: String!) { findCustomer(identifier: $i) { __typename ... on CustomerNotFound { nearMisses { customer { id } } } ... on CustomerFound { customer { id } } } }',
      { i: identifier },
    );
    expect(errors).toEqual([]);
    const near = data.findCustomer.nearMisses ?? [{ customer: data.findCustomer.customer }];
    expect(near.map(({ customer }: { customer: { id: string } }) => customer.id)).toContain(id);
  });
});
