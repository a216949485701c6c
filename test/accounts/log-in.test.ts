import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logIn } from '../../src/accounts/log-in.ts';
import { createPasswordHasher } from '../../src/accounts/password-hasher.ts';
import { recordKey } from '../../src/database/stored-documents.ts';
import { type AccountsFixture, accountOf, openAccounts, password } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.close());

describe('a log-in', () => {
  it('answers a token that is accepted, and who it is', async () => {
    const login = await accounts.addLogin({
      email: 'Meera@Example.com',
      phone: '98450-12345',
      name: 'Meera',
    });
    const session = await accounts.logIn('meera@example.com');
    expect(session).toMatchObject({
      refreshToken: expect.any(String),
      mustChangePassword: false,
      expiresAt: new Date(accounts.clock.ms + 15 * 60_000),
      viewer: {
        id: login.id,
        role: 'CUSTOMER',
        name: 'Meera',
        email: 'Meera@Example.com',
        phone: '98450-12345',
      },
    });
    expect(await accounts.authenticator.viewerOf(`Bearer ${session.accessToken}`)).toEqual(session.viewer);
  });

  it('is remembered in the account, which says nothing of the password', async () => {
    const login = await accounts.addLogin({ email: 'last@example.com' });
    await accounts.tryLogIn('last@example.com', 'wrong');
    await accounts.logIn('last@example.com');
    expect(await accountOf(accounts, login)).toEqual({
      _id: recordKey(login._id),
      failures: 0,
      lockedUntil: null,
      lastLoginAt: new Date(accounts.clock.ms),
    });
  });

  it.each([
    ['customer', 'CUSTOMER'],
    ['admin', 'ADMIN'],
    ['delivery_boy', 'DELIVERY_BOY'],
    ['analyst', 'ANALYST'],
  ])('of a stored %s makes a viewer of role %s', async (role, viewerRole) => {
    await accounts.addLogin({ email: `${role}@example.com`, role });
    expect((await accounts.logIn(`${role}@example.com`)).viewer.role).toBe(viewerRole);
  });

  it('hides the placeholder address of a login that has no other', async () => {
    await accounts.addLogin({ email: '9845011111@delivery.local', phone: '9845011111' });
    expect((await accounts.logIn('9845011111')).viewer.email).toBeNull();
  });

  it('of a login without an id is addressed by its _id', async () => {
    const login = await accounts.addLogin({ id: null, email: 'noid@example.com' });
    expect((await accounts.logIn('noid@example.com')).viewer.id).toBe(String(login._id));
  });

  it('with a temporary password says that it has to be changed, until it expires', async () => {
    const login = await accounts.addLogin({ email: 'new@example.com' });
    const passwordExpiresAt = new Date(accounts.clock.ms + 1);
    const temporary = { _id: recordKey(login._id), mustChangePassword: true, passwordExpiresAt };
    await accounts.database.accounts.insertOne(temporary);
    expect(await accounts.logIn('new@example.com')).toMatchObject({
      mustChangePassword: true,
      viewer: { mustChangePassword: true },
    });
    await accounts.database.accounts.updateOne(
      { _id: temporary._id },
      { $set: { passwordExpiresAt: new Date(accounts.clock.ms) } },
    );
    expect(await accounts.tryLogIn('new@example.com')).toBe('INVALID_CREDENTIALS');
  });
});

it('every refusal has one code and one message', async () => {
  await accounts.addLogin({ email: 'known@example.com' });
  await accounts.addLogin({ email: 'inactive@example.com', is_active: false });
  await accounts.addLogin({ email: 'nohash@example.com', password_hash: null });
  await accounts.addLogin({ email: 'plain@example.com', password_hash: password });
  await accounts.addLogin({ email: 'rubbish@example.com', password_hash: { $ne: null } });
  await accounts.addLogin({ email: 'norole@example.com', role: 'superuser' });
  await accounts.addLogin({ email: '9845022222@delivery.local', phone: null });
  await accounts.addLogin({ email: 'home1@example.com', phone: '9845033333' });
  await accounts.addLogin({ email: 'home2@example.com', phone: '+91 98450 33333' });
  const locked = await accounts.addLogin({ email: 'locked@example.com' });
  await accounts.database.accounts.insertOne({
    _id: recordKey(locked._id),
    failures: 10,
    lockedUntil: new Date(accounts.clock.ms + 60_000),
  });
  const expired = await accounts.addLogin({ email: 'expired@example.com' });
  await accounts.database.accounts.insertOne({
    _id: recordKey(expired._id),
    mustChangePassword: true,
    passwordExpiresAt: new Date(accounts.clock.ms - 1),
  });
  const attempts: [string, string][] = [
    ['known@example.com', 'wrong password'],
    ['known@example.com', ''],
    ['known@example.com', 'x'.repeat(1_000_000)],
    ['nobody@example.com', password],
    ['', password],
    ['not an identifier', password],
    [`${'x'.repeat(1_000_000)}@example.com`, password],
    ['{"$ne": null}', password],
    ['inactive@example.com', password],
    ['nohash@example.com', password],
    ['nohash@example.com', ''],
    ['plain@example.com', password],
    ['rubbish@example.com', password],
    ['norole@example.com', password],
    ['9845022222@delivery.local', password],
    ['9845033333', password],
    ['locked@example.com', password],
    ['expired@example.com', password],
  ];
  const refusals = new Set<string>();
  for (const [identifier, typed] of attempts) {
    const refusal = await accounts.logIn(identifier, typed).then(
      () => `${identifier} logged in`,
      ({ code, message, details }) => JSON.stringify({ code, message, details }),
    );
    refusals.add(refusal);
  }
  expect([...refusals]).toEqual([
    '{"code":"INVALID_CREDENTIALS","message":"The e-mail, phone or password is not right.","details":{}}',
  ]);
});

