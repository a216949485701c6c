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
  /** `$natural`: order of insertion, or its reverse. */
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
  const natural = sort.size === 1 && sort.has('$natural') ? directionOf(sort.get('$natural')) : undefined;
  return {
    filter,
    matches: compileFilter(filter, context),
    sort: natural === undefined ? sort : noFields,
    sorter: natural === undefined && sort.size > 0 ? compileSort(sort, context) : undefined,
    natural,
    skip: options.skip ?? 0,
    limit: options.limit,
    hint: options.hint,
    collation: context.collation,
  };
}

const noFields: BsonDocument = new Map();

function directionOf(value: BsonValue): 1 | -1 {
  return String(value).startsWith('-') ? -1 : 1;
}
