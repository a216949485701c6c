import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { Recipient } from '../notifications/outbox.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { recipientOf } from './credentials-message.ts';
import { viewerRole } from './viewer.ts';

/** Where one message goes, and the logins that it offers. */
export interface RecoveryDestination {
  readonly channel: 'EMAIL' | 'SMS';
  /** An address in canonical form, or a phone in E.164. */
  readonly key: string;
  readonly to: Recipient;
  readonly logins: readonly LoginRecord[];
}

/**
 * Where messages go for a forgotten password: to the login's own address where one can be sent to it, else to its own
 * phone, and never to the contact of its delivery record. Who asks by a phone that several share is answered at that
 * phone, which is what they have. One message for each destination; none for a login that may not log in.
 */
export function recoveryDestinations(
  { outbox, indexSettings }: Pick<AccountsDependencies, 'outbox' | 'indexSettings'>,
  identifier: string,
  meant: readonly LoginRecord[],
): RecoveryDestination[] {
  const region = indexSettings.defaultPhoneRegion;
  const logins = meant.filter(mayRecover);
  const asked = identifier.includes('@') ? null : canonicalPhone(identifier, region);
  const phoneFirst = asked !== null && logins.length > 1;
  const byKey = new Map<string, RecoveryDestination>();
  for (const login of logins) {
    const contacts = ownContacts(recipientOf(login, region)).filter(({ to }) => outbox.reaches(to));
    const contact = contacts.find(({ channel }) => phoneFirst && channel === 'SMS') ?? contacts[0];
    if (contact === undefined) continue;
    const others = byKey.get(contact.key)?.logins ?? [];
    byKey.set(contact.key, { ...contact, logins: [...others, login] });
  }
  return [...byKey.values()];
}

/** Whether a login may have a new password: not one that was switched off, or whose role the gateway does not know. */
export function mayRecover(login: LoginRecord): boolean {
  return login.isActive && viewerRole(login.role) !== null;
}

function ownContacts({ email, phoneE164 }: Recipient): Omit<RecoveryDestination, 'logins'>[] {
  const address = canonicalEmail(email);
  return [
    ...(address === null
      ? []
      : [{ channel: 'EMAIL' as const, key: address, to: { email, phoneE164: null } }]),
    ...(phoneE164 === null
      ? []
      : [{ channel: 'SMS' as const, key: phoneE164, to: { email: null, phoneE164 } }]),
  ];
}
