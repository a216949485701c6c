import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import { foldCase, normalizeName } from '../customer-index/normalize-name.ts';
import { maxWordLength, spelledOut, wordOfId } from '../customer-index/search-words.ts';

/** Words that all have to be found, by their beginnings; the longest first. */
export type SearchReading = readonly [string, ...string[]];

/**
 * What somebody who types this may look for: an e-mail, a phone, an id, or the beginnings of words of a name. Whoever is
 * found by one of the readings is found. None: nobody is called so.
 *
 * @param search Not blank.
 */
export function searchReadings(search: string, region: PhoneRegion): SearchReading[] {
  const text = search.trim();
  const plain = inPlainCharacters(text);
  const readings: string[][] = [[foldCase(text).trim()]];
  if (text.includes('@')) readings.push([text.toLowerCase()]);
  else if (phoneForm.test(plain)) {
    readings.push(...digitsOfPhone(plain, region).map((digits) => [digits]));
    // Digits of another script are letters of a name as well.
    if (plain !== text) readings.push(wordsOf(text));
  } else if (/^[\da-f]{8}-[\da-f-]*$/i.test(text)) readings.push([wordOfId(text)]);
  else readings.push(wordsOf(text), wordsOf(spelledOut(foldCase(plain))));
  return broadestOnly(
    readings.flatMap((words) => {
      const [longest, ...others] = words
        .slice(0, maxSearchWords)
        .map((word) => word.slice(0, maxWordLength))
        .filter((word) => word !== '')
        .toSorted((a, b) => b.length - a.length);
      return longest === undefined ? [] : [[longest, ...others]];
    }),
  );
}

/**
 * What rows fulfil whose words are as one of the readings says.
 *
 * @param others Or else one of these conditions.
 */
export function readingsFilter(
  readings: readonly SearchReading[],
  field: string,
  others: readonly Record<string, unknown>[] = [],
): Record<string, unknown> {
  const byWords = readings.map((words) =>
    joined(
      '$and',
      words.map((word) => ({ [field]: beginsWith(word) })),
    ),
  );
  return joined('$or', [...byWords, ...others]);
}

function beginsWith(word: string): { $elemMatch: { $gte: string; $lt: string } } {
  return { $elemMatch: { $gte: word, $lt: `${word}${afterPrefix}` } };
}

/** More words than a name has. */
const maxSearchWords = 10;
/** Sorts after every continuation of a prefix. */
const afterPrefix = '\u{10FFFF}';
const phoneForm = /^[+\d\s().\-/]*\d[\d\s().\-/]*$/;

function joined(by: '$and' | '$or', conditions: Record<string, unknown>[]): Record<string, unknown> {
  const [only] = conditions;
  if (only === undefined) return { _id: { $in: [] } };
  return conditions.length === 1 ? only : { [by]: conditions };
}

function wordsOf(text: string): string[] {
  return normalizeName(text).split(' ');
}

/**
 * A number may be one of the region where it is typed without its country code; or one of another country, with its code
 * but without the plus sign, or without either; or the beginning of any of these. A leading zero is dialled in some
 * countries, and belongs to the number in others.
 */
function digitsOfPhone(plain: string, region: PhoneRegion): string[] {
  const typed = plain.replace(/\D/g, '');
  const canonical = canonicalPhone(plain, region)?.slice(1);
  return [...(canonical === undefined ? [] : [canonical]), typed.replace(/^0+(?=\d)/, ''), typed];
}

/** Digits of any script as 0 to 9, signs that are not seen left out, and every dash and wide sign as the plain one. */
function inPlainCharacters(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Pd}/gu, '-')
    .replace(/\p{Nd}/gu, (digit) => String(valueOfDigit(digit)));
}

/** Unicode keeps the ten digits of a script side by side, from 0 to 9, and some scripts next to each other. */
function valueOfDigit(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(code - before - 1))) before++;
  return before % 10;
}

/** Readings without those that find nobody whom another does not find. */
export function broadestOnly(readings: readonly SearchReading[]): SearchReading[] {
  const isWithin = (one: SearchReading, other: SearchReading) =>
    other.every((word) => one.some((own) => own.startsWith(word)));
  return readings.filter(
    (one, at) =>
      !readings.some(
        (other, otherAt) => other !== one && isWithin(one, other) && !(isWithin(other, one) && at < otherAt),
      ),
  );
}
