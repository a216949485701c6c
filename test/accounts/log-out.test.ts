import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endEverybodysSessions, endSessions } from '../../src/accounts/end-sessions.ts';
import { logOut } from '../../src/accounts/log-out.ts';
import { refreshSession } from '../../src/accounts/refresh-session.ts';
import type { Session } from '../../src/accounts/session.ts';
import { recordKey } from '../../src/database/stored-documents.ts';
import { type AccountsFixture, openAccounts } from './support/open-accounts.ts';
import { useToken as viewerWith } from './support/people.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.close());

describe('logging out', () => {
  it('ends the session of the refresh token, its access tokens too, and no other', async () => {
    const [here, there] = await loggedIn(2);
    expect(await logOutWith(here)).toEqual({ message: 'You are logged out.' });
    await expectEnded(here);
    await expectOpen(there);
    expect(await actionsOf(here)).toEqual(['LOGGED_OUT']);
  });

  it('ends the session that asks when there is no refresh token', async () => {
    const [here, there] = await loggedIn(2);
    await logOut(accounts, here.viewer, { refreshToken: null, everywhere: false });
    await expectEnded(here);
    await expectOpen(there);
  });

  it('ends both when they are of two sessions', async () => {
    const [one, two] = await loggedIn(2);
    await logOut(accounts, one.viewer, { refreshToken: two.refreshToken, everywhere: false });
    await expectEnded(one);
    await expectEnded(two);
  });

  it('works with an access token that has expired, as long as the refresh token is good', async () => {
    const [here] = await loggedIn(1);
    accounts.clock.ms += 16 * 60_000;
    expect(await viewerWith(accounts, here.accessToken)).toBe('UNAUTHENTICATED');
    await logOutWith(here);
    await expectEnded(here);
  });

  it('twice, with a token that never was, or with none is no error and changes nothing', async () => {
    const [here, there] = await loggedIn(2);
    for (const refreshToken of [here.refreshToken, here.refreshToken, 'x', 'x'.repeat(43), null]) {
      const answer = await logOut(accounts, null, { refreshToken, everywhere: false });
      expect(answer).toEqual({ message: 'You are logged out.' });
    }
    await expectOpen(there);
    expect(await actionsOf(here)).toEqual(['LOGGED_OUT']);
  });
});

describe('logging out everywhere', () => {
  it('ends every session of the login, and nobody else’s', async () => {
    const [here, there, elsewhere] = await loggedIn(3);
    const [somebody] = await loggedIn(1);
    const answer = await logOut(accounts, null, { refreshToken: here.refreshToken, everywhere: true });
    expect(answer).toEqual({ message: 'You are logged out everywhere.' });
    for (const session of [here, there, elsewhere]) await expectEnded(session);
    await expectOpen(somebody);
    expect(await actionsOf(here)).toEqual(['SESSIONS_ENDED']);
  });

  it('is not for whoever holds a token that was used before: it ends its own session alone', async () => {
    const [here, there] = await loggedIn(2);
    const next = await refreshSession(accounts, here.refreshToken);
    const answer = await logOut(accounts, null, { refreshToken: here.refreshToken, everywhere: true });
    expect(answer.message).toMatch(/log in first/);
    await expectEnded(next);
    await expectOpen(there);
  });

  it('ends a session that is being opened meanwhile by the password of before', async () => {
    const [here] = await loggedIn(1);
    const [opened] = await Promise.allSettled([
      accounts.logIn(String(here.viewer.email)),
      logOut(accounts, here.viewer, { refreshToken: null, everywhere: true }),
    ]);
    // Whichever came first: a session of the new epoch holds, one of the old does not, and none is half open.
    expect(opened.status).toBe('fulfilled');
    const stored = await accounts.database.accounts.findOne({ _id: here.viewer.loginKey });
    expect(stored?.sessionEpoch).toBe(1);
    await expectEnded(here);
  });

  it('finds the sessions of a login by an index', async () => {
    const plan = await accounts.database.sessions.find({ loginKey: 'some' }).explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('login_key');
    expect(JSON.stringify(plan)).not.toContain('COLLSCAN');
  });
});

describe('an operator', () => {
  it('ends the sessions of one login, and learns how many there were', async () => {
    const [here, there] = await loggedIn(2);
    const { loginKey, id } = here.viewer;
    const ending = { at: accounts.now(), actor: 'command line' };
    expect(await endSessions(accounts.database, { loginKey, address: id }, ending)).toBe(2);
    accounts.authenticator.forget(loginKey);
    await expectEnded(here);
    await expectEnded(there);
    expect(await actionsOf(here)).toEqual(['SESSIONS_ENDED']);
  });

  it('ends the sessions of everybody', async () => {
    const [one] = await loggedIn(1);
    const [other] = await loggedIn(1);
    const open = await accounts.database.sessions.countDocuments({});
    const ending = { at: accounts.now(), actor: 'command line' };
    expect(await endEverybodysSessions(accounts.database, ending)).toBe(open);
    accounts.authenticator.forgetAll();
    await expectEnded(one);
    await expectEnded(other);
    expect(await accounts.database.journal.findOne({ subjectId: 'everybody' })).toMatchObject({
      action: 'SESSIONS_ENDED',
      actor: 'command line',
    });
  });
});

let people = 0;

/** So many sessions of one new login. */
async function loggedIn<Count extends 1 | 2 | 3>(count: Count): Promise<[Session, Session, Session]> {
  people += 1;
  const email = `out${people}@example.com`;
  const login = await accounts.addLogin({ email });
  const sessions: Session[] = [];
  for (let opened = 0; opened < count; opened += 1) sessions.push(await accounts.logIn(email));
  expect(sessions[0]?.viewer.loginKey).toBe(recordKey(login._id));
  return sessions as [Session, Session, Session];
}

function logOutWith({ refreshToken }: Session) {
  return logOut(accounts, null, { refreshToken, everywhere: false });
}

async function expectEnded({ refreshToken, accessToken }: Session): Promise<void> {
  expect(await viewerWith(accounts, accessToken)).toBe('UNAUTHENTICATED');
  await expect(refreshSession(accounts, refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
}

async function expectOpen({ refreshToken, accessToken, viewer }: Session): Promise<void> {
  expect(await viewerWith(accounts, accessToken)).toMatchObject({ id: viewer.id });
  await refreshSession(accounts, refreshToken);
}

/** What the journal tells of the sessions of a login, log-ins aside. */
async function actionsOf({ viewer }: Session): Promise<string[]> {
  const entries = await accounts.database.journal
    .find({ subjectId: viewer.id, action: { $ne: 'LOGGED_IN' } })
    .toArray();
  return entries.map(({ action }) => action);
}
