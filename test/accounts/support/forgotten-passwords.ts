import { forgotPassword } from '../../../src/accounts/forgot-password.ts';
import { recordKey } from '../../../src/database/stored-documents.ts';
import { type AccountsFixture, openAccounts } from './open-accounts.ts';
import { workOnAll } from './recovery.ts';

export type AskedFor =
  | 'known by e-mail'
  | 'known by phone'
  | 'unknown'
  | 'several'
  | 'no hash'
  | 'placeholder'
  | 'inactive'
  | 'locked'
  | 'throttled';

export interface ForgottenPasswords {
  readonly accounts: AccountsFixture;
  /** Somebody who asks, for every kind of person who may be asked for; the answer. */
  readonly asked: Record<AskedFor, () => Promise<string>>;
  /** The same if the message were made before the answer, to see that the measurement tells the difference. */
  readonly askedAtOnce: Record<AskedFor, () => Promise<string>>;
  /** Before each: what was asked before has been worked on, and nothing but `throttled` has been asked for lately. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Logins of which nobody may learn from `forgotPassword` that they are there, nor how they are. */
export async function openForgottenPasswords(): Promise<ForgottenPasswords> {
  const accounts = await openAccounts({ monitorCommands: true });
  await accounts.addLogin({ email: 'known@example.com' });
  await accounts.addLogin({ email: null, phone: '9845300001' });
  for (const name of ['Asha', 'Ravi']) await accounts.addLogin({ email: null, phone: '9845300002', name });
  await accounts.addLogin({ email: 'without@example.com', password_hash: null });
  await accounts.addLogin({ email: '9845300003@delivery.local', phone: '9845300003' });
  await accounts.addLogin({ email: 'inactive@example.com', is_active: false });
  await accounts.addLogin({ email: 'throttled@example.com' });
  const locked = await accounts.addLogin({ email: 'locked@example.com' });
  await accounts.database.accounts.insertOne({
    _id: recordKey(locked._id),
    failures: 10,
    lockedUntil: new Date(accounts.clock.ms + 60_000),
  });
  const identifiers: Record<AskedFor, string> = {
    'known by e-mail': 'known@example.com',
    'known by phone': '9845300001',
    unknown: 'nobody@example.com',
    several: '9845300002',
    'no hash': 'without@example.com',
    placeholder: '9845300003@delivery.local',
    inactive: 'inactive@example.com',
    locked: 'locked@example.com',
    throttled: 'throttled@example.com',
  };
  let clients = 0;
  const ask = async (identifier: string) => {
    clients += 1;
    const clientAddress = `198.18.${Math.floor(clients / 250) % 250}.${clients % 250}`;
    return (await forgotPassword(accounts, { identifier, clientAddress })).message;
  };
  const askAtOnce = async (identifier: string) => {
    const message = await ask(identifier);
    await workOnAll(accounts);
    return message;
  };
  const forAll = (asking: typeof ask) =>
    Object.fromEntries(
      Object.entries(identifiers).map(([kind, identifier]) => [kind, () => asking(identifier)]),
    ) as Record<AskedFor, () => Promise<string>>;
  return {
    accounts,
    asked: forAll(ask),
    askedAtOnce: forAll(askAtOnce),
    async settle() {
      await workOnAll(accounts);
      await accounts.database.throttles.deleteMany({ _id: { $not: /throttled@/ } });
      await accounts.database.notifications.deleteMany({});
    },
    close: () => accounts.close(),
  };
}
