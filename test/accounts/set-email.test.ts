import type { CommandStartedEvent } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/accounts/change-password.ts';
import { emailLimits, setEmail } from '../../src/accounts/set-email.ts';
import type { Viewer } from '../../src/accounts/viewer.ts';
import { recordKey, type StoredUser } from '../../src/database/stored-documents.ts';
import { noLogIns } from '../support/log-in-entries.ts';
import { type AccountsFixture, accountOf, openAccounts, password } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts({ monitorCommands: true });
});
afterAll(() => accounts?.close());

describe('whoever asks for another e-mail', () => {
  it('keeps the old one, and sees the new one waiting at the next request', async () => {
    const { login, viewer, accessToken } = await loggedIn('keeps@example.com');
    const answer = await ask(viewer, '  New.Keeps@Example.COM ');
    expect(answer).toEqual({ ...viewer, pendingEmail: 'new.keeps@example.com' });
    expect(await accounts.authenticator.viewerOf(`Bearer ${accessToken}`)).toEqual(answer);
    expect(await accounts.database.users.findOne({ id: login.id })).toEqual(login);
    expect(await accounts.tryLogIn('new.keeps@example.com')).toBe('INVALID_CREDENTIALS');
    expect((await accounts.logIn('keeps@example.com')).viewer.pendingEmail).toBe('new.keeps@example.com');
  });

  it('gets a link at the new address, and is told of it at the old one', async () => {
    const { login, viewer } = await loggedIn('told@example.com');
    await ask(viewer, 'new.told@example.com');
    expect(await accounts.messagesTo('new.told@example.com')).toMatchObject([
      {
        kind: 'CONFIRM_EMAIL',
        channel: 'EMAIL',
        loginKey: recordKey(login._id),
        values: { name: 'Asha Rao', expiresOn: '2026-03-02' },
        secrets: {
          link: expect.stringMatching(/^https:\/\/gateway\.example\/confirm-email\?token=[\w-]{43}$/),
        },
        expiresAt: new Date(accounts.clock.ms + 24 * 60 * 60_000),
      },
    ]);
    expect(await accounts.messagesTo('told@example.com')).toMatchObject([
      { kind: 'EMAIL_CHANGE_REQUESTED', values: { name: 'Asha Rao', newEmail: 'n***@example.com' } },
    ]);
  });

  it('is told by SMS where the old one is a placeholder', async () => {
    const { viewer } = await loggedIn('9845011111@delivery.local', { phone: '98450 11111' }, '98450 11111');
    await ask(viewer, 'first@example.com');
    expect(await accounts.messagesTo('+919845011111')).toMatchObject([
      { kind: 'EMAIL_CHANGE_REQUESTED', channel: 'SMS' },
    ]);
  });

  it.each(['admin', 'analyst', 'delivery_boy'])('may be of role %s', async (role) => {
    const { viewer } = await loggedIn(`${role}@example.com`, { role });
    expect((await ask(viewer, `new.${role}@example.com`)).pendingEmail).toBe(`new.${role}@example.com`);
  });

  it('leaves no secret in the journal or anywhere in clear', async () => {
    const { viewer } = await loggedIn('secret@example.com');
    await ask(viewer, 'new.secret@example.com');
    const token = await tokenSentTo('new.secret@example.com');
    const entries = await accounts.database.journal.find({ subjectId: viewer.id, ...noLogIns }).toArray();
    expect(entries).toMatchObject([
      {
        at: new Date(accounts.clock.ms),
        actor: viewer.id,
        action: 'EMAIL_CHANGE_REQUESTED',
        changes: [{ field: 'pendingEmail', before: null, after: 'new.secret@example.com' }],
      },
    ]);
    expect(await wholeDatabase()).not.toContain(token);
  });
});