it('the logins of a household are each reached by e-mail, though not by their phone', async () => {
  await accounts.addLogin({ email: 'flat1@example.com', phone: '9845044444' });
  await accounts.addLogin({ email: 'flat2@example.com', phone: '098450 44444' });
  expect(await accounts.tryLogIn('9845044444')).toBe('INVALID_CREDENTIALS');
  expect((await accounts.logIn('flat2@example.com')).viewer.email).toBe('flat2@example.com');
});

describe('a hash of a lower cost', () => {
  const identifier = 'rehash@example.com';

  it('is replaced by one of the configured cost at log-in, and only then', async () => {
    const login = await accounts.addLogin({ email: identifier });
    const costlier = { ...accounts, hasher: createPasswordHasher({ cost: 6 }) };
    const attempt = (typed: string) =>
      logIn(costlier, { identifier, password: typed, clientAddress: '192.0.2.1' });
    await attempt('wrong').catch(() => null);
    expect(await hashOf(login._id)).toBe(login.password_hash);
    const { viewer } = await attempt(password);
    const stored = await hashOf(login._id);
    expect(stored).toMatch(/^\$2b\$06\$/);
    expect(await bcrypt.compare(password, stored)).toBe(true);
    expect(viewer.id).toBe(login.id);
    await attempt(password);
    expect(await hashOf(login._id)).toBe(stored);
  });

  it.each(['$2a$', '$2b$', '$2y$'])(
    'that the older application wrote as %s logs in and is replaced',
    async (prefix) => {
      const password_hash = (await bcrypt.hash(password, 4)).replace('$2b$', prefix);
      const login = await accounts.addLogin({ email: `kind${prefix[2]}@example.com`, password_hash });
      const costlier = { ...accounts, hasher: createPasswordHasher({ cost: 6 }) };
      const input = { identifier: String(login.email), password, clientAddress: '192.0.2.1' };
      await logIn(costlier, input);
      expect(await hashOf(login._id)).toMatch(/^\$2b\$06\$/);
      expect((await logIn(costlier, input)).viewer.id).toBe(login.id);
    },
  );

  it('never lets one of two log-ins at once fail', async () => {
    await accounts.addLogin({ email: 'twice@example.com' });
    const costlier = { ...accounts, hasher: createPasswordHasher({ cost: 8, concurrency: 3 }) };
    const attempts = Array.from({ length: 6 }, () =>
      logIn(costlier, { identifier: 'twice@example.com', password, clientAddress: '192.0.2.1' }),
    );
    expect(await Promise.all(attempts)).toHaveLength(6);
  });

  it('is not written over a password that was changed while the old one was being hashed', async () => {
    const login = await accounts.addLogin({ email: 'racing@example.com' });
    const changed = await bcrypt.hash('another password', 4);
    const hasher = createPasswordHasher({ cost: 6 });
    const racing = {
      ...accounts,
      hasher: {
        ...hasher,
        hash: async (typed: string) => {
          await accounts.database.users.updateOne({ id: login.id }, { $set: { password_hash: changed } });
          return hasher.hash(typed);
        },
      },
    };
    await logIn(racing, { identifier: 'racing@example.com', password, clientAddress: '192.0.2.1' });
    expect(await hashOf(login._id)).toBe(changed);
  });
});

it('an old password that is compared while it is being changed opens no session', async () => {
  const login = await accounts.addLogin({ email: 'stale@example.com' });
  const changed = await bcrypt.hash('another password', 4);
  const racing = {
    ...accounts,
    hasher: {
      ...accounts.hasher,
      verify: async (typed: string, stored: unknown) => {
        await accounts.database.users.updateOne({ id: login.id }, { $set: { password_hash: changed } });
        return accounts.hasher.verify(typed, stored);
      },
    },
  };
  const input = { identifier: 'stale@example.com', password, clientAddress: '192.0.2.1' };
  await expect(logIn(racing, input)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
});

async function hashOf(_id: unknown): Promise<string> {
  const stored = await accounts.database.users.findOne({ _id } as object);
  return String(stored?.password_hash);
}
