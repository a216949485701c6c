import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forgotPassword } from '../../src/accounts/forgot-password.ts';
import { workOnRecovery } from '../../src/accounts/recovery-work.ts';
import { recordKey } from '../../src/database/stored-documents.ts';
import { type AccountsFixture, openAccounts, password } from './support/open-accounts.ts';
import { journalOf } from './support/people.ts';
import {
  ask,
  codeTo,
  linkTo,
  newestSecrets,
  optionsTo,
  recoveryMessages,
  tryReset,
  workOnAll,
} from './support/recovery.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts?.close());

const startMs = Date.parse('2026-03-01T10:00:00.000Z');
const minuteMs = 60_000;
beforeEach(async () => {
  accounts.clock.ms = startMs;
  await accounts.database.throttles.deleteMany({});
});

describe('who has forgotten a password', () => {
  it('is sent a link by e-mail, which holds for an hour and of which only a digest is stored', async () => {
    const login = await accounts.addLogin({ email: 'Priya@Example.com', name: 'Priya' });
    await ask(accounts, ' priya@example.COM ');
    const [message] = await recoveryMessages(accounts, 'Priya@Example.com');
    expect(message).toMatchObject({
      kind: 'PASSWORD_RESET',
      channel: 'EMAIL',
      values: { name: 'Priya', minutes: '60' },
      expiresAt: new Date(startMs + 60 * minuteMs),
    });
    const token = await linkTo(accounts, 'Priya@Example.com');
    expect(message?.secrets?.link).toBe(`https://gateway.example/reset-password?token=${token}`);
    expect(token).toMatch(/^[\w-]{43}$/);
    const stored = await accounts.database.tokens.find({ loginKey: recordKey(login._id) }).toArray();
    expect(stored).toMatchObject([{ kind: 'RESET_PASSWORD', email: 'priya@example.com' }]);
    expect(JSON.stringify(stored)).not.toContain(token);
  });

  it.each([
    ['a placeholder', '9845011101', '9845011101@delivery.local'],
    ['no address', '9845011102', null],
  ])('with %s is sent a code by SMS, which holds for 10 minutes', async (_what, phone, email) => {
    await accounts.addLogin({ email, phone, name: 'Ravi' });
    await ask(accounts, phone);
    expect(await recoveryMessages(accounts, `+91${phone}`)).toMatchObject([
      {
        kind: 'PASSWORD_RESET_CODE',
        channel: 'SMS',
        values: { name: 'Ravi', minutes: '10' },
        expiresAt: new Date(startMs + 10 * minuteMs),
        secrets: { code: expect.stringMatching(/^[A-HJKMNP-Z2-9]{8}$/) },
      },
    ]);
  });

  it('and asks by phone is written to their address, where they have one of their own', async () => {
    await accounts.addLogin({ email: 'own@example.com', phone: '9845011103' });
    await ask(accounts, '98450-11103');
    expect(await recoveryMessages(accounts, 'own@example.com')).toHaveLength(1);
    expect(await recoveryMessages(accounts, '+919845011103')).toEqual([]);
  });

  it('may say the id of the login', async () => {
    const { id } = await accounts.addLogin({ email: null, phone: '9845011104' });
    await ask(accounts, String(id));
    expect(await codeTo(accounts, '+919845011104')).not.toBe('');
  });

  it.each([
    ['no hash', { password_hash: null }],
    ['a damaged hash', { password_hash: 'plain text' }],
    ['a role of staff', { role: 'admin' }],
  ])('with %s gets in as well', async (what, fields) => {
    const email = `${what.replaceAll(' ', '.')}@example.com`;
    await accounts.addLogin({ email, ...fields });
    await ask(accounts, email);
    expect(await tryReset(accounts, await linkTo(accounts, email))).toBe('changed');
    expect(await accounts.tryLogIn(email, 'seven coconuts by noon')).toBe('session');
  });

  it('with a temporary password, pending or expired, has chosen one of their own', async () => {
    const login = await accounts.addLogin({ email: 'temporary@example.com' });
    await accounts.database.accounts.insertOne({
      _id: recordKey(login._id),
      mustChangePassword: true,
      passwordExpiresAt: new Date(startMs - 1),
      credentialsPending: true,
    });
    expect(await accounts.tryLogIn('temporary@example.com')).toBe('INVALID_CREDENTIALS');
    await ask(accounts, 'temporary@example.com');
    await tryReset(accounts, await linkTo(accounts, 'temporary@example.com'));
    const { viewer } = await accounts.logIn('temporary@example.com', 'seven coconuts by noon');
    expect(viewer.mustChangePassword).toBe(false);
    const account = await accounts.database.accounts.findOne({ _id: recordKey(login._id) });
    expect(account).toMatchObject({ credentialsPending: false, passwordExpiresAt: null });
  });

  it('is sent nothing when inactive, of an unknown role, or unknown', async () => {
    await accounts.addLogin({ email: 'off@example.com', phone: '9845011105', is_active: false });
    await accounts.addLogin({ email: 'strange@example.com', role: 'superuser' });
    const before = await accounts.database.notifications.countDocuments();
    for (const identifier of ['off@example.com', '9845011105', 'strange@example.com', 'nobody@example.com']) {
      await ask(accounts, identifier);
    }
    expect(await accounts.database.notifications.countDocuments()).toBe(before);
    expect(await accounts.database.recoveryRequests.countDocuments()).toBe(0);
  });

  it('is never written to at the contact of the delivery record', async () => {
    const { id } = await accounts.addLogin({ email: null, phone: null, customer_v2_id: 'delivery-1' });
    await accounts.database.customersV2.insertOne({
      _id: 'delivery-1',
      id: 'delivery-1',
      user_id: id,
      email: 'delivery@example.com',
      phone: '9845011106',
    });
    for (const identifier of [String(id), 'delivery@example.com', '9845011106']) {
      await ask(accounts, identifier);
    }
    expect(await accounts.messagesTo('delivery@example.com')).toEqual([]);
    expect(await accounts.messagesTo('+919845011106')).toEqual([]);
  });

  it('is in the journal with where the message went, masked, and without a secret', async () => {
    const { id } = await accounts.addLogin({ email: 'journal@example.com' });
    await ask(accounts, 'journal@example.com');
    const entries = await journalOf(accounts, String(id));
    expect(entries).toEqual([
      {
        action: 'PASSWORD_RESET_REQUESTED',
        actor: 'system',
        subjectIds: [id],
        changes: [{ field: 'sentTo', before: null, after: 'j***@example.com' }],
      },
    ]);
  });
});

