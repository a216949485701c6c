import type { Collation } from '../bson/collation.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { compileFilter, type Filter } from '../query/compile-filter.ts';
import { compileSort, type Sorter } from '../query/compile-sort.ts';
import type { QueryContext } from '../query/context.ts';

/** What rows are wanted, compiled once. */
export interface Query {
  filter: BsonDocument;
  matches: Filter;
  sort: BsonDocument;
  /** Absent when there is nothing to sort by. */
  sorter: Sorter | undefined;
  /** `$natural`, as a sort or a hint: order of insertion, or its reverse. */
  natural: 1 | -1 | undefined;
  skip: number;
  limit: number | undefined;
  hint: BsonValue;
  collation: Collation | undefined;
}

/** Compiles filter and sort; their mistakes are thrown here. */
export function compileQuery(
  filter: BsonDocument,
  options: Partial<Pick<Query, 'sort' | 'skip' | 'limit' | 'hint'>>,
  context: QueryContext,
): Query {
  const sort = options.sort ?? noFields;
  const sorted = sort.size === 1 ? naturalOf(sort) : undefined;
  return {
    filter,
    matches: compileFilter(filter, context),
    sort: sorted === undefined ? sort : noFields,
    sorter: sorted === undefined && sort.size > 0 ? compileSort(sort, context) : undefined,
    natural: sorted ?? naturalOf(options.hint),
    skip: options.skip ?? 0,
    limit: options.limit,
    hint: options.hint,
    collation: context.collation,
  };
}

const noFields: BsonDocument = new Map();

/** The direction that a sort or a hint `{ $natural: ±1 }` names. */
function naturalOf(value: BsonValue): 1 | -1 | undefined {
  if (!(value instanceof Map) || !value.has('$natural')) return undefined;
  return String(value.get('$natural')).startsWith('-') ? -1 : 1;
}
