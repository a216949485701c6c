import { Long } from 'bson';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { Sorter } from '../query/compile-sort.ts';
import type { Row } from './row.ts';
import { checkDeadline, type ExecutionContext, type Stage, type StageReport } from './stage.ts';

/** Nothing: the answer over a collection that does not exist. */
export class EmptyResult implements Stage<Row> {
  next(): undefined {
    return undefined;
  }

  close(): void {}

  report(): StageReport {
    return { stage: 'EOF', details: new Map(), returned: 0, keysExamined: 0, docsExamined: 0, inputs: [] };
  }
}

/** Leaves out the first rows. */
export class Skip implements Stage<Row> {
  private readonly input: Stage<Row>;
  private readonly count: number;
  private toSkip: number;
  private returned = 0;

  constructor(input: Stage<Row>, count: number) {
    this.input = input;
    this.count = count;
    this.toSkip = count;
  }

  next(): Row | undefined {
    for (; this.toSkip > 0; this.toSkip--) if (this.input.next() === undefined) return undefined;
    const row = this.input.next();
    if (row !== undefined) this.returned += 1;
    return row;
  }

  close(): void {
    this.input.close();
  }

  report(): StageReport {
    return above('SKIP', new Map([['skipAmount', Long.fromNumber(this.count)]]), this.returned, this.input);
  }
}

/** Ends after a number of rows. */
export class Limit implements Stage<Row> {
  private readonly input: Stage<Row>;
  private readonly count: number;
  private returned = 0;

  constructor(input: Stage<Row>, count: number) {
    this.input = input;
    this.count = count;
  }

  next(): Row | undefined {
    if (this.returned >= this.count) return undefined;
    const row = this.input.next();
    if (row !== undefined) this.returned += 1;
    return row;
  }

  close(): void {
    this.input.close();
  }

  report(): StageReport {
    return above('LIMIT', new Map([['limitAmount', Long.fromNumber(this.count)]]), this.returned, this.input);
  }
}

/** All rows in order, or the first `limit` of them, held in memory. */
export class Sort implements Stage<Row> {
  private readonly context: ExecutionContext;
  private readonly input: Stage<Row>;
  private readonly spec: BsonDocument;
  private readonly sorter: Sorter;
  private readonly limit: number | undefined;
  private sorted: Row[] | undefined;
  private position = 0;

  constructor(
    context: ExecutionContext,
    input: Stage<Row>,
    spec: BsonDocument,
    sorter: Sorter,
    limit: number | undefined,
  ) {
    this.context = context;
    this.input = input;
    this.spec = spec;
    this.sorter = sorter;
    this.limit = limit;
  }

  next(): Row | undefined {
    this.sorted ??= this.collect();
    return this.sorted[this.position++];
  }

  close(): void {
    this.input.close();
    this.sorted = [];
  }

  report(): StageReport {
    const details: BsonDocument = new Map([['sortPattern', this.spec]]);
    if (this.limit !== undefined) details.set('limitAmount', Long.fromNumber(this.limit));
    details.set('type', 'simple');
    const returned = Math.min(this.position, this.sorted?.length ?? 0);
    return above('SORT', details, returned, this.input);
  }

  private collect(): Row[] {
    const { sorter, limit } = this;
    const order = (a: Keyed, b: Keyed): number => sorter.compareKeys(a.key, b.key);
    let rows: Keyed[] = [];
    for (let row = this.input.next(); row !== undefined; row = this.input.next()) {
      rows.push({ key: sorter.keyOf(row.document), row });
      if (limit !== undefined && rows.length >= limit * 2 + 1000) rows = rows.sort(order).slice(0, limit);
    }
    this.input.close();
    checkDeadline(this.context);
    const sorted = rows.sort(order).map((keyed) => keyed.row);
    return limit === undefined ? sorted : sorted.slice(0, limit);
  }
}

/** A row and what it sorts by. */
interface Keyed {
  key: BsonValue[];
  row: Row;
}

/** A report of a step over one input. */
export function above(
  stage: string,
  details: BsonDocument,
  returned: number,
  input: Stage<unknown>,
): StageReport {
  const below = input.report();
  return { stage, details, returned, keysExamined: 0, docsExamined: 0, inputs: [below] };
}
