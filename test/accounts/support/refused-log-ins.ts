import bcrypt from 'bcrypt';
import { expect } from 'vitest';
import { logIn } from '../../../src/accounts/log-in.ts';
import { recordKey } from '../../../src/database/stored-documents.ts';
import { type AccountsFixture, openAccounts, password } from './open-accounts.ts';

export interface RefusedLogIns {
  readonly accounts: AccountsFixture;
  /** A log-in for every reason why one is refused; with another hasher, to see what its work is good for. */
  attempts(hasher?: AccountsFixture['hasher']): Record<RefusalReason, () => Promise<void>>;
  /** Before each: the login that was tried is as it was. */
  forgetFailures(): Promise<void>;
  close(): Promise<void>;
}

export type RefusalReason =
  | 'wrong'
  | 'unknown'
  | 'locked'
  | 'inactive'
  | 'plaintext'
  | 'no hash'
  | 'cheaper hash'
  | 'placeholder';

/** Logins that cannot be logged in to, each for a reason that nobody may learn from the answer. */
export async function openRefusedLogIns(cost: number): Promise<RefusedLogIns> {
  const accounts = await openAccounts({ cost, monitorCommands: true });
  const password_hash = await bcrypt.hash(password, cost);
  await accounts.addLogin({ email: 'known@example.com', phone: '9845012345', password_hash });
  await accounts.addLogin({ email: 'cheap@example.com', password_hash: await bcrypt.hash(password, 6) });
  await accounts.addLogin({ email: 'plain@example.com', password_hash: password });
  await accounts.addLogin({ email: 'without@example.com', password_hash: null });
  await accounts.addLogin({ email: 'inactive@example.com', password_hash, is_active: false });
  await accounts.addLogin({ email: '9845099999@delivery.local', phone: null, password_hash });
  const locked = await accounts.addLogin({ email: 'locked@example.com', password_hash });
  await accounts.database.accounts.insertOne({
    _id: recordKey(locked._id),
    failures: 10,
    lockedUntil: new Date(accounts.clock.ms + 60_000),
  });
  let count = 0;
  const refused = (hasher: AccountsFixture['hasher'], identifier: string, typed: string) => async () => {
    // The counter of none of them is to fill up.
    count += 1;
    const input = { identifier, password: typed, clientAddress: `192.0.2.${count % 250}` };
    await expect(logIn({ ...accounts, hasher }, input)).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
  };
  return {
    accounts,
    attempts: (hasher = accounts.hasher) => ({
      wrong: refused(hasher, 'known@example.com', 'wrong password'),
      unknown: refused(hasher, 'nobody@example.com', password),
      locked: refused(hasher, 'locked@example.com', password),
      inactive: refused(hasher, 'inactive@example.com', password),
      plaintext: refused(hasher, 'plain@example.com', password),
      'no hash': refused(hasher, 'without@example.com', password),
      'cheaper hash': refused(hasher, 'cheap@example.com', 'wrong password'),
      placeholder: refused(hasher, '9845099999@delivery.local', password),
    }),
    async forgetFailures() {
      await accounts.database.accounts.updateMany(
        { failures: { $lt: 10 } },
        { $set: { failures: 0, lockedUntil: null } },
      );
    },
    close: () => accounts.close(),
  };
}

/** Does no work where there is nothing to compare with, and no more than a cheaper hash asks for. */
export function withoutStandIn(hasher: AccountsFixture['hasher']): AccountsFixture['hasher'] {
  return {
    ...hasher,
    verify: async (typed: string, stored: unknown) =>
      typeof stored === 'string' && bcrypt.compare(typed, stored),
  };
}