describe('the newest message holds', () => {
  it('and the link before is void; a message that was not sent yet never is', async () => {
    await accounts.addLogin({ email: 'twice@example.com' });
    await ask(accounts, 'twice@example.com');
    const first = await linkTo(accounts, 'twice@example.com');
    accounts.clock.ms += minuteMs + 1;
    await ask(accounts, 'twice@example.com');
    expect(await recoveryMessages(accounts, 'twice@example.com')).toMatchObject([
      { state: 'CANCELLED', secrets: null },
      { state: 'PENDING' },
    ]);
    expect(await tryReset(accounts, first)).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(await tryReset(accounts, await linkTo(accounts, 'twice@example.com'))).toBe('changed');
  });
});

describe('a phone that several logins share', () => {
  it('gets one SMS that offers each by name, and each is reset apart', async () => {
    const phone = '9845022201';
    const asha = await accounts.addLogin({ email: null, phone, name: 'Asha' });
    const ravi = await accounts.addLogin({ email: null, phone, name: 'Ravi' });
    await accounts.addLogin({ email: null, phone, name: 'Gone', is_active: false });
    await ask(accounts, phone);
    const sent = await recoveryMessages(accounts, `+91${phone}`);
    expect(sent).toMatchObject([{ kind: 'PASSWORD_RESET_SHARED', channel: 'SMS', loginKey: null }]);
    const codes = await optionsTo(accounts, `+91${phone}`);
    expect(Object.keys(codes)).toEqual(['Asha', 'Ravi']);
    expect(await tryReset(accounts, codes.Ravi ?? '', phone)).toBe('changed');
    expect(await accounts.tryLogIn(String(ravi.id), 'seven coconuts by noon')).toBe('session');
    expect(await accounts.tryLogIn(String(asha.id), password)).toBe('session');
    expect(await tryReset(accounts, codes.Asha ?? '', phone)).toBe('changed');
    expect(await accounts.tryLogIn(String(asha.id), 'seven coconuts by noon')).toBe('session');
    expect(recordKey(ravi._id)).not.toBe(recordKey(asha._id));
  });

  it('opens no login that has an e-mail: its link goes there, whoever has the number by now', async () => {
    const phone = '9845022206';
    await accounts.addLogin({
      email: 'former-owner@example.com',
      phone,
      name: 'Former Owner',
      role: 'admin',
    });
    const newOwner = await accounts.addLogin({ email: null, phone, name: 'New Owner' });
    await ask(accounts, phone);
    expect(await recoveryMessages(accounts, `+91${phone}`)).toMatchObject([
      { kind: 'PASSWORD_RESET_CODE', loginKey: recordKey(newOwner._id) },
    ]);
    expect(await recoveryMessages(accounts, 'former-owner@example.com')).toMatchObject([
      { kind: 'PASSWORD_RESET', channel: 'EMAIL' },
    ]);
  });

  it('and a code is good for the login that it was offered for, whatever else is said', async () => {
    const phone = '9845022202';
    const one = await accounts.addLogin({ email: null, phone, name: 'One' });
    const two = await accounts.addLogin({ email: null, phone, name: 'Two' });
    await ask(accounts, phone);
    const codes = await optionsTo(accounts, `+91${phone}`);
    expect(await tryReset(accounts, codes.One ?? '', String(two.id))).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(await tryReset(accounts, codes.One ?? '', String(one.id))).toBe('changed');
    expect(await accounts.tryLogIn(String(two.id))).toBe('session');
  });

  it('keeps the code of one while another asks by the id of theirs', async () => {
    const phone = '9845022203';
    const one = await accounts.addLogin({ email: null, phone, name: 'One' });
    const two = await accounts.addLogin({ email: null, phone, name: 'Two' });
    await ask(accounts, String(one.id));
    const first = await codeTo(accounts, `+91${phone}`);
    accounts.clock.ms += minuteMs + 1;
    await ask(accounts, String(two.id));
    expect(await tryReset(accounts, first, phone)).toBe('changed');
    expect(await tryReset(accounts, await codeTo(accounts, `+91${phone}`), phone)).toBe('changed');
  });

  it('tells two of one name from each other, and lets no name be an address to open', async () => {
    const phone = '9845022204';
    const one = await accounts.addLogin({ email: null, phone, name: 'Lakshmi' });
    const other = await accounts.addLogin({ email: null, phone, name: 'Lakshmi' });
    await accounts.addLogin({ email: null, phone, name: 'see evil.example/x, now' });
    await ask(accounts, phone);
    // Sorted: of the keys of an object, JavaScript names those of digits alone first.
    const offered = Object.keys(await optionsTo(accounts, `+91${phone}`)).toSorted();
    const ids = [one.id, other.id].map((id) => String(id).slice(0, 8));
    expect(offered).toEqual([...ids, 'see evil example x now'].toSorted());
  });

  it('of more than four offers none, rather than some of them', async () => {
    const phone = '9845022205';
    for (const name of ['A', 'B', 'C', 'D', 'E']) await accounts.addLogin({ email: null, phone, name });
    await ask(accounts, phone);
    expect(await recoveryMessages(accounts, `+91${phone}`)).toMatchObject([
      { kind: 'PASSWORD_RESET_UNCLEAR', secrets: null },
    ]);
    expect(await accounts.database.recoveryCodes.findOne({ _id: `+91${phone}` })).toBeNull();
  });
});

