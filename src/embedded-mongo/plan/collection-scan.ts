import type { BsonDocument } from '../bson/value.ts';
import { recordIdAtEnd } from '../index/record-id.ts';
import type { Filter } from '../query/compile-filter.ts';
import type { Collection } from '../storage/collection.ts';
import { afterPrefix, recordPrefix } from '../storage/keys.ts';
import type { KeyCursor } from '../storage/reader.ts';
import { Row } from './row.ts';
import {
  checkThere,
  countStep,
  type ExecutionContext,
  examined,
  type Stage,
  type StageReport,
} from './stage.ts';

/** Every document of a collection, in order of insertion, that passes a filter. */
export class CollectionScan implements Stage<Row> {
  private readonly context: ExecutionContext;
  private readonly collection: Collection;
  private readonly filter: Filter | undefined;
  private readonly filterText: BsonDocument;
  private readonly reverse: boolean;
  private readonly cursor: KeyCursor;
  private examined = 0;
  private returned = 0;

  constructor(
    context: ExecutionContext,
    collection: Collection,
    filter: Filter | undefined,
    filterText: BsonDocument,
    reverse: boolean,
  ) {
    this.context = context;
    this.collection = collection;
    this.filter = filter;
    this.filterText = filterText;
    this.reverse = reverse;
    const prefix = recordPrefix(collection.id);
    this.cursor = context.reader.range(prefix, afterPrefix(prefix), reverse, true);
  }

  next(): Row | undefined {
    checkThere(this.context, this.collection);
    for (let key = this.cursor.next(); key !== undefined; key = this.cursor.next()) {
      this.examined += 1;
      examined.documents += 1;
      countStep(this.context);
      const row = new Row(recordIdAtEnd(key), this.cursor.value());
      if (this.filter !== undefined && !this.filter(row.document)) continue;
      this.returned += 1;
      return row;
    }
    return undefined;
  }

  close(): void {
    this.cursor.close();
  }

  report(): StageReport {
    const details: BsonDocument = new Map();
    if (this.filterText.size > 0) details.set('filter', this.filterText);
    details.set('direction', this.reverse ? 'backward' : 'forward');
    return {
      stage: 'COLLSCAN',
      details,
      returned: this.returned,
      keysExamined: 0,
      docsExamined: this.examined,
      inputs: [],
    };
  }
}
