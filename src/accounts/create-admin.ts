import { randomUUID } from 'node:crypto';
import { type ClientSession, type Filter, ObjectId } from 'mongodb';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { Database } from '../database/collections.ts';
import { loginProjection, recordKey, type StoredUser, toLoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError, badInput } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { phoneSpellings } from './phone-spellings.ts';
import { temporaryPassword } from './temporary-password.ts';

export interface CreateAdminDependencies {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly indexSettings: IndexSettings;
  readonly temporaryPasswordLifetimeMs: number;
  readonly now: () => Date;
}

export interface CreateAdminInput {
  readonly name: string;
  readonly email: string;
  /** In any spelling; null for none. */
  readonly phone: string | null;
}

export interface CreatedAdmin {
  /** `id` of the new login. */
  readonly id: string;
  /** Nowhere else, and never again: it opens a session that can only choose another. */
  readonly temporaryPassword: string;
  readonly expiresAt: Date;
}

/**
 * Makes a login of role `admin` with a temporary password: for whoever may run commands on the server.
 *
 * @throws AppError BAD_USER_INPUT (`name`, `email`, `phone`); CONFLICT when another login has the e-mail or phone.
 */
export async function createAdmin(
  dependencies: CreateAdminDependencies,
  input: CreateAdminInput,
): Promise<CreatedAdmin> {
  const { database, hasher, now } = dependencies;
  const contact = checkContact(input, dependencies.indexSettings);
  const password = temporaryPassword();
  const passwordHash = await hasher.hash(password);
  const expiresAt = new Date(now().getTime() + dependencies.temporaryPasswordLifetimeMs);
  const id = await inTransaction(database, (transaction) =>
    writeAdmin(dependencies, contact, { passwordHash, expiresAt }, transaction),
  );
  return { id, temporaryPassword: password, expiresAt };
}

interface Contact {
  readonly name: string;
  readonly email: string;
  /** As typed. */
  readonly phone: string | null;
  readonly phoneE164: string | null;
}

function checkContact(input: CreateAdminInput, { defaultPhoneRegion }: IndexSettings): Contact {
  const name = input.name.trim();
  if (name === '' || name.length > maxNameLength)
    throw badInput('name', `A name has 1 to ${maxNameLength} characters.`);
  const email = canonicalEmail(input.email);
  if (email === null) throw badInput('email', 'This is no e-mail address to which anything can be sent.');
  const phone = input.phone?.trim() ?? '';
  const phoneE164 = canonicalPhone(phone, defaultPhoneRegion);
  if (phone !== '' && phoneE164 === null) throw badInput('phone', 'This is no valid phone number.');
  return { name, email, phone: phone === '' ? null : phone, phoneE164 };
}

const maxNameLength = 200;

async function writeAdmin(
  { database, indexSettings, now }: CreateAdminDependencies,
  contact: Contact,
  { passwordHash, expiresAt }: { passwordHash: string; expiresAt: Date },
  transaction: ClientSession,
): Promise<string> {
  await refuseTaken(database, contact, indexSettings, transaction);
  const at = now();
  const _id = new ObjectId();
  const id = randomUUID();
  const { name, email, phone } = contact;
  await database.users.insertOne(
    {
      _id,
      id,
      email,
      phone,
      name,
      password_hash: passwordHash,
      role: 'admin',
      is_active: true,
      customer_v2_id: null,
      created_at: at.toISOString(),
    },
    { session: transaction },
  );
  await database.accounts.insertOne(
    { _id: recordKey(_id), mustChangePassword: true, passwordExpiresAt: expiresAt, credentialsSentAt: at },
    { session: transaction },
  );
  const changes = Object.entries({ role: 'admin', name, email, phone })
    .filter(([, after]) => after !== null)
    .map(([field, after]) => ({ field, before: null, after }));
  await writeJournal(
    database,
    [{ at, actor: 'command line', action: 'ADMIN_CREATED', subjectIds: [id], changes }],
    transaction,
  );
  await refreshIndex(database, { loginKeys: [_id], deliveryKeys: [] }, indexSettings, transaction);
  return id;
}

/** A login with this e-mail or phone makes both unreachable by it: nobody is picked out of several. */
async function refuseTaken(
  database: Database,
  { email, phone, phoneE164 }: Contact,
  { defaultPhoneRegion }: IndexSettings,
  transaction: ClientSession,
): Promise<void> {
  const indexed = await database.indexedRecords
    .find(
      { source: 'user', $or: [{ email }, ...(phoneE164 === null ? [] : [{ phone: phoneE164 }])] },
      { session: transaction, projection: { recordId: 1 } },
    )
    .toArray();
  const phones = phoneE164 === null ? [] : phoneSpellings(phone ?? phoneE164, phoneE164);
  const filter = {
    $or: [{ _id: { $in: indexed.map((record) => record.recordId) } }, { email }, { phone: { $in: phones } }],
  } as Filter<StoredUser>;
  const stored = await database.users
    .find(filter, { session: transaction, projection: loginProjection })
    .toArray();
  const logins = stored.map(toLoginRecord);
  if (logins.some((login) => canonicalEmail(login.email) === email)) {
    throw new AppError('CONFLICT', 'Another login has this e-mail.', { argument: 'email' });
  }
  if (
    phoneE164 !== null &&
    logins.some((login) => canonicalPhone(login.phone, defaultPhoneRegion) === phoneE164)
  ) {
    throw new AppError('CONFLICT', 'Another login has this phone.', { argument: 'phone' });
  }
}
