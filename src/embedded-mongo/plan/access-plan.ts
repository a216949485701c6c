import type { Collection, IndexState } from '../storage/collection.ts';
import { CollectionScan } from './collection-scan.ts';
import { Fetch } from './fetch.ts';
import { hintedCandidate, type IndexCandidate, indexCandidate, usableIndexes } from './index-candidate.ts';
import { IndexScan } from './index-scan.ts';
import type { Predicate } from './predicate.ts';
import type { Query } from './query.ts';
import type { Row } from './row.ts';
import { Limit, Skip, Sort } from './row-stages.ts';
import type { ExecutionContext, Stage } from './stage.ts';
import { RowUnion, SortMerge } from './union-stages.ts';

/** A complete way to answer a query. */
export interface AccessPlan {
  /** The same for the same way, whatever the query's values: what is remembered of a choice. */
  name: string;
  /** Given when index keys alone tell how many documents match. */
  keys: IndexCandidate | undefined;
  /** It can have one result at most: nothing can be better. */
  single: boolean;
  open(context: ExecutionContext): Stage<Row>;
}

/** Every plan worth trying. A scan of the collection is one only when there is no other, or it is asked for. */
export function accessPlans(
  collection: Collection,
  query: Query,
  predicates: readonly Predicate[],
  hinted: IndexState | undefined,
): AccessPlan[] {
  if (hinted !== undefined) return [indexPlan(collection, query, hintedCandidate(hinted, predicates, query))];
  if (query.natural !== undefined || query.collation !== undefined)
    return [collectionPlan(collection, query)];
  const candidates = candidatesFor(collection, query, predicates);
  const single = candidates.find((candidate) => candidate.single);
  if (single !== undefined) return [indexPlan(collection, query, single)];
  const plans = withoutDominated(candidates).map((candidate) => indexPlan(collection, query, candidate));
  const unions = unionPlans(collection, query, predicates, candidates);
  const all = [...unions, ...plans];
  return all.length > 0 ? all : [collectionPlan(collection, query)];
}

export function collectionPlan(collection: Collection, query: Query): AccessPlan {
  return {
    name: 'COLLSCAN',
    keys: undefined,
    single: false,
    open: (context) => {
      const filter = query.filter.size === 0 ? undefined : query.matches;
      const scan = new CollectionScan(context, collection, filter, query.filter, query.natural === -1);
      return finished(context, scan, query, query.sorter === undefined);
    },
  };
}

/** Ends with the first that finds one document at most: most writes name an `_id`, whose index comes first. */
function candidatesFor(
  collection: Collection,
  query: Query,
  predicates: readonly Predicate[],
): IndexCandidate[] {
  const candidates: IndexCandidate[] = [];
  for (const index of usableIndexes(collection)) {
    const candidate = indexCandidate(index, predicates, query);
    if (candidate === undefined) continue;
    if (candidate.bounded || (candidate.ordered && query.sorter !== undefined)) candidates.push(candidate);
    if (candidate.single) break;
  }
  return candidates;
}

/** Leaves out a candidate when another makes use of all it does and gives the order as well. */
function withoutDominated(candidates: IndexCandidate[]): IndexCandidate[] {
  return candidates.filter(
    (candidate, i) => !candidates.some((other, j) => i !== j && dominates(other, candidate, j < i)),
  );
}

function dominates(a: IndexCandidate, b: IndexCandidate, wins: boolean): boolean {
  if (b.ordered && !a.ordered) return false;
  if (b.bounded && !a.bounded) return false;
  for (const predicate of b.used) if (!a.used.has(predicate)) return false;
  const isMore = a.used.size > b.used.size || (a.ordered && !b.ordered) || (a.covered && !b.covered);
  return isMore || (wins && a.used.size > 0 && !(b.covered && !a.covered) && sameFirstField(a, b));
}

/** Two indexes that make the same use of the query's fields: either will do. */
function sameFirstField(a: IndexCandidate, b: IndexCandidate): boolean {
  return a.index.definition.fields[0]?.path === b.index.definition.fields[0]?.path;
}

function indexPlan(collection: Collection, query: Query, candidate: IndexCandidate): AccessPlan {
  return {
    name: `IXSCAN ${candidate.index.definition.name}`,
    keys: candidate.covered ? candidate : undefined,
    single: candidate.single,
    open: (context) =>
      finished(context, fetched(context, collection, query, candidate), query, candidate.ordered),
  };
}

function fetched(
  context: ExecutionContext,
  collection: Collection,
  query: Query,
  candidate: IndexCandidate,
): Stage<Row> {
  const filter = candidate.covered ? undefined : query.matches;
  return new Fetch(context, collection, new IndexScan(context, candidate.scan), filter, query.filter);
}

/** For an `$or` whose branches are served by different indexes: each branch by its own. */
function unionPlans(
  collection: Collection,
  query: Query,
  predicates: readonly Predicate[],
  candidates: IndexCandidate[],
): AccessPlan[] {
  for (const or of predicates) {
    // One index that serves all branches does so better.
    if (or.kind !== 'or' || candidates.some(({ used }) => used.has(or))) continue;
    const common = predicates.filter((predicate) => predicate !== or);
    const branches = or.branches.map((branch) => bestForBranch(collection, query, common, branch));
    if (!branches.every((branch) => branch !== undefined)) continue;
    const ordered = query.sorter !== undefined && branches.every((branch) => branch.ordered);
    return [
      {
        name: `OR ${branches.map((branch) => branch.index.definition.name).join(' ')}`,
        keys: undefined,
        single: false,
        open: (context) => {
          const inputs = branches.map((branch) => fetched(context, collection, query, branch));
          const union =
            ordered && query.sorter ? new SortMerge(inputs, query.sorter, query.sort) : new RowUnion(inputs);
          return finished(context, union, query, ordered || query.sorter === undefined);
        },
      },
    ];
  }
  return [];
}

function bestForBranch(
  collection: Collection,
  query: Query,
  common: readonly Predicate[],
  branch: readonly Predicate[],
): IndexCandidate | undefined {
  const bounded = candidatesFor(collection, query, [...common, ...branch]).filter(
    (candidate) => candidate.bounded && branch.some((predicate) => candidate.used.has(predicate)),
  );
  const rank = (candidate: IndexCandidate): number =>
    (candidate.single ? 1000 : 0) + (candidate.ordered ? 100 : 0) + candidate.used.size;
  return bounded.sort((a, b) => rank(b) - rank(a))[0];
}

function finished(context: ExecutionContext, input: Stage<Row>, query: Query, ordered: boolean): Stage<Row> {
  const { limit, skip, sorter } = query;
  let stage = input;
  if (!ordered && sorter) {
    stage = new Sort(context, stage, query.sort, sorter, limit === undefined ? undefined : limit + skip);
  }
  if (skip > 0) stage = new Skip(stage, skip);
  return limit === undefined ? stage : new Limit(stage, limit);
}
