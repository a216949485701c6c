import { keyBytesKept } from '../index/index-keys.ts';
import type { IndexState } from '../storage/collection.ts';
import { everything, type Interval, inverted, isPoint } from './bounds.ts';
import type { FieldBounds, IndexBounds } from './index-bounds.ts';

/** Keys from `from` to below `to`; of these, those whose later fields lie within `checks`. */
export interface KeyRange {
  from: Buffer;
  to: Buffer;
  checks: FieldCheck[];
  /** A bound was longer than keys are kept: more keys lie within than should. */
  cut: boolean;
}

/** A field further back in the key that has bounds too. */
export interface FieldCheck {
  field: number;
  intervals: Interval[];
}

/** Ranges that share their first fields: within one, keys come in the order of the fields after these. */
export interface KeyStream {
  prefix: Buffer;
  ranges: KeyRange[];
}

/** More combinations of points than this are not made: the later fields are checked in the keys instead. */
const maxCombinations = 5000;

/**
 * The ranges of an index that bounds describe: every combination of points of the leading fields, and the intervals
 * of the first field that has others. Streams are split by the first `streamFields` fields.
 */
export function keyStreams(index: IndexState, bounds: IndexBounds, streamFields: number): KeyStream[] {
  const perField = bounds.fields.map((field, i) => stored(index, field, i));
  let streams: KeyStream[] = [];
  let prefixes: Buffer[] = [index.prefix];
  let field = 0;
  for (; field < perField.length; field++) {
    const current = bounds.fields[field] as FieldBounds;
    const intervals = perField[field] as Interval[];
    if (field === streamFields) streams = prefixes.map((prefix) => ({ prefix, ranges: [] }));
    if (!current.allPoints || prefixes.length * intervals.length > maxCombinations) break;
    prefixes = prefixes.flatMap((prefix) =>
      intervals.map((interval) => Buffer.concat([prefix, interval.from.bytes])),
    );
  }
  if (streams.length === 0) {
    const split = streamFields >= field ? prefixes : [index.prefix];
    streams = split.map((prefix) => ({ prefix, ranges: [] }));
  }
  const last = perField[field] ?? [everything];
  const checks = checksAfter(bounds, perField, field);
  for (const prefix of prefixes) {
    const stream = streams.find((candidate) => isPrefix(candidate.prefix, prefix)) as KeyStream;
    for (const interval of last) {
      const from = Buffer.concat([prefix, interval.from.position]);
      const to = Buffer.concat([prefix, interval.to.position]);
      stream.ranges.push(fitted(from, to, checks));
    }
  }
  for (const stream of streams) stream.ranges = joined(stream.ranges);
  return streams;
}

function fitted(from: Buffer, to: Buffer, checks: FieldCheck[]): KeyRange {
  if (from.length <= keyBytesKept && to.length <= keyBytesKept) return { from, to, checks, cut: false };
  const end =
    to.length <= keyBytesKept ? to : Buffer.concat([to.subarray(0, keyBytesKept), Buffer.from([0xff, 0xff])]);
  return { from: from.subarray(0, keyBytesKept), to: end, checks: [], cut: true };
}

/** Streams of the same prefix from several sets of bounds (the branches of an $or) as one. */
export function mergeStreams(sets: KeyStream[][]): KeyStream[] {
  const byPrefix = new Map<string, KeyStream>();
  for (const stream of sets.flat()) {
    const key = stream.prefix.toString('latin1');
    const known = byPrefix.get(key);
    if (known === undefined) byPrefix.set(key, { ...stream });
    else known.ranges = joined([...known.ranges, ...stream.ranges]);
  }
  return [...byPrefix.values()];
}

/** A field's intervals in the order and the bytes in which its index stores them. */
function stored(index: IndexState, bounds: FieldBounds, field: number): Interval[] {
  if (!index.definition.fields[field]?.descending) return bounds.intervals;
  return bounds.intervals.map((interval) => (bounds.isFull ? interval : inverted(interval))).reverse();
}

function checksAfter(bounds: IndexBounds, perField: Interval[][], field: number): FieldCheck[] {
  const checks: FieldCheck[] = [];
  for (let i = field + 1; i < perField.length; i++) {
    if (!bounds.fields[i]?.isFull) checks.push({ field: i, intervals: perField[i] as Interval[] });
  }
  return checks;
}

/** In order; overlapping ones as one, whose keys are then checked for nothing. */
function joined(ranges: KeyRange[]): KeyRange[] {
  const sorted = [...ranges].sort((a, b) => Buffer.compare(a.from, b.from));
  const result: KeyRange[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last === undefined || Buffer.compare(last.to, range.from) <= 0) {
      result.push({ ...range });
    } else {
      if (Buffer.compare(last.to, range.to) < 0) last.to = range.to;
      if (last.checks !== range.checks) last.checks = [];
      last.cut ||= range.cut;
    }
  }
  return result;
}

function isPrefix(prefix: Buffer, of: Buffer): boolean {
  return prefix.length <= of.length && Buffer.compare(prefix, of.subarray(0, prefix.length)) === 0;
}

/** Whether joining ranges of several branches lost checks, so that documents have to be tested. */
export function hasOverlap(sets: KeyStream[][]): boolean {
  const all = sets.flatMap((streams) => streams.flatMap((stream) => stream.ranges));
  const sorted = all.sort((a, b) => Buffer.compare(a.from, b.from));
  return sorted.some((range, i) => {
    const before = sorted[i - 1];
    return (
      before !== undefined &&
      Buffer.compare(before.to, range.from) > 0 &&
      (before.checks.length > 0 || range.checks.length > 0)
    );
  });
}

/** All points: how many keys a unique index can have there. */
export function isSinglePoint(bounds: IndexBounds): boolean {
  return bounds.fields.every((field) => field.intervals.length === 1 && field.intervals.every(isPoint));
}
