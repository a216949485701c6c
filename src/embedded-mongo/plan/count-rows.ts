import type { Collection } from '../storage/collection.ts';
import type { AccessPlan } from './access-plan.ts';
import type { IndexCandidate } from './index-candidate.ts';
import { IndexScan } from './index-scan.ts';
import { KeyCount, plainRanges } from './key-count.ts';
import { openQuery, plansFor } from './open-query.ts';
import type { Query } from './query.ts';
import { above } from './row-stages.ts';
import type { ExecutionContext, Stage, StageReport } from './stage.ts';

/** A plan whose results are only counted: it reads no documents where index keys say enough. */
export function countRows(
  context: ExecutionContext,
  collection: Collection | undefined,
  query: Query,
): Stage<unknown> {
  const unsorted = { ...query, sorter: undefined, sort: new Map() };
  if (collection === undefined || query.filter.size === 0)
    return new Counted(openQuery(context, collection, unsorted), undefined);
  const keys = keysOf(plansFor(collection, { ...unsorted, skip: 0, limit: undefined }));
  if (keys === undefined) return new Counted(openQuery(context, collection, unsorted), undefined);
  // Up to a limit keys are looked at; all of them are counted where they are stored.
  const ranges = query.limit === undefined ? plainRanges(keys.scan) : undefined;
  const input =
    ranges === undefined ? new IndexScan(context, keys.scan) : new KeyCount(context, keys.scan, ranges);
  return new Counted(input, query);
}

function keysOf(plans: AccessPlan[]): IndexCandidate | undefined {
  return plans.find((plan) => plan.keys !== undefined)?.keys;
}

/** Passes on that there is a result, not what it is; skips and limits when the input did not. */
class Counted implements Stage<true> {
  private readonly input: Stage<unknown>;
  private readonly isKeys: boolean;
  private toSkip: number;
  private remaining: number;
  private returned = 0;

  constructor(input: Stage<unknown>, cut: Query | undefined) {
    this.input = input;
    this.isKeys = cut !== undefined;
    this.toSkip = cut?.skip ?? 0;
    this.remaining = cut?.limit ?? Number.POSITIVE_INFINITY;
  }

  next(): true | undefined {
    if (this.remaining <= 0) return undefined;
    for (; this.toSkip > 0; this.toSkip--) if (this.input.next() === undefined) return undefined;
    if (this.input.next() === undefined) return undefined;
    this.remaining -= 1;
    this.returned += 1;
    return true;
  }

  close(): void {
    this.input.close();
  }

  report(): StageReport {
    const report = above('COUNT', new Map(), 0, this.input);
    const [below] = report.inputs;
    if (this.isKeys && below !== undefined) below.stage = 'COUNT_SCAN';
    return report;
  }
}
