import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordKey } from '../../src/database/stored-documents.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type Message, type OpenApp, openApp, person } from './support/open-app.ts';

let app: OpenApp;
let admin: GraphqlClient;
let people = 0;
beforeAll(async () => {
  app = await openApp();
  await app.add({ users: [person('admin', { role: 'admin' }), person('analyst', { role: 'analyst' })] });
  admin = await app.logIn('admin@example.com');
});
afterAll(() => app?.close());

const resend = 'mutation ($id: ID!) { resendCredentials(customerId: $id) { message } }';
const chosenPassword = 'seven coconuts by noon';
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('an admin who sends credentials anew', () => {
  it('is told where they went, masked, and the customer can log in with them and must choose another', async () => {
    const { login } = await addPair();
    const { password } = await received(login);
    const { data } = await logIn(login.email, password);
    expect(data.login).toMatchObject({ mustChangePassword: true, viewer: { id: login.id } });
  });

  it.each(['login', 'delivery'] as const)('may name the customer by the id of the %s', async (half) => {
    const pair = await addPair();
    const { message } = await received(pair.login, pair[half].id);
    expect(message).toBe(`Credentials were sent to u***@example.com.`);
  });

  it('voids those that were sent before at once, with their sessions and their message', async () => {
    const { login } = await addPair();
    const first = await received(login);
    const { data } = await logIn(login.email, first.password);
    await later(minuteMs);
    const second = await received(login);
    expect(second.password).not.toBe(first.password);
    expect((await logIn(login.email, first.password)).code).toBe('INVALID_CREDENTIALS');
    const earlier = await app.database.notifications.findOne({ _id: first.sent._id });
    expect(earlier).toMatchObject({ state: 'CANCELLED', secrets: null });
    const change = await choosePassword(data.login.accessToken, first.password);
    expect(change.code).toBe('UNAUTHENTICATED');
    expect((await logIn(login.email, second.password)).data.login.mustChangePassword).toBe(true);
  });

  it('voids those that could not be delivered too: nobody sends a void password once more', async () => {
    const { login } = await addPair();
    const { sent } = await received(login);
    await app.database.notifications.updateOne({ _id: sent._id }, { $set: { state: 'DEAD' } });
    await later(minuteMs);
    await received(login);
    expect(await app.database.notifications.findOne({ _id: sent._id })).toMatchObject({
      state: 'CANCELLED',
      secrets: null,
    });
  });

  it('gives their full time to credentials that had expired', async () => {
    const { login, key } = await addPair();
    await received(login);
    await app.database.accounts.updateOne({ _id: key }, { $set: { passwordExpiresAt: new Date(0) } });
    await later(minuteMs);
    const { password } = await received(login);
    expect((await logIn(login.email, password)).errors).toEqual([]);
    const account = await app.database.accounts.findOne({ _id: key });
    expect(account?.passwordExpiresAt).toEqual(new Date(app.clock.ms + 7 * dayMs));
    const row = await app.database.customerIndex.findOne({ userKey: { $exists: true }, ids: login.id });
    expect(row?.passwordExpiresAt).toEqual(account?.passwordExpiresAt);
  });

  it('lets in a login that was locked by wrong guesses', async () => {
    const { login, key } = await addPair();
    const lockedUntil = new Date(app.clock.ms + 15 * minuteMs);
    await app.database.accounts.updateOne(
      { _id: key },
      { $set: { failures: 12, lockedUntil } },
      { upsert: true },
    );
    const { password } = await received(login);
    expect((await logIn(login.email, password)).errors).toEqual([]);
  });

  it('is in the journal of both halves, and no password is, nor anywhere in clear', async () => {
    const { login, delivery } = await addPair();
    await app.newJournal();
    const { password } = await received(login);
    expect(await app.newJournal()).toEqual([
      {
        action: 'CREDENTIALS_ISSUED',
        actor: 'admin',
        subjectIds: [delivery.id, login.id],
        changes: [{ field: 'sentTo', before: null, after: 'u***@example.com' }],
      },
    ]);
    const { db } = app.database;
    const collections = await db.listCollections({}, { nameOnly: true }).toArray();
    const documents = await Promise.all(collections.map(({ name }) => db.collection(name).find().toArray()));
    expect(JSON.stringify(documents)).not.toContain(password);
  });
});

