import { canonicalPhone, nationalDigits, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import { foldCase } from '../customer-index/normalize-name.ts';
import { type AppError, badInput } from '../errors.ts';
import { commonPasswords } from './common-passwords.ts';
import { maxPasswordBytes } from './password-hasher.ts';
import type { ViewerRole } from './viewer.ts';

/** Whose password it is to become. */
export interface PasswordOwner {
  readonly role: ViewerRole;
  readonly name: string | null;
  /** As stored; a placeholder counts too. */
  readonly email: string | null;
  readonly phone: string | null;
}

/** Characters that a new password needs: those who see everybody's records need more. ASVS 5, 6.2.1. */
export function minPasswordLength(role: ViewerRole): number {
  return role === 'ADMIN' || role === 'ANALYST' ? 15 : 8;
}

/**
 * Refuses a new password that is too short, too long, among the most common ones, or little more than the owner's own
 * name, phone or e-mail. Any characters are allowed and none are required (NIST SP 800-63B, OWASP).
 *
 * @throws AppError BAD_USER_INPUT that names the argument `newPassword`.
 */
export async function checkNewPassword(
  password: string,
  owner: PasswordOwner,
  defaultPhoneRegion: PhoneRegion,
): Promise<void> {
  const minLength = minPasswordLength(owner.role);
  if (password.length > maxPasswordBytes || Buffer.byteLength(password) > maxPasswordBytes) {
    throw refused(
      `must not be longer than ${maxPasswordBytes} bytes, which is ${maxPasswordBytes} letters without accents`,
    );
  }
  if ([...password].length < minLength) throw refused(`must have at least ${minLength} characters`);
  if ((await commonPasswords()).has(password.toLowerCase())) {
    throw refused('is one of the most common ones, which are tried first. Choose another');
  }
  if (isPersonal(password, owner, defaultPhoneRegion)) {
    throw refused('must not be made of your own name, phone or e-mail');
  }
}

function refused(what: string): AppError {
  return badInput('newPassword', `The new password ${what}.`);
}

/** Whether at most four letters and digits are left of a password once what everybody knows of its owner is taken out. */
function isPersonal(password: string, owner: PasswordOwner, defaultPhoneRegion: PhoneRegion): boolean {
  const whole = lettersAndDigits(password);
  const known = personalTexts(owner, defaultPhoneRegion)
    .filter((text) => text.length >= shortestPersonalText)
    .sort((one, other) => other.length - one.length);
  const rest = known.reduce((left, text) => left.replaceAll(text, ''), whole);
  return rest.length < whole.length && rest.length <= 4;
}

const shortestPersonalText = 3;

function personalTexts({ name, email, phone }: PasswordOwner, defaultPhoneRegion: PhoneRegion): string[] {
  const phoneE164 = canonicalPhone(phone, defaultPhoneRegion);
  const [mailbox = '', domain = ''] = (email ?? '').split('@');
  return [
    name ?? '',
    ...(name ?? '').split(/\s+/),
    email ?? '',
    mailbox,
    ...mailbox.split(/[^\p{L}\p{N}]+/u),
    domain.split('.')[0] ?? '',
    phone ?? '',
    ...(phoneE164 === null ? [] : [phoneE164, nationalDigits(phoneE164), `0${nationalDigits(phoneE164)}`]),
  ].map(lettersAndDigits);
}

function lettersAndDigits(text: string): string {
  return foldCase(text).replace(/[^\p{L}\p{N}\p{M}]+/gu, '');
}
