import type { BsonValue } from '../bson/value.ts';
import { badValue } from '../errors.ts';
import type { Collection, IndexState } from '../storage/collection.ts';
import { type AccessPlan, accessPlans, collectionPlan } from './access-plan.ts';
import { choosePlan } from './choose-plan.ts';
import { findIndexByHint } from './hint.ts';
import { IdLookup } from './id-lookup.ts';
import { PlanCache, shapeOf } from './plan-cache.ts';
import { type Predicate, predicatesOf } from './predicate.ts';
import type { Query } from './query.ts';
import type { Row } from './row.ts';
import { EmptyResult } from './row-stages.ts';
import type { ExecutionContext, Stage } from './stage.ts';

const cache = new PlanCache();

/** The best plan for a query, ready to be pulled. */
export function openQuery(
  context: ExecutionContext,
  collection: Collection | undefined,
  query: Query,
): Stage<Row> {
  if (collection === undefined) return new EmptyResult();
  if (isIdLookup(query)) return new IdLookup(context, collection, query.filter.get('_id'));
  const plans = plansFor(collection, query);
  return choosePlan(context, plans, query, cache, () => shapeOf(collection, query));
}

/** The plans for a query, its hint obeyed. Throws BadValue for a hint that names no index. */
export function plansFor(collection: Collection, query: Query): AccessPlan[] {
  const hinted = hintedIndex(collection, query);
  if (hinted === 'natural') return [collectionPlan(collection, query)];
  if (query.filter.size === 0 && query.sorter === undefined && hinted === undefined) {
    return [collectionPlan(collection, query)];
  }
  const predicates: Predicate[] = predicatesOf(query.filter);
  return accessPlans(collection, query, predicates, hinted);
}

/** A single document asked for by its `_id` alone. */
function isIdLookup(query: Query): boolean {
  if (query.filter.size !== 1 || query.skip > 0 || query.hint !== undefined || query.collation !== undefined)
    return false;
  const id = query.filter.get('_id');
  return id !== undefined && id !== null && !Array.isArray(id) && isPlainValue(id);
}

function isPlainValue(id: BsonValue): boolean {
  if (id instanceof Map) {
    const [first] = id.keys();
    return first !== undefined && !first.startsWith('$');
  }
  return typeof id !== 'object' || id === null || !('_bsontype' in id) || id._bsontype !== 'BSONRegExp';
}

function hintedIndex(collection: Collection, query: Query): IndexState | 'natural' | undefined {
  const { hint } = query;
  if (hint === undefined || (hint instanceof Map && hint.size === 0)) return undefined;
  if (hint instanceof Map && hint.has('$natural')) return 'natural';
  const index = findIndexByHint(collection, hint);
  if (index === undefined) {
    throw badValue(
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  }
  return index;
}
