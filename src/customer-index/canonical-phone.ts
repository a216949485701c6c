import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { parsePhoneNumberFromString as parseWithLineTypes } from 'libphonenumber-js/max';

export type PhoneRegion = CountryCode;

/** E.164 (`+919876543211`) of a phone in any spelling, or null for what is no valid number. */
export function canonicalPhone(typed: string | null | undefined, defaultRegion: PhoneRegion): string | null {
  if (typed == null || typed.length > maxTypedLength) return null;
  return canonical(`${defaultRegion} ${typed}`, () => {
    const number = parsePhoneNumberFromString(typed, defaultRegion);
    return number?.isValid() ? number.number : null;
  });
}

/** The digits of an E.164 number without its country code: `9876543211`. */
export function nationalDigits(phoneE164: string): string {
  return national(
    phoneE164,
    () => parsePhoneNumberFromString(phoneE164)?.nationalNumber ?? phoneE164.replace('+', ''),
  );
}

/** Whether an SMS can be delivered to an E.164 number: every valid number but those known to be other lines. */
export function canReceiveSms(phoneE164: string): boolean {
  const type = parseWithLineTypes(phoneE164)?.getType();
  return type === undefined || type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE';
}

/**
 * Remembers what was worked out last: one phone is read some ten times while its customer is created, at 20 µs each.
 * Forgets everything when it is full, which costs less than to keep an order.
 */
function remembering<Value>(): (key: string, work: () => Value) => Value {
  const known = new Map<string, Value>();
  return (key, work) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = work();
    if (known.size >= maxRemembered) known.clear();
    known.set(key, value);
    return value;
  };
}

const maxRemembered = 2_000;
const canonical = remembering<string | null>();
const national = remembering<string>();

/** Longer text is no phone number; libphonenumber stops at 250 as well. */
const maxTypedLength = 250;
