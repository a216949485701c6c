import type { AnyBulkWriteOperation, ClientSession, Filter } from 'mongodb';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import { type IndexSettings, indexRow } from '../customer-index/customer-index-rows.ts';
import { indexedDelivery, indexedLogin } from '../customer-index/indexed-record.ts';
import { linkCustomers } from '../customer-index/link-graph.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { emailClaim, phoneClaim, touchClaims } from '../database/claims.ts';
import type { IndexedRecord } from '../database/collections.ts';
import type { StoredCustomerV2 } from '../database/stored-documents.ts';
import { changesBetween, type NewJournalEntry, writeJournal } from '../journal/write-journal.ts';
import { contactsOf } from './logins-with-contacts.ts';
import type { PlannedPair } from './plan-pair.ts';

export interface WriteLoginsOptions {
  /** For the journal. */
  readonly actor: string;
  readonly now: Date;
}

/**
 * Writes new logins, linked both ways to the delivery records that they were made for, with their accounts, journal entries
 * and index rows. The records were read in the same transaction, so nothing is read again. Each kind of document is one
 * command, however many there are.
 *
 * @throws BackfillRefusedError when a record is not as it was read.
 */
export async function writeLogins(
  { database, settings }: CustomerDependencies,
  pairs: readonly PlannedPair[],
  { actor, now }: WriteLoginsOptions,
  session: ClientSession,
): Promise<void> {
  if (pairs.length === 0) return;
  const options = { session };
  const { phones, emails } = contactsOf(pairs, settings);
  await touchClaims(database, [...phones.map(phoneClaim), ...emails.map(emailClaim)], now, session);
  await database.users.insertMany(
    pairs.map(({ stored }) => stored),
    options,
  );
  const { matchedCount } = await database.customersV2.bulkWrite(pairs.map(linkDelivery), options);
  if (matchedCount !== pairs.length) throw new BackfillRefusedError();
  await database.accounts.insertMany(
    pairs.map(({ account }) => account),
    options,
  );
  await writeJournal(
    database,
    pairs.map((pair) => journalEntry(pair, actor, now)),
    session,
  );
  await database.customerIndex.bulkWrite(
    pairs.map((pair) => replaceRow(pair, settings)),
    options,
  );
  // Apart: an ordered bulk of both by turns were a command for each of them.
  await database.indexedRecords.insertMany(
    pairs.map(({ login }) => indexedLogin(login, settings)),
    options,
  );
  await database.indexedRecords.bulkWrite(
    pairs.map((pair) => replaceRecord(pair, settings)),
    options,
  );
}

/** One of the records cannot be written, and which one is seen when each is tried alone. */
export class BackfillRefusedError extends Error {
  constructor() {
    super('A delivery record could not be linked as it was read.');
    this.name = 'BackfillRefusedError';
  }
}

/** Null holds for a missing field as well. */
function linkDelivery({ login, delivery }: PlannedPair): AnyBulkWriteOperation<StoredCustomerV2> {
  const filter = { _id: delivery._id, user_id: { $in: [null, ''] } } as Filter<StoredCustomerV2>;
  return { updateOne: { filter, update: { $set: { user_id: login.id } } } };
}

function journalEntry({ login, delivery }: PlannedPair, actor: string, now: Date): NewJournalEntry {
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

function replaceRow(
  { login, delivery, account }: PlannedPair,
  settings: IndexSettings,
): AnyBulkWriteOperation<CustomerIndexRow> {
  const [customer] = linkCustomers({ logins: [login], deliveries: [delivery] });
  if (customer === undefined) throw new TypeError('A pair is one customer.');
  const { _id, ...row } = indexRow(customer, new Map([[login.key, account]]), settings);
  return { replaceOne: { filter: { _id }, replacement: row, upsert: true } };
}

function replaceRecord(
  { delivery }: PlannedPair,
  settings: IndexSettings,
): AnyBulkWriteOperation<IndexedRecord> {
  const { _id, ...record } = indexedDelivery(delivery, settings);
  return { replaceOne: { filter: { _id }, replacement: record, upsert: true } };
}
