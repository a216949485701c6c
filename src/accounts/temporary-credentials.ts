import type { StoredAccount } from '../database/collections.ts';
import { hashSalt } from '../database/stored-documents.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { temporaryPassword } from './temporary-password.ts';

/** A temporary password: its hash for the login, what its account says of it, and itself for the message. */
export interface TemporaryCredentials {
  readonly password: string;
  readonly passwordHash: string;
  readonly expiresAt: Date;
  /** What to `$set` in the account, in the transaction that writes the hash. */
  readonly account: Pick<StoredAccount, 'mustChangePassword' | 'passwordExpiresAt'> &
    Required<Pick<StoredAccount, 'temporarySalt'>> & { readonly credentialsPending: false };
}

/**
 * Makes a temporary password and hashes it: before the transaction, since hashing takes long.
 *
 * @throws AppError RATE_LIMITED when too many are being made.
 */
export async function makeTemporaryCredentials({
  hasher,
  temporaryPasswordLifetimeMs,
  now,
}: Pick<
  AccountsDependencies,
  'hasher' | 'temporaryPasswordLifetimeMs' | 'now'
>): Promise<TemporaryCredentials> {
  const password = temporaryPassword();
  const passwordHash = await hasher.hashInTurn(password);
  return temporaryCredentials(
    { password, passwordHash },
    new Date(now().getTime() + temporaryPasswordLifetimeMs),
  );
}

/** A temporary password that was hashed before, for whoever gets it now. */
export function temporaryCredentials(
  { password, passwordHash }: Pick<TemporaryCredentials, 'password' | 'passwordHash'>,
  expiresAt: Date,
): TemporaryCredentials {
  return {
    password,
    passwordHash,
    expiresAt,
    account: {
      mustChangePassword: true,
      passwordExpiresAt: expiresAt,
      temporarySalt: hashSalt(passwordHash) ?? '',
      credentialsPending: false,
    },
  };
}
