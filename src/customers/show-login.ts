import { viewerRole } from '../accounts/viewer.ts';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { Login } from './customer-type.ts';

/**
 * A login as an admin sees it: nothing is masked.
 *
 * @param login Of a role that the API can name.
 * @param userId The address of the login.
 */
export function showLogin(login: LoginRecord, account: StoredAccount | null, userId: string): Login {
  const role = viewerRole(login.role);
  if (role === null) throw new RangeError('A login of an unknown role is not shown.');
  return {
    userId,
    name: login.name,
    email: login.email,
    phone: login.phone,
    role,
    isActive: login.isActive,
    mustChangePassword: mustChangePassword(account, login),
    credentialsSentAt: account?.credentialsSentAt ?? null,
    lastLoginAt: account?.lastLoginAt ?? null,
  };
}
