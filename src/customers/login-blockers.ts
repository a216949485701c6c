import type { PasswordFacts } from '../customer-index/temporary-password-state.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import type { LoginBlocker } from './customer-enums.ts';

/**
 * Every reason why a login cannot be used now, by the rule of `canLogin` in docs/domain.md; `LOCKED` passes by itself and
 * is not among them.
 */
export function loginBlockers(
  login: LoginRecord | null,
  { passwordExpiresAt, credentialsPending }: PasswordFacts,
  now: Date,
): LoginBlocker[] {
  if (login === null) return ['NO_LOGIN'];
  const blockers: LoginBlocker[] = [];
  if (!login.isActive) blockers.push('INACTIVE');
  if (login.hashSalt === null) blockers.push('NO_PASSWORD');
  if (login.hashSalt === null && credentialsPending) blockers.push('CREDENTIALS_NOT_SENT');
  if (passwordExpiresAt !== null && passwordExpiresAt <= now) blockers.push('TEMPORARY_PASSWORD_EXPIRED');
  return blockers;
}
