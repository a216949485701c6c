import { afterAll, beforeAll, expect, it } from 'vitest';
import { unlockLogin } from '../../src/accounts/unlock-login.ts';
import { type AccountsFixture, accountOf, openAccounts } from './support/open-accounts.ts';
import { journalOf, loggedIn, type Person, useToken, wholeDatabase } from './support/people.ts';

let accounts: AccountsFixture;
let admin: Person;
beforeAll(async () => {
  accounts = await openAccounts();
  admin = await loggedIn(accounts, { role: 'admin' });
});
afterAll(() => accounts.close());

it('a login that failed too often logs in again at once, and its sessions go on', async () => {
  const person = await loggedIn(accounts);
  const email = String(person.stored.email);
  for (let failure = 0; failure < 11; failure += 1) await accounts.tryLogIn(email, 'wrong');
  expect(await accounts.tryLogIn(email)).toBe('INVALID_CREDENTIALS');
  const locked = await accountOf(accounts, person.stored);
  const unlocked = await unlockLogin(accounts, admin.viewer, person.id);
  expect(unlocked.account).toMatchObject({ failures: 0, lockedUntil: null });
  expect(await useToken(accounts, person.accessToken)).toMatchObject({ id: person.id });
  expect(await accounts.tryLogIn(email)).toBe('session');
  expect(await journalOf(accounts, person.id)).toEqual([
    {
      action: 'LOGIN_UNLOCKED',
      actor: admin.id,
      subjectIds: [person.id],
      changes: [
        { field: 'failures', before: String(locked?.failures), after: '0' },
        { field: 'lockedUntil', before: locked?.lockedUntil?.toISOString(), after: null },
      ],
    },
  ]);
});

it('a login without failures is left as it is', async () => {
  const person = await loggedIn(accounts);
  const never = await accounts.addLogin({});
  const before = await wholeDatabase(accounts);
  expect((await unlockLogin(accounts, admin.viewer, person.id)).login.id).toBe(person.id);
  expect((await unlockLogin(accounts, admin.viewer, String(never.id))).account).toBeNull();
  expect(await wholeDatabase(accounts)).toEqual(before);
});

it.each([
  ['an id of nobody', 'no-such-login', 'NOT_FOUND'],
  ['an id that two logins have', 'twin', 'CONFLICT'],
  ['a login of an unknown role, which the answer could not name', 'stranger', 'CONFLICT'],
])('refused is %s', async (_what, userId, code) => {
  if ((await accounts.database.users.countDocuments({ id: 'twin' })) === 0) {
    for (const fields of [{ id: 'twin' }, { id: 'twin' }, { id: 'stranger', role: 'superuser' }]) {
      await accounts.addLogin(fields);
    }
  }
  await expect(unlockLogin(accounts, admin.viewer, userId)).rejects.toMatchObject({ code });
});

it('refused is everybody who is no admin', async () => {
  const viewer = { ...admin.viewer, role: 'DELIVERY_BOY' as const };
  await expect(unlockLogin(accounts, viewer, admin.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
