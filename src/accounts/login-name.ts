import { placeholderDomain } from '../customer-index/canonical-email.ts';
import { canonicalPhone, nationalDigits, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import { deliverable } from '../customer-index/customer-values.ts';

/**
 * What somebody types to log in: their e-mail where something can be sent to it, else their phone, else the id of their
 * login, as a member of a household has it whose phone is another's.
 */
export function loginName(
  login: { readonly id: string | null; readonly email: string | null; readonly phone: string | null },
  defaultPhoneRegion: PhoneRegion,
): string {
  return deliverable(login) ?? canonicalPhone(login.phone, defaultPhoneRegion) ?? login.id ?? '';
}

/**
 * The address that stands for "none": `9876543211@delivery.local`. The older application wants one in every login.
 *
 * @param suffix Distinguishes the logins of a household; absent for the first of a phone.
 */
export function placeholderEmail(phoneE164: string, suffix?: string): string {
  return `${nationalDigits(phoneE164)}${suffix === undefined ? '' : `.${suffix}`}@${placeholderDomain}`;
}
