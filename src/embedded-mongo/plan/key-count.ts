import { isMultikey } from '../storage/collection.ts';
import type { ScanPlan } from './index-scan.ts';
import type { KeyRange } from './key-range.ts';
import {
  checkDeadline,
  checkThere,
  type ExecutionContext,
  examined,
  type Stage,
  type StageReport,
} from './stage.ts';

/** The ranges of a scan whose keys stand for one result each, so that they need not be looked at one by one; else undefined. */
export function plainRanges({ index, streams }: ScanPlan): KeyRange[] | undefined {
  const ranges = streams.flatMap((stream) => stream.ranges);
  const isPlain = !isMultikey(index) && !index.overflow && ranges.every((range) => range.checks.length === 0);
  return isPlain ? ranges : undefined;
}

/** As many results as there are keys in some ranges; storage counts them, some forty times as fast as a scan does. */
export class KeyCount implements Stage<true> {
  private readonly context: ExecutionContext;
  private readonly plan: ScanPlan;
  private readonly ranges: readonly KeyRange[];
  private total: number | undefined;
  private returned = 0;

  constructor(context: ExecutionContext, plan: ScanPlan, ranges: readonly KeyRange[]) {
    this.context = context;
    this.plan = plan;
    this.ranges = ranges;
    plan.index.accesses += 1;
  }

  next(): true | undefined {
    this.total ??= this.count();
    if (this.returned >= this.total) return undefined;
    this.returned += 1;
    return true;
  }

  close(): void {}

  report(): StageReport {
    return {
      stage: 'IXSCAN',
      details: this.plan.details,
      returned: this.returned,
      keysExamined: this.total ?? 0,
      docsExamined: 0,
      inputs: [],
    };
  }

  private count(): number {
    checkThere(this.context, this.plan.index);
    let total = 0;
    for (const { from, to } of this.ranges) {
      checkDeadline(this.context);
      total += this.context.reader.count(from, to);
    }
    examined.keys += total;
    return total;
  }
}
