import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Authenticator, createAuthenticator } from '../../src/accounts/authenticate.ts';
import { changePassword } from '../../src/accounts/change-password.ts';
import { endEverybodysSessions, endSessions } from '../../src/accounts/end-sessions.ts';
import { logOut } from '../../src/accounts/log-out.ts';
import { refreshSession } from '../../src/accounts/refresh-session.ts';
import type { Session } from '../../src/accounts/session.ts';
import { setLoginActive } from '../../src/accounts/set-login-active.ts';
import { setRole } from '../../src/accounts/set-role.ts';
import type { Database } from '../../src/database/collections.ts';
import { connectDatabase } from '../../src/database/connect.ts';
import type { StoredUser } from '../../src/database/stored-documents.ts';
import { type LoginWatch, watchLogins } from '../../src/watcher/watch-logins.ts';
import { until } from '../watcher/support/watched-database.ts';
import { type AccountsFixture, openAccounts, password } from './support/open-accounts.ts';
import { onlyAdmin, type Person } from './support/people.ts';

let accounts: AccountsFixture;
let admin: Person;
let elsewhere: Database;
/** Of a process that follows changes; the clock stands still, so that it reads again only what it is told of. */
let following: Authenticator;
let watch: LoginWatch;
/** Of a process that has no change stream. */
let unaware: Authenticator;

beforeAll(async () => {
  accounts = await openAccounts();
  admin = await onlyAdmin(accounts);
  elsewhere = await connectDatabase(inject('mongodbUri'), accounts.database.db.databaseName);
  const dependencies = { ...accounts, database: elsewhere };
  following = createAuthenticator(dependencies, { isToldOfChanges: () => watch.following() });
  unaware = createAuthenticator(dependencies);
  watch = watchLogins({
    database: elsewhere,
    onChange: following.forget,
    onSessionEnd: following.forgetSession,
    onGap: following.forgetAll,
  });
  await until(() => watch.following(), 'the change stream');
});
afterAll(async () => {
  await watch.stop();
  await elsewhere.client.close();
  await accounts.close();
});

interface Case {
  readonly login: StoredUser;
  readonly session: Session;
}

const setUser = (change: object) => (_: Case, login: StoredUser) =>
  accounts.database.users.updateOne({ id: login.id }, { $set: change });

/** What the gateway writes: seen at once where it is written. */
const own: [string, (of: Case) => Promise<unknown>][] = [
  ['it logs out', ({ session }) => logOut(accounts, session.viewer, here)],
  [
    'it logs out everywhere',
    ({ session }) => logOut(accounts, session.viewer, { ...here, everywhere: true }),
  ],
  [
    'a used refresh token of it comes back',
    async ({ session: { refreshToken } }) => {
      await refreshSession(accounts, refreshToken);
      accounts.clock.ms += 10_000;
      await expect(refreshSession(accounts, refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  ],
  [
    'its password is changed',
    ({ session }) =>
      changePassword(accounts, session.viewer, {
        currentPassword: password,
        newPassword: 'a-fresh-harbour-kettle-28',
      }),
  ],
  [
    'its login is deactivated',
    ({ session }) => setLoginActive(accounts, admin.viewer, { userId: session.viewer.id, active: false }),
  ],
  [
    'its login gets another role',
    ({ session }) => setRole(accounts, admin.viewer, { userId: session.viewer.id, role: 'DELIVERY_BOY' }),
  ],
];

/** What another process writes, the command line or the older application. */
const foreign: [string, (of: Case, login: StoredUser) => Promise<unknown>][] = [
  [
    'an operator ends its sessions',
    ({ session: { viewer } }) =>
      endSessions(accounts.database, { loginKey: viewer.loginKey, address: viewer.id }, byOperator()),
  ],
  [
    'its session epoch is raised, as by a reset and by unlinking',
    ({ session: { viewer } }) =>
      accounts.database.accounts.updateOne({ _id: viewer.loginKey }, { $inc: { sessionEpoch: 1 } }),
  ],
  ['an operator ends all sessions', () => endEverybodysSessions(accounts.database, byOperator())],
  ['the older application deactivates its login', setUser({ is_active: false })],
  ['the older application gives its login another role', setUser({ role: 'delivery_boy' })],
  ['the older application sets another password', setUser({ password_hash: bcrypt.hashSync('other', 4) })],
  [
    'the older application removes its login',
    (_, login) => accounts.database.users.deleteOne({ id: login.id }),
  ],
  [
    'the older application replaces its login by one that is inactive',
    (_, login) => accounts.database.users.replaceOne({ id: login.id }, { ...login, is_active: false }),
  ],
];

const here = { refreshToken: null, everywhere: false };
const byOperator = () => ({ at: accounts.now(), actor: 'command line' });

describe('access and refresh tokens of a session are refused', () => {
  it.each(own)('on the next request of this process when %s', async (_, revoke) => {
    const found = await loggedIn();
    expect(await viewerIn(accounts.authenticator, found)).toMatchObject({ id: found.login.id });
    await revoke(found);
    expect(await viewerIn(accounts.authenticator, found)).toBe('UNAUTHENTICATED');
    await expectNoRefresh(found);
  });

  it.each([...own, ...foreign])('in another process by one change event when %s', async (_, revoke) => {
    const found = await loggedIn();
    expect(await viewerIn(following, found)).toMatchObject({ id: found.login.id });
    const from = performance.now();
    await revoke(found, found.login);
    await until(async () => (await viewerIn(following, found)) === 'UNAUTHENTICATED', 'the revocation');
    expect(performance.now() - from).toBeLessThan(5_000);
    await expectNoRefresh(found);
  });

  it.each([...own, ...foreign])('within a second without change streams when %s', async (_, revoke) => {
    const found = await loggedIn();
    expect(await viewerIn(unaware, found)).toMatchObject({ id: found.login.id });
    await revoke(found, found.login);
    accounts.clock.ms += 1_000;
    expect(await viewerIn(unaware, found)).toBe('UNAUTHENTICATED');
    await expectNoRefresh(found);
  });
});

it('a refresh in one process is not told to the others: nothing that they know has changed', async () => {
  const found = await loggedIn();
  await viewerIn(following, found);
  await refreshSession(accounts, found.session.refreshToken);
  expect(await viewerIn(following, found)).toMatchObject({ id: found.login.id });
});

let people = 0;

async function loggedIn(): Promise<Case> {
  people += 1;
  const email = `revoked${people}@example.com`;
  const login = await accounts.addLogin({ email });
  return { login, session: await accounts.logIn(email) };
}

function viewerIn(authenticator: Authenticator, { session }: Case) {
  return authenticator
    .viewerOf(`Bearer ${session.accessToken}`)
    .catch((error: { code?: string }) => error.code ?? String(error));
}

async function expectNoRefresh({ session }: Case): Promise<void> {
  await expect(refreshSession(accounts, session.refreshToken)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
}
