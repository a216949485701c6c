import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/accounts/change-password.ts';
import { createCodeDigests } from '../../src/accounts/code-digests.ts';
import { confirmEmail } from '../../src/accounts/confirm-email.ts';
import { loginFilter } from '../../src/accounts/login-filter.ts';
import { newOneTimeToken } from '../../src/accounts/one-time-token.ts';
import { createPasswordHasher } from '../../src/accounts/password-hasher.ts';
import { resetPassword } from '../../src/accounts/reset-password.ts';
import { setEmail } from '../../src/accounts/set-email.ts';
import { setLoginActive } from '../../src/accounts/set-login-active.ts';
import { setRole } from '../../src/accounts/set-role.ts';
import type { StoredToken } from '../../src/database/collections.ts';
import { recordKey, type StoredUser } from '../../src/database/stored-documents.ts';
import { type AccountsFixture, accountOf, openAccounts, password } from './support/open-accounts.ts';
import { journalOf, loggedIn, onlyAdmin, useToken as viewerOfToken } from './support/people.ts';
import {
  ask,
  codeTo,
  linkTo,
  newestSecrets,
  newPassword,
  recoveryMessages,
  tryReset,
} from './support/recovery.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts?.close());

const startMs = Date.parse('2026-03-01T10:00:00.000Z');
const minuteMs = 60_000;
const refused = 'INVALID_OR_EXPIRED_TOKEN';
beforeEach(async () => {
  accounts.clock.ms = startMs;
  await accounts.database.throttles.deleteMany({});
});

let people = 0;
/** A login that has asked for a link. */
async function withLink(fields: Partial<StoredUser> = {}) {
  people += 1;
  const email = `reset${people}@example.com`;
  const login = await accounts.addLogin({ email, ...fields });
  await ask(accounts, email);
  return { login, email, key: recordKey(login._id), token: await linkTo(accounts, email) };
}

/** A login without an address that has asked for a code. */
async function withCode(fields: Partial<StoredUser> = {}) {
  people += 1;
  const phone = String(9_845_100_000 + people);
  const login = await accounts.addLogin({ email: `${phone}@delivery.local`, phone, ...fields });
  await ask(accounts, phone);
  return {
    login,
    phone,
    e164: `+91${phone}`,
    key: recordKey(login._id),
    code: await codeTo(accounts, `+91${phone}`),
  };
}

describe('a link', () => {
  it('sets the password, logs nobody in, and says what to log in with', async () => {
    const { email, token } = await withLink();
    const { message } = await resetPassword(accounts, {
      token,
      identifier: null,
      newPassword,
      clientAddress: '192.0.2.1',
    });
    expect(message).toBe(`Your password is changed. Log in as ${email} with the new one.`);
    expect(await accounts.tryLogIn(email)).toBe('INVALID_CREDENTIALS');
    expect(await accounts.tryLogIn(email, newPassword)).toBe('session');
  });

  it('used twice is refused the second time', async () => {
    const { token, email } = await withLink();
    expect(await tryReset(accounts, token)).toBe('changed');
    expect(await tryReset(accounts, token, null, 'another long password')).toBe(refused);
    expect(await accounts.tryLogIn(email, newPassword)).toBe('session');
  });

  it('used by 20 at once changes the password once', async () => {
    const { token, email, login } = await withLink();
    const wanted = Array.from({ length: 20 }, (_, number) => `chosen by request ${number}`);
    const outcomes = await Promise.all(wanted.map((chosen) => tryReset(accounts, token, null, chosen)));
    expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === refused)).toHaveLength(19);
    expect(await accounts.tryLogIn(email, wanted[outcomes.indexOf('changed')])).toBe('session');
    const resets = (await journalOf(accounts, String(login.id))).filter(
      ({ action }) => action === 'PASSWORD_RESET',
    );
    expect(resets).toHaveLength(1);
  });

  it('holds a second before an hour has passed, and not a second after', async () => {
    const before = await withLink();
    const after = await withLink();
    accounts.clock.ms = startMs + 60 * minuteMs - 1_000;
    expect(await tryReset(accounts, before.token)).toBe('changed');
    accounts.clock.ms = startMs + 60 * minuteMs + 1_000;
    expect(await tryReset(accounts, after.token)).toBe(refused);
  });

  it('is void once the login has another e-mail, whoever wrote it', async () => {
    const { login, token } = await withLink();
    await accounts.database.users.updateOne(loginFilter(login._id), { $set: { email: 'thief@example.com' } });
    expect(await tryReset(accounts, token)).toBe(refused);
  });
});

