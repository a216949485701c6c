import type { StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';

/** What an account says of the temporary password that was last given to its login. */
export type TemporaryPassword = Pick<
  StoredAccount,
  'mustChangePassword' | 'passwordExpiresAt' | 'temporarySalt' | 'credentialsPending'
>;

/** What an account adds to a login when it is decided whether the customer can log in. */
export interface PasswordFacts {
  /** When the temporary password stops being accepted; null for one that does not. */
  readonly passwordExpiresAt: Date | null;
  /** The login was made without a password, and waits for its first credentials. */
  readonly credentialsPending: boolean;
}

/** What holds of a customer's login; of none, nothing. */
export function passwordFacts(
  account: TemporaryPassword | null | undefined,
  login: Pick<LoginRecord, 'hashSalt'> | null,
): PasswordFacts {
  if (login === null) return noPasswordFacts;
  return {
    passwordExpiresAt: passwordExpiry(account, login),
    credentialsPending: account?.credentialsPending === true,
  };
}

export const noPasswordFacts: PasswordFacts = { passwordExpiresAt: null, credentialsPending: false };

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
