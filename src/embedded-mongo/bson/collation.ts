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
  if (spec.get('backwards') === true) throw notImplemented('collation option "backwards"');
  const caseFirst = spec.get('caseFirst') ?? 'off';
  if (caseFirst !== 'off' && caseFirst !== 'upper' && caseFirst !== 'lower') {
    throw badValue(
      `Enumeration value '${String(caseFirst)}' for field 'collation.caseFirst' is not a valid value.`,
    );
  }
  try {
    return new Intl.Collator(locale.replace('_', '-'), {
      usage: 'sort',
      sensitivity: sensitivityOf(numberOption(spec.get('strength'), 3), spec.get('caseLevel') === true),
      numeric: spec.get('numericOrdering') === true,
      caseFirst: caseFirst === 'off' ? 'false' : caseFirst,
      ignorePunctuation: spec.get('alternate') === 'shifted',
    });
  } catch (error) {
    if (error instanceof RangeError) {
      throw badValue(`Field 'locale' is invalid in: { locale: "${locale}" }`);
    }
    throw error;
  }
}

function sensitivityOf(strength: number, caseLevel: boolean): 'base' | 'accent' | 'case' | 'variant' {
  if (strength === 1) return caseLevel ? 'case' : 'base';
  if (strength === 2) return caseLevel ? 'variant' : 'accent';
  if (strength === 3) return 'variant';
  if (strength === 4 || strength === 5) throw notImplemented(`collation strength ${strength}`);
  throw new MongoServerError(
    51024,
    `BSON field 'strength' value must be ${strength < 1 ? '>= 1' : '<= 5'}, actual value '${strength}'`,
  );
}

function numberOption(value: BsonValue, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (value instanceof Int32) return value.value;
  return Number(value);
}