describe('a code', () => {
  it.each([
    ['as it was sent', (code: string) => code],
    [
      'in small letters, with spaces and dashes',
      (code: string) => ` ${code.slice(0, 4).toLowerCase()} - ${code.slice(4)}`,
    ],
  ])('sets the password, typed %s', async (_how, typed) => {
    const { code, phone } = await withCode();
    expect(await tryReset(accounts, typed(code), `0${phone}`)).toBe('changed');
    expect(await accounts.tryLogIn(phone, newPassword)).toBe('session');
    expect(await tryReset(accounts, code, phone)).toBe(refused);
  });

  it('is good with the phone or id of its own login, and with nobody else’s', async () => {
    const one = await withCode();
    const other = await withCode();
    for (const identifier of [other.phone, String(other.login.id), 'nobody@example.com', '9845999999', 'x']) {
      expect(await tryReset(accounts, one.code, identifier), identifier).toBe(refused);
    }
    expect(await tryReset(accounts, one.code, String(one.login.id))).toBe('changed');
  });

  it('without an identifier is told what is missing, and not whether it is good', async () => {
    const { code, phone } = await withCode();
    for (const typed of [code, 'ABCDEFGH']) {
      await expect(
        resetPassword(accounts, { token: typed, identifier: null, newPassword, clientAddress: '192.0.2.1' }),
      ).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { argument: 'identifier' } });
    }
    expect(await tryReset(accounts, code, phone)).toBe('changed');
  });

  it('of 50 guesses at once at most 5 are compared, and then the right one is refused as well', async () => {
    const { code, phone } = await withCode();
    let compared = 0;
    const { codeDigests } = accounts;
    const counting = {
      ...accounts,
      codeDigests: {
        ...codeDigests,
        matches: (...attempt: Parameters<typeof codeDigests.matches>) => {
          compared += 1;
          return codeDigests.matches(...attempt);
        },
      },
    };
    const guesses = Array.from({ length: 50 }, (_, number) =>
      `ABCDEF${String(number + 22)}`.replace(/[01]/g, '9'),
    );
    const outcomes = await Promise.all(
      guesses.map((guess, number) => tryReset(counting, guess, phone, newPassword, `203.0.113.${number}`)),
    );
    expect(new Set(outcomes)).toEqual(new Set([refused]));
    expect(compared).toBe(5);
    expect(await tryReset(accounts, code, phone)).toBe(refused);
  });

  it('holds a second before 10 minutes have passed, and not a second after', async () => {
    const before = await withCode();
    const after = await withCode();
    accounts.clock.ms = startMs + 10 * minuteMs - 1_000;
    expect(await tryReset(accounts, before.code, before.phone)).toBe('changed');
    accounts.clock.ms = startMs + 10 * minuteMs + 1_000;
    expect(await tryReset(accounts, after.code, after.phone)).toBe(refused);
  });

  it('holds no longer because somebody with the same phone was sent one later', async () => {
    const first = await withCode();
    const second = await accounts.addLogin({ email: null, phone: first.phone, name: 'Second' });
    accounts.clock.ms += 9 * minuteMs;
    await ask(accounts, String(second.id));
    accounts.clock.ms += minuteMs + 1_000;
    expect(await tryReset(accounts, first.code, first.phone)).toBe(refused);
    expect(await tryReset(accounts, await codeTo(accounts, first.e164), first.phone)).toBe('changed');
  });

  it('is void once the login has another phone, whoever wrote it', async () => {
    const { login, code, phone } = await withCode();
    await accounts.database.users.updateOne(loginFilter(login._id), { $set: { phone: '9845999998' } });
    expect(await tryReset(accounts, code, phone)).toBe(refused);
    expect(await tryReset(accounts, code, String(login.id))).toBe(refused);
    expect(await tryReset(accounts, code, '9845999998')).toBe(refused);
  });

  it('cannot be tried against its digest by who does not have the key', async () => {
    const { code, phone, key } = await withCode();
    const stranger = createCodeDigests('k', async () => new Uint8Array(32));
    const stored = await accounts.database.recoveryCodes.findOne({ _id: `+91${phone}` });
    const { codeDigest = '' } = stored?.codes.find(({ loginKey }) => loginKey === key) ?? {};
    expect(await stranger.matches(`reset-password/+91${phone}/${key}`, code, codeDigest)).toBe(false);
  });
});

