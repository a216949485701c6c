import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { RecordId } from '../index/record-id.ts';
import type { Sorter } from '../query/compile-sort.ts';
import type { Row } from './row.ts';
import type { Stage, StageReport } from './stage.ts';

/** The rows of several plans one after the other, each once. */
export class RowUnion implements Stage<Row> {
  private readonly inputs: Stage<Row>[];
  private readonly seen = new Set<RecordId>();
  private current = 0;
  private returned = 0;

  constructor(inputs: Stage<Row>[]) {
    this.inputs = inputs;
  }

  next(): Row | undefined {
    for (; this.current < this.inputs.length; this.current++) {
      const input = this.inputs[this.current] as Stage<Row>;
      for (let row = input.next(); row !== undefined; row = input.next()) {
        if (this.seen.has(row.id)) continue;
        this.seen.add(row.id);
        this.returned += 1;
        return row;
      }
    }
    return undefined;
  }

  close(): void {
    for (const input of this.inputs) input.close();
  }

  report(): StageReport {
    return unionReport('OR', new Map(), this.returned, this.inputs);
  }
}

/** The rows of several plans that are each in the wanted order, merged into it, each once. */
export class SortMerge implements Stage<Row> {
  private readonly inputs: Stage<Row>[];
  private readonly sorter: Sorter;
  private readonly spec: BsonDocument;
  private readonly seen = new Set<RecordId>();
  private heads: Array<{ row: Row; key: BsonValue[] } | undefined> | undefined;
  private returned = 0;

  constructor(inputs: Stage<Row>[], sorter: Sorter, spec: BsonDocument) {
    this.inputs = inputs;
    this.sorter = sorter;
    this.spec = spec;
  }

  next(): Row | undefined {
    this.heads ??= this.inputs.map((input) => this.read(input));
    for (;;) {
      const first = this.first(this.heads);
      const head = this.heads[first];
      if (head === undefined) return undefined;
      this.heads[first] = this.read(this.inputs[first] as Stage<Row>);
      if (this.seen.has(head.row.id)) continue;
      this.seen.add(head.row.id);
      this.returned += 1;
      return head.row;
    }
  }

  close(): void {
    for (const input of this.inputs) input.close();
  }

  report(): StageReport {
    return unionReport('SORT_MERGE', new Map([['sortPattern', this.spec]]), this.returned, this.inputs);
  }

  private read(input: Stage<Row>): { row: Row; key: BsonValue[] } | undefined {
    const row = input.next();
    return row === undefined ? undefined : { row, key: this.sorter.keyOf(row.document) };
  }

  private first(heads: Array<{ key: BsonValue[] } | undefined>): number {
    let best = 0;
    for (let i = 1; i < heads.length; i++) {
      const head = heads[i];
      const leader = heads[best];
      if (head === undefined) continue;
      if (leader === undefined || this.sorter.compareKeys(head.key, leader.key) < 0) best = i;
    }
    return best;
  }
}

function unionReport(
  stage: string,
  details: BsonDocument,
  returned: number,
  inputs: Stage<unknown>[],
): StageReport {
  return {
    stage,
    details,
    returned,
    keysExamined: 0,
    docsExamined: 0,
    inputs: inputs.map((input) => input.report()),
  };
}
