import { placeholderEmail } from '../accounts/login-name.ts';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import type { TakenContact } from './plan-creation.ts';

/** How somebody who gets a login can be reached, and which part of it another login has. */
export interface ContactValues {
  /** As typed; null for none. */
  readonly email: string | null;
  readonly phone: string | null;
  /** What of it another login has: it is not stored, or both could not log in by it any more. */
  readonly taken: TakenContact;
}

/**
 * The part of a contact by which a login can be told from every other, as it is stored.
 *
 * @param id Of the login: a placeholder of a household's further member has its beginning in it.
 * @param distinctPlaceholder Give a placeholder that no other login can have.
 */
export function loginContact(
  { email, phone, taken }: ContactValues,
  id: string,
  region: PhoneRegion,
  distinctPlaceholder: boolean,
): { readonly email: string; readonly phone: string | null } {
  const ownEmail = taken.email ? null : canonicalEmail(email);
  const suffix = taken.phone || distinctPlaceholder ? id.slice(0, 8) : undefined;
  return {
    email: ownEmail ?? placeholderEmail(canonicalPhone(phone, region) ?? id, suffix),
    phone: taken.phone ? null : phone,
  };
}
