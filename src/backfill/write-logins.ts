import { randomUUID } from 'node:crypto';
import type { AnyBulkWriteOperation, ClientSession, Filter } from 'mongodb';
import { newLogin } from '../accounts/new-login.ts';
import { indexRow } from '../customer-index/customer-index-rows.ts';
import { indexedDelivery, indexedLogin } from '../customer-index/indexed-record.ts';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { loginContact } from '../customers/login-contact.ts';
import { emailClaim, phoneClaim, touchClaims } from '../database/claims.ts';
import type { IndexedRecord, StoredAccount } from '../database/collections.ts';
import {
  type DeliveryRecord,
  type LoginRecord,
  type StoredCustomerV2,
  type StoredUser,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { changesBetween, type NewJournalEntry, writeJournal } from '../journal/write-journal.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { contactsOf } from './backfill-page.ts';
import { madeAs } from './made-as.ts';
import type { PlannedRecord } from './plan-logins.ts';

/** A delivery record that gets a login. */
export type PlannedLogin = Extract<PlannedRecord, { kind: 'create' }>;

export interface WriteLoginsOptions {
  /** The run that makes them. */
  readonly jobId: string;
  /** For the journal. */
  readonly actor: string;
  readonly now: Date;
  /** Give placeholders that no other login can have: another's were refused. */
  readonly distinctPlaceholders: boolean;
}

/**
 * Makes logins without a password for delivery records that have none, linked both ways, with their accounts, journal
 * entries and index rows. The records were read in the same transaction, so nothing is read again. Each kind of document
 * is one command, however many there are.
 *
 * @throws BackfillRefusedError when a record is not as it was read: the database holds what cannot be looked up by value.
 */
export async function writeLogins(
  { customers, activeStatuses }: BackfillDependencies,
  planned: readonly PlannedLogin[],
  options: WriteLoginsOptions,
  session: ClientSession,
): Promise<void> {
  if (planned.length === 0) return;
  const { database, settings } = customers;
  const { phones, emails } = contactsOf(
    planned.map(({ orphan }) => orphan),
    settings,
  );
  await touchClaims(database, [...phones.map(phoneClaim), ...emails.map(emailClaim)], options.now, session);
  const pairs = planned.map((login) => makePair(login, settings, activeStatuses, options));
  await database.users.insertMany(
    pairs.map(({ stored }) => stored),
    { session },
  );
  const { matchedCount } = await database.customersV2.bulkWrite(pairs.map(linkDelivery), { session });
  if (matchedCount !== pairs.length) throw new BackfillRefusedError();
  await database.accounts.insertMany(
    pairs.map(({ account }) => account),
    { session },
  );
  await writeJournal(
    database,
    pairs.map((pair) => journalEntry(pair, options)),
    session,
  );
  await database.customerIndex.bulkWrite(
    pairs.map(({ login, delivery, account }) => {
      const [customer] = linkCustomers({ logins: [login], deliveries: [delivery] });
      if (customer === undefined) throw new TypeError('A pair is one customer.');
      const { _id, ...row } = indexRow(customer, new Map([[login.key, account]]), settings);
      return { replaceOne: { filter: { _id }, replacement: row, upsert: true } };
    }),
    { session },
  );
  await database.indexedRecords.bulkWrite(
    pairs.flatMap(({ login, delivery }): AnyBulkWriteOperation<IndexedRecord>[] => {
      const { _id, ...record } = indexedDelivery(delivery, settings);
      return [
        { insertOne: { document: indexedLogin(login, settings) } },
        { replaceOne: { filter: { _id }, replacement: record, upsert: true } },
      ];
    }),
    { session },
  );
}

/** One of the records cannot be written, and which one is seen when each is tried alone. */
export class BackfillRefusedError extends Error {
  constructor() {
    super('A delivery record could not be linked as it was read.');
    this.name = 'BackfillRefusedError';
  }
}

interface Pair {
  readonly stored: StoredUser;
  readonly login: LoginRecord;
  readonly delivery: DeliveryRecord;
  readonly account: StoredAccount;
}

function makePair(
  { orphan, phoneTaken }: PlannedLogin,
  { defaultPhoneRegion }: BackfillDependencies['customers']['settings'],
  activeStatuses: ReadonlySet<string>,
  { jobId, now, distinctPlaceholders }: WriteLoginsOptions,
): Pair {
  const { delivery, linkBefore } = orphan;
  const id = randomUUID();
  const contact = loginContact(
    { email: delivery.email, phone: delivery.phone, taken: { email: false, phone: phoneTaken } },
    id,
    defaultPhoneRegion,
    distinctPlaceholders,
  );
  const stored = newLogin(
    {
      name: delivery.name ?? '',
      ...contact,
      passwordHash: null,
      role: 'customer',
      isActive: isActiveStatus(delivery.statusText, activeStatuses),
      customerV2Id: delivery.id,
      createdAt: now,
    },
    id,
  );
  const login = toLoginRecord(stored);
  return {
    stored,
    login,
    delivery: { ...delivery, claim: { kind: 'text', id } },
    account: {
      _id: login.key,
      credentialsPending: true,
      createdByJob: jobId,
      madeAs: madeAs(stored, linkBefore),
    },
  };
}

/** Whether a login for a record with this status is active: case and the space around it aside. */
export function isActiveStatus(statusText: string | null, activeStatuses: ReadonlySet<string>): boolean {
  return activeStatuses.has(statusText?.trim().toLowerCase() ?? '');
}

/** Null holds for a missing field as well. */
function linkDelivery({ login, delivery }: Pair): AnyBulkWriteOperation<StoredCustomerV2> {
  const filter = { _id: delivery._id, user_id: { $in: [null, ''] } } as Filter<StoredCustomerV2>;
  return { updateOne: { filter, update: { $set: { user_id: login.id } } } };
}

function journalEntry({ login, delivery }: Pair, { actor, now }: WriteLoginsOptions): NewJournalEntry {
  const after = {
    'users.name': login.name,
    'users.phone': login.phone,
    'users.email': login.email,
    'users.role': login.role,
    'users.is_active': String(login.isActive),
  };
  return {
    at: now,
    actor,
    action: 'LOGIN_CREATED',
    subjectIds: [delivery.id ?? delivery.keyText, login.id ?? login.keyText],
    changes: changesBetween({}, after),
  };
}