describe('whatever is no good', () => {
  it('is answered alike: unknown, of another kind, cut, longer, an access token, an inactive login', async () => {
    const { token, key, login } = await withLink();
    const { accessToken } = await loggedIn(accounts);
    const off = await withLink();
    await accounts.database.users.updateOne(loginFilter(off.login._id), { $set: { is_active: false } });
    const confirming = newOneTimeToken();
    const common = { loginKey: key, loginId: login._id, createdAt: new Date(startMs) };
    const stored: StoredToken = {
      ...common,
      _id: confirming.digest,
      kind: 'CONFIRM_EMAIL',
      email: String(login.email),
      expiresAt: new Date(startMs + minuteMs),
    };
    await accounts.database.tokens.insertOne(stored);
    const wrong = [
      newOneTimeToken().token,
      confirming.token,
      token.slice(1),
      `${token}x`,
      accessToken,
      off.token,
      'constructor',
      '{"$ne": null}',
      '',
    ];
    for (const each of wrong) {
      await expect(
        resetPassword(accounts, { token: each, identifier: null, newPassword, clientAddress: '192.0.2.9' }),
        each,
      ).rejects.toMatchObject({ code: refused, message: 'Invalid or expired token.', details: {} });
    }
    await expect(confirmEmail(accounts, token)).rejects.toMatchObject({ code: refused });
    expect(await tryReset(accounts, token)).toBe('changed');
  });

  it('is refused with RATE_LIMITED after 100 from one address, which links and codes that are good do not fill', async () => {
    const guess = () => tryReset(accounts, newOneTimeToken().token, null, newPassword, '203.0.113.77');
    const good = await withLink();
    for (let count = 0; count < 99; count += 1) expect(await guess()).toBe(refused);
    expect(await tryReset(accounts, good.token, null, newPassword, '203.0.113.77')).toBe('changed');
    expect(await guess()).toBe(refused);
    expect(await guess()).toBe('RATE_LIMITED');
  });

  it('is a plain token that the older application has stored, today or after the migration', async () => {
    const { token: shaped } = newOneTimeToken();
    const login = await accounts.addLogin({
      email: 'legacy@example.com',
      password_reset_token: shaped,
      password_reset_expires: '2026-03-01T11:00:00',
    });
    expect(await tryReset(accounts, shaped)).toBe(refused);
    expect(await tryReset(accounts, shaped, 'legacy@example.com')).toBe(refused);
    await ask(accounts, 'legacy@example.com');
    expect(await tryReset(accounts, await linkTo(accounts, 'legacy@example.com'))).toBe('changed');
    const stored = await accounts.database.users.findOne(loginFilter(login._id));
    expect(stored).not.toHaveProperty('password_reset_token');
    expect(stored).not.toHaveProperty('password_reset_expires');
  });
});

