import type { BsonValue } from '../bson/value.ts';
import type { Collection } from '../storage/collection.ts';
import { findRecordById, readRecord } from '../storage/records.ts';
import { Row } from './row.ts';
import { type ExecutionContext, examined, type Stage, type StageReport } from './stage.ts';

/** The document with a given `_id`. */
export class IdLookup implements Stage<Row> {
  private readonly context: ExecutionContext;
  private readonly collection: Collection;
  private readonly id: BsonValue;
  private done = false;
  private examined = 0;

  constructor(context: ExecutionContext, collection: Collection, id: BsonValue) {
    this.context = context;
    this.collection = collection;
    this.id = id;
  }

  next(): Row | undefined {
    if (this.done) return undefined;
    this.done = true;
    const record = findRecordById(this.context.reader, this.collection, this.id);
    const raw = record === undefined ? undefined : readRecord(this.context.reader, this.collection, record);
    if (record === undefined || raw === undefined) return undefined;
    this.examined = 1;
    examined.keys += 1;
    examined.documents += 1;
    return new Row(record, raw);
  }

  close(): void {
    this.done = true;
  }

  report(): StageReport {
    return {
      stage: 'IDHACK',
      details: new Map(),
      returned: this.examined,
      keysExamined: this.examined,
      docsExamined: this.examined,
      inputs: [],
    };
  }
}
