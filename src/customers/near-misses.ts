import type { Document, Filter } from 'mongodb';
import { canonicalPhone, nationalDigits } from '../customer-index/canonical-phone.ts';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import { foldCase, normalizeName } from '../customer-index/normalize-name.ts';
import type { CustomerDependencies } from './customer-access.ts';
import type { IdentifierKind } from './customer-enums.ts';

export interface NearMiss {
  readonly row: NearMissRow;
  readonly matchedBy: IdentifierKind[];
}

type NearMissRow = Pick<
  CustomerIndexRow,
  '_id' | 'id' | 'userKey' | 'v2Key' | 'link' | 'names' | 'emails' | 'phones'
>;

/**
 * Of each text the customers whose name, e-mail or phone is nearly what was typed: the likely ones are found by the
 * beginning of a word, or by a phone that differs in one digit, then ordered by how many letters would have to change. At most
 * 5 of each, in the order of the texts. One command for twenty texts.
 */
export async function nearMissRows(
  { database, settings }: CustomerDependencies,
  identifiers: readonly string[],
  mayUseContacts: boolean,
): Promise<NearMiss[][]> {
  const toPhone = (text: string) => canonicalPhone(text, settings.defaultPhoneRegion);
  const found: NearMiss[][] = [];
  for (let at = 0; at < identifiers.length; at += textsOfOneCommand) {
    const typed = identifiers
      .slice(at, at + textsOfOneCommand)
      .map((identifier) => typedForms(identifier, toPhone, mayUseContacts));
    const rows = await candidatesOf(database, typed, mayUseContacts);
    found.push(...typed.map((forms, text) => nearestRows(rows.get(text) ?? [], forms)));
  }
  return found;
}

const textsOfOneCommand = 20;

/** The candidates of each text, by its place. */
async function candidatesOf(
  { customerIndex }: CustomerDependencies['database'],
  texts: readonly TypedForms[],
  mayUseContacts: boolean,
): Promise<Map<number, NearMissRow[]>> {
  const [first, ...others] = texts.flatMap((typed, text) =>
    candidateStages(typed, mayUseContacts).map((stages) => [
      ...stages,
      { $project: { ...shownOfCandidates, text: { $literal: text } } },
    ]),
  );
  if (first === undefined) return new Map();
  const unions = others.map((pipeline) => ({
    $unionWith: { coll: customerIndex.collectionName, pipeline },
  }));
  const rows = await customerIndex
    .aggregate<NearMissRow & { text: number }>([...first, ...unions], {
      batchSize: texts.length * (maxCandidates + maxLikely * (maxWords + 1)) + 1,
    })
    .toArray();
  const byText = new Map<number, NearMissRow[]>();
  for (const row of rows) byText.set(row.text, [...(byText.get(row.text) ?? []), row]);
  return byText;
}

const shownOfCandidates = { id: 1, userKey: 1, v2Key: 1, link: 1, names: 1, emails: 1, phones: 1 };

/**
 * Where the candidates of a text are looked for, each bounded: whole names and e-mails that are one slip away; those who
 * have one of the words as it was typed and another that begins alike; and whoever has a word that begins alike, of whom
 * there may be millions, so that those who are found are any of them.
 */
function candidateStages(typed: TypedForms, mayUseContacts: boolean): Document[][] {
  const broad = candidateConditions(typed, mayUseContacts);
  if (broad.length === 0) return [];
  const likely = typed.digits === null ? oneSlipOff(typed) : [];
  const words = typed.digits === null && typed.email === null ? likelyWords(typed.name) : [];
  const field = mayUseContacts ? 'searchWords' : 'nameWords';
  return [
    ...likely.map((condition) => [{ $match: condition }, { $limit: maxLikely }]),
    ...words.map((word) => [
      { $match: { [field]: word } },
      { $limit: maxOfOneWord },
      {
        $match: {
          $or: words
            .filter((other) => other !== word)
            .map((other) => ({ [field]: beginsWith([...other].slice(0, shortPrefixLength).join('')) })),
        },
      },
      { $limit: maxLikely },
    ]),
    [{ $match: { $or: broad } }, { $limit: maxCandidates }],
  ];
}

/** Rows that are taken of each way that leads to likely ones. */
const maxLikely = 50;
/** Rows with one word that are looked at for another. */
const maxOfOneWord = 2_000;
const shortPrefixLength = 2;
/** Words of one text that are looked up. */
const maxWords = 4;

/** The words of a name that has several. */
function likelyWords(name: string): string[] {
  const words = [...new Set(name.split(' '))].filter((word) => word.length >= prefixLength);
  return words.length < 2 ? [] : words.toSorted((a, b) => b.length - a.length).slice(0, maxWords);
}

/** Of a longer text there are too many. */
const longestVaried = 40;

function oneSlipOff({ name, email }: TypedForms): Filter<CustomerIndexRow>[] {
  const text = email ?? name;
  if (text.length < prefixLength || text.length > longestVaried) return [];
  const variants = oneLetterOff(text, alphabetOf(text));
  return [email === null ? { names: { $in: variants } } : { emails: { $in: variants } }];
}

