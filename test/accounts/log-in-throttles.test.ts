import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { purgeExpired } from '../../src/accounts/purge-expired.ts';
import { type AccountsFixture, accountOf, openAccounts } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.close());

const minuteMs = 60_000;

describe('failures at one login', () => {
  it('are counted, and forgotten at the next success', async () => {
    const login = await accounts.addLogin({ email: 'some@example.com' });
    for (let failure = 0; failure < 9; failure += 1) await accounts.tryLogIn('some@example.com', 'wrong');
    expect(await accountOf(accounts, login)).toMatchObject({ failures: 9, lockedUntil: null });
    expect(await accounts.tryLogIn('some@example.com')).toBe('session');
    expect(await accountOf(accounts, login)).toMatchObject({ failures: 0, lockedUntil: null });
  });

  it('lock it after the tenth, for longer after each one more, up to 15 minutes', async () => {
    await accounts.addLogin({ email: 'growing@example.com' });
    for (let failure = 0; failure < 10; failure += 1) {
      expect(await accounts.tryLogIn('growing@example.com', 'wrong')).toBe('INVALID_CREDENTIALS');
    }
    for (const minutes of [1, 2, 4, 8, 15, 15]) {
      accounts.clock.ms += minutes * minuteMs - 1;
      expect(await accounts.tryLogIn('growing@example.com')).toBe('INVALID_CREDENTIALS');
      accounts.clock.ms += 1;
      expect(await accounts.tryLogIn('growing@example.com', 'wrong')).toBe('INVALID_CREDENTIALS');
    }
    accounts.clock.ms += 15 * minuteMs;
    expect(await accounts.tryLogIn('growing@example.com')).toBe('session');
    expect(await accounts.tryLogIn('growing@example.com', 'wrong')).toBe('INVALID_CREDENTIALS');
    expect(await accounts.tryLogIn('growing@example.com')).toBe('session');
  });

  it('during the delay do not prolong it', async () => {
    const login = await accounts.addLogin({ email: 'attacked@example.com' });
    for (let failure = 0; failure < 10; failure += 1)
      await accounts.tryLogIn('attacked@example.com', 'wrong');
    const locked = await accountOf(accounts, login);
    for (let failure = 0; failure < 5; failure += 1) await accounts.tryLogIn('attacked@example.com', 'wrong');
    expect(await accountOf(accounts, login)).toEqual(locked);
  });

  it('at once are all counted: of 40 guesses no more than 10 are evaluated', async () => {
    const login = await accounts.addLogin({ email: 'flood@example.com' });
    const guesses = Array.from({ length: 40 }, (_, guess) =>
      accounts.tryLogIn('flood@example.com', guess < 39 ? 'wrong' : undefined, `198.51.100.${guess}`),
    );
    await Promise.all(guesses);
    const account = await accountOf(accounts, login);
    expect(account?.lockedUntil).toEqual(new Date(accounts.clock.ms + minuteMs));
    expect(account?.failures).toBe(10);
  });
});

describe('failures from one address', () => {
  it('are refused with RATE_LIMITED after the hundredth, whoever is meant, and again allowed ten minutes later', async () => {
    const address = '203.0.113.9';
    await accounts.addLogin({ email: 'bystander@example.com' });
    for (let failure = 0; failure < 100; failure += 1) {
      expect(await accounts.tryLogIn(`guess${failure}@example.com`, 'wrong', address)).toBe(
        'INVALID_CREDENTIALS',
      );
    }
    expect(await accounts.tryLogIn('guess@example.com', 'wrong', address)).toBe('RATE_LIMITED');
    expect(await accounts.tryLogIn('bystander@example.com', undefined, address)).toBe('RATE_LIMITED');
    expect(await accounts.tryLogIn('bystander@example.com', undefined, '203.0.113.10')).toBe('session');
    accounts.clock.ms += 10 * minuteMs;
    expect(await accounts.tryLogIn('bystander@example.com', undefined, address)).toBe('session');
  });

  it('at once are all counted', async () => {
    const guesses = Array.from({ length: 130 }, (_, guess) =>
      accounts.tryLogIn(`guess${guess}@example.com`, 'wrong', '203.0.113.20'),
    );
    const refusals = await Promise.all(guesses);
    expect(refusals.filter((code) => code === 'RATE_LIMITED')).toHaveLength(30);
  });

  it('of one IPv6 network count together', async () => {
    for (let failure = 0; failure < 100; failure += 1) {
      await accounts.tryLogIn('guess@example.com', 'wrong', `2001:db8:1:2::${failure.toString(16)}`);
    }
    expect(await accounts.tryLogIn('guess@example.com', 'wrong', '2001:db8:1:2:ffff::1')).toBe(
      'RATE_LIMITED',
    );
    expect(await accounts.tryLogIn('guess@example.com', 'wrong', '2001:db8:1:3::1')).toBe(
      'INVALID_CREDENTIALS',
    );
  });

  it('are not forgotten when the attacker logs in as somebody else, and successes are not counted', async () => {
    await accounts.addLogin({ email: 'own@example.com' });
    const address = '203.0.113.30';
    for (let round = 0; round < 110; round += 1) {
      expect(await accounts.tryLogIn('own@example.com', undefined, address)).toBe('session');
    }
    for (let failure = 0; failure < 99; failure += 1)
      await accounts.tryLogIn('guess@example.com', 'wrong', address);
    expect(await accounts.tryLogIn('own@example.com', undefined, address)).toBe('session');
    await accounts.tryLogIn('guess@example.com', 'wrong', address);
    expect(await accounts.tryLogIn('own@example.com', undefined, address)).toBe('RATE_LIMITED');
  });
});

it('counters and sessions that are over can be purged, and only these', async () => {
  await accounts.addLogin({ email: 'purge@example.com' });
  accounts.clock.ms += 31 * 24 * 60 * minuteMs;
  await accounts.tryLogIn('purge@example.com', 'wrong', '203.0.113.40');
  await accounts.tryLogIn('purge@example.com', undefined, '203.0.113.41');
  await purgeExpired(accounts.database, accounts.now());
  expect(await accounts.database.sessions.countDocuments()).toBe(1);
  expect((await accounts.database.throttles.find().toArray()).map(({ _id }) => _id).sort()).toEqual([
    'login-address/203.0.113.40',
    'login-address/203.0.113.41',
  ]);
});
