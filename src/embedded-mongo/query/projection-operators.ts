import type { Expression } from '../aggregate/expressions/expression.ts';
import { isNumber, toNumber } from '../bson/numbers.ts';
import { typeNameOf } from '../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { compileFilter, type Filter } from './compile-filter.ts';
import type { QueryContext } from './context.ts';
import type { MatchDetails } from './match-details.ts';

/** What `$slice` and the positional operator do to the document that the projection left. */
export type FindTransform = (before: BsonDocument, after: BsonDocument) => BsonDocument;

/** Parses find's `$slice: n` and `$slice: [skip, limit]`; the error is handed back, since it may be an expression. */
export function parseSlice(
  path: string,
  operand: BsonValue,
): { transform: FindTransform } | { error: MongoServerError } {
  const bounds = sliceBounds(operand);
  if (bounds instanceof MongoServerError) return { error: bounds };
  const parts = path.split('.');
  return {
    transform: (_, after) =>
      mapAtPath(after, parts, 0, (value) =>
        Array.isArray(value) ? slice(value, bounds) : value,
      ) as BsonDocument,
  };
}

interface SliceBounds {
  skip: number | undefined;
  limit: number;
}

function sliceBounds(operand: BsonValue): SliceBounds | MongoServerError {
  if (isNumber(operand)) return { skip: undefined, limit: toInt32(toNumber(operand)) };
  if (!Array.isArray(operand)) {
    return new MongoServerError(31273, '$slice only supports numbers and [skip, limit] arrays');
  }
  if (operand.length !== 2) {
    return new MongoServerError(31272, '$slice array argument should be of form [skip, limit]');
  }
  const [skip, limit] = operand;
  if (!isNumber(skip)) {
    return new MongoServerError(
      31257,
      `$slice expects the skip argument to be a number, got ${typeNameOf(skip)}`,
    );
  }
  if (!isNumber(limit)) {
    return new MongoServerError(
      31258,
      `$slice expects the limit argument to be a number, got ${typeNameOf(limit)}`,
    );
  }
  const bounds = { skip: toInt32(toNumber(skip)), limit: toInt32(toNumber(limit)) };
  if (bounds.limit > 0) return bounds;
  return new MongoServerError(31259, `$slice limit must be positive, got ${bounds.limit}`);
}

function toInt32(value: number): number {
  return Math.max(-2147483648, Math.min(2147483647, Math.trunc(value) || 0));
}

function slice(array: BsonValue[], { skip, limit }: SliceBounds): BsonValue[] {
  if (skip === undefined) return limit < 0 ? array.slice(limit) : array.slice(0, limit);
  const start = skip < 0 ? Math.max(0, array.length + skip) : Math.min(skip, array.length);
  return array.slice(start, start + limit);
}

/** Maps the value at a path, through arrays on the way, copying only what lies on the path. */
function mapAtPath(
  value: BsonValue,
  parts: string[],
  at: number,
  change: (value: BsonValue) => BsonValue,
): BsonValue {
  if (at === parts.length) return change(value);
  if (Array.isArray(value)) return value.map((element) => mapAtPath(element, parts, at, change));
  const name = parts[at] as string;
  if (!(value instanceof Map) || !value.has(name)) return value;
  const copy = new Map(value);
  copy.set(name, mapAtPath(value.get(name), parts, at + 1, change));
  return copy;
}

/** Compiles `{ field: { $elemMatch: ... } }`: an array of the first element that matches, or nothing. */
export function compileElemMatchProjection(
  name: string,
  spec: BsonDocument,
  context: QueryContext,
): Expression {
  const filter = compileFilter(new Map([[name, spec]]), context);
  return (document) => {
    const array = document.get(name);
    if (!Array.isArray(array)) return undefined;
    const details: MatchDetails = {};
    if (!filter(document, details) || details.arrayIndex === undefined) return undefined;
    return [array[details.arrayIndex]];
  };
}

/** Parses `a.$`: the array on the path keeps only the element that made the query match. */
export function parsePositional(
  name: string,
  prefix: string,
  filterSpec: BsonDocument | undefined,
  context: QueryContext,
): { path: string; transform: FindTransform } {
  if (!filterSpec)
    throw new MongoServerError(51050, 'Projections with a positional operator require a matcher');
  if (name === '.$') throw new MongoServerError(5392900, `Projection on field ${name} is invalid`);
  const ownPath = name.slice(0, -'.$'.length);
  const path = prefix === '' ? ownPath : `${prefix}.${ownPath}`;
  const filter = compileFilter(filterSpec, context);
  const parts = path.split('.');
  return { path, transform: (before, after) => keepMatched(before, after, parts, filter) };
}

function keepMatched(
  before: BsonDocument,
  after: BsonDocument,
  parts: string[],
  filter: Filter,
): BsonDocument {
  const details: MatchDetails = {};
  const index = filter(before, details) ? details.arrayIndex : undefined;
  const keep = (value: BsonValue, at: number): BsonValue => {
    if (Array.isArray(value)) {
      if (index === undefined) {
        throw new MongoServerError(
          51246,
          "positional operator '.$' couldn't find a matching element in the array",
        );
      }
      if (index >= value.length) {
        throw new MongoServerError(51247, "positional operator '.$' element mismatch");
      }
      return [value[index]];
    }
    const name = parts[at];
    if (name === undefined || !(value instanceof Map) || !value.has(name)) return value;
    const copy = new Map(value);
    copy.set(name, keep(value.get(name), at + 1));
    return copy;
  };
  return keep(after, 0) as BsonDocument;
}