describe('credentials go', () => {
  it("to the login's own phone when its e-mail is a placeholder", async () => {
    const { login } = await addPair({ email: '9845044444@delivery.local', phone: '98450-44444' });
    const { sent, message } = await received(login);
    expect(sent).toMatchObject({ channel: 'SMS', destination: '+919845044444' });
    expect(message).toBe('Credentials were sent to ******4444.');
    expect(sent.values).toMatchObject({ loginName: '+919845044444' });
  });

  it("to the delivery record's contact when the login has none", async () => {
    const nowhere = { email: '9845055555@delivery.local', phone: null };
    const { login } = await addPair(nowhere, { email: 'delivery@example.com' });
    const { sent } = await received(login);
    expect(sent).toMatchObject({ channel: 'EMAIL', destination: 'delivery@example.com' });
    expect(sent.values).toMatchObject({ loginName: login.id });
  });

  it('nowhere when there is no contact, and nothing is changed', async () => {
    const nowhere = { email: '9845066666@delivery.local', phone: '080 2222 3333' };
    const { login } = await addPair(nowhere, { email: null, phone: 'none' });
    await expectRefusal(login, 'CONFLICT', /neither by e-mail nor by SMS/);
  });
});

describe('credentials are refused, and nothing is changed,', () => {
  it('for a customer who has chosen a password', async () => {
    const { login } = await addPair();
    const { password } = await received(login);
    const { data } = await logIn(login.email, password);
    const changed = await choosePassword(data.login.accessToken, password);
    expect(changed.errors).toEqual([]);
    await later(minuteMs);
    await expectRefusal(login, 'CONFLICT', /reset it themselves/);
    expect((await logIn(login.email, chosenPassword)).errors).toEqual([]);
  });

  it('for a legacy login with a password of its own, that the gateway knows nothing of', async () => {
    const { login } = await addPair({ password_hash: undefined });
    const { password_hash } = person('x');
    await app.database.users.updateOne({ id: login.id }, { $set: { password_hash } });
    await expectRefusal(login, 'CONFLICT', /reset it themselves/);
  });

  it('for a password that the older application has set since credentials were sent', async () => {
    const { login } = await addPair();
    await received(login);
    await app.database.users.updateOne(
      { id: login.id },
      { $set: { password_hash: person('x').password_hash } },
    );
    await later(minuteMs);
    await expectRefusal(login, 'CONFLICT', /reset it themselves/);
  });

  it('for a delivery record without a login', async () => {
    await app.add({ customersV2: [{ id: 'alone', name: 'Alone', phone: '9845077777', user_id: null }] });
    const answer = await admin(resend, { id: 'alone' });
    expect([answer.code, answer.errors[0]?.message]).toEqual([
      'CONFLICT',
      expect.stringContaining('createLogin'),
    ]);
  });

  it('for an inactive login', async () => {
    const { login } = await addPair({ is_active: false });
    await expectRefusal(login, 'CONFLICT', /setLoginActive/);
  });

  it.each(['', 'nobody', 'x'.repeat(1_000), 'admin', '000000000000000000000000'])(
    'for an id of no customer: %.20s',
    async (id) => {
      expect((await admin(resend, { id })).code).toBe('NOT_FOUND');
    },
  );

  it('to whoever is no admin', async () => {
    const { login } = await addPair();
    const analyst = await app.logIn('analyst@example.com');
    expect((await analyst(resend, { id: login.id })).code).toBe('FORBIDDEN');
    expect((await app.anonymous(resend, { id: login.id })).code).toBe('UNAUTHENTICATED');
    expect(await app.newMessages()).toEqual([]);
  });
});

