import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';

describe('introspection in production', () => {
  let gateway: TestGateway;
  const callers = new Map<string, GraphqlClient>();
  const caller = (name: string) => callers.get(name) as GraphqlClient;

  beforeAll(async () => {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    gateway = await startGateway({
      environment: {
        NODE_ENV: 'production',
        MONGODB_URI: inject('mongodbUri'),
        SIGNING_KEYS: JSON.stringify({ keys: [await exportJWK(privateKey)] }),
      },
    });
    const { people } = gateway;
    callers.set('nobody', gateway.anonymous);
    callers.set('a customer', await gateway.logIn(people.customerEmail));
    callers.set('a delivery boy', await gateway.logIn(people.deliveryBoyEmail));
    callers.set('an analyst', await gateway.logIn(people.analystEmail));
    callers.set('an admin', await gateway.logIn(people.adminEmail));
  });
  afterAll(() => gateway.close());

  const questions = [
    '{ __schema { queryType { name } } }',
    '{ __type(name: "Customer") { fields { name } } }',
    '{ me { id } __schema { types { name } } }',
    '{ ...A } fragment A on Query { ... { x: __schema { types { name } } } }',
    'query A { me { id } } query B { __schema { queryType { name } } }',
  ];

  it.each(['nobody', 'a customer', 'a delivery boy'])(
    'is refused to %s, however it is asked',
    async (name) => {
      for (const question of questions) {
        const answer = await caller(name)(question.replace(/^query A .* query B/, 'query B'));
        expect([answer.data, answer.code], question).toEqual([null, 'FORBIDDEN']);
        expect(JSON.stringify(answer)).not.toContain('CustomerFilter');
      }
    },
  );

  it.each(['an analyst', 'an admin'])('is answered to %s', async (name) => {
    const answer = await caller(name)('{ __schema { types { name } } me { role } }');
    expect(answer.errors).toEqual([]);
    expect(answer.data.__schema.types).toContainEqual({ name: 'CustomerFilter' });
    expect(answer.data.me.role).toBe(name === 'an admin' ? 'ADMIN' : 'ANALYST');
  });

  it('is refused to an admin whose password is temporary', async () => {
    const admin = await gateway.foreign.users.findOne({ email: gateway.admin.email });
    const account = { _id: String(admin?._id) };
    await gateway.foreign.accounts.updateOne(account, { $set: { mustChangePassword: true } });
    try {
      const client = await gateway.logIn(gateway.admin.email);
      expect((await client('{ __schema { queryType { name } } }')).code).toBe('FORBIDDEN');
    } finally {
      await gateway.foreign.accounts.updateOne(account, { $set: { mustChangePassword: false } });
    }
  });

  it('leaves the names of types to everybody, which clients ask for in every answer', async () => {
    const answer = await caller('nobody')('{ __typename me { __typename } }');
    expect([answer.data, answer.errors]).toEqual([{ __typename: 'Query', me: null }, []]);
  });
});
