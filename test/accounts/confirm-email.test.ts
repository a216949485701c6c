import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { confirmEmail } from '../../src/accounts/confirm-email.ts';
import { newOneTimeToken } from '../../src/accounts/one-time-token.ts';
import { setEmail } from '../../src/accounts/set-email.ts';
import type { Viewer } from '../../src/accounts/viewer.ts';
import { refreshIndex } from '../../src/customer-index/refresh-index.ts';
import { recordKey, type StoredCustomerV2, type StoredUser } from '../../src/database/stored-documents.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { noLogIns } from '../support/log-in-entries.ts';
import { type AccountsFixture, openAccounts, password } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts?.close());
const startMs = Date.parse('2026-03-01T10:00:00.000Z');
const dayMs = 24 * 60 * 60_000;
beforeEach(() => {
  accounts.clock.ms = startMs;
});

const refused = { code: 'INVALID_OR_EXPIRED_TOKEN', message: 'Invalid or expired token.', details: {} };

describe('a confirmed address', () => {
  it('is the one to log in with, the old one is not, and sessions go on', async () => {
    const { accessToken, token } = await asked('old@example.com', 'New@Example.com');
    const before = await accounts.authenticator.viewerOf(`Bearer ${accessToken}`);
    expect(before).toMatchObject({ email: 'old@example.com', pendingEmail: 'new@example.com' });
    const { message } = await confirmEmail(accounts, token);
    expect(message).toMatch(/confirmed/);
    expect(await accounts.tryLogIn('new@example.com')).toBe('session');
    expect(await accounts.tryLogIn('old@example.com')).toBe('INVALID_CREDENTIALS');
    expect(await accounts.authenticator.viewerOf(`Bearer ${accessToken}`)).toMatchObject({
      email: 'new@example.com',
      pendingEmail: null,
    });
  });

  it('takes the place of a placeholder, and the phone goes on', async () => {
    const { token } = await asked('9845022222@delivery.local', 'real@example.com', { phone: '9845022222' });
    await confirmEmail(accounts, token);
    expect(await accounts.tryLogIn('real@example.com')).toBe('session');
    expect(await accounts.tryLogIn('98450 22222')).toBe('session');
    expect(await accounts.messagesTo('+919845022222')).toMatchObject([
      { kind: 'EMAIL_CHANGE_REQUESTED' },
      { kind: 'EMAIL_CHANGED', channel: 'SMS', values: { newEmail: 'r***@example.com' } },
    ]);
  });

  it('is told to the old one, and journalled without a secret', async () => {
    const { login, viewer, token } = await asked('was@example.com', 'is@example.com');
    await confirmEmail(accounts, token);
    expect(await accounts.messagesTo('was@example.com')).toMatchObject([
      { kind: 'EMAIL_CHANGE_REQUESTED' },
      {
        kind: 'EMAIL_CHANGED',
        loginKey: recordKey(login._id),
        values: { name: 'Asha Rao', newEmail: 'i***@example.com' },
        secrets: null,
      },
    ]);
    const entries = await accounts.database.journal.find({ subjectId: viewer.id, ...noLogIns }).toArray();
    expect(entries).toHaveLength(2);
    expect(entries.find(({ action }) => action === 'EMAIL_CHANGED')).toMatchObject({
      actor: login.id,
      subjectIds: [login.id],
      changes: [{ field: 'users.email', before: 'was@example.com', after: 'is@example.com' }],
    });
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  it('is found by the index at once', async () => {
    const { login, token } = await asked('index.old@example.com', 'index.new@example.com');
    await confirmEmail(accounts, token);
    const row = await accounts.database.customerIndex.findOne({ _id: `user/${recordKey(login._id)}` });
    expect(row?.emails).toEqual(['index.new@example.com']);
  });

  it('leaves every other stored value of the login as it was', async () => {
    const { login, token } = await asked('whole@example.com', 'new.whole@example.com', { legacy: [1] });
    await confirmEmail(accounts, token);
    expect(await accounts.database.users.findOne({ id: login.id })).toEqual({
      ...login,
      email: 'new.whole@example.com',
    });
  });
});

describe('a token', () => {
  it('is good once', async () => {
    const { token } = await asked('once@example.com', 'new.once@example.com');
    await confirmEmail(accounts, token);
    await expect(confirmEmail(accounts, token)).rejects.toMatchObject(refused);
  });

  it('used twenty times at once changes the address once', async () => {
    const { viewer, token } = await asked('race@example.com', 'new.race@example.com');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => confirmEmail(accounts, token)),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost).toHaveLength(19);
    for (const { reason } of lost) expect(reason).toMatchObject(refused);
    expect(await accounts.messagesTo('race@example.com')).toHaveLength(2);
    const changed = { subjectId: viewer.id, action: 'EMAIL_CHANGED' };
    expect(await accounts.database.journal.countDocuments(changed)).toBe(1);
  });

  it('is good one second before it expires', async () => {
    const { token } = await asked('just@example.com', 'new.just@example.com');
    accounts.clock.ms = startMs + dayMs - 1_000;
    await confirmEmail(accounts, token);
  });

  it.each([0, 1_000])('is no good %d ms after it expires', async (lateMs) => {
    const { token } = await asked(`late${lateMs}@example.com`, `new.late${lateMs}@example.com`);
    accounts.clock.ms = startMs + dayMs + lateMs;
    await expect(confirmEmail(accounts, token)).rejects.toMatchObject(refused);
  });

  it('of another kind is no good, though everything else about it is right', async () => {
    const { login } = await asked('kind@example.com', 'new.kind@example.com');
    const { token, digest } = newOneTimeToken();
    const tokenOfLogin = { loginKey: recordKey(login._id), kind: 'CONFIRM_EMAIL' } as const;
    const stored = await accounts.database.tokens.findOne(tokenOfLogin);
    if (stored === null) throw new Error('There is no token.');
    await accounts.database.tokens.insertOne({ ...stored, _id: digest, kind: 'CONFIRM_LINK' });
    await expect(confirmEmail(accounts, token)).rejects.toMatchObject(refused);
    await accounts.database.tokens.updateOne({ _id: digest }, { $set: { kind: 'CONFIRM_EMAIL' } });
    await confirmEmail(accounts, token);
  });

  it.each([
    ['is empty', () => ''],
    ['is unknown', () => newOneTimeToken().token],
    ['lost a character', (token: string) => token.slice(1)],
    ['has one too many', (token: string) => `${token}A`],
    ['is in another case', (token: string) => token.toLowerCase()],
    ['ends in a line feed', (token: string) => `${token}\n`],
    ['is its own digest', (_: string, digest: string) => digest],
    ['is a megabyte', () => 'x'.repeat(1_000_000)],
    ['is an access token', (_: string, __: string, accessToken: string) => accessToken],
  ])('that %s learns no more than any other', async (what, damage) => {
    const name = what.replaceAll(' ', '.');
    const { login, token, accessToken } = await asked(`${name}@example.com`, `new.${name}@example.com`);
    const [stored] = await tokensOf(login);
    const damaged = damage(token, stored?._id ?? '', accessToken);
    await expect(confirmEmail(accounts, damaged)).rejects.toMatchObject(refused);
    expect(await accounts.database.users.findOne({ id: login.id })).toEqual(login);
  });

  it('is void once another address was asked for', async () => {
    const first = await asked('twice@example.com', 'first.twice@example.com');
    const second = await ask(first.viewer, 'second.twice@example.com');
    await expect(confirmEmail(accounts, first.token)).rejects.toMatchObject(refused);
    await confirmEmail(accounts, second);
    expect(await accounts.database.users.findOne({ id: first.login.id })).toMatchObject({
      email: 'second.twice@example.com',
    });
  });

  it('is void once the same address was asked for again', async () => {
    const first = await asked('same@example.com', 'new.same@example.com');
    const second = await ask(first.viewer, 'new.same@example.com');
    await expect(confirmEmail(accounts, first.token)).rejects.toMatchObject(refused);
    await confirmEmail(accounts, second);
  });

  it.each([
    ['none', null],
    ['another', 'other@example.com'],
  ])('for an address is no good once the login waits for %s', async (what, pendingEmail) => {
    const { login, token } = await asked(`waits.${what}@example.com`, `new.waits.${what}@example.com`);
    await accounts.database.accounts.updateOne({ _id: recordKey(login._id) }, { $set: { pendingEmail } });
    await expect(confirmEmail(accounts, token)).rejects.toMatchObject(refused);
  });

  it.each([
    ['was made inactive', { $set: { is_active: false } }],
    ['has a role that nobody knows', { $set: { role: 'owner' } }],
  ])('of a login that %s is no good', async (what, change) => {
    const name = what.replaceAll(' ', '.');
    const { login, token } = await asked(`${name}@example.com`, `new.${name}@example.com`);
    await accounts.database.users.updateOne({ id: login.id }, change);
    await expect(confirmEmail(accounts, token)).rejects.toMatchObject(refused);
  });

  it('of a login that is gone is no good', async () => {
    const { login, token } = await asked('gone@example.com', 'new.gone@example.com');
    await accounts.database.users.deleteOne({ id: login.id });
    await expect(confirmEmail(accounts, token)).rejects.toMatchObject(refused);
  });

  it('for an address that another login has by now is no good', async () => {
    const { login, token } = await asked('slow@example.com', 'wanted@example.com');
    await accounts.addLogin({ email: 'Wanted@Example.com' });
    await expect(confirmEmail(accounts, token)).rejects.toMatchObject(refused);
    expect(await accounts.database.users.findOne({ id: login.id })).toEqual(login);
  });

  it('of two logins for one address gives it to one of them', async () => {
    const pair = await Promise.all(
      ['left', 'right'].map((name) => asked(`${name}@example.com`, 'both.want@example.com')),
    );
    const outcomes = await Promise.allSettled(pair.map(({ token }) => confirmEmail(accounts, token)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await accounts.database.users.countDocuments({ email: 'both.want@example.com' })).toBe(1);
  });
});

describe('the delivery record of the same customer', () => {
  it('follows when it held the old address, in any spelling', async () => {
    const { pair, token } = await askedByPair('follows', { email: ' Follows@Example.com' });
    await confirmEmail(accounts, token);
    expect(await deliveryEmail(pair)).toBe('new.follows@example.com');
    const row = await accounts.database.customerIndex.findOne({ ids: pair.id });
    expect(row?.emails).toEqual(['new.follows@example.com']);
    const entry = await accounts.database.journal.findOne({ subjectIds: pair.id, action: 'EMAIL_CHANGED' });
    expect(entry?.changes).toEqual([
      { field: 'users.email', before: 'follows@example.com', after: 'new.follows@example.com' },
      { field: 'customers_v2.email', before: ' Follows@Example.com', after: 'new.follows@example.com' },
    ]);
  });

  it.each([
    ['another address', 'someone@example.com'],
    ['none', null],
  ])('is left alone when it held %s', async (what, email) => {
    const { pair, token } = await askedByPair(`alone.${what.replaceAll(' ', '.')}`, { email });
    await confirmEmail(accounts, token);
    expect(await deliveryEmail(pair)).toBe(email);
  });

  it('is left alone when both held a placeholder', async () => {
    const placeholder = '9845033333@delivery.local';
    const { login, token } = await asked(placeholder, 'new.placeholder@example.com', { phone: '9845033333' });
    const pair = await addDelivery(login, { email: placeholder });
    await confirmEmail(accounts, token);
    expect(await deliveryEmail(pair)).toBe(placeholder);
  });

  it.each([
    ['whose link somebody else made and nobody has confirmed', true],
    ['that the login alone claims', false],
  ])('%s is left alone: the code that confirms it is sent there', async (what, linkedBack) => {
    const name = linkedBack ? 'adopted' : 'claims';
    const { login, pair, token } = await askedByPair(name, { email: `${name}@example.com` }, linkedBack);
    if (linkedBack) {
      await accounts.database.accounts.updateOne(
        { _id: recordKey(login._id) },
        { $set: { unconfirmedDeliveryKeys: [recordKey(pair._id)] } },
      );
    }
    await confirmEmail(accounts, token);
    expect(await deliveryEmail(pair), what).toBe(`${name}@example.com`);
  });

  it('follows a login that alone claims it, once that is confirmed', async () => {
    const { login, pair, token } = await askedByPair('proved', { email: 'proved@example.com' }, false);
    await accounts.database.accounts.updateOne(
      { _id: recordKey(login._id) },
      { $set: { confirmedDeliveryKeys: [recordKey(pair._id)] } },
    );
    await confirmEmail(accounts, token);
    expect(await deliveryEmail(pair)).toBe('new.proved@example.com');
  });
});

/** A login that has asked for another address, and what was sent there. */
async function asked(email: string, wanted: string, fields: Partial<StoredUser> & { legacy?: unknown } = {}) {
  const login = await accounts.addLogin({ email, ...fields });
  const session = await accounts.logIn(typeof fields.phone === 'string' ? fields.phone : email);
  return { login, ...session, token: await ask(session.viewer, wanted) };
}

/** Messages have an order by their time: what comes next is later. */
async function ask(viewer: Viewer, wanted: string): Promise<string> {
  await setEmail(accounts, viewer, { email: wanted, currentPassword: password });
  accounts.clock.ms += 1;
  const messages = await accounts.messagesTo(wanted.toLowerCase());
  const link = messages.filter(({ loginKey }) => loginKey === viewer.loginKey).at(-1)?.secrets?.link;
  return new URL(String(link)).searchParams.get('token') ?? '';
}

async function askedByPair(name: string, delivery: Partial<StoredCustomerV2>, linkedBack = true) {
  const answer = await asked(`${name}@example.com`, `new.${name}@example.com`);
  return { ...answer, pair: await addDelivery(answer.login, delivery, linkedBack) };
}

/** A delivery record that a login claims, and that claims it back. */
async function addDelivery(login: StoredUser, fields: Partial<StoredCustomerV2>, linkedBack = true) {
  const { database, indexSettings } = accounts;
  const _id = new ObjectId();
  const id = `delivery-of-${login.id}`;
  await database.users.updateOne({ id: login.id }, { $set: { customer_v2_id: id } });
  await database.customersV2.insertOne({
    _id,
    id,
    name: 'Asha Rao',
    status: 'active',
    user_id: linkedBack ? login.id : null,
    ...fields,
  });
  await inTransaction(database, (session) =>
    refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [_id] }, indexSettings, session),
  );
  return { _id, id };
}

async function deliveryEmail({ id }: { id: string }): Promise<unknown> {
  return (await accounts.database.customersV2.findOne({ id }))?.email;
}

function tokensOf(login: StoredUser) {
  return accounts.database.tokens.find({ loginKey: recordKey(login._id) }).toArray();
}
