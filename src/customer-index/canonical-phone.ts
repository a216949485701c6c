import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { parsePhoneNumberFromString as parseWithLineTypes } from 'libphonenumber-js/max';

export type PhoneRegion = CountryCode;

/** E.164 (`+919876543211`) of a phone in any spelling, or null for what is no valid number. */
export function canonicalPhone(typed: string | null | undefined, defaultRegion: PhoneRegion): string | null {
  if (typed == null || typed.length > maxTypedLength) return null;
  const number = parsePhoneNumberFromString(typed, defaultRegion);
  return number?.isValid() ? number.number : null;
}

/** The digits of an E.164 number without its country code: `9876543211`. */
export function nationalDigits(phoneE164: string): string {
  return parsePhoneNumberFromString(phoneE164)?.nationalNumber ?? phoneE164.replace('+', '');
}

/** Whether an SMS can be delivered to an E.164 number: every valid number but those known to be other lines. */
export function canReceiveSms(phoneE164: string): boolean {
  const type = parseWithLineTypes(phoneE164)?.getType();
  return type === undefined || type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE';
}

/** Longer text is no phone number; libphonenumber stops at 250 as well. */
const maxTypedLength = 250;
