import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordKey } from '../../src/database/stored-documents.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type Linking, openLinking } from './support/open-linking.ts';

const own = '{ me { linkConfirmationPending customer { id delivery { name } } } }';
const confirm = 'mutation ($code: String!) { confirmLink(code: $code) { id } }';
const request = 'mutation { requestLinkCode { message } }';

let linking: Linking;
beforeAll(async () => {
  linking = await openLinking({ uniqueLinks: true });
});
afterAll(() => linking?.close());
beforeEach(async () => {
  await linking.database.accounts.deleteMany({ _id: { $ne: await keyOf('users', 'the-admin') } });
  await linking.database.throttles.deleteMany({});
});

/** Stores records, and forgets what messages and journal said until now. */
async function store(graph: string): Promise<void> {
  await linking.store(graph);
  await linking.newMessages();
  await linking.newJournal();
}

async function keyOf(collection: 'users' | 'customers_v2', id: string): Promise<string> {
  return recordKey((await linking.database.db.collection(collection).findOne({ id }))?._id);
}

const account = async (userId: string) =>
  linking.database.accounts.findOne({ _id: await keyOf('users', userId) });
const logIn = (userId: string) => linking.logIn(`${userId.toLowerCase()}@example.com`);
const isLoggedIn = async (client: GraphqlClient) => (await client(own)).code !== 'UNAUTHENTICATED';
const reads = async (client: GraphqlClient) => (await client(own)).data.me.customer.delivery?.name ?? null;

/** Kind and destination of what was sent since the last call. */
async function sent(): Promise<string[]> {
  return (await linking.newMessages()).map(({ kind, destination }) => `${kind} ${destination}`).toSorted();
}

async function enterCode(client: GraphqlClient): Promise<void> {
  await linking.newMessages();
  linking.clock.ms += 61_000;
  expect((await client(request)).errors).toEqual([]);
  const [message] = await linking.newMessages();
  expect((await client(confirm, { code: message?.secrets?.code })).errors).toEqual([]);
}

describe('joining a login and a delivery record', () => {
  it('ends its sessions, tells both contacts, and shows the record once the code was entered', async () => {
    await store('U1, D1');
    const before = await logIn('U1');
    expect((await linking.link('U1', 'D1')).message).toBe('');
    expect(await isLoggedIn(before)).toBe(false);
    const messages = await linking.newMessages();
    expect(messages.map(({ kind, destination }) => `${kind} ${destination}`).toSorted()).toEqual([
      'LINK_CODE d1@example.com',
      'LOGIN_ADOPTED u1@example.com',
    ]);
    const again = await logIn('U1');
    expect((await again(own)).data.me).toEqual({
      linkConfirmationPending: true,
      customer: { id: 'U1', delivery: null },
    });
    const code = messages.find(({ kind }) => kind === 'LINK_CODE')?.secrets?.code;
    expect((await again(confirm, { code })).errors).toEqual([]);
    expect(await reads(again)).toBe('Name D1');
    expect(await linking.newJournal()).toEqual([
      {
        action: 'CUSTOMER_LINKED',
        actor: 'the-admin',
        subjectIds: ['D1', 'U1'],
        changes: [
          { field: 'users.customer_v2_id', before: null, after: 'D1' },
          { field: 'customers_v2.user_id', before: null, after: 'U1' },
        ],
      },
      expect.objectContaining({ action: 'LINK_CONFIRMED' }),
    ]);
  });

  it('asks for the code once more, though the login has entered one before they were taken apart', async () => {
    await store('U1→D1, D1→U1');
    await linking.unlink('D1');
    await linking.link('U1', 'D1');
    const client = await logIn('U1');
    expect(await reads(client)).toBeNull();
    await enterCode(client);
    expect(await reads(client)).toBe('Name D1');
    await linking.unlink('D1');
    await linking.link('U1', 'D1');
    expect(await reads(await logIn('U1'))).toBeNull();
  });

  it('a second time writes and sends nothing', async () => {
    await store('U1, D1');
    await linking.link('U1', 'D1');
    await sent();
    const client = await logIn('U1');
    await linking.newJournal();
    expect((await linking.link('U1', 'D1')).customers).toMatchObject([
      { id: 'D1', link: { state: 'LINKED' } },
    ]);
    expect(await sent()).toEqual([]);
    expect(await linking.newJournal()).toEqual([]);
    expect(await isLoggedIn(client)).toBe(true);
  });
});

