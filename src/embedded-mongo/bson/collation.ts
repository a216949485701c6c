import { Int32 } from 'bson';
import { badValue, MongoServerError, notImplemented } from '../errors.ts';
import { typeNameOf } from './type-names.ts';
import type { BsonDocument, BsonValue } from './value.ts';

/** How strings are compared when not by their bytes. */
export interface Collation {
  compareStrings(a: string, b: string): number;
  /** The specification it was made of, for comparing with an index's. */
  readonly spec: BsonDocument;
}

/**
 * Makes a collation of its specification (`locale`, `strength`, `caseLevel`, `caseFirst`, `numericOrdering`,
 * `alternate`, `maxVariable`, `backwards`, `normalization`, `version`). `{ locale: 'simple' }` is undefined: byte order.
 * Refused: unknown fields (40415), a missing locale (40414), unknown locales (2), and what ICU has but
 * JavaScript's Intl has not (238).
 */
export function compileCollation(spec: BsonDocument | undefined): Collation | undefined {
  if (!spec || spec.size === 0) return undefined;
  for (const field of spec.keys()) {
    if (!knownFields.has(field)) {
      throw new MongoServerError(40415, `BSON field 'collation.${field}' is an unknown field.`);
    }
  }
  const locale = spec.get('locale');
  if (locale === undefined) {
    throw new MongoServerError(40414, "BSON field 'collation.locale' is missing but a required field");
  }
  if (typeof locale !== 'string') {
    throw new MongoServerError(
      14,
      `BSON field 'collation.locale' is the wrong type '${typeNameOf(locale)}', expected type 'string'`,
    );
  }
  if (locale === 'simple') return undefined;
  const compareStrings = intlCollator(locale, spec).compare;
  return { compareStrings, spec };
}

const knownFields = new Set([
  'locale',
  'strength',
  'caseLevel',
  'caseFirst',
  'numericOrdering',
  'alternate',
  'maxVariable',
  'backwards',
  'normalization',
  'version',
]);

function intlCollator(locale: string, spec: BsonDocument): Intl.Collator {
  const strength = numberOption(spec.get('strength'), 3);
  const caseLevel = spec.get('caseLevel') === true;
  const caseFirst = choice(spec, 'caseFirst', ['off', 'upper', 'lower']);
  const alternate = choice(spec, 'alternate', ['non-ignorable', 'shifted']);
  const maxVariable = choice(spec, 'maxVariable', ['punct', 'space']);
  const sensitivity = sensitivityOf(strength, caseLevel);
  if (caseFirst !== 'off' && !caseLevel && strength < 3) {
    throw badValue("'caseFirst' is invalid unless 'caseLevel' is on or 'strength' is greater than 2");
  }
  if (spec.get('backwards') === true) {
    if (strength === 1) throw badValue("'backwards' is invalid with 'strength' of 1");
    throw notImplemented('collation option "backwards"');
  }
  if (alternate === 'shifted' && maxVariable === 'space') {
    throw notImplemented('collation option "maxVariable" of "space"');
  }
  return new Intl.Collator(supportedLocale(locale), {
    usage: 'sort',
    sensitivity,
    numeric: spec.get('numericOrdering') === true,
    caseFirst: caseFirst === 'off' ? 'false' : caseFirst,
    ignorePunctuation: alternate === 'shifted',
  });
}

function supportedLocale(locale: string): string {
  if (locale.includes('@')) throw notImplemented(`collation locale "${locale}"`);
  const tag = locale.replaceAll('_', '-');
  try {
    if (Intl.Collator.supportedLocalesOf(tag).length > 0) return tag;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw badValue(`Field 'locale' is invalid in: { locale: "${locale}" }`);
}

/** One of some words; the first where none is given. */
function choice<Word extends string>(
  spec: BsonDocument,
  field: string,
  words: readonly [Word, ...Word[]],
): Word {
  if (!spec.has(field)) return words[0];
  const given = spec.get(field);
  const word = words.find((each) => each === given);
  if (word !== undefined) return word;
  throw badValue(`Enumeration value '${String(given)}' for field 'collation.${field}' is not a valid value.`);
}

/** Intl offers a case level on top of strength 1 alone: elsewhere it comes with all that tells letters apart. */
function sensitivityOf(strength: number, caseLevel: boolean): 'base' | 'accent' | 'case' | 'variant' {
  if (strength < 1 || strength > 5) {
    throw new MongoServerError(
      51024,
      `BSON field 'strength' value must be ${strength < 1 ? '>= 1' : '<= 5'}, actual value '${strength}'`,
    );
  }
  if (strength > 3) throw notImplemented(`collation strength ${strength}`);
  if (caseLevel && strength > 1) {
    throw notImplemented(`collation option "caseLevel" with strength ${strength}`);
  }
  if (strength === 1) return caseLevel ? 'case' : 'base';
  return strength === 2 ? 'accent' : 'variant';
}

function numberOption(value: BsonValue, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (value instanceof Int32) return value.value;
  return Number(value);
}
