import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setEmail } from '../../src/accounts/set-email.ts';
import type { StoredUser } from '../../src/database/stored-documents.ts';
import { type AccountsFixture, openAccounts } from './support/open-accounts.ts';
import { loggedIn } from './support/people.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.close());

const minuteMs = 60_000;

/** What the journal says of a login, in the order in which it happened. */
async function told(login: StoredUser) {
  const entries = await accounts.database.journal
    .find({ subjectIds: String(login.id) })
    .sort({ at: 1, _id: 1 })
    .toArray();
  return entries.map(({ action, actor, changes }) => ({
    action,
    actor,
    changes: Object.fromEntries(changes.map(({ field, before, after }) => [field, [before, after]])),
  }));
}

async function fail(login: StoredUser, times: number, address = '203.0.113.9'): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    expect(await accounts.tryLogIn(String(login.email), 'wrong', address)).toBe('INVALID_CREDENTIALS');
  }
}

describe('the journal', () => {
  it('tells who logged in, and from which address', async () => {
    const login = await accounts.addLogin({ email: 'in@example.com' });
    await accounts.logIn('in@example.com', undefined, '203.0.113.7');
    await accounts.logIn('in@example.com', undefined, '2001:db8:1:2:3:4:5:6');
    expect(await told(login)).toEqual([
      { action: 'LOGGED_IN', actor: login.id, changes: { clientAddress: [null, '203.0.113.7'] } },
      { action: 'LOGGED_IN', actor: login.id, changes: { clientAddress: [null, '2001:db8:1:2::/64'] } },
    ]);
  });

  it('tells the first failure of a row and every lock, by nobody, and none of what an attacker tries between and after', async () => {
    const login = await accounts.addLogin({ email: 'row@example.com' });
    await fail(login, 30);
    const clientAddress = [null, '203.0.113.9'];
    const lockedUntil = (minutes: number) => [
      null,
      new Date(accounts.clock.ms + minutes * minuteMs).toISOString(),
    ];
    const first = {
      action: 'LOGIN_FAILED',
      actor: 'nobody',
      changes: { failures: ['0', '1'], clientAddress },
    };
    const lock = {
      action: 'LOGIN_LOCKED',
      actor: 'nobody',
      changes: { failures: ['9', '10'], lockedUntil: lockedUntil(1), clientAddress },
    };
    expect(await told(login)).toEqual([first, lock]);
    accounts.clock.ms += minuteMs;
    await fail(login, 3);
    expect((await told(login)).slice(2)).toEqual([
      { ...lock, changes: { failures: ['10', '11'], lockedUntil: lockedUntil(2), clientAddress } },
    ]);
    accounts.clock.ms += 2 * minuteMs;
    await accounts.logIn('row@example.com');
    await fail(login, 2);
    expect((await told(login)).slice(3).map(({ action }) => action)).toEqual(['LOGGED_IN', 'LOGIN_FAILED']);
  });

  it('tells of 40 failures at once no more than of 40 one after another', async () => {
    const login = await accounts.addLogin({ email: 'burst@example.com' });
    await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        accounts.tryLogIn('burst@example.com', 'wrong', `198.51.100.${at}`),
      ),
    );
    expect((await told(login)).map(({ action }) => action).sort()).toEqual(['LOGIN_FAILED', 'LOGIN_LOCKED']);
  });

  it('tells nothing where no login was meant', async () => {
    const before = await accounts.database.journal.countDocuments();
    await accounts.addLogin({ email: 'home1@example.com', phone: '9845033333' });
    await accounts.addLogin({ email: 'home2@example.com', phone: '9845033333' });
    for (const identifier of ['nobody@example.com', '9845033333', '', '{"$ne": null}']) {
      await accounts.tryLogIn(identifier, 'wrong');
    }
    expect(await accounts.database.journal.countDocuments()).toBe(before);
  });

  it('tells of wrong current passwords whose session they came from', async () => {
    const { stored, viewer, id } = await loggedIn(accounts);
    await setEmail(accounts, viewer, { email: 'other@example.com', currentPassword: 'wrong' }).catch(
      () => null,
    );
    expect((await told(stored)).slice(1)).toEqual([
      { action: 'LOGIN_FAILED', actor: id, changes: { failures: ['0', '1'] } },
    ]);
  });

  it('holds no password, wrong ones and identifiers included', async () => {
    const login = await accounts.addLogin({ email: 'secret@example.com' });
    await accounts.tryLogIn('secret@example.com', 'my-other-password-typed-here');
    await accounts.logIn('secret@example.com');
    const text = JSON.stringify(
      await accounts.database.journal.find({ subjectIds: String(login.id) }).toArray(),
    );
    expect(text).not.toMatch(/typed-here|saffron|secret@example/);
  });
});