it('an e-mail that several logins share gets one message that offers each by name with a link of its own', async () => {
  const email = 'family@example.com';
  const one = await accounts.addLogin({ email, name: 'Meera', phone: '9845033301' });
  await accounts.addLogin({ email: 'Family@example.com', name: 'Kiran', phone: '9845033302' });
  await ask(accounts, email);
  const sent = await accounts.database.notifications
    .find({ destination: /^family@example\.com$/i, kind: /^PASSWORD_RESET/ })
    .toArray();
  expect(sent).toMatchObject([{ kind: 'PASSWORD_RESET_SHARED', channel: 'EMAIL' }]);
  const links = await optionsTo(accounts, sent[0]?.destination ?? '');
  expect(Object.keys(links).sort()).toEqual(['Kiran', 'Meera']);
  expect(await tryReset(accounts, links.Meera ?? '')).toBe('changed');
  expect(await accounts.tryLogIn('9845033301', 'seven coconuts by noon')).toBe('session');
  expect(await accounts.tryLogIn('9845033302')).toBe('session');
  expect(await accounts.database.tokens.countDocuments({ loginKey: recordKey(one._id) })).toBe(0);
});

describe('limits', () => {
  it('a flood on one phone, from many addresses and in many spellings, sends one SMS a minute and five a day', async () => {
    const phone = '9845044401';
    const { id } = await accounts.addLogin({ email: null, phone });
    const identifiers = [phone, `+91 ${phone}`, `0${phone}`, String(id)];
    const answers = new Set<string>();
    for (let address = 1; address <= 60; address += 1) {
      answers.add(await ask(accounts, identifiers[address % 4] ?? '', `203.0.113.${address}`));
    }
    expect(answers.size).toBe(1);
    expect(await recoveryMessages(accounts, `+91${phone}`)).toHaveLength(1);
    for (let minute = 1; minute <= 10; minute += 1) {
      accounts.clock.ms += minuteMs + 1;
      await ask(accounts, phone);
    }
    expect(await recoveryMessages(accounts, `+91${phone}`)).toHaveLength(5);
    accounts.clock.ms += 24 * 60 * minuteMs;
    await ask(accounts, phone);
    expect(await recoveryMessages(accounts, `+91${phone}`)).toHaveLength(6);
  });

  it('what one address asks beyond 30 a minute is answered alike, and not stored', async () => {
    const asked = async (identifier: string) =>
      (await forgotPassword(accounts, { identifier, clientAddress: '203.0.113.200' })).message;
    const first = await asked('somebody-0@example.com');
    for (let count = 1; count < 30; count += 1) await asked(`somebody-${count}@example.com`);
    expect(await accounts.database.recoveryRequests.countDocuments()).toBe(30);
    expect(await asked('somebody-30@example.com')).toBe(first);
    expect(await accounts.database.recoveryRequests.countDocuments()).toBe(30);
    await workOnAll(accounts);
  });

  it('SMS that anybody can ask for use up no more than their part of the day', async () => {
    const small = { ...accounts, recoverySmsPerDay: 2 };
    let told = 0;
    for (const end of ['1', '2', '3']) {
      await accounts.addLogin({ email: null, phone: `984505550${end}` });
      const clientAddress = `203.0.113.21${end}`;
      await forgotPassword(small, { identifier: `984505550${end}`, clientAddress });
      await workOnRecovery(small, () => {
        told += 1;
      });
    }
    expect(told).toBe(1);
    expect(await recoveryMessages(accounts, '+919845055502')).toHaveLength(1);
    expect(await recoveryMessages(accounts, '+919845055503')).toEqual([]);
  });
});