function nearestRows(rows: readonly NearMissRow[], typed: TypedForms): NearMiss[] {
  const once = new Map(rows.map((row) => [row._id, row]));
  return [...once.values()]
    .map((row) => nearest(row, typed))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((a, b) => a.distance - b.distance || (a.row.id < b.row.id ? -1 : 1))
    .slice(0, maxNearMisses)
    .map(({ row, kind }) => ({ row, matchedBy: [kind] }));
}

const maxNearMisses = 5;
/** Rows that are compared letter by letter. */
const maxCandidates = 200;
/** Share of the letters that may differ. */
const maxDistance = 0.34;
const prefixLength = 3;
/** Fewer digits are the beginning of too many phones. */
const fewestDigits = 6;
/** Longer than any phone with its country code. */
const mostDigits = 18;

interface TypedForms {
  readonly name: string;
  readonly email: string | null;
  readonly digits: string | null;
}

function typedForms(
  identifier: string,
  toPhone: (text: string) => string | null,
  mayUseContacts: boolean,
): TypedForms {
  const digits = mayUseContacts ? digitsOfPhone(identifier) : null;
  const phone = digits === null ? null : toPhone(identifier);
  return {
    name: normalizeName(identifier),
    email: mayUseContacts && identifier.includes('@') ? foldCase(identifier) : null,
    digits: phone === null ? digits : nationalDigits(phone),
  };
}

/** The digits of a text that looks like a phone, valid or not, without zeros before them; null of any other. */
export function digitsOfPhone(typed: string): string | null {
  const digits = typed.replace(/\D/g, '').replace(/^0+/, '');
  const isPhone =
    /^[+\d\s().\-/]+$/.test(typed) && digits.length >= fewestDigits && digits.length <= mostDigits;
  return isPhone ? digits : null;
}

function candidateConditions(
  { name, email, digits }: TypedForms,
  mayUseContacts: boolean,
): Filter<CustomerIndexRow>[] {
  if (digits !== null)
    return [{ searchWords: { $in: oneDigitOff(digits) } }, { searchWords: beginsWith(digits) }];
  if (email !== null) {
    // The words before the @, too: a slip at the very beginning must not hide the rest.
    const words = normalizeName(email.split('@', 1)[0] ?? '').split(' ');
    return [email, ...words.filter((word) => word.length >= prefixLength)].map((word) => ({
      searchWords: beginsWith(word.slice(0, prefixLength)),
    }));
  }
  const field = mayUseContacts ? 'searchWords' : 'nameWords';
  const words = name.split(' ').filter((word) => word.length >= prefixLength);
  return words.map((word) => ({ [field]: beginsWith(word.slice(0, prefixLength)) }));
}

/**
 * Every text of digits that one slip makes of this one: one digit wrong, missing, too many, or swapped with its neighbour.
 * In a town that shares its first digits a prefix would find everybody.
 */
function oneDigitOff(digits: string): string[] {
  return oneLetterOff(digits, [...'0123456789']);
}

/** The same of any text: one letter of the alphabet wrong or too few, one too many, or two swapped. */
function oneLetterOff(text: string, alphabet: readonly string[]): string[] {
  const letters = [...text];
  const variants: string[] = [];
  for (let at = 0; at <= letters.length; at++) {
    const before = letters.slice(0, at).join('');
    const [here = '', next = '', ...rest] = letters.slice(at);
    const after = rest.join('');
    variants.push(`${before}${next}${after}`, `${before}${next}${here}${after}`);
    for (const letter of alphabet)
      variants.push(`${before}${letter}${here}${next}${after}`, `${before}${letter}${next}${after}`);
  }
  return [...new Set(variants)];
}

/** Latin letters, or those of the script that is typed: Unicode keeps the letters of a script of India in 128 places. */
function alphabetOf(text: string): string[] {
  const own = [...text].filter((letter) => /[\p{L}\p{M}]/u.test(letter));
  const foreign = own.find((letter) => (letter.codePointAt(0) ?? 0) > 0x2ff)?.codePointAt(0);
  if (foreign === undefined) return [...'abcdefghijklmnopqrstuvwxyz0123456789 .@_-', ...new Set(own)];
  const start = foreign - (foreign % scriptLength);
  return Array.from({ length: scriptLength }, (_, at) => String.fromCodePoint(start + at))
    .filter((letter) => /[\p{L}\p{M}]/u.test(letter))
    .concat(' ');
}

const scriptLength = 128;

function beginsWith(prefix: string): { $elemMatch: { $gte: string; $lt: string } } {
  return { $elemMatch: { $gte: prefix, $lt: `${prefix}\u{10FFFF}` } };
}

function nearest(
  row: NearMissRow,
  { name, email, digits }: TypedForms,
): { row: NearMissRow; kind: IdentifierKind; distance: number } {
  if (digits !== null)
    return { row, kind: 'PHONE', distance: smallest(row.phones.map(nationalDigits), digits) };
  if (email !== null) return { row, kind: 'EMAIL', distance: smallest(row.emails, email) };
  const parts = row.names.flatMap((whole) => (name.includes(' ') ? [whole] : [whole, ...whole.split(' ')]));
  return { row, kind: 'NAME', distance: smallest(parts, name) };
}

function smallest(texts: readonly string[], typed: string): number {
  return Math.min(
    1,
    ...texts.map((text) => editDistance(text, typed) / Math.max(text.length, typed.length, 1)),
  );
}

/** Letters to insert, remove, change or swap with their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + changed,
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
