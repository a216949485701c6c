import type { BsonDocument } from '../bson/value.ts';
import { decodeValue, fieldEnds, notInKey } from '../index/decode-value.ts';
import { recordIdAtEnd } from '../index/record-id.ts';
import type { Collection } from '../storage/collection.ts';
import { afterPrefix } from '../storage/keys.ts';
import type { KeyCursor } from '../storage/reader.ts';
import { readRecord } from '../storage/records.ts';
import type { ScanPlan } from './index-scan.ts';
import type { KeyRange } from './key-range.ts';
import { Row } from './row.ts';
import {
  checkDeadline,
  checkThere,
  countStep,
  type ExecutionContext,
  examined,
  type Stage,
  type StageReport,
} from './stage.ts';

/** Fields that are wanted of an index, and what may stand for them. */
export interface WantedFields {
  names: ReadonlySet<string>;
  /** Of these it matters whether they are null or missing, which a key does not tell. */
  presence: ReadonlySet<string>;
}

/**
 * Documents with an index's fields alone, made from its keys. Neighbours with the same values are the same object, and
 * where there are many of them storage counts the rest. A document is read only for a value that a key does not hold.
 */
export class IndexDocuments implements Stage<{ document: BsonDocument }> {
  private readonly context: ExecutionContext;
  private readonly collection: Collection;
  private readonly plan: ScanPlan;
  private readonly ranges: readonly KeyRange[];
  private readonly wanted: WantedFields;
  /** Leading fields of the index up to the last one that is wanted. */
  private readonly paths: readonly string[];
  private readonly descending: readonly boolean[];
  private range = -1;
  private cursor: KeyCursor | undefined;
  /** The bytes that keys with the current values begin with. */
  private run: Buffer | undefined;
  private current: { document: BsonDocument } | undefined;
  private inRun = 0;
  /** Further results with the current values, counted already. */
  private counted = 0;
  private keysExamined = 0;
  private docsExamined = 0;
  private returned = 0;

  constructor(
    context: ExecutionContext,
    collection: Collection,
    plan: ScanPlan,
    ranges: readonly KeyRange[],
    wanted: WantedFields,
  ) {
    this.context = context;
    this.collection = collection;
    this.plan = plan;
    this.ranges = ranges;
    this.wanted = wanted;
    const { fields } = plan.index.definition;
    const last = fields.findLastIndex((field) => wanted.names.has(field.path));
    this.paths = fields.slice(0, last + 1).map((field) => field.path);
    this.descending = fields.map((field) => field.descending);
    plan.index.accesses += 1;
  }

  next(): { document: BsonDocument } | undefined {
    checkThere(this.context, this.plan.index);
    if (this.counted > 0) this.counted -= 1;
    else if (!this.advance()) return undefined;
    this.returned += 1;
    return this.current;
  }

  close(): void {
    this.cursor?.close();
    this.cursor = undefined;
    this.range = this.ranges.length;
  }

  report(): StageReport {
    const scan: StageReport = {
      stage: 'IXSCAN',
      details: this.plan.details,
      returned: this.keysExamined,
      keysExamined: this.keysExamined,
      docsExamined: 0,
      inputs: [],
    };
    return {
      stage: 'PROJECTION_COVERED',
      details: new Map([['transformBy', new Map([...this.wanted.names].map((name) => [name, true]))]]),
      returned: this.returned,
      keysExamined: 0,
      docsExamined: this.docsExamined,
      inputs: [scan],
    };
  }

  /** Whether there is another result, which then is `current`. */
  private advance(): boolean {
    for (;;) {
      this.cursor ??= this.openNext();
      if (this.cursor === undefined) return false;
      const key = this.cursor.next();
      if (key === undefined) {
        this.cursor = undefined;
        continue;
      }
      this.keysExamined += 1;
      examined.keys += 1;
      countStep(this.context);
      if (this.run !== undefined && beginsWith(key, this.run)) {
        this.inRun += 1;
        if (this.inRun === longRun) this.countRest(key, this.run);
        return true;
      }
      if (this.begin(key)) return true;
    }
  }

  private openNext(): KeyCursor | undefined {
    this.range += 1;
    const range = this.ranges[this.range];
    return range && this.context.reader.range(range.from, range.to, false, false);
  }

  /** The key's values; false when its document has gone meanwhile. */
  private begin(key: Buffer): boolean {
    const { prefix } = this.plan.index;
    const ends = fieldEnds(key, prefix.length, this.descending, this.paths.length);
    const document = ends && this.documentOf(key, ends);
    this.inRun = 0;
    this.run = document && key.subarray(0, ends?.at(-1));
    this.current = document === undefined ? this.read(key) : { document };
    return this.current !== undefined;
  }

  private documentOf(key: Buffer, ends: readonly number[]): BsonDocument | undefined {
    const document: BsonDocument = new Map();
    let offset = this.plan.index.prefix.length;
    for (const [field, path] of this.paths.entries()) {
      const end = ends[field] as number;
      if (this.wanted.names.has(path)) {
        const value = decodeValue(key, offset, end, this.descending[field] === true);
        if (value === notInKey || (value === null && this.wanted.presence.has(path))) return undefined;
        document.set(path, value);
      }
      offset = end;
    }
    return document;
  }

  private read(key: Buffer): Row | undefined {
    const id = recordIdAtEnd(key);
    const raw = readRecord(this.context.reader, this.collection, id);
    if (raw === undefined) return undefined;
    this.docsExamined += 1;
    examined.documents += 1;
    return new Row(id, raw);
  }

  /** Counts what follows `key` with the same values, and goes on behind it. */
  private countRest(key: Buffer, run: Buffer): void {
    const { reader } = this.context;
    checkDeadline(this.context);
    const { to } = this.ranges[this.range] as KeyRange;
    const runEnd = afterPrefix(run);
    const isLast = Buffer.compare(runEnd, to) >= 0;
    this.counted = reader.count(Buffer.concat([key, oneByte]), isLast ? to : runEnd);
    this.keysExamined += this.counted;
    examined.keys += this.counted;
    this.cursor?.close();
    this.cursor = isLast ? undefined : reader.range(runEnd, to, false, false);
  }
}

/** Keys with the same values that are looked at before the rest is counted: finding a place costs as much as some keys. */
const longRun = 32;
/** Appended, it makes the least key behind another. */
const oneByte = Buffer.from([0]);

function beginsWith(key: Buffer, start: Buffer): boolean {
  return key.length >= start.length && key.compare(start, 0, start.length, 0, start.length) === 0;
}
