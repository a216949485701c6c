import { inTransaction } from '../database/transaction.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { checkStaffContact, type FieldDetails, type StaffContactInput } from './staff-contact.ts';
import { makeTemporaryCredentials } from './temporary-credentials.ts';
import { newStaffLogin, writeStaffLogin } from './write-staff-login.ts';

export type CreateAdminDependencies = Pick<
  AccountsDependencies,
  'database' | 'hasher' | 'indexSettings' | 'temporaryPasswordLifetimeMs' | 'now'
>;

export interface CreatedAdmin {
  /** `id` of the new login. */
  readonly id: string;
  /** Nowhere else, and never again: it opens a session that can only choose another. */
  readonly temporaryPassword: string;
  readonly expiresAt: Date;
}

/**
 * Makes a login of role `admin` with a temporary password, which is shown and not sent: for whoever may run commands on
 * the server.
 *
 * @throws AppError BAD_USER_INPUT (`name`, `email`, `phone`); CONFLICT when another login has the e-mail or phone.
 */
export async function createAdmin(
  dependencies: CreateAdminDependencies,
  input: StaffContactInput,
): Promise<CreatedAdmin> {
  const { database, indexSettings, now } = dependencies;
  const contact = checkStaffContact(input, indexSettings.defaultPhoneRegion, detailsOf);
  const credentials = await makeTemporaryCredentials(dependencies);
  const createdAt = now();
  const { account, ...made } = newStaffLogin(contact, 'admin', credentials, createdAt);
  const staff = { ...made, account: { ...account, credentialsSentAt: createdAt } };
  const options = {
    database,
    indexSettings,
    actor: 'command line',
    action: 'ADMIN_CREATED',
    detailsOf,
  } as const;
  await inTransaction(database, (session) => writeStaffLogin(staff, options, session));
  return { id: made.login.id, temporaryPassword: credentials.password, expiresAt: credentials.expiresAt };
}

const detailsOf: FieldDetails = (field) => ({ argument: field });
