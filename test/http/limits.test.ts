import { Agent, request } from 'node:http';
import { buildSchema, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApollo } from '../../src/graphql/create-apollo.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { post } from './support/send.ts';

let gateway: TestGateway;
let admin: GraphqlClient;

beforeAll(async () => {
  gateway = await startGateway();
  admin = await gateway.logIn(gateway.admin.email);
});
afterAll(() => gateway.close());

describe('the size of a document', () => {
  /** `{ customers(filter: {area: ["x" "x" …]}) { nodes { id } } }`: 19 tokens, and the texts. */
  const withTokens = (tokens: number) =>
    `{ customers(filter: {area: [${'"x" '.repeat(tokens - 19)}]}) { nodes { id } } }`;

  it('is at most 1,000 tokens', async () => {
    const largest = await gateway.anonymous(withTokens(1_000));
    expect([largest.status, largest.code]).toEqual([200, 'UNAUTHENTICATED']);
    const refused = await gateway.anonymous(withTokens(1_001));
    expect([refused.status, refused.code]).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
  });

  it('is at most 2,000 fields once its fragments are written out', async () => {
    const withFields = (fields: number) =>
      `{ me { ...A } } fragment A on Viewer { ${'...B '.repeat(200)} } fragment B on Viewer { ${'id '.repeat(fields / 200)} }`;
    expect((await gateway.anonymous(withFields(1_800))).errors).toEqual([]);
    const refused = await gateway.anonymous(withFields(2_200));
    expect([refused.status, refused.code]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
  });

  it('is at most 20 aliases, those in fragments counted each time they are spread', async () => {
    const aliases = (count: number) =>
      Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ');
    expect((await gateway.anonymous(`{ ${aliases(20)} }`)).errors).toEqual([]);
    const refused = [
      `{ ${aliases(21)} }`,
      `{ me { ${aliases(21)} } }`,
      `{ x: me { ...A } y: me { ...A } z: me { ...A } } fragment A on Viewer { ${aliases(7)} }`,
      `{ ... on Query { ...A } ${aliases(11)} } fragment A on Query { ${Array.from({ length: 10 }, (_, index) => `b${index}: __typename`).join(' ')} }`,
    ];
    for (const document of refused) {
      const answer = await gateway.anonymous(document);
      expect([answer.status, answer.code], document).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
    }
  });

  it('is told about with at most three mistakes', async () => {
    const { status, errors } = await gateway.anonymous('{ a b c d e f g h }');
    expect(status).toBe(400);
    expect(errors.map((error) => error.extensions.code)).toEqual(Array(4).fill('GRAPHQL_VALIDATION_FAILED'));
    expect(errors.at(-1)?.message).toMatch(/^Too many validation errors/);
  });
});

describe('the depth of a document', () => {
  /** The gateway's schema does not go round in circles, so nothing in it is deep enough: this one does. */
  async function codeOf(query: string): Promise<unknown> {
    const schema = buildSchema('type Query { me: Person } type Person { friend: Person name: String }');
    const apollo = await createApollo({ schema, introspection: 'everyone', report: () => {} });
    const { body, http } = await apollo.executeOperation({ query }, { contextValue: {} as never });
    await apollo.stop();
    if (body.kind !== 'single') return body.kind;
    return [http.status, body.singleResult.errors?.[0]?.extensions?.code];
  }
  const nested = (levels: number) =>
    `{ me ${'{ friend '.repeat(levels - 2)} { name } ${'}'.repeat(levels - 2)} }`;

  it('is at most 10 levels', async () => {
    expect(await codeOf(nested(10))).toEqual([undefined, undefined]);
    expect(await codeOf(nested(11))).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
  });

  it('counts the levels of fragments in fragments', async () => {
    const fragments = [1, 2, 3, 4].map(
      (level) =>
        `fragment F${level} on Person { friend { friend { ${level === 4 ? 'name' : `...F${level + 1}`} } } }`,
    );
    expect(await codeOf(`{ me { ...F2 } } ${fragments.slice(1).join(' ')}`)).toEqual([undefined, undefined]);
    expect(await codeOf(`{ me { friend { friend { ...F1 } } } } ${fragments.join(' ')}`)).toEqual([
      400,
      'QUERY_TOO_EXPENSIVE',
    ]);
  });
});

describe('the size of a body', () => {
  const ofBytes = (bytes: number) => {
    const empty = JSON.stringify({ query: '{ me { id } }', padding: '' }).length;
    return JSON.stringify({ query: '{ me { id } }', padding: 'x'.repeat(bytes - empty) });
  };

  it('is at most 100,000 bytes', async () => {
    expect((await post(gateway.url, ofBytes(100_000))).status).toBe(200);
    const refused = await post(gateway.url, ofBytes(100_001));
    expect([refused.status, refused.code]).toEqual([413, 'BAD_USER_INPUT']);
  });

  it('is bounded too when it is not announced', async () => {
    const answer = await sendChunked(gateway.url, 3, 60_000);
    expect(answer).toMatchObject({ status: 413, code: 'BAD_USER_INPUT' });
  });

  it('is not read to its end when it is huge, and others are served all the while', async () => {
    const huge = Promise.allSettled(Array.from({ length: 5 }, () => sendChunked(gateway.url, 400, 60_000)));
    const others = await Promise.all(Array.from({ length: 20 }, () => gateway.anonymous('{ me { id } }')));
    expect(others.map((answer) => answer.status)).toEqual(Array(20).fill(200));
    for (const outcome of await huge) {
      if (outcome.status === 'fulfilled') expect(outcome.value.status).toBe(413);
    }
  });

  it('does not cost others their connection when it is refused', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const first = await sendOn(agent, '{ me { id } }');
      await Promise.allSettled([sendChunked(gateway.url, 3, 60_000), post(gateway.url, ofBytes(200_000))]);
      const second = await sendOn(agent, '{ me { id } }');
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(second.port).toBe(first.port);
    } finally {
      agent.destroy();
    }
  });

  function sendOn(
    agent: Agent,
    query: string,
  ): Promise<{ status: number | undefined; port: number | undefined }> {
    return new Promise((resolve, reject) => {
      const sending = request(`${gateway.url}/graphql`, {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      });
      sending.on('error', reject).on('response', (response) => {
        const port = sending.socket?.localPort;
        response.resume().on('end', () => resolve({ status: response.statusCode, port }));
      });
      sending.end(JSON.stringify({ query }));
    });
  }
});