describe('what was acknowledged', () => {
  it('is asked for once, however often it is said before it was worked on', async () => {
    for (const identifier of ['Often@example.com', 'often@example.com ', 'OFTEN@EXAMPLE.COM']) {
      await forgotPassword(accounts, { identifier, clientAddress: '203.0.113.201' });
    }
    expect(await accounts.database.recoveryRequests.countDocuments()).toBe(1);
    await workOnAll(accounts);
  });

  it('is worked on by another process when one dies in the middle, and its messages are written once', async () => {
    await accounts.addLogin({ email: 'crash@example.com' });
    await forgotPassword(accounts, { identifier: 'crash@example.com', clientAddress: '203.0.113.202' });
    const dying = {
      ...accounts,
      outbox: { ...accounts.outbox, add: () => Promise.reject(new Error('killed')) },
    };
    await expect(workOnRecovery(dying)).rejects.toThrow('killed');
    expect(await accounts.database.tokens.countDocuments({ email: 'crash@example.com' })).toBe(0);
    expect(await workOnRecovery(accounts)).toBe(false);
    accounts.clock.ms += minuteMs / 2;
    await workOnAll(accounts);
    expect(await recoveryMessages(accounts, 'crash@example.com')).toHaveLength(1);
    expect(await tryReset(accounts, await linkTo(accounts, 'crash@example.com'))).toBe('changed');
  });

  it('is worked on once by several processes at once', async () => {
    await accounts.addLogin({ email: 'several@example.com' });
    await forgotPassword(accounts, { identifier: 'several@example.com', clientAddress: '203.0.113.203' });
    await Promise.all([1, 2, 3, 4].map(() => workOnAll(accounts)));
    expect(await recoveryMessages(accounts, 'several@example.com')).toHaveLength(1);
  });
});

it('text that can be no identifier is answered alike and harms nothing', async () => {
  const usual = await ask(accounts, 'nobody@example.com');
  for (const identifier of ['', '   ', 'x'.repeat(99_000), '{"$ne": null}', '(a+)+$', '@', '\u0000']) {
    expect(await ask(accounts, identifier)).toBe(usual);
  }
  expect(await accounts.database.recoveryRequests.countDocuments()).toBe(0);
});

it('a dump of the database opens nothing: no link and no code stands in it, and codes cannot be tried against it', async () => {
  await accounts.addLogin({ email: 'dump@example.com' });
  await accounts.addLogin({ email: null, phone: '9845066601' });
  await ask(accounts, 'dump@example.com');
  await ask(accounts, '9845066601');
  const { link = '' } = await newestSecrets(accounts, 'dump@example.com');
  const secrets = [new URL(link).searchParams.get('token') ?? '', await codeTo(accounts, '+919845066601')];
  const collections = await accounts.database.db.collections();
  const dump = JSON.stringify(await Promise.all(collections.map((each) => each.find().toArray())));
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThanOrEqual(8);
    expect(dump).not.toContain(secret);
  }
  // Whatever stands in it is refused as a token, too.
  const stored = await accounts.database.tokens.findOne({ email: 'dump@example.com' });
  const codes = await accounts.database.recoveryCodes.findOne({ _id: '+919845066601' });
  for (const text of [stored?._id ?? '', codes?.codes[0]?.codeDigest ?? '']) {
    expect(await tryReset(accounts, text, '9845066601')).toBe('INVALID_OR_EXPIRED_TOKEN');
  }
});
