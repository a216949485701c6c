import type { ClientSession, ObjectId } from 'mongodb';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { emailClaim, phoneClaim, touchClaims } from '../database/claims.ts';
import type { Database, StoredAccount } from '../database/collections.ts';
import { recordKey, type StoredUser } from '../database/stored-documents.ts';
import { changesBetween, type JournalAction, writeJournal } from '../journal/write-journal.ts';
import { type NewLogin, newLogin } from './new-login.ts';
import { type FieldDetails, refuseTakenContact, type StaffContact } from './staff-contact.ts';
import type { TemporaryCredentials } from './temporary-credentials.ts';

/** A login of somebody who works here, before it is written. */
export interface StaffLogin {
  readonly contact: StaffContact;
  readonly login: StoredUser & { _id: ObjectId; id: string };
  readonly account: StoredAccount;
  readonly createdAt: Date;
}

/** Puts together what `writeStaffLogin` writes: active, and with a temporary password. */
export function newStaffLogin(
  contact: StaffContact,
  role: Exclude<NewLogin['role'], 'customer'>,
  { passwordHash, account }: TemporaryCredentials,
  createdAt: Date,
): StaffLogin {
  const { name, email, phone } = contact;
  const login = newLogin({
    name,
    email,
    phone,
    passwordHash,
    role,
    isActive: true,
    customerV2Id: null,
    createdAt,
  });
  return { contact, login, account: { _id: recordKey(login._id), ...account }, createdAt };
}

export interface WriteStaffOptions {
  readonly database: Database;
  readonly indexSettings: IndexSettings;
  /** Address of who makes it, or `command line`. */
  readonly actor: string;
  readonly action: Extract<JournalAction, 'ADMIN_CREATED' | 'STAFF_CREATED'>;
  readonly detailsOf: FieldDetails;
}

/**
 * Writes login, account, journal entry and index. Of two at once with one e-mail or phone the second begins again, and
 * finds the first.
 *
 * @throws AppError CONFLICT (`email`, `phone`) when another login has it.
 */
export async function writeStaffLogin(
  { contact, login, account, createdAt }: StaffLogin,
  { database, indexSettings, actor, action, detailsOf }: WriteStaffOptions,
  session: ClientSession,
): Promise<void> {
  const { name, email, phone, phoneE164 } = contact;
  const claims = [emailClaim(email), ...(phoneE164 === null ? [] : [phoneClaim(phoneE164)])];
  await touchClaims(database, claims, createdAt, session);
  await refuseTakenContact(database, contact, indexSettings.defaultPhoneRegion, detailsOf, session);
  await database.users.insertOne(login, { session });
  await database.accounts.insertOne(account, { session });
  const changes = changesBetween({}, { role: String(login.role), name, email, phone });
  await writeJournal(database, [{ at: createdAt, actor, action, subjectIds: [login.id], changes }], session);
  await refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [] }, indexSettings, session);
}
