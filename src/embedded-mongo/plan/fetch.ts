import type { BsonDocument } from '../bson/value.ts';
import type { RecordId } from '../index/record-id.ts';
import type { Filter } from '../query/compile-filter.ts';
import type { Collection } from '../storage/collection.ts';
import { readRecord } from '../storage/records.ts';
import { Row } from './row.ts';
import { type ExecutionContext, examined, type Stage, type StageReport } from './stage.ts';

/** The documents of record ids; tested when the bounds that gave the ids do not say everything. */
export class Fetch implements Stage<Row> {
  private readonly context: ExecutionContext;
  private readonly collection: Collection;
  private readonly input: Stage<RecordId>;
  private readonly filter: Filter | undefined;
  private readonly filterText: BsonDocument;
  private examined = 0;
  private returned = 0;

  constructor(
    context: ExecutionContext,
    collection: Collection,
    input: Stage<RecordId>,
    filter: Filter | undefined,
    filterText: BsonDocument,
  ) {
    this.context = context;
    this.collection = collection;
    this.input = input;
    this.filter = filter;
    this.filterText = filterText;
  }

  next(): Row | undefined {
    for (let id = this.input.next(); id !== undefined; id = this.input.next()) {
      const raw = readRecord(this.context.reader, this.collection, id);
      // Between two batches a document may go.
      if (raw === undefined) continue;
      this.examined += 1;
      examined.documents += 1;
      const row = new Row(id, raw);
      if (this.filter !== undefined && !this.filter(row.document)) continue;
      this.returned += 1;
      return row;
    }
    return undefined;
  }

  close(): void {
    this.input.close();
  }

  report(): StageReport {
    const details: BsonDocument =
      this.filter === undefined ? new Map() : new Map([['filter', this.filterText]]);
    return {
      stage: 'FETCH',
      details,
      returned: this.returned,
      keysExamined: 0,
      docsExamined: this.examined,
      inputs: [this.input.report()],
    };
  }
}