describe('limits', () => {
  it('one a minute and five a day for a login', async () => {
    const { login } = await addPair();
    for (let turn = 0; turn < 5; turn += 1) {
      await received(login);
      await expectRefusal(login, 'RATE_LIMITED');
      await later(minuteMs);
    }
    await expectRefusal(login, 'RATE_LIMITED');
    await later(dayMs);
    await received(login);
  });

  it('of ten at once one is sent', async () => {
    const { login } = await addPair();
    await app.newMessages();
    const answers = await Promise.all(Array.from({ length: 10 }, () => admin(resend, { id: login.id })));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await app.newMessages()).toHaveLength(1);
  });
});

it('a password that the customer chooses at the same moment is not voided', async () => {
  const { login } = await addPair();
  const { password } = await received(login);
  const { data } = await logIn(login.email, password);
  await later(minuteMs);
  const [sent, changed] = await Promise.all([
    admin(resend, { id: login.id }),
    choosePassword(data.login.accessToken, password),
  ]);
  const works = (await logIn(login.email, chosenPassword)).errors.length === 0;
  expect(works).toBe(changed.errors.length === 0);
  expect(works).toBe(sent.code === 'CONFLICT');
  await app.newMessages();
});

/** A linked customer whose login has no password yet. */
async function addPair(loginFields: Document = {}, deliveryFields: Document = {}) {
  people += 1;
  const login = { id: `user-${people}`, email: `user-${people}@example.com` };
  const delivery = { id: `record-${people}` };
  const stored = person(login.id, {
    customer_v2_id: delivery.id,
    phone: `98451${String(people).padStart(5, '0')}`,
    password_hash: null,
    ...loginFields,
  });
  await app.add({
    users: [stored],
    customersV2: [
      { id: delivery.id, name: 'Asha Rao', status: 'active', user_id: login.id, ...deliveryFields },
    ],
  });
  const found = await app.database.users.findOne({ id: login.id });
  return { login: { ...login, email: String(stored.email) }, delivery, key: recordKey(found?._id) };
}

/** Sends credentials, and reads them where the customer does. */
async function received(
  login: { id: string },
  id = login.id,
): Promise<{ message: string; password: string; sent: Message }> {
  await app.newMessages();
  const { data, errors } = await admin(resend, { id });
  expect(errors).toEqual([]);
  const [sent, ...others] = await app.newMessages();
  expect(others).toEqual([]);
  if (sent?.secrets?.password === undefined) throw new Error('No password was sent.');
  expect(sent.kind).toBe('CREDENTIALS');
  return { message: data.resendCredentials.message, password: sent.secrets.password, sent };
}

async function expectRefusal(login: { id: string }, code: string, message = /./): Promise<void> {
  await app.newMessages();
  const before = await app.database.users.findOne({ id: login.id });
  const answer = await admin(resend, { id: login.id });
  expect(answer.code).toBe(code);
  expect(answer.errors[0]?.message).toMatch(message);
  expect(await app.database.users.findOne({ id: login.id })).toEqual(before);
  expect(await app.newMessages()).toEqual([]);
}

function choosePassword(accessToken: string, old: string) {
  return app.withToken(accessToken)(
    'mutation ($old: String!, $new: String!) { changePassword(currentPassword: $old, newPassword: $new) { expiresAt } }',
    { old, new: chosenPassword },
  );
}

/** An access token holds for a quarter of an hour. */
async function later(ms: number): Promise<void> {
  app.clock.ms += ms;
  admin = await app.logIn('admin@example.com');
}

function logIn(identifier: string, password: string) {
  return app.anonymous(
    'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken mustChangePassword viewer { id } } }',
    { i: identifier, p: password },
  );
}