describe('a password that is refused', () => {
  it.each(['short', 'x'.repeat(73), 'password123'])('keeps the link: %s', async (bad) => {
    const { token } = await withLink();
    expect(await tryReset(accounts, token, null, bad)).toBe('BAD_USER_INPUT');
    expect(await tryReset(accounts, token)).toBe('changed');
  });

  it('keeps the code, and its attempts, however often', async () => {
    const { code, phone } = await withCode();
    for (let time = 0; time < 8; time += 1) {
      expect(await tryReset(accounts, code, phone, 'short')).toBe('BAD_USER_INPUT');
    }
    expect(await tryReset(accounts, code, phone)).toBe('changed');
  });

  it('is one of 14 characters for an admin', async () => {
    const { token } = await withLink({ role: 'admin' });
    expect(await tryReset(accounts, token, null, 'coconuts-seven')).toBe('BAD_USER_INPUT');
    expect(await tryReset(accounts, token)).toBe('changed');
  });

  it('because too many are being hashed loses nothing', async () => {
    const link = await withLink();
    const { code, phone } = await withCode();
    const hasher = { ...createPasswordHasher({ cost: 4 }), hash: accounts.hasher.hash };
    const full = {
      ...accounts,
      hasher: {
        ...hasher,
        hash: () => Promise.reject(Object.assign(new Error('full'), { code: 'RATE_LIMITED' })),
      },
    };
    for (let time = 0; time < 6; time += 1) {
      expect(await tryReset(full, link.token)).toBe('RATE_LIMITED');
      expect(await tryReset(full, code, phone)).toBe('RATE_LIMITED');
    }
    expect(await tryReset(accounts, link.token)).toBe('changed');
    expect(await tryReset(accounts, code, phone)).toBe('changed');
  });
});

describe('after a reset', () => {
  it('every session has ended, at the next request', async () => {
    const person = await loggedIn(accounts);
    const second = await accounts.logIn(String(person.stored.email));
    await ask(accounts, String(person.stored.email));
    expect(await viewerOfToken(accounts, second.accessToken)).toMatchObject({ id: person.id });
    await tryReset(accounts, await linkTo(accounts, String(person.stored.email)));
    for (const token of [person.accessToken, second.accessToken]) {
      expect(await viewerOfToken(accounts, token)).toBe('UNAUTHENTICATED');
    }
    // Not because of another hash alone, which the older application could take back.
    expect(await accounts.database.sessions.countDocuments({ loginKey: person.key })).toBe(0);
    expect((await accountOf(accounts, person.stored))?.sessionEpoch).toBeGreaterThan(0);
  });

  it('everything else that the login was sent is void, and what was not sent yet never is', async () => {
    const person = await loggedIn(accounts, { phone: '9845200001' });
    const email = String(person.stored.email);
    await setEmail(accounts, person.viewer, { email: 'wanted@example.com', currentPassword: password });
    await ask(accounts, email);
    const link = await linkTo(accounts, email);
    const confirmation = (await accounts.messagesTo('wanted@example.com'))[0]?.secrets?.link ?? '';
    expect(await tryReset(accounts, link)).toBe('changed');
    const confirm = confirmEmail(accounts, new URL(confirmation).searchParams.get('token') ?? '');
    await expect(confirm).rejects.toMatchObject({ code: refused });
    expect(await accounts.database.tokens.countDocuments({ loginKey: person.key })).toBe(0);
    expect(await accountOf(accounts, person.stored)).toMatchObject({ pendingEmail: null });
    const waiting = await accounts.database.notifications
      .find({ loginKey: person.key, state: 'PENDING' })
      .toArray();
    expect(waiting.map(({ kind }) => kind).sort()).toEqual(['EMAIL_CHANGE_REQUESTED', 'PASSWORD_CHANGED']);
    expect(await accounts.messagesTo('wanted@example.com')).toMatchObject([
      { state: 'CANCELLED', secrets: null },
    ]);
  });

  it('a temporary password that was not sent yet never is, and a link sent before it still held', async () => {
    const { key, token } = await withLink();
    const message = await accounts.outbox.prepare({
      kind: 'CREDENTIALS',
      to: { email: 'credentials@example.com', phoneE164: null },
      loginKey: key,
      subjectIds: ['x'],
      values: { name: '', loginName: 'x', expiresOn: '2026-03-08' },
      secrets: { password: 'QyTmRk7hWz4P' },
      expiresAt: new Date(startMs + 60 * minuteMs),
      now: new Date(startMs),
    });
    await accounts.database.notifications.insertMany([...message.rows]);
    await tryReset(accounts, token);
    expect(await accounts.messagesTo('credentials@example.com')).toMatchObject([
      { state: 'CANCELLED', secrets: null },
    ]);
  });

  it('the victim of a lockout gets in', async () => {
    const email = 'lockedout@example.com';
    await accounts.addLogin({ email });
    for (let failure = 0; failure < 11; failure += 1) await accounts.tryLogIn(email, 'wrong password');
    expect(await accounts.tryLogIn(email)).toBe('INVALID_CREDENTIALS');
    await ask(accounts, email);
    expect(await tryReset(accounts, await linkTo(accounts, email))).toBe('changed');
    expect(await accounts.tryLogIn(email, newPassword)).toBe('session');
  });

  it('its owner is told at the login’s own contact, and the journal says what proved them', async () => {
    const { login, phone, e164, code } = await withCode();
    await tryReset(accounts, code, phone);
    const told = (await accounts.messagesTo(e164)).at(-1);
    expect(told).toMatchObject({ kind: 'PASSWORD_CHANGED', state: 'PENDING', secrets: null });
    const entries = await journalOf(accounts, String(login.id));
    expect(entries.at(-1)).toEqual({
      action: 'PASSWORD_RESET',
      actor: login.id,
      subjectIds: [login.id],
      changes: [{ field: 'provedBy', before: null, after: `******${phone.slice(-4)}` }],
    });
    expect(JSON.stringify(entries)).not.toContain(code);
  });

  it('the index says that the customer can log in', async () => {
    const { key, token } = await withLink({ password_hash: null });
    const row = () => accounts.database.customerIndex.findOne({ _id: `user/${key}` });
    expect(await row()).toMatchObject({ loginUsable: false });
    await tryReset(accounts, token);
    expect(await row()).toMatchObject({ loginUsable: true, passwordExpiresAt: null });
  });

  it('every other stored value of the login is as it was', async () => {
    const { login, token } = await withLink({
      customer_v2_id: '',
      favourite: ['milk'],
    } as Partial<StoredUser>);
    await tryReset(accounts, token);
    const { password_hash: _hash, ...rest } =
      (await accounts.database.users.findOne(loginFilter(login._id))) ?? {};
    const { password_hash: _before, ...before } = login;
    expect(rest).toEqual(before);
  });
});