describe('completing a half link', () => {
  it('that only the login claims ends its sessions and asks for the code', async () => {
    await store('U1→D1, D1');
    const before = await logIn('U1');
    await linking.link('U1', 'D1');
    expect(await isLoggedIn(before)).toBe(false);
    expect(await sent()).toEqual(['LINK_CODE d1@example.com', 'LOGIN_ADOPTED u1@example.com']);
    const client = await logIn('U1');
    expect(await reads(client)).toBeNull();
    await enterCode(client);
    expect(await reads(client)).toBe('Name D1');
  });

  it('that the login has confirmed already changes nothing for it', async () => {
    await store('U1→D1, D1');
    const client = await logIn('U1');
    await enterCode(client);
    await linking.newJournal();
    expect((await linking.link('U1', 'D1')).message).toBe('');
    expect(await sent()).toEqual([]);
    expect(await reads(client)).toBe('Name D1');
    expect(await linking.newJournal()).toEqual([
      {
        action: 'LINK_COMPLETED',
        actor: 'the-admin',
        subjectIds: ['D1', 'U1'],
        changes: [{ field: 'customers_v2.user_id', before: null, after: 'U1' }],
      },
    ]);
  });

  it('that the business itself has set needs no code', async () => {
    await store('U1, D1→U1');
    const client = await logIn('U1');
    expect(await reads(client)).toBe('Name D1');
    await linking.link('U1', 'D1');
    expect(await sent()).toEqual([]);
    expect(await reads(client)).toBe('Name D1');
    expect(await linking.newJournal()).toMatchObject([
      { action: 'LINK_COMPLETED', changes: [{ field: 'users.customer_v2_id', before: null, after: 'D1' }] },
    ]);
  });
});

