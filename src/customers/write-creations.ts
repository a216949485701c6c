import type { ClientSession } from 'mongodb';
import { voidRecovery } from '../accounts/one-time-token.ts';
import { indexNewRecords } from '../customer-index/index-new-records.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { PasswordFacts } from '../customer-index/temporary-password-state.ts';
import type { StoredAccount } from '../database/collections.ts';
import type {
  DeliveryRecord,
  LoginRecord,
  StoredCustomerV2,
  StoredUser,
} from '../database/stored-documents.ts';
import { type NewJournalEntry, writeJournal } from '../journal/write-journal.ts';
import type { PreparedNotification } from '../notifications/outbox.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { type PreparedLinkCode, writeLinkCode } from './link-code.ts';
import { linkDelivery, linkLogin } from './write-links.ts';

/** A pair that is to be: everything that its transaction writes, made beforehand. */
export interface Creation {
  /** Both halves as they will be. */
  readonly login: LoginRecord;
  readonly delivery: DeliveryRecord;
  /** The document of a half that is new; null for one that was there. */
  readonly newLogin: StoredUser | null;
  readonly newDelivery: StoredCustomerV2 | null;
  /** For a login that was there and has no usable password. */
  readonly newPasswordHash: string | null;
  readonly account: AccountChange;
  readonly journal: NewJournalEntry;
  readonly linkCode: PreparedLinkCode | null;
  readonly notifications: readonly PreparedNotification[];
  /** Where credentials go, masked. */
  readonly sentTo: readonly string[];
  readonly facts: PasswordFacts;
}

export interface AccountChange {
  readonly set: Partial<Omit<StoredAccount, '_id'>>;
  /** End the sessions that the login has. */
  readonly endSessions: boolean;
  /** Record key of the delivery record that the login may read once it has entered a code. */
  readonly unconfirmedDeliveryKey: string | null;
}

/**
 * Writes pairs in one transaction, with their accounts, index rows, journal entries and messages. Each kind of document
 * is one command, however many pairs there are.
 *
 * @throws AppError CONFLICT when a half has been linked since it was read.
 */
export async function writeCreations(
  dependencies: CustomerDependencies,
  creations: readonly Creation[],
  session: ClientSession,
): Promise<void> {
  const { database, accounts } = dependencies;
  const newLogins = creations.map(({ newLogin }) => newLogin).filter((login) => login !== null);
  const newDeliveries = creations.map(({ newDelivery }) => newDelivery).filter((record) => record !== null);
  if (newLogins.length > 0) await database.users.insertMany(newLogins, { session });
  if (newDeliveries.length > 0) await database.customersV2.insertMany(newDeliveries, { session });
  for (const creation of creations) await linkAdopted(dependencies, creation, session);
  await writeAccounts(dependencies, creations, session);
  await writeJournal(
    database,
    creations.map(({ journal }) => journal),
    session,
  );
  for (const { linkCode } of creations) {
    if (linkCode !== null) await writeLinkCode(dependencies, linkCode, session);
  }
  await accounts.outbox.add(
    creations.flatMap(({ notifications }) => notifications),
    session,
  );
  await writeIndex(dependencies, creations, session);
}

/** Both halves are new, so that nobody else can be linked to either. */
function isNew({ newLogin, newDelivery }: Creation): boolean {
  return newLogin !== null && newDelivery !== null;
}

async function linkAdopted(
  { database }: CustomerDependencies,
  { login, delivery, newLogin, newDelivery, newPasswordHash }: Creation,
  session: ClientSession,
): Promise<void> {
  if (newLogin === null) {
    const further = newPasswordHash === null ? {} : { password_hash: newPasswordHash };
    await linkLogin(database, login, delivery.id, session, further);
  }
  if (newDelivery === null) await linkDelivery(database, delivery, login.id, session);
}

async function writeAccounts(
  { database }: CustomerDependencies,
  creations: readonly Creation[],
  session: ClientSession,
): Promise<void> {
  const ofNewLogins = creations.filter(({ newLogin }) => newLogin !== null);
  if (ofNewLogins.length > 0) {
    await database.accounts.insertMany(ofNewLogins.map(newAccount), { session });
  }
  for (const { login, newLogin, account } of creations) {
    if (newLogin !== null || changesNothing(account)) continue;
    await database.accounts.updateOne(
      { _id: login.key },
      {
        ...(Object.keys(account.set).length > 0 && { $set: account.set }),
        ...(account.endSessions && { $inc: { sessionEpoch: 1 } }),
        ...(account.unconfirmedDeliveryKey !== null && {
          $addToSet: { unconfirmedDeliveryKeys: account.unconfirmedDeliveryKey },
        }),
      },
      { upsert: true, session },
    );
    if (account.endSessions) await voidRecovery(database, [login.key], session);
  }
}

/** MongoDB refuses an update without an operator. */
function changesNothing({ set, endSessions, unconfirmedDeliveryKey }: AccountChange): boolean {
  return Object.keys(set).length === 0 && !endSessions && unconfirmedDeliveryKey === null;
}

function newAccount({ login, account }: Creation): StoredAccount {
  const { set, unconfirmedDeliveryKey } = account;
  return {
    _id: login.key,
    ...set,
    ...(unconfirmedDeliveryKey !== null && { unconfirmedDeliveryKeys: [unconfirmedDeliveryKey] }),
  };
}

async function writeIndex(
  { database, settings }: CustomerDependencies,
  creations: readonly Creation[],
  session: ClientSession,
): Promise<void> {
  const fresh = creations.filter(isNew);
  await indexNewRecords(
    database,
    {
      logins: fresh.map(({ login }) => login),
      deliveries: fresh.map(({ delivery }) => delivery),
      accounts: new Map(fresh.map(({ login, account }) => [login.key, account.set])),
    },
    settings,
    session,
  );
  const adopted = creations.filter((creation) => !isNew(creation));
  await refreshIndex(
    database,
    {
      loginKeys: adopted.map(({ login }) => login._id),
      deliveryKeys: adopted.map(({ delivery }) => delivery._id),
    },
    settings,
    session,
  );
}
