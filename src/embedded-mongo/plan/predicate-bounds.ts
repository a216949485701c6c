import { BSONRegExp, Decimal128, Double, MaxKey, MinKey } from 'bson';
import type { BsonValue } from '../bson/value.ts';
import { tagOf, valueTag } from '../index/encode-value.ts';
import {
  bound,
  encodedValue,
  everything,
  type Interval,
  point,
  show,
  stringPrefix,
  typeEnd,
  typeStart,
  union,
} from './bounds.ts';
import type { FieldPredicate } from './predicate.ts';

/** The keys that a predicate's documents have in an index on its field. */
export interface PredicateBounds {
  /** Sorted and disjoint. */
  intervals: Interval[];
  /** Every document with such a key meets the predicate: it need not be looked into. */
  exact: boolean;
}

/** Bounds for one predicate, or undefined when it says nothing that an index could use. */
export function boundsOf(predicate: FieldPredicate): PredicateBounds | undefined {
  const bounds = boundsFor(predicate.operator, predicate.value);
  if (bounds === undefined || predicate.element === undefined) return bounds;
  return { intervals: bounds.intervals, exact: false };
}

function boundsFor(operator: FieldPredicate['operator'], value: BsonValue): PredicateBounds | undefined {
  switch (operator) {
    case 'eq':
      return equality(value);
    case 'in':
      return membership(value as BsonValue[]);
    case 'exists':
      return value === true ? { intervals: [everything], exact: false } : nullBounds();
    case 'regex':
      return regexBounds(value as BSONRegExp);
    default:
      return comparison(operator, value);
  }
}

function equality(value: BsonValue): PredicateBounds {
  if (value === null || value === undefined) return nullBounds();
  if (!Array.isArray(value)) return { intervals: [point(value)], exact: true };
  // An array equals an array of arrays' element, or the whole, whose entries are its elements.
  const first = value.length === 0 ? undefined : value[0];
  return { intervals: union([point(value), point(first)]), exact: false };
}

/** Null matches null, missing and undefined, of which an index tells only that it is one of them. */
function nullBounds(): PredicateBounds {
  return { intervals: union([point(null), point(undefined)]), exact: false };
}

function membership(values: BsonValue[]): PredicateBounds {
  const parts = values.map((value) => (value instanceof BSONRegExp ? regexBounds(value) : equality(value)));
  return {
    intervals: union(parts.flatMap((part) => part.intervals)),
    exact: parts.every((part) => part.exact),
  };
}

function regexBounds(regex: BSONRegExp): PredicateBounds {
  const prefix = literalPrefix(regex);
  const strings =
    prefix === undefined
      ? { from: typeStart(valueTag.string), to: typeEnd(valueTag.string) }
      : stringPrefix(prefix);
  return { intervals: union([strings, point(regex)]), exact: false };
}

/** The text that a pattern such as `^abc.*` demands at the beginning. */
function literalPrefix(regex: BSONRegExp): string | undefined {
  if (/[imx]/.test(regex.options) || regex.pattern.includes('|')) return undefined;
  const literal = /^\^((?:[A-Za-z0-9 _@:,;=&%#!~"'<>/-]|\\[^A-Za-z0-9])+)/.exec(regex.pattern)?.[1];
  if (literal === undefined) return undefined;
  const rest = regex.pattern.slice(1 + literal.length);
  const characters = literal.match(/\\.|./gs) ?? [];
  // A quantifier after the last character makes it optional.
  if (/^[*?+{]/.test(rest)) characters.pop();
  const prefix = characters.map((character) => character.at(-1)).join('');
  return prefix === '' ? undefined : prefix;
}

function comparison(operator: 'gt' | 'gte' | 'lt' | 'lte', value: BsonValue): PredicateBounds | undefined {
  if (value === null || value === undefined) {
    return operator === 'gte' || operator === 'lte' ? nullBounds() : { intervals: [], exact: true };
  }
  if (Array.isArray(value) || value instanceof MinKey || value instanceof MaxKey) {
    return { intervals: [everything], exact: false };
  }
  if (isNaNValue(value)) {
    return operator === 'gte' || operator === 'lte' ? equality(value) : { intervals: [], exact: true };
  }
  const tag = tagOf(value);
  const bytes = encodedValue(value);
  const lowest = tag === valueTag.number ? lowestNumber : typeStart(tag);
  const interval: Interval =
    operator === 'gt' || operator === 'gte'
      ? { from: bound(bytes, operator === 'gt', show(value)), to: typeEnd(tag) }
      : { from: lowest, to: bound(bytes, operator === 'lte', show(value)) };
  return { intervals: union([interval]), exact: true };
}

/** NaN comes before all numbers in an index, but is neither less nor greater than any. */
const lowestNumber = bound(encodedValue(new Double(Number.NEGATIVE_INFINITY)), false, '-inf.0');

function isNaNValue(value: BsonValue): boolean {
  return (
    (value instanceof Double && Number.isNaN(value.value)) ||
    (value instanceof Decimal128 && value.toString() === 'NaN')
  );
}
