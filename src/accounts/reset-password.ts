import type { AccountsDependencies } from './accounts-dependencies.ts';
import { invalidToken } from './one-time-token.ts';

export interface ResetPasswordInput {
  /** Of the link that was sent by e-mail, or the code that was sent by SMS. */
  readonly token: string;
  /** With a code: what its message says to log in with, or the phone that it was sent to. Null with a link. */
  readonly identifier: string | null;
  readonly newPassword: string;
  /** Address of the client, read through the trusted proxies. */
  readonly clientAddress: string;
}

/**
 * Gives a login a new password, to whoever has the link or the code that was sent to the login's own contact.
 *
 * @throws AppError INVALID_OR_EXPIRED_TOKEN for everything that is no good, all alike; BAD_USER_INPUT (`newPassword`) by
 * the policy, and the token goes on holding.
 */
export async function resetPassword(
  _dependencies: AccountsDependencies,
  _input: ResetPasswordInput,
): Promise<{ message: string }> {
  throw invalidToken();
}
