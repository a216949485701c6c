import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { post, type RawAnswer, send } from './support/send.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ fill: async () => {} });
});
afterAll(() => gateway.close());

/** The closed list of the contract, and what GraphQL itself answers. */
const answeredCodes = [...errorCodes, 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'];

describe('a request', () => {
  const operation = JSON.stringify({ query: '{ me { id } }' });

  it.each<[string, () => Promise<RawAnswer>, number]>([
    [
      'several operations in a list',
      () => post(gateway.url, [{ query: '{ me { id } }' }, { query: '{ me { id } }' }]),
      400,
    ],
    ['one operation in a list', () => post(gateway.url, [{ query: '{ me { id } }' }]), 400],
    ['an empty list', () => post(gateway.url, []), 400],
    ['nothing', () => post(gateway.url, ''), 400],
    ['no JSON', () => post(gateway.url, '{ me { id } }'), 400],
    ['JSON that is cut off', () => post(gateway.url, operation.slice(0, -1)), 400],
    ['null', () => post(gateway.url, 'null'), 400],
    ['a number', () => post(gateway.url, '5'), 400],
    ['a text', () => post(gateway.url, '"{ me { id } }"'), 400],
    ['an empty object', () => post(gateway.url, {}), 400],
    ['no operation', () => post(gateway.url, { variables: {} }), 400],
    ['an empty operation', () => post(gateway.url, { query: '' }), 400],
    ['an operation that is no text', () => post(gateway.url, { query: { $ne: null } }), 400],
    ['an operation in a list', () => post(gateway.url, { query: ['{ me { id } }'] }), 400],
    ['variables that are a text', () => post(gateway.url, { query: '{ me { id } }', variables: 'x' }), 400],
    ['variables that are a list', () => post(gateway.url, { query: '{ me { id } }', variables: [1] }), 400],
    ['variables that are a number', () => post(gateway.url, { query: '{ me { id } }', variables: 5 }), 400],
    ['extensions that are a text', () => post(gateway.url, { query: '{ me { id } }', extensions: 'x' }), 400],
    [
      'a name that is no text',
      () => post(gateway.url, { query: '{ me { id } }', operationName: { $gt: '' } }),
      400,
    ],
    [
      'the name of no operation',
      () => post(gateway.url, { query: 'query A { me { id } }', operationName: 'B' }),
      400,
    ],
    [
      'several operations without a name',
      () => post(gateway.url, { query: 'query A { me { id } } query B { me { id } }' }),
      400,
    ],
    ['only a fragment', () => post(gateway.url, { query: 'fragment A on Viewer { id }' }), 400],
    ['a subscription', () => post(gateway.url, { query: 'subscription { me { id } }' }), 400],
    ['a schema', () => post(gateway.url, { query: 'type Query { me: Int }' }), 400],
    [
      'variables nested 20,000 deep',
      () =>
        post(
          gateway.url,
          `{"query":"query ($a: [String!]) { customers(filter: {area: $a}) { nodes { id } } }","variables":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
        ),
      400,
    ],
    [
      'a document nested 900 deep',
      () => post(gateway.url, { query: `${'{ me '.repeat(450)}${'}'.repeat(450)}` }),
      400,
    ],
    [
      'a value nested 900 deep',
      () => post(gateway.url, { query: `{ customer(id: ${'['.repeat(450)}${']'.repeat(450)}) { id } }` }),
      400,
    ],
    [
      'an encoding',
      () => post(gateway.url, operation, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }),
      400,
    ],
    [
      'a text, as a form of another site may',
      () => post(gateway.url, operation, { 'content-type': 'text/plain' }),
      400,
    ],
    [
      'a form',
      () => post(gateway.url, operation, { 'content-type': 'application/x-www-form-urlencoded' }),
      400,
    ],
    [
      'a form in parts',
      () => post(gateway.url, operation, { 'content-type': 'multipart/form-data; boundary=x' }),
      400,
    ],
    [
      'bytes of no type',
      () => send(`${gateway.url}/graphql`, { method: 'POST', body: new Uint8Array(Buffer.from(operation)) }),
      400,
    ],
    [
      'an operation in the address',
      () => send(`${gateway.url}/graphql?query=${encodeURIComponent('{ me { id } }')}`),
      405,
    ],
    [
      'an operation in the address, for a browser',
      () =>
        send(`${gateway.url}/graphql?query=${encodeURIComponent('{ me { id } }')}`, {
          headers: { accept: 'text/html' },
        }),
      405,
    ],
    [
      'a mutation in the address',
      () =>
        send(
          `${gateway.url}/graphql?query=${encodeURIComponent('mutation { login(identifier: "a", password: "b") { expiresAt } }')}`,
          { headers: { 'apollo-require-preflight': '1' } },
        ),
      405,
    ],
    [
      'PUT',
      () =>
        send(`${gateway.url}/graphql`, {
          method: 'PUT',
          body: operation,
          headers: { 'content-type': 'application/json' },
        }),
      405,
    ],
    ['DELETE', () => send(`${gateway.url}/graphql`, { method: 'DELETE' }), 405],
    ['an unknown path', () => send(`${gateway.url}/nothing`), 404],
    [
      'a path below the API',
      () =>
        send(`${gateway.url}/graphql/`, {
          method: 'POST',
          body: operation,
          headers: { 'content-type': 'application/json' },
        }),
      404,
    ],
    ['a path that leaves the house', () => send(`${gateway.url}/..%2f..%2fetc/passwd`), 404],
  ])('with %s is refused with a code', async (_, request, status) => {
    const answer = await request();
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status,
      body: {
        errors: [{ message: expect.any(String), extensions: { code: expect.any(String) } }],
      },
    });
    expect(answeredCodes).toContain(answer.code);
    expect(answer.body.data ?? null).toBeNull();
    expect(answer.code).not.toBe('INTERNAL_SERVER_ERROR');
  });

  it('by a persisted hash is answered as Apollo clients expect of a server that has none', async () => {
    const persistedQuery = { version: 1, sha256Hash: 'a'.repeat(64) };
    const answer = await post(gateway.url, { extensions: { persistedQuery } });
    expect([answer.status, answer.code]).toEqual([200, 'PERSISTED_QUERY_NOT_SUPPORTED']);
  });

  it('is answered when it is as it should be, so that the checks above could fail', async () => {
    expect(await post(gateway.url, operation)).toMatchObject({ status: 200, body: { data: { me: null } } });
    expect(
      await post(gateway.url, operation, { 'content-type': 'application/json; charset=utf-8' }),
    ).toMatchObject({ status: 200 });
  });
});