describe('an address that another login has', () => {
  it.each([
    ['', true],
    [', which the older application wrote a moment ago', false],
  ])('is not revealed to whoever asks for it%s', async (what, indexed) => {
    const taken = `taken${what.length}@example.com`;
    const owner = await accounts.addLogin({ email: taken, name: 'Owner' }, { indexed });
    const { login, viewer, accessToken } = await loggedIn(`asks${what.length}@example.com`);
    expect(await ask(viewer, taken)).toEqual({ ...viewer, pendingEmail: taken });
    expect(await accounts.authenticator.viewerOf(`Bearer ${accessToken}`)).toMatchObject({
      pendingEmail: taken,
    });
    expect(await accounts.messagesTo(taken)).toMatchObject([
      { kind: 'EMAIL_IN_USE', loginKey: recordKey(owner._id), values: {}, secrets: null },
    ]);
    expect(await accounts.messagesTo(`asks${what.length}@example.com`)).toMatchObject([
      { kind: 'EMAIL_CHANGE_REQUESTED' },
    ]);
    expect(await tokensOf(login)).toEqual([]);
  });

  it('takes the same commands as one that is free, but for the token itself', async () => {
    await accounts.addLogin({ email: 'Busy@Example.com' });
    const [one, other] = [await loggedIn('one@example.com'), await loggedIn('other@example.com')];
    const free = await commandsOf(() => ask(one.viewer, 'free@example.com'));
    expect(free).toContain('insert tokens');
    expect(await commandsOf(() => ask(other.viewer, 'busy@example.com'))).toEqual(
      free.filter((command) => command !== 'insert tokens'),
    );
  });
});

