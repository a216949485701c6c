import type { Filter } from 'mongodb';
import type { StoredAccount, StoredNotification } from '../database/collections.ts';

/**
 * The account of which a message with credentials is still true: its temporary password is the one in the message, by
 * their common expiry. Null for a message of no login.
 */
export function credentialsAccountFilter({
  loginKey,
  expiresAt,
}: Pick<StoredNotification, 'loginKey' | 'expiresAt'>): Filter<StoredAccount> | null {
  if (loginKey === null || expiresAt === null) return null;
  return { _id: loginKey, mustChangePassword: true, passwordExpiresAt: expiresAt };
}
