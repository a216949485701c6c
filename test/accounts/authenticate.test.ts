import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/accounts/authenticate.ts';
import { logIn } from '../../src/accounts/log-in.ts';
import { createPasswordHasher } from '../../src/accounts/password-hasher.ts';
import { recordKey, type StoredUser } from '../../src/database/stored-documents.ts';
import { type AccountsFixture, openAccounts, password } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts({ monitorCommands: true });
});
afterAll(() => accounts.close());

const refusal = { code: 'UNAUTHENTICATED' };

describe('the Authorization header', () => {
  it.each([undefined, '', '  '])('%j is nobody', async (header) => {
    expect(await accounts.authenticator.viewerOf(header)).toBeNull();
  });

  it('names its scheme in any case', async () => {
    const { header } = await loggedIn('scheme@example.com');
    for (const spelled of [header, header.replace('Bearer', 'bearer'), ` ${header} `]) {
      expect(await accounts.authenticator.viewerOf(spelled)).toMatchObject({ email: 'scheme@example.com' });
    }
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'Bearer null', 'Token x', 'Bearer a.b.c'])(
    '%j is refused',
    async (header) => {
      await expect(accounts.authenticator.viewerOf(header)).rejects.toMatchObject(refusal);
    },
  );

  it('of megabytes is refused at once', async () => {
    const begun = performance.now();
    await expect(accounts.authenticator.viewerOf(`Bearer ${'a'.repeat(5_000_000)}`)).rejects.toMatchObject(
      refusal,
    );
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('within a second the gateway sees that', () => {
  const setUser = (change: object) => (login: StoredUser) =>
    accounts.database.users.updateOne({ id: login.id }, { $set: change });
  const revocations: [string, (login: StoredUser) => Promise<unknown>][] = [
    ['a login was made inactive', setUser({ is_active: false })],
    ['a login has a role that it does not know', setUser({ role: 'superuser' })],
    ['a login has another role', setUser({ role: 'admin' })],
    ['a login has another password', setUser({ password_hash: bcrypt.hashSync('another', 4) })],
    ['a login was deleted', (login) => accounts.database.users.deleteOne({ id: login.id })],
    [
      'every session of a login was ended',
      (login) =>
        accounts.database.accounts.updateOne({ _id: recordKey(login._id) }, { $inc: { sessionEpoch: 1 } }),
    ],
    ['a session was ended', (login) => accounts.database.sessions.deleteMany({ loginId: login._id })],
  ];

  it.each(revocations)('%s', async (what, revoke) => {
    const { header, login } = await loggedIn(`${what.replaceAll(' ', '.')}@example.com`);
    expect(await accounts.authenticator.viewerOf(header)).not.toBeNull();
    await revoke(login);
    accounts.clock.ms += 1_000;
    await expect(accounts.authenticator.viewerOf(header)).rejects.toMatchObject(refusal);
  });

  it('a login whose document was replaced by the older application, link and all, is still the same', async () => {
    const { header, login } = await loggedIn('replaced@example.com');
    await accounts.database.users.replaceOne({ id: login.id }, { ...login, name: 'Replaced' });
    accounts.clock.ms += 1_000;
    expect(await accounts.authenticator.viewerOf(header)).toMatchObject({ name: 'Replaced' });
  });
});

it('a session goes on when its password is hashed at a higher cost at the next log-in', async () => {
  const { header, login } = await loggedIn('upgraded@example.com');
  const hasher = createPasswordHasher({ cost: 5 });
  const { email } = login;
  await logIn({ ...accounts, hasher }, { identifier: String(email), password, clientAddress: '192.0.2.1' });
  const stored = await accounts.database.users.findOne({ id: login.id });
  expect(stored?.password_hash).toMatch(/^\$2b\$05\$/);
  accounts.clock.ms += 1_000;
  expect(await accounts.authenticator.viewerOf(header)).toMatchObject({ email });
});

describe('while it is told of every change', () => {
  let isTold = true;
  let commands: string[] = [];

  it('checks a token without a single command, for as long as the token holds', async () => {
    const { header } = await loggedIn('warm@example.com');
    const authenticator = told();
    await authenticator.viewerOf(header);
    commands = [];
    for (let minute = 0; minute < 14; minute += 1) {
      accounts.clock.ms += 60_000;
      expect(await authenticator.viewerOf(header)).toMatchObject({ email: 'warm@example.com' });
    }
    expect(commands).toEqual([]);
    accounts.clock.ms += 60_000;
    await expect(authenticator.viewerOf(header)).rejects.toMatchObject(refusal);
  });

  it('reads again each second as soon as it is not, and once more after a gap', async () => {
    const { header, login } = await loggedIn('cold@example.com');
    const authenticator = told();
    await authenticator.viewerOf(header);
    await accounts.database.users.updateOne({ id: login.id }, { $set: { is_active: false } });
    accounts.clock.ms += 1_000;
    // Nobody told of that change: the tests above show that somebody does.
    expect(await authenticator.viewerOf(header)).toMatchObject({ email: 'cold@example.com' });
    isTold = false;
    await expect(authenticator.viewerOf(header)).rejects.toMatchObject(refusal);
    await accounts.database.users.updateOne({ id: login.id }, { $set: { is_active: true } });
    isTold = true;
    await expect(authenticator.viewerOf(header)).rejects.toMatchObject(refusal);
    authenticator.forgetAll();
    expect(await authenticator.viewerOf(header)).toMatchObject({ email: 'cold@example.com' });
  });

  it('forgets one session, or all of one login, and no other', async () => {
    const [one, other] = [await loggedIn('one.forgotten@example.com'), await loggedIn('kept@example.com')];
    const again = `Bearer ${(await accounts.logIn('one.forgotten@example.com')).accessToken}`;
    const authenticator = told();
    const reads = async () => {
      const counts = [];
      for (const header of [one.header, again, other.header]) {
        commands = [];
        await authenticator.viewerOf(header);
        counts.push(commands.length);
      }
      return counts;
    };
    await reads();
    authenticator.forgetSession(one.sessionId);
    expect(await reads()).toEqual([3, 0, 0]);
    authenticator.forget(recordKey(one.login._id));
    expect(await reads()).toEqual([3, 3, 0]);
    expect(await reads()).toEqual([0, 0, 0]);
  });

  it('does not go on believing in a session that has not been used for too long', async () => {
    const { header, sessionId } = await loggedIn('idle@example.com');
    const expiresAt = new Date(accounts.clock.ms + 60_000);
    await accounts.database.sessions.updateOne({ _id: sessionId }, { $set: { expiresAt } });
    const authenticator = told();
    await authenticator.viewerOf(header);
    accounts.clock.ms += 59_999;
    expect(await authenticator.viewerOf(header)).not.toBeNull();
    accounts.clock.ms += 1;
    await expect(authenticator.viewerOf(header)).rejects.toMatchObject(refusal);
  });

  beforeAll(() => {
    accounts.database.client.on('commandStarted', ({ commandName }) => commands.push(commandName));
  });

  function told() {
    isTold = true;
    return createAuthenticator(accounts, { isToldOfChanges: () => isTold });
  }
});

describe('what this process has written itself', () => {
  it('is seen by the next request', async () => {
    const { header, login } = await loggedIn('forgotten@example.com');
    await accounts.authenticator.viewerOf(header);
    await accounts.database.users.updateOne({ id: login.id }, { $set: { is_active: false } });
    expect(await accounts.authenticator.viewerOf(header)).not.toBeNull();
    accounts.authenticator.forget(recordKey(login._id));
    await expect(accounts.authenticator.viewerOf(header)).rejects.toMatchObject(refusal);
  });

  it('is seen by the next request even when another was reading meanwhile', async () => {
    const { header, login } = await loggedIn('meanwhile@example.com');
    const reading = accounts.authenticator.viewerOf(header);
    await accounts.database.users.updateOne({ id: login.id }, { $set: { is_active: false } });
    accounts.authenticator.forget(recordKey(login._id));
    await reading.catch(() => null);
    await expect(accounts.authenticator.viewerOf(header)).rejects.toMatchObject(refusal);
  });
});

it('requests of one session at once ask the database once, and remembering is bounded', async () => {
  let reads = 0;
  const sessions = new Proxy(accounts.database.sessions, {
    get(target, property) {
      if (property === 'findOne') reads += 1;
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { accessTokens, now } = accounts;
  const authenticator = createAuthenticator(
    { database: { ...accounts.database, sessions }, accessTokens, now },
    { maxSessions: 2 },
  );
  const [one, two, three] = [
    await loggedIn('one@example.com'),
    await loggedIn('two@example.com'),
    await loggedIn('three@example.com'),
  ];
  await Promise.all(Array.from({ length: 50 }, () => authenticator.viewerOf(one.header)));
  expect(reads).toBe(1);
  for (const { header } of [two, three, one]) await authenticator.viewerOf(header);
  expect(reads).toBe(4);
});

it('a failure of the database is not remembered', async () => {
  const { header } = await loggedIn('outage@example.com');
  let broken = true;
  const sessions = new Proxy(accounts.database.sessions, {
    get(target, property) {
      if (property === 'findOne' && broken) return () => Promise.reject(new Error('no primary'));
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { accessTokens, now } = accounts;
  const authenticator = createAuthenticator({
    database: { ...accounts.database, sessions },
    accessTokens,
    now,
  });
  await expect(authenticator.viewerOf(header)).rejects.toThrow('no primary');
  broken = false;
  expect(await authenticator.viewerOf(header)).toMatchObject({ email: 'outage@example.com' });
});

it("the token of one login is not accepted for another's session", async () => {
  const [one, two] = [await loggedIn('mine@example.com'), await loggedIn('yours@example.com')];
  const { accessToken } = await accounts.accessTokens.issue({
    loginKey: recordKey(one.login._id),
    sessionId: two.sessionId,
  });
  await expect(accounts.authenticator.viewerOf(`Bearer ${accessToken}`)).rejects.toMatchObject(refusal);
});

it.each(['text-id', 42, { part: 1, other: 'two' }])(
  'a login whose _id is %j is somebody too',
  async (_id) => {
    const { header, login } = await loggedIn(`odd${typeof _id}@example.com`, { _id, id: undefined });
    expect(await accounts.authenticator.viewerOf(header)).toMatchObject({ loginId: login._id });
  },
);

async function loggedIn(email: string, fields: Partial<StoredUser> = {}) {
  const login = await accounts.addLogin({ email, ...fields });
  const { accessToken, viewer } = await accounts.logIn(email);
  return { login, header: `Bearer ${accessToken}`, sessionId: viewer.sessionId };
}
