import { afterAll, beforeAll, expect, it } from 'vitest';
import { refreshLimit, refreshSession } from '../../src/accounts/refresh-session.ts';
import { type AccountsFixture, openAccounts } from './support/open-accounts.ts';

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.close());

it('a session is refreshed 60 times in ten minutes, and its token goes on holding after that; others are not held up', async () => {
  await accounts.addLogin({ email: 'often@example.com' });
  const other = await accounts.logIn('often@example.com');
  let { refreshToken } = await accounts.logIn('often@example.com');
  for (let time = 0; time < refreshLimit.points; time += 1) {
    ({ refreshToken } = await refreshSession(accounts, refreshToken));
  }
  const held = await accounts.database.refreshTokens.countDocuments();
  for (let time = 0; time < 3; time += 1) {
    await expect(refreshSession(accounts, refreshToken)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  }
  expect(await accounts.database.refreshTokens.countDocuments()).toBe(held);
  expect(await refreshSession(accounts, other.refreshToken)).toHaveProperty('accessToken');
  accounts.clock.ms += refreshLimit.windowMs;
  expect(await refreshSession(accounts, refreshToken)).toHaveProperty('accessToken');
});