describe('asking for an e-mail is refused, and nothing is written,', () => {
  const cases: [string, { email?: string; currentPassword?: string }, string][] = [
    ['with a wrong password', { currentPassword: 'wrong' }, 'INVALID_CREDENTIALS'],
    ['for a placeholder', { email: '9845000000@Delivery.Local ' }, 'BAD_USER_INPUT'],
    ['for what is no address', { email: 'no address' }, 'BAD_USER_INPUT'],
    ['for two addresses', { email: 'a@example.com,b@example.com' }, 'BAD_USER_INPUT'],
    ['for one with a line of its own', { email: 'a\r\nBcc: b@example.com' }, 'BAD_USER_INPUT'],
    ['for one with an invisible character', { email: 'a\u0000b@example.com' }, 'BAD_USER_INPUT'],
    ['for one that is too long', { email: `${'x'.repeat(250)}@example.com` }, 'BAD_USER_INPUT'],
    ['for a text of a megabyte', { email: 'x'.repeat(1_000_000) }, 'BAD_USER_INPUT'],
    ['for the present one', { email: 'FOR.the.present.one@example.com' }, 'BAD_USER_INPUT'],
  ];
  it.each(cases)('%s', async (what, input, code) => {
    const { login, viewer } = await loggedIn(`${what.replaceAll(' ', '.')}@example.com`);
    const attempt = setEmail(accounts, viewer, {
      email: 'refused@example.com',
      currentPassword: password,
      ...input,
    });
    const argument = code === 'BAD_USER_INPUT' ? { argument: 'email' } : {};
    await expect(attempt).rejects.toMatchObject({ code, details: argument });
    expect((await accountOf(accounts, login))?.pendingEmail).toBeUndefined();
    expect(await tokensOf(login)).toEqual([]);
    expect(await accounts.database.notifications.countDocuments({ loginKey: recordKey(login._id) })).toBe(0);
  });

  it('without a viewer', async () => {
    await expect(ask(null, 'x@example.com')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('by a login that has just been made inactive', async () => {
    const { login, viewer } = await loggedIn('closed@example.com');
    await accounts.database.users.updateOne({ id: login.id }, { $set: { is_active: false } });
    await expect(ask(viewer, 'x@example.com')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('where no e-mail can be sent', async () => {
    const { viewer } = await loggedIn('only.sms@example.com');
    const outbox = { ...accounts.outbox, reaches: () => false };
    const attempt = setEmail({ ...accounts, outbox }, viewer, {
      email: 'x@example.com',
      currentPassword: password,
    });
    await expect(attempt).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

it('wrong passwords count like failed log-ins, and lock alike', async () => {
  const { viewer } = await loggedIn('guessing@example.com');
  for (let guess = 0; guess < 10; guess += 1) {
    const attempt = setEmail(accounts, viewer, { email: 'x@example.com', currentPassword: `guess ${guess}` });
    await expect(attempt).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  }
  await expect(ask(viewer, 'x@example.com')).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  expect(await accounts.tryLogIn('guessing@example.com')).toBe('INVALID_CREDENTIALS');
});

it('a change of password forgets the address that waits: whoever knew the old one may have asked for it', async () => {
  const { login, viewer } = await loggedIn('stolen@example.com');
  await ask(viewer, 'thief@example.com');
  const changed = await changePassword(accounts, viewer, {
    currentPassword: password,
    newPassword: 'seven coconuts by noon',
  });
  expect(changed.viewer.pendingEmail).toBeNull();
  expect((await accountOf(accounts, login))?.pendingEmail).toBeNull();
  expect(await tokensOf(login)).toEqual([]);
});

it('of an address asked for while the password is changed, nothing is left or it was asked for before', async () => {
  const { login, viewer } = await loggedIn('both.at.once@example.com');
  const [asked] = await Promise.allSettled([
    ask(viewer, 'new.both@example.com'),
    changePassword(accounts, viewer, { currentPassword: password, newPassword: 'seven coconuts by noon' }),
  ]);
  expect((await accountOf(accounts, login))?.pendingEmail ?? null).toBeNull();
  expect(await tokensOf(login)).toEqual([]);
  if (asked.status === 'rejected') expect(asked.reason).toMatchObject({ code: 'CONFLICT' });
});

it('a message whose link is void by now, and which was not sent yet, never is', async () => {
  const { viewer } = await loggedIn('hasty@example.com');
  await ask(viewer, 'typo@example.com');
  await ask(viewer, 'right@example.com');
  expect(await accounts.messagesTo('typo@example.com')).toMatchObject([
    { kind: 'CONFIRM_EMAIL', state: 'CANCELLED', secrets: null },
  ]);
  expect(await accounts.messagesTo('right@example.com')).toMatchObject([{ state: 'PENDING' }]);
});

describe('limits', () => {
  it('a login asks five times a day, and being refused then is no failed log-in', async () => {
    const { viewer } = await loggedIn('often@example.com');
    for (let turn = 0; turn < emailLimits.perLogin; turn += 1) await ask(viewer, `often${turn}@example.com`);
    for (let turn = 0; turn < 12; turn += 1) {
      await expect(ask(viewer, 'often.more@example.com')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    }
    expect(await accounts.tryLogIn('often@example.com')).toBe('session');
    await accounts.database.throttles.updateOne(
      { _id: `set-email/${viewer.loginKey}` },
      { $set: { expiresAt: new Date(accounts.clock.ms) } },
    );
    expect((await ask(viewer, 'often.more@example.com')).pendingEmail).toBe('often.more@example.com');
  });

  it('an address is written to three times a day, whoever asks, and the answer stays the same', async () => {
    const people = await Promise.all([0, 1, 2, 3].map((n) => loggedIn(`flood${n}@example.com`)));
    for (const { viewer } of people) {
      expect((await ask(viewer, 'flooded@example.com')).pendingEmail).toBe('flooded@example.com');
    }
    expect(await accounts.messagesTo('flooded@example.com')).toHaveLength(emailLimits.perDestination);
    expect(await accounts.messagesTo('flood3@example.com')).toHaveLength(1);
  });

  it('a link that was sent before the limit was reached goes on holding', async () => {
    const { login, viewer } = await loggedIn('again@example.com');
    for (let turn = 0; turn < 4; turn += 1) await ask(viewer, 'new.again@example.com');
    expect(await accounts.messagesTo('new.again@example.com')).toHaveLength(3);
    expect(await tokensOf(login)).toHaveLength(1);
  });
});

/** Later than whatever was written before, so that messages have an order. */
function ask(viewer: Viewer | null, email: string): Promise<Viewer> {
  accounts.clock.ms += 1;
  return setEmail(accounts, viewer, { email, currentPassword: password });
}

async function loggedIn(email: string, fields: Partial<StoredUser> = {}, identifier = email) {
  const login = await accounts.addLogin({ email, ...fields });
  return { login, ...(await accounts.logIn(identifier)) };
}

/** Names of the commands that some work sends, and of their collections. */
async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { client } = accounts.database;
  const commands: string[] = [];
  const note = ({ commandName, command }: CommandStartedEvent) =>
    commands.push(`${commandName} ${command[commandName]}`);
  client.on('commandStarted', note);
  await work();
  client.off('commandStarted', note);
  return commands;
}

function tokensOf(login: StoredUser) {
  return accounts.database.tokens.find({ loginKey: recordKey(login._id) }).toArray();
}

async function tokenSentTo(email: string): Promise<string> {
  const link = (await accounts.messagesTo(email)).at(-1)?.secrets?.link;
  return new URL(String(link)).searchParams.get('token') ?? '';
}

async function wholeDatabase(): Promise<string> {
  const { db } = accounts.database;
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  const documents = await Promise.all(collections.map(({ name }) => db.collection(name).find().toArray()));
  return JSON.stringify(documents);
}
