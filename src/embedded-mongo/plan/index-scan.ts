import type { BsonDocument } from '../bson/value.ts';
import { type RecordId, recordIdAtEnd } from '../index/record-id.ts';
import { skipValue } from '../index/skip-value.ts';
import { type IndexState, isMultikey } from '../storage/collection.ts';
import type { KeyCursor, KeyReader } from '../storage/reader.ts';
import type { Interval } from './bounds.ts';
import type { FieldCheck, KeyRange, KeyStream } from './key-range.ts';
import {
  checkThere,
  countStep,
  type ExecutionContext,
  examined,
  type Stage,
  type StageReport,
} from './stage.ts';

/** What an index scan reads, and in which order. */
export interface ScanPlan {
  index: IndexState;
  streams: KeyStream[];
  reverse: boolean;
  /** The streams are merged into one order. */
  merge: boolean;
  /** For explain. */
  details: BsonDocument;
}

/** Record ids from the keys of an index, each once. */
export class IndexScan implements Stage<RecordId> {
  private readonly context: ExecutionContext;
  private readonly plan: ScanPlan;
  private readonly readers: StreamReader[];
  private readonly seen: Set<RecordId> | undefined;
  private current = 0;
  private examined = 0;
  private returned = 0;

  constructor(context: ExecutionContext, plan: ScanPlan) {
    this.context = context;
    this.plan = plan;
    this.seen = isMultikey(plan.index) ? new Set() : undefined;
    const streams = plan.reverse ? [...plan.streams].reverse() : plan.streams;
    this.readers = streams.map((stream) => new StreamReader(context, plan, stream, () => this.count()));
    plan.index.accesses += 1;
  }

  next(): RecordId | undefined {
    checkThere(this.context, this.plan.index);
    for (;;) {
      const reader = this.plan.merge ? this.leading() : this.sequential();
      if (reader === undefined) return undefined;
      const id = reader.take();
      if (id === undefined) continue;
      if (this.seen !== undefined) {
        if (this.seen.has(id)) continue;
        this.seen.add(id);
      }
      this.returned += 1;
      return id;
    }
  }

  close(): void {
    for (const reader of this.readers) reader.close();
  }

  report(): StageReport {
    return {
      stage: 'IXSCAN',
      details: this.plan.details,
      returned: this.returned,
      keysExamined: this.examined,
      docsExamined: 0,
      inputs: [],
    };
  }

  private count(): void {
    this.examined += 1;
    examined.keys += 1;
    countStep(this.context);
  }

  private sequential(): StreamReader | undefined {
    for (; this.current < this.readers.length; this.current++) {
      const reader = this.readers[this.current] as StreamReader;
      if (reader.head() !== undefined) return reader;
    }
    return undefined;
  }

  /** The stream whose next key comes first, by the fields after the streams' own. */
  private leading(): StreamReader | undefined {
    let best: StreamReader | undefined;
    for (const reader of this.readers) {
      if (reader.head() === undefined) continue;
      if (best === undefined || reader.comesBefore(best, this.plan.reverse)) best = reader;
    }
    return best;
  }
}

/** The keys of one stream, one ahead. */
class StreamReader {
  private readonly context: ExecutionContext;
  private readonly plan: ScanPlan;
  private readonly stream: KeyStream;
  private readonly onKey: () => void;
  private range = -1;
  private cursor: KeyCursor | undefined;
  private key: Buffer | undefined;
  private id: RecordId = 0;
  private generation = 0;
  private finished = false;

  constructor(context: ExecutionContext, plan: ScanPlan, stream: KeyStream, onKey: () => void) {
    this.context = context;
    this.plan = plan;
    this.stream = stream;
    this.onKey = onKey;
  }

  head(): Buffer | undefined {
    while (this.key === undefined && !this.finished) this.advance();
    return this.key;
  }

  /** The record of the head, and on; undefined when that entry has gone since it was read. */
  take(): RecordId | undefined {
    const { key, id } = this;
    this.key = undefined;
    if (key === undefined) return undefined;
    const isFresh = this.generation === this.context.reader.generation;
    return isFresh || this.context.reader.get(key) !== undefined ? id : undefined;
  }

  comesBefore(other: StreamReader, reverse: boolean): boolean {
    const own = this.key as Buffer;
    const theirs = other.key as Buffer;
    const order = own.compare(
      theirs,
      other.stream.prefix.length,
      theirs.length,
      this.stream.prefix.length,
      own.length,
    );
    return reverse ? order > 0 : order < 0;
  }

  close(): void {
    this.finished = true;
    this.cursor?.close();
  }

  private advance(): void {
    if (this.cursor === undefined && !this.openNext()) {
      this.finished = true;
      return;
    }
    const cursor = this.cursor as KeyCursor;
    const key = cursor.next();
    if (key === undefined) {
      this.cursor = undefined;
      return;
    }
    this.onKey();
    if (!passes(key, this.currentRange(), this.plan.index)) return;
    this.key = key;
    this.id = recordIdAtEnd(this.plan.index.isId ? cursor.value() : key);
    this.generation = this.context.reader.generation;
  }

  private openNext(): boolean {
    this.range += 1;
    if (this.range >= this.stream.ranges.length) return false;
    const { from, to, cut } = this.currentRange();
    const { reader } = this.context;
    // One that was cut off ends in a digest.
    const isOneKey = this.plan.index.isId && !cut && to.length === from.length + 2 && to.indexOf(from) === 0;
    this.cursor = isOneKey
      ? new SingleKey(reader, from)
      : reader.range(from, to, this.plan.reverse, this.plan.index.isId);
    return true;
  }

  private currentRange(): KeyRange {
    const { ranges } = this.stream;
    return ranges[this.plan.reverse ? ranges.length - 1 - this.range : this.range] as KeyRange;
  }
}

/** The one key that an `_id` can have: found without opening a range. */
class SingleKey implements KeyCursor {
  private readonly reader: KeyReader;
  private readonly key: Buffer;
  private found: Buffer | undefined;
  private done = false;

  constructor(reader: KeyReader, key: Buffer) {
    this.reader = reader;
    this.key = key;
  }

  next(): Buffer | undefined {
    if (this.done) return undefined;
    this.done = true;
    this.found = this.reader.get(this.key);
    return this.found === undefined ? undefined : this.key;
  }

  value(): Buffer {
    return this.found as Buffer;
  }

  close(): void {
    this.done = true;
  }
}

/** Whether the later fields of a key are within their bounds; one that was cut off passes. */
function passes(key: Buffer, range: KeyRange, index: IndexState): boolean {
  if (range.checks.length === 0) return true;
  const { fields } = index.definition;
  let offset = index.prefix.length;
  let field = 0;
  for (const check of range.checks) {
    for (; field < check.field; field++) {
      offset = skipValue(key, offset, fields[field]?.descending === true);
      if (offset < 0) return true;
    }
    const end = skipValue(key, offset, fields[field]?.descending === true);
    if (end < 0) return true;
    if (!within(key.subarray(offset, end), check)) return false;
  }
  return true;
}

function within(value: Buffer, check: FieldCheck): boolean {
  return check.intervals.some((interval) => contains(interval, value));
}

function contains({ from, to }: Interval, value: Buffer): boolean {
  return Buffer.compare(value, from.position) >= 0 && Buffer.compare(value, to.position) < 0;
}
