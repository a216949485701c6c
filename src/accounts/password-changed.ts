import type { LoginRecord } from '../database/stored-documents.ts';
import type { PreparedNotification } from '../notifications/outbox.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { recipientOf } from './credentials-message.ts';
import type { PasswordOwner } from './password-policy.ts';
import { loginAddress, viewerRole } from './viewer.ts';

/** Tells whoever has a login that its password is another one now. There is no secret in it, so preparing it is no work. */
export function passwordChangedNotice(
  { outbox, indexSettings }: Pick<AccountsDependencies, 'outbox' | 'indexSettings'>,
  login: LoginRecord,
  now: Date,
): Promise<PreparedNotification> {
  return outbox.prepare({
    kind: 'PASSWORD_CHANGED',
    to: recipientOf(login, indexSettings.defaultPhoneRegion),
    loginKey: login.key,
    subjectIds: [loginAddress(login)],
    values: { name: login.name ?? '' },
    secrets: {},
    expiresAt: null,
    now,
  });
}

/** Whose password it becomes, for the policy. */
export function passwordOwner({ role, name, email, phone }: LoginRecord): PasswordOwner {
  return { role: viewerRole(role) ?? 'CUSTOMER', name, email, phone };
}

/** What to `$set` in the account of a login that has a password of its own choice; failures are apart. */
export const ownPassword = {
  mustChangePassword: false,
  passwordExpiresAt: null,
  credentialsPending: false,
  pendingEmail: null,
} as const;
