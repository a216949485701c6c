import { nationalDigits } from '../customer-index/canonical-phone.ts';
import { foldCase, normalizeName } from '../customer-index/normalize-name.ts';
import type { IdentifierKind } from '../customers/customer-enums.ts';
import { digitsOfPhone, editDistance } from '../customers/near-misses.ts';

/** What of somebody is compared. */
export interface ComparedPerson {
  /** As `normalizeName` makes it; empty for none. */
  readonly name: string;
  readonly words: readonly string[];
  readonly email: string | null;
  /** The digits of the phone without and with its country code. */
  readonly phones: readonly string[];
}

/** Worked out once for however many texts. */
export function comparedPerson(name: string, email: string | null, phoneE164: string | null): ComparedPerson {
  const phones = phoneE164 === null ? [] : [nationalDigits(phoneE164), phoneE164.replace('+', '')];
  return { name, words: name === '' ? [] : name.split(' '), email, phones };
}

/** A text as it is compared. */
export interface TypedText {
  readonly kind: Exclude<IdentifierKind, 'ID'>;
  readonly text: string;
}

/** What a text that nobody has is likely to be: a phone, an e-mail, else a name. */
export function typedText(identifier: string): TypedText {
  const digits = digitsOfPhone(identifier);
  if (digits !== null) return { kind: 'PHONE', text: digits };
  if (identifier.includes('@')) return { kind: 'EMAIL', text: foldCase(identifier.trim()) };
  return { kind: 'NAME', text: normalizeName(identifier) };
}

/** How far somebody is from what was typed: 0 is the same, and from `tooFar` on it is somebody else. */
export function nearness({ kind, text }: TypedText, person: ComparedPerson): number {
  if (text === '') return tooFar;
  if (kind === 'PHONE') return phoneDistance(text, person.phones);
  if (kind === 'EMAIL') return emailDistance(text, person.email);
  return nameDistance(text, person);
}

/** Share of the letters that have to be others. */
export const tooFar = 0.35;

/** Digits that are wrong, missing, too many, or swapped. */
const mostWrongDigits = 2;

/** With and without the country code; also the beginning of a phone. */
function phoneDistance(typed: string, phones: readonly string[]): number {
  const distances = phones.map((phone) => {
    const begins = phone.startsWith(typed) ? beginning : tooFar;
    if (Math.abs(phone.length - typed.length) > mostWrongDigits) return begins;
    const wrong = editDistance(phone, typed);
    return wrong > mostWrongDigits ? begins : Math.min(begins, wrong / Math.max(phone.length, typed.length));
  });
  return Math.min(tooFar, ...distances);
}

/** What begins alike comes after what has one slip. */
const beginning = 0.2;

/** The domain is everybody's: it says little, and alone nothing. */
function emailDistance(typed: string, email: string | null): number {
  if (email === null) return tooFar;
  const [local = '', domain = ''] = typed.split('@', 2);
  const [ownLocal = '', ownDomain = ''] = email.split('@', 2);
  const differing = shareOfLetters(local, ownLocal);
  if (differing >= tooFar) return tooFar;
  return Math.min(0.75 * differing + 0.1 * shareOfLetters(domain, ownDomain), tooFar);
}

/** The whole name; its words in another order; and some of its words, or more than it has. */
function nameDistance(typed: string, { name, words }: ComparedPerson): number {
  if (name === '') return tooFar;
  return Math.min(shareOfLetters(typed, name), wordsDistance(typed.split(' '), words));
}

/** Each word of the shorter one is nearly a word of the other, or its beginning. */
function wordsDistance(typed: readonly string[], name: readonly string[]): number {
  const [fewer, more] = typed.length <= name.length ? [typed, name] : [name, typed];
  if (!fewer.some((word) => word.length >= fewestLetters)) return tooFar;
  const left = [...more];
  let sum = 0;
  for (const word of fewer) {
    const distances = left.map((other) => wordDistance(word, other));
    const least = Math.min(...distances);
    if (least >= tooFar) return tooFar;
    left.splice(distances.indexOf(least), 1);
    sum += least;
  }
  const unmatched = left.length / (more.length + 1);
  return Math.min(sum / fewer.length + 0.05 * unmatched, tooFar);
}

/** A shorter one alone is too little to go by. */
const fewestLetters = 2;

function wordDistance(one: string, other: string): number {
  if (one === other) return 0;
  const begins = one.startsWith(other) || other.startsWith(one);
  return begins ? beginning : shareOfLetters(one, other);
}

/** The share of the letters by which two texts differ; beyond `tooFar` it is not worked out. */
function shareOfLetters(one: string, other: string): number {
  const length = Math.max(one.length, other.length);
  if (length === 0) return 0;
  if (missingLetters(one, other) / length >= tooFar) return tooFar;
  return Math.min(editDistance(one, other) / length, tooFar);
}

/** So many letters have to change at least: what the longer one has and the other has not. */
function missingLetters(one: string, other: string): number {
  const [shorter, longer] = one.length <= other.length ? [one, other] : [other, one];
  let left = shorter;
  let missing = 0;
  for (const letter of longer) {
    const at = left.indexOf(letter);
    if (at === -1) missing += 1;
    else left = left.slice(0, at) + left.slice(at + 1);
  }
  return missing;
}
