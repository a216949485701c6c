import { toLoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { type AppError, badField } from '../errors.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { credentialsMessage, recipientOf } from './credentials-message.ts';
import { type LoginView, loginView } from './login-view.ts';
import { requireAdmin } from './require-admin.ts';
import { checkStaffContact, type FieldDetails, type StaffContactInput } from './staff-contact.ts';
import { makeTemporaryCredentials } from './temporary-credentials.ts';
import { storedRole, type Viewer, type ViewerRole } from './viewer.ts';
import { newStaffLogin, writeStaffLogin } from './write-staff-login.ts';

export interface CreateStaffInput extends StaffContactInput {
  readonly role: ViewerRole;
}

/**
 * Makes a login for somebody who works here, and sends them a temporary password.
 *
 * @throws AppError FORBIDDEN to all but admins; BAD_USER_INPUT (`name`, `email`, `phone`, `role`), also when no message can
 * reach them; CONFLICT (`email`, `phone`) when another login has it; RATE_LIMITED when too many passwords are being made.
 */
export async function createStaff(
  dependencies: AccountsDependencies,
  viewer: Viewer | null,
  input: CreateStaffInput,
): Promise<LoginView> {
  const { database, indexSettings, outbox, now } = dependencies;
  const admin = requireAdmin(viewer);
  const role = storedRole(input.role);
  if (role === 'customer')
    throw badField('role', 'Staff are no customers. For a customer use createCustomer.');
  const { defaultPhoneRegion } = indexSettings;
  const contact = checkStaffContact(input, defaultPhoneRegion, detailsOf);
  const credentials = await makeTemporaryCredentials(dependencies);
  const createdAt = now();
  const staff = newStaffLogin(contact, role, credentials, createdAt);
  const login = toLoginRecord(staff.login);
  const to = recipientOf(login, defaultPhoneRegion);
  const message = await outbox.prepare(
    credentialsMessage(login, credentials, {
      to,
      subjectIds: [staff.login.id],
      defaultPhoneRegion,
      now: createdAt,
    }),
  );
  // Nobody would ever know the password.
  if (message.rows.length === 0) throw unreachable();
  const options = { database, indexSettings, actor: admin.id, action: 'STAFF_CREATED', detailsOf } as const;
  await inTransaction(database, async (session) => {
    await writeStaffLogin(staff, options, session);
    await outbox.add([message], session);
  });
  outbox.wake();
  return loginView(login, staff.account);
}

const detailsOf: FieldDetails = (field) => ({ argument: 'input', field });

/** E-mail is not configured, and there is no phone that receives SMS. */
function unreachable(): AppError {
  return badField(
    'phone',
    'Messages leave by SMS alone here: a mobile phone is needed to send the password to.',
  );
}
