import { canonicalEmail } from '../customer-index/canonical-email.ts';
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
 * phone, and never to the contact of its delivery record. Whatever was asked by: the phone of a login with an address may
 * be somebody else's by now, who signed up with it. One message for each destination, which offers all logins that have
 * no other; none for a login that may not log in.
 */
export function recoveryDestinations(
  { outbox, indexSettings }: Pick<AccountsDependencies, 'outbox' | 'indexSettings'>,
  meant: readonly LoginRecord[],
): RecoveryDestination[] {
  const byKey = new Map<string, RecoveryDestination>();
  for (const login of meant.filter(mayRecover)) {
    const contacts = ownContacts(recipientOf(login, indexSettings.defaultPhoneRegion));
    const contact = contacts.find(({ to }) => outbox.reaches(to));
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