describe('taking a customer apart', () => {
  it('ends the sessions, hides the record, and tells the login', async () => {
    await store('U1→D1, D1→U1');
    const before = await logIn('U1');
    expect(await reads(before)).toBe('Name D1');
    await linking.unlink('D1');
    expect(await isLoggedIn(before)).toBe(false);
    expect(await reads(await logIn('U1'))).toBeNull();
    expect(await sent()).toEqual(['LOGIN_UNLINKED u1@example.com']);
    expect(await linking.newJournal()).toEqual([
      {
        action: 'CUSTOMER_UNLINKED',
        actor: 'the-admin',
        subjectIds: ['D1', 'U1'],
        changes: [
          { field: 'users.customer_v2_id', before: 'D1', after: null },
          { field: 'customers_v2.user_id', before: 'U1', after: null },
        ],
      },
    ]);
  });

  it('voids links and codes for a forgotten password of who is joined or taken apart, and of nobody else', async () => {
    await store('U1→D1, D1→U1, U2, D2, U3');
    const { recoveryCodes, tokens } = linking.database;
    const expiresAt = new Date(linking.clock.ms + 60_000);
    const codes = [];
    for (const userId of ['U1', 'U2', 'U3']) {
      const login = { loginKey: await keyOf('users', userId), loginId: userId, expiresAt };
      await tokens.insertOne({ ...login, _id: userId, kind: 'RESET_PASSWORD', createdAt: expiresAt });
      codes.push({ ...login, codeDigest: userId });
    }
    await recoveryCodes.insertOne({ _id: 'phone', attempts: 0, expiresAt, codes });
    await linking.unlink('D1');
    await linking.link('U2', 'D2');
    expect(await tokens.distinct('_id', { kind: 'RESET_PASSWORD' })).toEqual(['U3']);
    const left = await recoveryCodes.findOne({ _id: 'phone' });
    expect(left?.codes.map(({ codeDigest }) => codeDigest)).toEqual(['U3']);
    await recoveryCodes.deleteMany({});
    await tokens.deleteMany({});
  });

  it('voids the code, and stops its message where it was not sent yet', async () => {
    await store('U1, D1');
    await linking.link('U1', 'D1');
    const messages = await linking.newMessages();
    const code = messages.find(({ kind }) => kind === 'LINK_CODE')?.secrets?.code;
    expect(await account('U1')).toMatchObject({
      unconfirmedDeliveryKeys: [await keyOf('customers_v2', 'D1')],
    });
    await linking.unlink('U1');
    expect(await account('U1')).toMatchObject({ unconfirmedDeliveryKeys: [] });
    const stored = await linking.database.notifications.findOne({
      kind: 'LINK_CODE',
      loginKey: await keyOf('users', 'U1'),
    });
    expect(stored).toMatchObject({ state: 'CANCELLED', secrets: null });
    expect(await linking.database.tokens.countDocuments({ kind: 'CONFIRM_LINK' })).toBe(0);
    expect((await (await logIn('U1'))(confirm, { code })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
  });

  it('tells nobody of a record that the login never could read', async () => {
    await store('U1→D1, D1');
    await linking.unlink('D1');
    expect(await sent()).toEqual([]);
  });
});

describe('clearing a link', () => {
  it('that leaves the pair joined leaves the session, which reads the record only with a code', async () => {
    await store('U1→D1, D1→U1');
    const client = await logIn('U1');
    await linking.clear('CUSTOMERS_V2', 'D1');
    expect((await client(own)).data.me).toEqual({
      linkConfirmationPending: true,
      customer: { id: 'U1', delivery: null },
    });
    expect(await sent()).toEqual([]);
  });

  it('that joins somebody else ends the sessions of who has lost and of who has won', async () => {
    await store('U1→D1, D1→U1, U2');
    const [loser, winner] = [await logIn('U1'), await logIn('U2')];
    await linking.database.customersV2.updateOne({ id: 'D1' }, { $set: { user_id: 'U2' } });
    await linking.clear('USERS', 'U1');
    expect(await isLoggedIn(winner)).toBe(false);
    expect(await reads(await logIn('U2'))).toBe('Name D1');
    // Another application had taken the two apart before.
    expect(await isLoggedIn(loser)).toBe(true);
    expect(await reads(loser)).toBeNull();
  });

  it('forgets what was confirmed of a pair that it takes apart, and says in the journal what was there', async () => {
    await store('U1→D1, D1');
    const client = await logIn('U1');
    await enterCode(client);
    await linking.newJournal();
    await linking.clear('USERS', 'U1');
    expect(await account('U1')).toMatchObject({ confirmedDeliveryKeys: [], sessionEpoch: 1 });
    expect(await isLoggedIn(client)).toBe(false);
    expect(await sent()).toEqual(['LOGIN_UNLINKED u1@example.com']);
    expect(await linking.newJournal()).toEqual([
      {
        action: 'LINK_CLEARED',
        actor: 'the-admin',
        subjectIds: ['U1', 'D1'],
        changes: [{ field: 'users.customer_v2_id', before: 'D1', after: null }],
      },
    ]);
  });

  it.each([
    [{ $oid: '65d000000000000000000000' }, 'U1→ObjectId, D1', '{"$oid":"65d000000000000000000000"}'],
    [0, 'U1→number, D1', '0'],
    ['nobody', 'U1→✗, D1', 'nobody'],
  ])('of %j says so in the journal', async (_value, graph, before) => {
    await store(graph);
    await linking.clear('USERS', 'U1');
    expect(await linking.newJournal()).toMatchObject([
      { subjectIds: ['U1'], changes: [{ field: 'users.customer_v2_id', before, after: null }] },
    ]);
  });
});

describe('records with an _id of any type', () => {
  it.each([
    ['number', 4711, '4711'],
    ['negative number', -1.5, '-1.5'],
    ['boolean', true, 'true'],
    ['date', new Date('2024-01-01T00:00:00Z'), '{"$date":"2024-01-01T00:00:00Z"}'],
    ['document', { shop: 1, no: 'x' }, '{"shop":1,"no":"x"}'],
  ])('are linked and cleared by its text: %s', async (_type, key, text) => {
    await store('U1, D1');
    const { users, customersV2 } = linking.database;
    await users.deleteMany({ id: 'U1' });
    await customersV2.deleteMany({ id: 'D1' });
    await linking.add({
      users: [{ _id: key, id: 'U1', role: 'customer' }] as never[],
      customersV2: [{ _id: key, id: 'D1' }] as never[],
    });
    expect((await linking.link(text, text)).customers).toMatchObject([
      { id: 'D1', link: { state: 'LINKED' } },
    ]);
    expect((await linking.clear('CUSTOMERS_V2', text)).message).toBe('');
    expect((await linking.unlink(text)).customers).toHaveLength(2);
    await linking.expectIndexAsByRules();
    await linking.expectIndexAsRebuilt();
  });

  it('a login of staff is cleared by it, too', async () => {
    await store('U1, D1');
    await linking.add({ users: [{ _id: 4712, role: 'admin', customer_v2_id: 'D1' }] as never[] });
    expect((await linking.clear('USERS', '4712')).customers).toMatchObject([
      { id: 'D1', link: { state: 'ORPHANED_V2' } },
    ]);
  });
});