describe('links and codes are void after', () => {
  it('a change of password, of which its owner is told', async () => {
    const person = await loggedIn(accounts);
    const email = String(person.stored.email);
    await ask(accounts, email);
    const token = await linkTo(accounts, email);
    await changePassword(accounts, person.viewer, { currentPassword: password, newPassword });
    expect(await tryReset(accounts, token)).toBe(refused);
    expect(await recoveryMessages(accounts, email)).toMatchObject([{ state: 'CANCELLED', secrets: null }]);
    expect((await accounts.messagesTo(email)).at(-1)).toMatchObject({ kind: 'PASSWORD_CHANGED' });
  });

  it('another role, and being switched off and on again', async () => {
    const admin = await onlyAdmin(accounts);
    const role = await withLink();
    const code = await withCode();
    await setRole(accounts, admin.viewer, { userId: String(role.login.id), role: 'DELIVERY_BOY' });
    expect(await tryReset(accounts, role.token)).toBe(refused);
    for (const active of [false, true]) {
      await setLoginActive(accounts, admin.viewer, { userId: String(code.login.id), active });
    }
    expect(await tryReset(accounts, code.code, code.phone)).toBe(refused);
  });

  it('another e-mail was confirmed', async () => {
    const person = await loggedIn(accounts, { phone: '9845200009' });
    await setEmail(accounts, person.viewer, { email: 'moved@example.com', currentPassword: password });
    const { link = '' } = await newestSecrets(accounts, 'none@example.com');
    expect(link).toBe('');
    const confirmation = (await accounts.messagesTo('moved@example.com'))[0]?.secrets?.link ?? '';
    await ask(accounts, String(person.stored.email));
    const token = await linkTo(accounts, String(person.stored.email));
    await confirmEmail(accounts, new URL(confirmation).searchParams.get('token') ?? '');
    expect(await tryReset(accounts, token)).toBe(refused);
    expect(await accounts.database.tokens.countDocuments({ loginKey: person.key })).toBe(0);
  });
});
