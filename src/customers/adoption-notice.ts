import { recipientOf } from '../accounts/credentials-message.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { PreparedNotification } from '../notifications/outbox.ts';
import type { CustomerDependencies } from './customer-access.ts';

/** Tells the contact of a login that it was joined to a delivery record. It writes nothing. */
export function prepareAdoptionNotice(
  { accounts, settings }: Pick<CustomerDependencies, 'accounts' | 'settings'>,
  login: LoginRecord,
  subjectIds: readonly string[],
  now: Date,
): Promise<PreparedNotification> {
  return accounts.outbox.prepare({
    kind: 'LOGIN_ADOPTED',
    to: recipientOf(login, settings.defaultPhoneRegion),
    loginKey: login.key,
    subjectIds,
    values: { name: login.name ?? '' },
    secrets: {},
    expiresAt: null,
    now,
  });
}
