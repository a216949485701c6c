import type { BsonValue } from '../bson/value.ts';
import { encodeValue, tagOf } from '../index/encode-value.ts';
import { KeyWriter } from '../index/key-writer.ts';

/**
 * A place between encoded values of one field, ascending: before everything that begins with `bytes`, or after
 * it. `shown` is for explain.
 */
export interface Bound {
  bytes: Buffer;
  after: boolean;
  /** `bytes`, with two bytes 255 when it is after: places compare as these do. */
  position: Buffer;
  shown: string;
}

/** The values between two places. */
export interface Interval {
  from: Bound;
  to: Bound;
}

const writer = new KeyWriter();
const top = Buffer.from([0xff, 0xff]);

export function bound(bytes: Buffer, after: boolean, shown: string): Bound {
  return { bytes, after, position: after ? Buffer.concat([bytes, top]) : bytes, shown };
}

export function encodedValue(value: BsonValue): Buffer {
  writer.reset();
  encodeValue(writer, value);
  return writer.finish();
}

/** Exactly one value. */
export function point(value: BsonValue): Interval {
  const bytes = encodedValue(value);
  const shown = show(value);
  return { from: bound(bytes, false, shown), to: bound(bytes, true, shown) };
}

export function isPoint(interval: Interval): boolean {
  return !interval.from.after && interval.to.after && interval.from.bytes.equals(interval.to.bytes);
}

/** Every value there is. */
export const everything: Interval = {
  from: bound(Buffer.alloc(0), false, 'MinKey'),
  to: bound(Buffer.from([0xff]), false, 'MaxKey'),
};

export function isEverything(intervals: readonly Interval[]): boolean {
  const [only] = intervals;
  return (
    intervals.length === 1 &&
    only !== undefined &&
    only.from.position.length === 0 &&
    only.to === everything.to
  );
}

/** All values of a type, or of it those on one side of a place. No value begins with a tag's neighbours. */
export function typeStart(tag: number): Bound {
  return bound(Buffer.from([tag - 1]), true, `type ${tag}`);
}

export function typeEnd(tag: number): Bound {
  return bound(Buffer.from([tag + 1]), false, `type ${tag}`);
}

/** The interval of strings that begin with a prefix. */
export function stringPrefix(prefix: string): Interval {
  const whole = encodedValue(prefix);
  const from = whole.subarray(0, whole.length - 1);
  const next = Buffer.from(from);
  next[next.length - 1] = (next[next.length - 1] as number) + 1;
  return {
    from: bound(from, false, JSON.stringify(prefix)),
    to: bound(next, false, `${JSON.stringify(prefix)}+`),
  };
}

/** Sorted and disjoint, neighbours joined. */
export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => Buffer.compare(a.from.position, b.from.position));
  const joined: Interval[] = [];
  for (const interval of sorted) {
    if (isEmpty(interval)) continue;
    const last = joined.at(-1);
    if (last === undefined || Buffer.compare(last.to.position, interval.from.position) < 0)
      joined.push({ ...interval });
    else if (Buffer.compare(last.to.position, interval.to.position) < 0) last.to = interval.to;
  }
  return joined;
}

/** What is in both; each side sorted and disjoint. */
export function intersection(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const left = a[i] as Interval;
    const right = b[j] as Interval;
    const from = Buffer.compare(left.from.position, right.from.position) >= 0 ? left.from : right.from;
    const leftEndsFirst = Buffer.compare(left.to.position, right.to.position) < 0;
    const both = { from, to: leftEndsFirst ? left.to : right.to };
    if (!isEmpty(both)) result.push(both);
    if (leftEndsFirst) i += 1;
    else j += 1;
  }
  return result;
}

function isEmpty(interval: Interval): boolean {
  return Buffer.compare(interval.from.position, interval.to.position) >= 0;
}

/** The same values in a descending field, whose bytes are inverted. */
export function inverted({ from, to }: Interval): Interval {
  return {
    from: bound(invertBytes(to.bytes), !to.after, to.shown),
    to: bound(invertBytes(from.bytes), !from.after, from.shown),
  };
}

function invertBytes(bytes: Buffer): Buffer {
  const flipped = Buffer.allocUnsafe(bytes.length);
  for (let i = 0; i < bytes.length; i++) flipped[i] = ~(bytes[i] as number) & 0xff;
  return flipped;
}

/** As explain shows bounds. */
export function showInterval(interval: Interval): string {
  const opening = interval.from.after ? '(' : '[';
  const closing = interval.to.after || interval.to === everything.to ? ']' : ')';
  return `${opening}${interval.from.shown}, ${interval.to.shown}${closing}`;
}

export function show(value: BsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined) return 'undefined';
  if (value === null || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Map || Array.isArray(value)) return `value of type ${tagOf(value)}`;
  if (value._bsontype === 'ObjectId') return `ObjectId('${String(value)}')`;
  return String(value);
}
