import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GraphqlClient, graphqlClient } from '../support/graphql-client.ts';
import { type BreakableGateway, startBreakableGateway } from './support/breakable-gateway.ts';

let broken: BreakableGateway;
let admin: GraphqlClient;
let anonymous: GraphqlClient;

beforeAll(async () => {
  broken = await startBreakableGateway();
  anonymous = graphqlClient(broken.url);
  const { data } = await anonymous(logIn, { identifier: 'admin@example.com', password });
  admin = graphqlClient(broken.url, data.login.accessToken);
});
afterAll(() => broken.close());
afterEach(() => broken.mend());

const password = 'saffron-kettle-harbour-27';
const logIn = `mutation ($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) { accessToken }
}`;
const anyCustomer = '{ customers(first: 1) { nodes { id } } }';
/** What MongoDB, its driver and this machine say of themselves. */
const inside =
  /mongo|failpoint|failCommand|topology|socket|ECONN|\.sock|127\.0\.0\.1|node_modules|\bat \w|stack/i;

describe('an error that nobody foresaw', () => {
  it('is answered by its code alone, and logged with the id of the request', async () => {
    broken.log.length = 0;
    await broken.fail({ failCommands: ['find', 'aggregate'], errorCode: 8 });
    const response = await fetch(`${broken.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: logIn, variables: { identifier: 'admin@example.com', password } }),
    });
    const body = (await response.json()) as { errors: unknown };
    expect(body.errors).toEqual([
      {
        message: 'Something went wrong in the gateway.',
        path: ['login'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ]);
    expect(JSON.stringify(body)).not.toMatch(inside);
    // What works in the background meets the same error, and has no request.
    const requestId = response.headers.get('x-request-id');
    const line = broken.log.find(({ details }) => details?.requestId === requestId);
    expect(line).toMatchObject({
      level: 'error',
      details: { err: { message: expect.stringContaining('failCommand') } },
    });
  });

  it.each([
    ['a command that the database does not know', 59],
    ['a command that it forbids', 13],
    ['wrong credentials of the gateway itself', 18],
    ['a document that breaks a rule', 121],
    ['a code of no meaning', 999_999],
  ])('says nothing of the database: %s', async (_, errorCode) => {
    await broken.fail({ failCommands: ['find', 'aggregate'], errorCode });
    const answer = await admin(anyCustomer);
    expect(answer.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(answer)).not.toMatch(inside);
  });

  it('is over as soon as its cause is', async () => {
    await broken.fail({ failCommands: ['find'], errorCode: 8 });
    expect((await admin(anyCustomer)).code).toBe('INTERNAL_SERVER_ERROR');
    await broken.mend();
    expect((await admin(anyCustomer)).errors).toEqual([]);
  });
});

describe('a database that cannot serve', () => {
  it.each([
    ['steps down', { errorCode: 189 }],
    ['is shutting down', { errorCode: 91 }],
    ['took too long', { errorCode: 50 }],
    ['hangs up', { closeConnection: true }],
  ])('is UNAVAILABLE when it %s, and the gateway serves again by itself', async (_, failure) => {
    await broken.fail({
      failCommands: ['find', 'aggregate', 'update', 'findAndModify', 'insert'],
      ...failure,
    });
    for (const answer of [
      await admin(anyCustomer),
      await anonymous(logIn, { identifier: 'admin@example.com', password }),
    ]) {
      expect(answer.code).toBe('UNAVAILABLE');
      expect(JSON.stringify(answer)).not.toMatch(inside);
    }
    await broken.mend();
    expect((await admin(anyCustomer)).errors).toEqual([]);
  });

  it('is not noticed when it fails once', async () => {
    await broken.fail({ failCommands: ['find'], errorCode: 189 }, 1);
    expect((await admin(anyCustomer)).errors).toEqual([]);
    await broken.fail({ failCommands: ['find'], closeConnection: true }, 1);
    expect((await admin(anyCustomer)).errors).toEqual([]);
  });

  it('does not log anybody out: credentials that cannot be checked are no wrong ones', async () => {
    const { data } = await anonymous(logIn, { identifier: 'analyst@example.com', password });
    await broken.fail({ failCommands: ['find'], errorCode: 91 });
    const answer = await graphqlClient(broken.url, data.login.accessToken)('{ me { id } }');
    expect([answer.data?.me ?? null, answer.code]).toEqual([null, 'UNAVAILABLE']);
  });
});

describe('a root field that fails', () => {
  it('leaves its neighbours alone', async () => {
    const answer = await admin(
      '{ wrong: customers(first: 0) { nodes { id } } me { role } right: customers(first: 1) { nodes { id } } }',
    );
    expect(answer.data).toMatchObject({
      wrong: null,
      me: { role: 'ADMIN' },
      right: { nodes: [{ id: expect.any(String) }] },
    });
    expect(answer.errors.map((error) => [error.path, error.extensions.code])).toEqual([
      [['wrong'], 'BAD_USER_INPUT'],
    ]);
  });

  it('leaves its neighbours alone when nobody foresaw it', async () => {
    expect((await admin('{ me { id } }')).errors).toEqual([]);
    await broken.fail({ failCommands: ['find'], errorCode: 8 }, 1);
    const answer = await admin('{ me { role } one: customers(first: 1) { nodes { id } } }');
    expect(answer.data).toEqual({ me: { role: 'ADMIN' }, one: null });
    expect(answer.errors.map((error) => error.extensions.code)).toEqual(['INTERNAL_SERVER_ERROR']);
  });
});

describe('input of a wrong type', () => {
  const bySearch = 'query ($filter: CustomerFilter) { customers(filter: $filter) { nodes { id } } }';

  it.each<[string, string, Record<string, unknown>]>([
    ['an object for an id', 'query ($id: ID!) { customer(id: $id) { id } }', { id: { $ne: null } }],
    ['a list for an id', 'query ($id: ID!) { customer(id: $id) { id } }', { id: ['x'] }],
    ['a boolean for an id', 'query ($id: ID!) { customer(id: $id) { id } }', { id: true }],
    ['an object for a password', logIn, { identifier: 'admin@example.com', password: { $ne: null } }],
    ['an object for a log-in', logIn, { identifier: { $gt: '' }, password }],
    ['an object for a search', bySearch, { filter: { search: { $regex: '.*' } } }],
    ['an operator as a condition', bySearch, { filter: { $where: 'sleep(1000)' } }],
    ['an object for a choice', bySearch, { filter: { linkState: { $ne: 'LINKED' } } }],
    ['a choice that there is not', bySearch, { filter: { linkState: ['LINKD'] } }],
    ['a number for a text', bySearch, { filter: { search: 5 } }],
    [
      'a text for a number',
      'query ($first: Int) { customers(first: $first) { nodes { id } } }',
      { first: '1' },
    ],
    [
      'a fraction for a number',
      'query ($first: Int) { customers(first: $first) { nodes { id } } }',
      { first: 1.5 },
    ],
    ['no time', bySearch, { filter: { createdAfter: 'yesterday' } }],
    ['an object for a time', bySearch, { filter: { createdAfter: { $date: 0 } } }],
    ['nothing for what is required', 'query ($id: ID!) { customer(id: $id) { id } }', {}],
    ['null for what is required', 'query ($id: ID!) { customer(id: $id) { id } }', { id: null }],
    ['a field that there is not', bySearch, { filter: { serch: 'x' } }],
  ])('is BAD_USER_INPUT: %s', async (_, query, variables) => {
    const answer = await admin(query, variables);
    expect([answer.status, answer.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.data).toBeNull();
    expect(JSON.stringify(answer.errors)).not.toMatch(/did you mean/i);
  });

  it.each([
    ['a search of 10 kB', bySearch, { filter: { search: 'x'.repeat(10_000) } }, 'filter.search'],
    [
      'a cursor that was edited',
      'query ($after: String) { customers(after: $after) { nodes { id } } }',
      { after: 'bm9ib2R5' },
      'after',
    ],
  ])('is BAD_USER_INPUT that names its argument: %s', async (_, query, variables, argument) => {
    const answer = await admin(query, variables);
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  it.each([
    ['in the document itself', '{ customer(id: {ne: null}) { id } }'],
    ['as a choice', '{ customers(filter: {linkState: [LINKD]}) { nodes { id } } }'],
    ['as a time', '{ customers(filter: {createdAfter: "yesterday"}) { nodes { id } } }'],
    ['as another argument', '{ customers(frist: 1) { nodes { id } } }'],
    ['as another field', '{ customer(id: "x") { nam } }'],
    ['as another root field', '{ custmers { nodes { id } } }'],
    ['as another type', 'query ($a: CustomerFiltr) { customers(filter: $a) { nodes { id } } }'],
    ['as a type that does not fit', '{ me { ... on Custmer { id } } }'],
    ['as another directive', '{ me @skp(if: true) { id } }'],
  ])('is refused without a hint at the right one: %s', async (_, query) => {
    const answer = await admin(query);
    expect([answer.status, answer.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect(JSON.stringify(answer.errors)).not.toMatch(/did you mean/i);
  });
});
