import bcrypt from 'bcrypt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { logIn } from '../../src/accounts/log-in.ts';
import { recordKey } from '../../src/database/stored-documents.ts';
import { medianCpuMs } from './support/median.ts';
import { type AccountsFixture, openAccounts, password } from './support/open-accounts.ts';

const cost = 10;
const samples = 15;

let accounts: AccountsFixture;
beforeAll(async () => {
  accounts = await openAccounts({ cost, monitorCommands: true });
  const password_hash = await bcrypt.hash(password, cost);
  await accounts.addLogin({ email: 'known@example.com', phone: '9845012345', password_hash });
  await accounts.addLogin({ email: 'cheap@example.com', password_hash: await bcrypt.hash(password, 6) });
  await accounts.addLogin({ email: 'plain@example.com', password_hash: password });
  await accounts.addLogin({ email: 'inactive@example.com', password_hash, is_active: false });
  await accounts.addLogin({ email: '9845099999@delivery.local', phone: null, password_hash });
  const locked = await accounts.addLogin({ email: 'locked@example.com', password_hash });
  await accounts.database.accounts.insertOne({
    _id: recordKey(locked._id),
    failures: 10,
    lockedUntil: new Date(accounts.clock.ms + 60_000),
  });
});
afterAll(() => accounts.close());

it('a refusal runs the same database commands for every reason', async () => {
  const commands: string[] = [];
  accounts.database.client.on('commandStarted', ({ commandName }) => commands.push(commandName));
  const perReason = new Map<string, string[]>();
  for (const [reason, attempt] of Object.entries(attempts(accounts))) {
    commands.length = 0;
    await attempt();
    perReason.set(reason, [...commands]);
  }
  accounts.database.client.removeAllListeners('commandStarted');
  const usual = ['update', 'findAndModify', 'find', 'find', 'find', 'findAndModify'];
  for (const [reason, ran] of perReason) expect(ran, reason).toEqual(usual);
});

it('a refusal costs as much work for every reason', { timeout: 120_000 }, async () => {
  const medians = await medianCpuMs(attempts(accounts), samples);
  const { wrong, ...others } = medians;
  for (const [reason, median] of Object.entries(others)) {
    expect(Math.abs(median - wrong), `${reason}: ${median} ms against ${wrong} ms`).toBeLessThan(
      wrong * 0.25,
    );
  }
});

it('and would not without the work that stands in for a missing hash: the measurement tells the difference', {
  timeout: 120_000,
}, async () => {
  const hasher = {
    ...accounts.hasher,
    verify: async (typed: string, stored: unknown) =>
      typeof stored === 'string' && bcrypt.compare(typed, stored),
  };
  const { wrong, unknown, plaintext, 'cheaper hash': cheaper } = attempts({ ...accounts, hasher });
  const { wrong: usual, ...others } = await medianCpuMs({ wrong, unknown, plaintext, cheaper }, samples);
  for (const [reason, median] of Object.entries(others)) expect(median, reason).toBeLessThan(usual * 0.75);
});

function attempts(dependencies: Pick<AccountsFixture, 'hasher'>) {
  let count = 0;
  const refused = (identifier: string, typed: string) => async () => {
    // Neither counter is to fill up while this is measured.
    count += 1;
    await accounts.database.accounts.updateMany(
      { failures: { $lt: 10 } },
      { $set: { failures: 0, lockedUntil: null } },
    );
    const input = { identifier, password: typed, clientAddress: `192.0.2.${count % 250}` };
    await expect(logIn({ ...accounts, ...dependencies }, input)).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
  };
  return {
    wrong: refused('known@example.com', 'wrong password'),
    unknown: refused('nobody@example.com', password),
    locked: refused('locked@example.com', password),
    inactive: refused('inactive@example.com', password),
    plaintext: refused('plain@example.com', password),
    'cheaper hash': refused('cheap@example.com', 'wrong password'),
    placeholder: refused('9845099999@delivery.local', password),
  };
}
