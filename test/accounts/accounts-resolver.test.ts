import 'reflect-metadata';
import { type GraphQLSchema, graphql } from 'graphql';
import { buildSchema } from 'type-graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountsResolver } from '../../src/accounts/accounts-resolver.ts';
import type { Session } from '../../src/accounts/session.ts';
import type { Viewer } from '../../src/accounts/viewer.ts';
import { type AccountsFixture, openAccounts, password } from './support/open-accounts.ts';

let accounts: AccountsFixture;
let schema: GraphQLSchema;
beforeAll(async () => {
  accounts = await openAccounts();
  schema = await buildSchema({
    resolvers: [AccountsResolver],
    container: { get: () => new AccountsResolver(accounts) },
    validate: false,
  });
});
afterAll(() => accounts.close());

it('login, me and changePassword answer as the contract says', async () => {
  const login = await accounts.addLogin({ email: 'whole@example.com', phone: '9845012345', name: 'Whole' });
  const { data, errors } = await run(
    'mutation ($password: String!) { login(identifier: "+91 98450 12345", password: $password) { accessToken expiresAt refreshToken mustChangePassword viewer { id } } }',
    { password },
  );
  expect(errors).toBeUndefined();
  const session = data?.login as Session | undefined;
  expect(session).toMatchObject({
    refreshToken: expect.stringMatching(/^[\w-]{43}$/),
    mustChangePassword: false,
    viewer: { id: login.id },
  });
  const viewer = await accounts.authenticator.viewerOf(`Bearer ${session?.accessToken}`);

  const me = '{ me { id role name email pendingEmail phone mustChangePassword } }';
  expect((await run(me, {}, viewer)).data?.me).toEqual({
    id: login.id,
    role: 'CUSTOMER',
    name: 'Whole',
    email: 'whole@example.com',
    pendingEmail: null,
    phone: '9845012345',
    mustChangePassword: false,
  });
  expect(await run(me)).toEqual({ data: { me: null } });

  const change =
    'mutation ($password: String!) { changePassword(currentPassword: $password, newPassword: "seven coconuts by noon") { viewer { id } } }';
  expect((await run(change, { password }, viewer)).data?.changePassword).toEqual({
    viewer: { id: login.id },
  });
  expect((await run(change, { password })).errors?.[0]?.originalError).toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

it('setEmail and confirmEmail answer as the contract says', async () => {
  const login = await accounts.addLogin({ email: 'present@example.com' });
  const { accessToken } = await accounts.logIn('present@example.com');
  const viewer = await accounts.authenticator.viewerOf(`Bearer ${accessToken}`);
  const ask =
    'mutation ($password: String!) { setEmail(email: "Future@example.com", currentPassword: $password) { id email pendingEmail } }';
  expect((await run(ask, { password }, viewer)).data?.setEmail).toEqual({
    id: login.id,
    email: 'present@example.com',
    pendingEmail: 'future@example.com',
  });
  const [message] = await accounts.messagesTo('future@example.com');
  const token = new URL(String(message?.secrets?.link)).searchParams.get('token');
  const confirm = 'mutation ($token: String!) { confirmEmail(token: $token) { message } }';
  expect((await run(confirm, { token })).data?.confirmEmail).toEqual({
    message: expect.stringContaining('confirmed'),
  });
  expect((await run(confirm, { token })).errors?.[0]?.originalError).toMatchObject({
    code: 'INVALID_OR_EXPIRED_TOKEN',
  });
});

function run(source: string, variableValues: Record<string, unknown> = {}, viewer: Viewer | null = null) {
  return graphql({
    schema,
    source,
    variableValues,
    contextValue: { viewer, clientAddress: '192.0.2.1', sessionCookie: null },
  });
}
