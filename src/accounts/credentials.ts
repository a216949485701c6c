import { passwordExpiry } from '../customer-index/temporary-password-state.ts';
import type { StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';

/** Whether the password of a login was temporary and has not been used in time. */
export function passwordHasExpired(account: StoredAccount | null, login: LoginRecord, now: Date): boolean {
  const expiresAt = passwordExpiry(account, login);
  return expiresAt !== null && expiresAt.getTime() <= now.getTime();
}

/** The one answer to every log-in that fails, whatever was wrong with it. */
export function invalidCredentials(): AppError {
  return new AppError('INVALID_CREDENTIALS', 'The e-mail, phone or password is not right.');
}
