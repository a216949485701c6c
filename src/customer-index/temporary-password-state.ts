import type { StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';

/** What an account says of the temporary password that was last given to its login. */
export type TemporaryPassword = Pick<
  StoredAccount,
  'mustChangePassword' | 'passwordExpiresAt' | 'temporarySalt'
>;

/** Whether the login's password is temporary: good for choosing another, and for nothing else. */
export function mustChangePassword(
  account: TemporaryPassword | null | undefined,
  login: Pick<LoginRecord, 'hashSalt'>,
): boolean {
  return account?.mustChangePassword === true && isOf(account, login);
}

/** When the login's password stops being accepted; null for one that does not. */
export function passwordExpiry(
  account: TemporaryPassword | null | undefined,
  login: Pick<LoginRecord, 'hashSalt'>,
): Date | null {
  return account != null && isOf(account, login) ? (account.passwordExpiresAt ?? null) : null;
}

/**
 * Whether the login still has the password that the account tells of. The older application sets passwords too, and
 * knows nothing of accounts: a password that it has set is neither temporary nor does it expire.
 */
function isOf({ temporarySalt }: TemporaryPassword, { hashSalt }: Pick<LoginRecord, 'hashSalt'>): boolean {
  return temporarySalt === undefined || temporarySalt === hashSalt;
}
