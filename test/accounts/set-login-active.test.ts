import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStaff } from '../../src/accounts/create-staff.ts';
import { setLoginActive } from '../../src/accounts/set-login-active.ts';
import { setRole } from '../../src/accounts/set-role.ts';
import { type AccountsFixture, openAccounts } from './support/open-accounts.ts';
import { journalOf, loggedIn, onlyAdmin, type Person, useToken, wholeDatabase } from './support/people.ts';

let accounts: AccountsFixture;
let admin: Person;
beforeAll(async () => {
  accounts = await openAccounts();
  admin = await loggedIn(accounts, { role: 'admin' });
});
afterAll(() => accounts.close());

const set = (userId: string, active: boolean, by: Person = admin) =>
  setLoginActive(accounts, by.viewer, { userId, active });

describe('a login that is made inactive', () => {
  it.each(['customer', 'admin', 'analyst', 'delivery_boy'])(
    'as %s does not log in, and its sessions end at the next request',
    async (role) => {
      const person = await loggedIn(accounts, { role });
      expect(await useToken(accounts, person.accessToken)).toMatchObject({ id: person.id });
      const { login } = await set(person.id, false);
      expect(login).toMatchObject({ id: person.id, isActive: false, role });
      expect(await useToken(accounts, person.accessToken)).toBe('UNAUTHENTICATED');
      expect(await accounts.tryLogIn(String(person.stored.email))).toBe('INVALID_CREDENTIALS');
    },
  );

  it('logs in when it is active again, and its earlier sessions stay ended', async () => {
    const person = await loggedIn(accounts);
    await set(person.id, false);
    expect((await set(person.id, true)).login).toMatchObject({ isActive: true });
    expect(await useToken(accounts, person.accessToken)).toBe('UNAUTHENTICATED');
    expect(await accounts.tryLogIn(String(person.stored.email))).toBe('session');
    const change = (before: string, after: string) => [{ field: 'isActive', before, after }];
    const common = { actor: admin.id, subjectIds: [person.id] };
    expect(await journalOf(accounts, person.id)).toEqual([
      { ...common, action: 'LOGIN_DEACTIVATED', changes: change('true', 'false') },
      { ...common, action: 'LOGIN_ACTIVATED', changes: change('false', 'true') },
    ]);
  });

  it('finds its sessions ended, too, when the older application had done it', async () => {
    const person = await loggedIn(accounts);
    await accounts.database.users.updateOne({ id: person.id }, { $set: { is_active: false } });
    await set(person.id, true);
    expect(await useToken(accounts, person.accessToken)).toBe('UNAUTHENTICATED');
  });

  it('is sent no credentials any more, and what they were is erased; other messages stay', async () => {
    const input = { name: 'Nila Iyer', email: 'nila@example.com', phone: null, role: 'ANALYST' } as const;
    const nila = await createStaff(accounts, admin.viewer, input);
    const other = await createStaff(accounts, admin.viewer, { ...input, email: 'other@example.com' });
    const [sample] = await accounts.database.notifications.find({ loginKey: nila.loginKey }).toArray();
    if (sample === undefined) throw new Error('There is no message.');
    const more = { dead: 'DEAD', sent: 'SENT' } as const;
    for (const [_id, state] of Object.entries(more)) {
      await accounts.database.notifications.insertOne({ ...sample, _id, state });
    }
    await accounts.database.notifications.insertOne({ ...sample, _id: 'told', kind: 'EMAIL_CHANGED' });
    await set(nila.id, false);
    const stateOf = async (_id: string) => {
      const message = await accounts.database.notifications.findOne({ _id });
      return [message?.state, message?.secrets === null];
    };
    expect(await stateOf(sample._id)).toEqual(['CANCELLED', true]);
    expect(await stateOf('dead')).toEqual(['CANCELLED', true]);
    expect(await stateOf('sent')).toEqual(['SENT', false]);
    expect(await stateOf('told')).toEqual(['PENDING', false]);
    expect(await accounts.messagesTo('other@example.com')).toMatchObject([
      { loginKey: other.loginKey, state: 'PENDING' },
    ]);
  });

  it('is an inactive customer in the index', async () => {
    const person = await loggedIn(accounts);
    await set(person.id, false);
    const row = await accounts.database.customerIndex.findOne({ _id: `user/${person.key}` });
    expect(row).toMatchObject({ isActive: false });
  });

  it('is part of the history of the delivery record that it is joined to', async () => {
    const person = await loggedIn(accounts, { customer_v2_id: 'joined' });
    await accounts.database.customersV2.insertOne({ _id: 'joined', id: 'joined', user_id: person.id });
    await set(person.id, false);
    expect(await journalOf(accounts, 'joined')).toMatchObject([
      { action: 'LOGIN_DEACTIVATED', subjectIds: [person.id, 'joined'] },
    ]);
  });
});

describe('nothing is written', () => {
  it('when it is as it should be already, said or not said', async () => {
    const person = await loggedIn(accounts);
    const silent = await accounts.addLogin({ is_active: undefined });
    const closed = await accounts.addLogin({ is_active: false });
    const before = await wholeDatabase(accounts);
    await set(person.id, true);
    await set(String(silent.id), true);
    expect((await set(String(closed.id), false)).login).toMatchObject({ isActive: false });
    expect(await wholeDatabase(accounts)).toEqual(before);
    expect(await useToken(accounts, person.accessToken)).toMatchObject({ id: person.id });
  });

  it.each([
    ['for an id of nobody', 'no-such-login', 'NOT_FOUND'],
    ['for an id that two logins have', 'twin', 'CONFLICT'],
    ['for a login of an unknown role, which the answer could not name', 'stranger', 'CONFLICT'],
  ])('%s', async (_when, userId, code) => {
    if ((await accounts.database.users.countDocuments({ id: 'twin' })) === 0) {
      for (const fields of [{ id: 'twin' }, { id: 'twin' }, { id: 'stranger', role: 'superuser' }]) {
        await accounts.addLogin(fields);
      }
    }
    const before = await wholeDatabase(accounts);
    await expect(set(userId, false)).rejects.toMatchObject({ code });
    expect(await wholeDatabase(accounts)).toEqual(before);
  });

  it('for everybody who is no admin', async () => {
    const viewer = { ...admin.viewer, role: 'ANALYST' as const };
    const attempt = setLoginActive(accounts, viewer, { userId: admin.id, active: false });
    await expect(attempt).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the last admin who can log in', () => {
  it('stays active', async () => {
    const last = await onlyAdmin(accounts);
    await accounts.addLogin({ role: 'admin', is_active: false });
    await expect(set(last.id, false, last)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await useToken(accounts, last.accessToken)).toMatchObject({ role: 'ADMIN' });
  });

  it('remains when one is made inactive and the other loses the role at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const one = await onlyAdmin(accounts);
      const other = await loggedIn(accounts, { role: 'admin' });
      const outcomes = await Promise.allSettled([
        set(other.id, false, one),
        setRole(accounts, other.viewer, { userId: one.id, role: 'CUSTOMER' }),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await accounts.database.users.countDocuments({ role: 'admin', is_active: true })).toBe(1);
    }
  });
});
