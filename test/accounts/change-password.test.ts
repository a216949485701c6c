import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/accounts/change-password.ts';
import { recordKey, type StoredUser } from '../../src/database/stored-documents.ts';
import { noLogIns } from '../support/log-in-entries.ts';
import { type AccountsFixture, accountOf, openAccounts, password } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.close());

const newPassword = 'seven coconuts by noon';

describe('after a change of password', () => {
  it('the new one logs in and the old one does not', async () => {
    const { viewer } = await loggedIn('both@example.com');
    await changePassword(accounts, viewer, { currentPassword: password, newPassword });
    expect(await accounts.tryLogIn('both@example.com')).toBe('INVALID_CREDENTIALS');
    expect(await accounts.tryLogIn('both@example.com', newPassword)).toBe('session');
  });

  it('every session that was open is refused at the next request, and the new one is accepted', async () => {
    const first = await loggedIn('sessions@example.com');
    const second = await accounts.logIn('sessions@example.com');
    for (const { accessToken } of [first, second]) await viewerOf(accessToken);
    const changed = await changePassword(accounts, first.viewer, { currentPassword: password, newPassword });
    for (const { accessToken } of [first, second]) {
      await expect(viewerOf(accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(await viewerOf(changed.accessToken)).toEqual(changed.viewer);
  });

  it('a temporary password is none any more', async () => {
    const login = await accounts.addLogin({ email: 'temporary@example.com' });
    const passwordExpiresAt = new Date(accounts.clock.ms + 60_000);
    await accounts.database.accounts.insertOne({
      _id: recordKey(login._id),
      mustChangePassword: true,
      passwordExpiresAt,
    });
    const { viewer } = await accounts.logIn('temporary@example.com');
    expect(viewer.mustChangePassword).toBe(true);
    const changed = await changePassword(accounts, viewer, { currentPassword: password, newPassword });
    expect(changed).toMatchObject({ mustChangePassword: false, viewer: { mustChangePassword: false } });
    expect(await accountOf(accounts, login)).toMatchObject({
      mustChangePassword: false,
      passwordExpiresAt: null,
    });
    const row = await accounts.database.customerIndex.findOne({ _id: `user/${recordKey(login._id)}` });
    expect(row?.passwordExpiresAt).toBeNull();
  });

  it('the journal tells who and when, and no secret', async () => {
    const { login, viewer } = await loggedIn('journal@example.com');
    await changePassword(accounts, viewer, { currentPassword: password, newPassword });
    const entries = await accounts.database.journal.find({ subjectId: viewer.id, ...noLogIns }).toArray();
    expect(entries).toEqual([
      {
        _id: expect.any(String),
        at: new Date(accounts.clock.ms),
        actor: login.id,
        action: 'PASSWORD_CHANGED',
        subjectId: login.id,
        subjectIds: [login.id],
        changes: [],
      },
    ]);
  });
});

describe('a change of password is refused, and nothing is written,', () => {
  const cases: [string, { currentPassword: string; newPassword: string }, string][] = [
    ['with a wrong current password', { currentPassword: 'wrong', newPassword }, 'INVALID_CREDENTIALS'],
    [
      'to a password that is too short',
      { currentPassword: password, newPassword: 'kqzvwpx' },
      'BAD_USER_INPUT',
    ],
    ['to a common one', { currentPassword: password, newPassword: 'password123' }, 'BAD_USER_INPUT'],
    ['to the current one', { currentPassword: password, newPassword: password }, 'BAD_USER_INPUT'],
    [
      'to one of a megabyte',
      { currentPassword: password, newPassword: 'x'.repeat(1_000_000) },
      'BAD_USER_INPUT',
    ],
  ];
  it.each(cases)('%s', async (what, input, code) => {
    const { login, viewer, accessToken } = await loggedIn(`${what.replaceAll(' ', '.')}@example.com`);
    await expect(changePassword(accounts, viewer, input)).rejects.toMatchObject({ code });
    expect(await accounts.database.users.findOne({ id: login.id })).toEqual(login);
    expect(await viewerOf(accessToken)).toEqual(viewer);
  });

  it('for staff, to one that would do for a customer', async () => {
    const { viewer } = await loggedIn('staff@example.com', { role: 'admin' });
    const attempt = changePassword(accounts, viewer, {
      currentPassword: password,
      newPassword: 'kqzvwpxmrtjhdn',
    });
    await expect(attempt).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'newPassword' },
    });
  });

  it('without a viewer', async () => {
    const attempt = changePassword(accounts, null, { currentPassword: password, newPassword });
    await expect(attempt).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('by a login that has just been made inactive', async () => {
    const { login, viewer } = await loggedIn('closed@example.com');
    await accounts.database.users.updateOne({ id: login.id }, { $set: { is_active: false } });
    const attempt = changePassword(accounts, viewer, { currentPassword: password, newPassword });
    await expect(attempt).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

it('wrong current passwords count like failed log-ins, and lock alike', async () => {
  const { viewer } = await loggedIn('guessing@example.com');
  for (let guess = 0; guess < 10; guess += 1) {
    const attempt = changePassword(accounts, viewer, { currentPassword: `guess ${guess}`, newPassword });
    await expect(attempt).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  }
  const right = changePassword(accounts, viewer, { currentPassword: password, newPassword });
  await expect(right).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  expect(await accounts.tryLogIn('guessing@example.com')).toBe('INVALID_CREDENTIALS');
});

it('of two changes at once one wins, and the other gets CONFLICT', async () => {
  const { viewer } = await loggedIn('race@example.com');
  const wanted = ['first of the new ones', 'second of the new ones'];
  const outcomes = await Promise.allSettled(
    wanted.map((wish) => changePassword(accounts, viewer, { currentPassword: password, newPassword: wish })),
  );
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(lost).toMatchObject([
    { reason: { code: expect.stringMatching(/^(CONFLICT|INVALID_CREDENTIALS)$/) } },
  ]);
  const winner = wanted[outcomes.findIndex((outcome) => outcome.status === 'fulfilled')];
  expect(await accounts.tryLogIn('race@example.com', winner)).toBe('session');
  expect(await accounts.database.journal.countDocuments({ subjectId: viewer.id, ...noLogIns })).toBe(1);
});

async function loggedIn(email: string, fields: Partial<StoredUser> = {}) {
  const login = await accounts.addLogin({ email, ...fields });
  return { login, ...(await accounts.logIn(email)) };
}

function viewerOf(accessToken: string) {
  return accounts.authenticator.viewerOf(`Bearer ${accessToken}`);
}
