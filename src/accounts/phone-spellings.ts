import { nationalDigits } from '../customer-index/canonical-phone.ts';

/** The spellings of one phone by which a login is looked for in `users` itself; the index knows every other. */
export function phoneSpellings(typed: string, phoneE164: string): string[] {
  const national = nationalDigits(phoneE164);
  return [...new Set([typed, phoneE164, phoneE164.slice(1), national, `0${national}`])];
}
