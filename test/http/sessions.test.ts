import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { graphqlClient } from '../support/graphql-client.ts';
import { startGateway, type TestGateway } from '../support/start-gateway.ts';
import { until } from '../watcher/support/watched-database.ts';

/** Stands still, so that nothing becomes too old to be believed unless it is set. */
const clock = { ms: Date.now() };
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    environment: { CHANGE_STREAMS: 'on' },
    now: () => new Date(clock.ms),
  });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await gateway.close();
});

it('a gateway that follows changes checks tokens without reading, and sees what others write by its events', async () => {
  const { session, client } = await logIn();
  const reads = [
    vi.spyOn(gateway.database.sessions, 'findOne'),
    vi.spyOn(gateway.database.accounts, 'findOne'),
    vi.spyOn(gateway.database.users, 'findOne'),
  ];
  const readsOfMinute = async () => {
    clock.ms += 60_000;
    for (const read of reads) read.mockClear();
    expect((await client(me)).data.me.email).toBe(gateway.people.customerEmail);
    return reads.reduce((sum, read) => sum + read.mock.calls.length, 0);
  };
  await until(async () => (await readsOfMinute()) === 0, 'a request without a read');
  expect(await readsOfMinute()).toBe(0);
  await gateway.foreign.users.updateOne(
    { email: gateway.people.customerEmail },
    { $set: { is_active: false } },
  );
  await until(async () => (await client(me)).code === 'UNAUTHENTICATED', 'the revocation');
  const refreshed = await gateway.anonymous(refresh, { token: session.refreshToken });
  expect(refreshed.code).toBe('UNAUTHENTICATED');
  await gateway.foreign.users.updateOne(
    { email: gateway.people.customerEmail },
    { $set: { is_active: true } },
  );
});

it('a phone stays logged in by refreshing, retries a lost answer, and is logged out on request', async () => {
  const { session } = await logIn();
  clock.ms += 16 * 60_000;
  expect((await graphqlClient(gateway.url, session.accessToken)(me)).code).toBe('UNAUTHENTICATED');
  const lost = await gateway.anonymous(refresh, { token: session.refreshToken });
  clock.ms += 5_000;
  const retried = await gateway.anonymous(refresh, { token: session.refreshToken });
  const next = retried.data.refreshSession;
  expect(next.refreshToken).toBe(lost.data.refreshSession.refreshToken);
  expect((await graphqlClient(gateway.url, next.accessToken)(me)).data.me.email).toBe(
    gateway.people.customerEmail,
  );
  const out = await gateway.anonymous(
    'mutation ($token: String) { logout(refreshToken: $token) { message } }',
    {
      token: next.refreshToken,
    },
  );
  expect(out.data.logout.message).toBe('You are logged out.');
  expect((await graphqlClient(gateway.url, next.accessToken)(me)).code).toBe('UNAUTHENTICATED');
  expect((await gateway.anonymous(refresh, { token: next.refreshToken })).code).toBe('UNAUTHENTICATED');
});

it('tokens are tried one a request, whatever they are called', async () => {
  const twice =
    'mutation { a: refreshSession(refreshToken: "a") { expiresAt } b: refreshSession(refreshToken: "b") { expiresAt } }';
  expect((await gateway.anonymous(twice)).code).toBe('QUERY_TOO_EXPENSIVE');
});

const me = '{ me { email } }';
const refresh =
  'mutation ($token: String) { refreshSession(refreshToken: $token) { accessToken refreshToken } }';

async function logIn() {
  const { customerEmail, password } = gateway.people;
  const { data } = await gateway.anonymous(
    'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken refreshToken } }',
    { i: customerEmail, p: password },
  );
  return { session: data.login, client: graphqlClient(gateway.url, data.login.accessToken) };
}
