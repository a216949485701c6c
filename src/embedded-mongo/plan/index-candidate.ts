import { Int32 } from 'bson';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { Collection, IndexState } from '../storage/collection.ts';
import { isMultikey } from '../storage/collection.ts';
import { showInterval } from './bounds.ts';
import { type IndexBounds, indexBounds } from './index-bounds.ts';
import { type IndexOrder, indexOrder } from './index-order.ts';
import type { ScanPlan } from './index-scan.ts';
import { hasOverlap, isSinglePoint, keyStreams, mergeStreams } from './key-range.ts';
import { holdsAll } from './partial-filter.ts';
import type { Predicate } from './predicate.ts';
import type { Query } from './query.ts';

/** One way to find a query's documents by an index. */
export interface IndexCandidate {
  index: IndexState;
  scan: ScanPlan;
  /** The bounds say all that the filter says: documents need not be tested. */
  covered: boolean;
  /** The scan gives the query's order. */
  ordered: boolean;
  /** The first field has bounds. */
  bounded: boolean;
  /** At most one document can be there. */
  single: boolean;
  used: Set<Predicate>;
}

/** Streams merged at once, as MongoDB's internalQueryMaxScansToExplode. */
const maxMergedStreams = 200;

/** What an index can do for the predicates, or undefined when it may lack documents. */
export function indexCandidate(
  index: IndexState,
  predicates: readonly Predicate[],
  query: Query,
): IndexCandidate | undefined {
  const sets = alternatives(index, predicates);
  if (!sets.every((set) => holdsAll(index, set.predicates))) return undefined;
  return candidateOf(index, sets, query);
}

/**
 * The same for an index that a hint names: what a sparse or partial index lacks is then not found. Its keys are in the
 * order of bytes, so with a collation all of it is read.
 */
export function hintedCandidate(
  index: IndexState,
  predicates: readonly Predicate[],
  query: Query,
): IndexCandidate {
  if (query.collation === undefined) return candidateOf(index, alternatives(index, predicates), query);
  const whole = candidateOf(index, alternatives(index, []), { ...query, sorter: undefined });
  return { ...whole, covered: query.filter.size === 0, ordered: query.sorter === undefined };
}

/** An `$or` whose branches all have bounds on the index becomes a union of ranges. */
function candidateOf(index: IndexState, sets: readonly Alternative[], query: Query): IndexCandidate {
  const bounds = sets.map((set) => set.bounds);
  const wanted = query.sorter?.fields ?? [];
  const order = wanted.length === 0 ? undefined : indexOrder(index, bounds, wanted);
  const planned =
    order === undefined
      ? unordered(index, bounds)
      : (merged(index, bounds, order) ?? unordered(index, bounds));
  const ranges = planned.scan.streams.flatMap((stream) => stream.ranges);
  const covered =
    !planned.lostChecks &&
    !ranges.some((range) => range.cut) &&
    sets.every((set) => set.predicates.every((predicate) => set.bounds.covered.has(predicate)));
  return {
    index,
    scan: planned.scan,
    covered,
    ordered: wanted.length === 0 || planned.ordered,
    bounded: bounds.every((set) => set.fields[0]?.isFull === false),
    single:
      index.definition.unique &&
      bounds.length === 1 &&
      isSinglePoint(bounds[0] as IndexBounds) &&
      !isMultikey(index),
    used: new Set(sets.flatMap((set) => [...set.bounds.used, ...(set.or ? [set.or] : [])])),
  };
}

/** Predicates that hold together on one side of an `$or`, or altogether when none is made use of. */
interface Alternative {
  predicates: Predicate[];
  bounds: IndexBounds;
  or: Predicate | undefined;
}

function alternatives(index: IndexState, predicates: readonly Predicate[]): Alternative[] {
  for (const or of predicates) {
    if (or.kind !== 'or') continue;
    const common = predicates.filter((predicate) => predicate !== or);
    const sets = or.branches.map((branch): Alternative => {
      const together = [...common, ...branch];
      return { predicates: together, bounds: indexBounds(index, together), or };
    });
    if (sets.every((set, i) => or.branches[i]?.some((predicate) => set.bounds.used.has(predicate))))
      return sets;
  }
  return [{ predicates: [...predicates], bounds: indexBounds(index, predicates), or: undefined }];
}

interface Planned {
  scan: ScanPlan;
  ordered: boolean;
  lostChecks: boolean;
}

function unordered(index: IndexState, bounds: IndexBounds[]): Planned {
  const sets = bounds.map((set) => keyStreams(index, set, 0));
  const scan = { index, streams: mergeStreams(sets), reverse: false, merge: false, details: new Map() };
  return { scan: described(scan, bounds), ordered: false, lostChecks: sets.length > 1 && hasOverlap(sets) };
}

function merged(index: IndexState, bounds: IndexBounds[], order: IndexOrder): Planned | undefined {
  const sets = bounds.map((set) => keyStreams(index, set, order.streamFields));
  const streams = mergeStreams(sets);
  if (streams.length > maxMergedStreams) return undefined;
  const scan = { index, streams, reverse: order.reverse, merge: streams.length > 1, details: new Map() };
  return { scan: described(scan, bounds), ordered: true, lostChecks: sets.length > 1 && hasOverlap(sets) };
}

/** Explain's fields of an IXSCAN; made when they are asked for. */
function described(scan: ScanPlan, bounds: IndexBounds[]): ScanPlan {
  const { index, reverse } = scan;
  return {
    ...scan,
    get details(): BsonDocument {
      const { definition } = index;
      return new Map<string, BsonValue>([
        ['keyPattern', definition.spec.get('key') ?? null],
        ['indexName', definition.name],
        ['isMultiKey', isMultikey(index)],
        ['isUnique', definition.unique],
        ['isSparse', definition.sparse],
        ['isPartial', definition.partialFilter !== undefined],
        ['indexVersion', new Int32(2)],
        ['direction', reverse ? 'backward' : 'forward'],
        ['indexBounds', shownBounds(index, bounds)],
      ]);
    },
  };
}

function shownBounds(index: IndexState, sets: IndexBounds[]): BsonDocument {
  return new Map(
    index.definition.fields.map((field, i): [string, BsonValue] => [
      field.path,
      [...new Set(sets.flatMap((set) => set.fields[i]?.intervals.map(showInterval) ?? []))],
    ]),
  );
}

/** The indexes a query may be planned on. */
export function usableIndexes(collection: Collection): IndexState[] {
  return collection.indexes.filter((index) => !index.definition.hidden);
}