describe('credentials', () => {
  const attempt = 'login(identifier: "nobody@example.com", password: "x") { expiresAt }';

  it.each([
    ['aliases', `mutation { a: ${attempt} b: ${attempt} }`],
    [
      'two different fields',
      `mutation { ${attempt} changePassword(currentPassword: "x", newPassword: "y") { expiresAt } }`,
    ],
    [
      'tokens',
      'mutation { a: confirmEmail(token: "x") { message } b: confirmEmail(token: "y") { message } }',
    ],
    [
      'addresses',
      'mutation { a: setEmail(email: "x", currentPassword: "y") { id } b: setEmail(email: "x", currentPassword: "z") { id } }',
    ],
    ['a field and a fragment', `mutation { a: ${attempt} ...F } fragment F on Mutation { b: ${attempt} }`],
    [
      'one fragment in another',
      `mutation { ...F } fragment F on Mutation { a: ${attempt} ...G } fragment G on Mutation { b: ${attempt} }`,
    ],
    ['inline fragments', `mutation { ... { a: ${attempt} } ... on Mutation { ... { b: ${attempt} } } }`],
    [
      'conditions',
      `mutation ($no: Boolean = false) { a: ${attempt} b: ${attempt.replace('{', '@include(if: $no) {')} }`,
    ],
    [
      'one of several operations',
      `mutation A { a: ${attempt} b: ${attempt} } mutation B { c: ${attempt} }`,
      'A',
    ],
  ])('are tried once in an operation, also by %s', async (_, query, operationName = undefined) => {
    const before = await failures();
    const answer = await post(gateway.url, { query, operationName });
    expect([answer.status, answer.code]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
    expect(await failures()).toBe(before);
  });

  it('are tried once in an operation, also behind fragments that are too many to write out', async () => {
    const levels = 15;
    const bomb = Array.from({ length: levels }, (_, level) =>
      level === levels - 1
        ? `fragment F${level} on Mutation { __typename }`
        : `fragment F${level} on Mutation { ...F${level + 1} ...F${level + 1} }`,
    ).join(' ');
    const before = await failures();
    const attempts = Array.from({ length: 19 }, (_, index) => `a${index}: ${attempt}`).join(' ');
    const answer = await gateway.anonymous(`mutation { ...F0 ${attempts} } ${bomb}`);
    expect([answer.status, answer.code]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
    expect(await failures()).toBe(before);
  });

  it('are compared when they are given once, so that the checks above could fail', async () => {
    const before = await failures();
    const answer = await gateway.anonymous(`mutation { ${attempt} }`);
    expect([answer.status, answer.code]).toEqual([200, 'INVALID_CREDENTIALS']);
    expect(await failures()).toBe(before + 1);
  });

  /** Attempts that the gateway has counted against this machine's address. */
  async function failures(): Promise<number> {
    const counted = await gateway.foreign.throttles.find({ _id: /^login-address/ as never }).toArray();
    return counted.reduce((sum, throttle) => sum + throttle.count, 0);
  }
});

describe('the length of lists', () => {
  const nested = (outer: string, inner: string, head = '') =>
    `${head} { deliveryBoys(${outer}) { nodes { customers(${inner}) { nodes { id } } } } }`;

  it.each([
    ['written out', nested('first: 200', 'first: 200'), {}],
    ['in variables', nested('first: $n', 'first: $n', 'query ($n: Int)'), { n: 200 }],
    ['in defaults of variables', nested('first: $n', 'first: $n', 'query ($n: Int = 200)'), {}],
    [
      'in edges',
      '{ deliveryBoys(first: 200) { edges { node { customers(first: 200) { edges { node { id } } } } } } }',
      {},
    ],
    [
      'in fragments',
      '{ ...A } fragment A on Query { deliveryBoys(first: 200) { nodes { ...B } } } fragment B on DeliveryBoy { customers(first: 200) { nodes { id } } }',
      {},
    ],
    [
      'in many aliases',
      `{ ${Array.from({ length: 20 }, (_, index) => `a${index}: deliveryBoys(first: 100) { nodes { customers(first: 20) { nodes { id } } } }`).join(' ')} }`,
      {},
    ],
  ])('is bounded when it is given %s', async (_, query, variables) => {
    const answer = await admin(query, variables);
    expect([answer.status, answer.code]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
  });

  it('is left alone in the operations that a screen needs', async () => {
    const answer = await admin(nested('first: 50', 'first: 50'));
    expect([answer.status, answer.errors]).toEqual([200, []]);
    expect(answer.data.deliveryBoys.nodes.length).toBeGreaterThan(0);
  });

  it.each([0, -1, 201, 100_000])('of %i is refused by the name of its argument', async (first) => {
    const answer = await admin('query ($first: Int) { customers(first: $first) { nodes { id } } }', {
      first,
    });
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'first' });
  });
});

describe('fragments', () => {
  it.each([
    ['spread themselves', '{ me { ...A } } fragment A on Viewer { id ...A }'],
    [
      'spread one another',
      '{ me { ...A } } fragment A on Viewer { id ...B } fragment B on Viewer { id ...A }',
    ],
    [
      'spread themselves in a field',
      '{ me { ...A } } fragment A on Viewer { customer { ...B } } fragment B on Customer { deliveryBoy { id } ...B }',
    ],
  ])('that %s are refused', async (_, query) => {
    const answer = await gateway.anonymous(query);
    expect([answer.status, answer.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });

  it.each([
    ['fields of a record', 'Viewer', 'id name', (spread: string) => `{ me { ${spread} } }`],
    ['aliases', 'Viewer', 'x: id', (spread: string) => `{ me { ${spread} } }`],
    ['lists', 'Query', 'customers(first: 200) { nodes { id } }', (spread: string) => `{ ${spread} }`],
  ])('that double %s thirty times are refused within a second', async (_, type, content, operation) => {
    const bomb = Array.from({ length: 30 }, (_, level) =>
      level === 29
        ? `fragment F${level} on ${type} { ${content} }`
        : `fragment F${level} on ${type} { ...F${level + 1} ...F${level + 1} }`,
    ).join(' ');
    const startedAt = performance.now();
    const answer = await gateway.anonymous(`${operation('...F0')} ${bomb}`);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect([answer.status, answer.code]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
  });
});

describe('introspection', () => {
  it('is answered in full, deeper than data may be', async () => {
    const { data, errors } = await gateway.anonymous(
      getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }),
    );
    expect(errors).toEqual([]);
    expect(data.__schema.types.map((type: { name: string }) => type.name)).toContain('Customer');
  });

  it.each([
    [
      'fields of types of fields',
      '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
    ],
    [
      'the types that a type may be',
      '{ __type(name: "CustomerLookup") { possibleTypes { possibleTypes { possibleTypes { possibleTypes { name } } } } } }',
    ],
    [
      'fragments',
      '{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { fields { type { ...C } } } fragment C on __Type { fields { type { name } } }',
    ],
  ])('is bounded in its depth, by %s', async (_, query) => {
    const answer = await gateway.anonymous(query);
    expect([answer.status, answer.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });
});

/** Sends a body in chunks, its length unannounced; answers what came back, or fails when the connection was cut. */
function sendChunked(
  url: string,
  chunks: number,
  bytes: number,
): Promise<{ status: number | undefined; code: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sending = request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    sending.on('error', reject).on('response', async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      sending.destroy();
      resolve({ status: response.statusCode, code: JSON.parse(text).errors?.[0]?.extensions?.code });
    });
    const write = (left: number) => {
      if (sending.destroyed) return;
      if (left === 0) sending.end();
      else sending.write('x'.repeat(bytes), () => setImmediate(write, left - 1));
    };
    write(chunks);
  });
}
