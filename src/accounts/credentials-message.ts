import { canonicalPhone, canReceiveSms, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import { deliverable } from '../customer-index/customer-values.ts';
import type { NewNotification, Recipient } from '../notifications/outbox.ts';
import { loginName } from './login-name.ts';
import type { TemporaryCredentials } from './temporary-credentials.ts';

/** Whose credentials a message carries. */
export interface CredentialsOwner {
  /** Record key of the login. */
  readonly key: string;
  readonly id: string | null;
  readonly name: string | null;
  /** As stored: may be a placeholder. */
  readonly email: string | null;
  readonly phone: string | null;
}

export interface CredentialsMessageOptions {
  readonly to: Recipient;
  readonly subjectIds: readonly string[];
  readonly defaultPhoneRegion: PhoneRegion;
  readonly now: Date;
}

/** The message by which somebody learns their temporary password: the only place where it is. */
export function credentialsMessage(
  owner: CredentialsOwner,
  credentials: TemporaryCredentials,
  { to, subjectIds, defaultPhoneRegion, now }: CredentialsMessageOptions,
): NewNotification<'CREDENTIALS'> {
  return {
    kind: 'CREDENTIALS',
    to,
    loginKey: owner.key,
    subjectIds,
    values: {
      name: owner.name ?? '',
      loginName: loginName(owner, defaultPhoneRegion),
      expiresOn: credentials.expiresAt.toISOString().slice(0, 10),
    },
    secrets: { password: credentials.password },
    expiresAt: credentials.expiresAt,
    now,
  };
}

/** Where a login or delivery record can be reached. */
export function recipientOf(
  record: { readonly email: string | null; readonly phone: string | null },
  defaultPhoneRegion: PhoneRegion,
): Recipient {
  const phoneE164 = canonicalPhone(record.phone, defaultPhoneRegion);
  return {
    email: deliverable(record),
    phoneE164: phoneE164 !== null && canReceiveSms(phoneE164) ? phoneE164 : null,
  };
}
