import type { SortField } from '../query/compile-sort.ts';
import { type IndexState, isMultikeyField } from '../storage/collection.ts';
import type { FieldBounds, IndexBounds } from './index-bounds.ts';

/** How an index gives an order. */
export interface IndexOrder {
  reverse: boolean;
  /** The number of leading fields whose combinations have to be read as separate streams, and merged. */
  streamFields: number;
}

/**
 * How a scan within the bounds (one set for each alternative) gives the wanted order, or undefined when it does not.
 * Fields held to points may be passed over: a single point is in any order, several make a stream each. A field with
 * arrays orders only when all of it is read.
 */
export function indexOrder(
  index: IndexState,
  sets: readonly IndexBounds[],
  wanted: readonly SortField[],
): IndexOrder | undefined {
  if (index.overflow) return undefined;
  const { fields } = index.definition;
  const fixed = new Set<string>();
  let reverse: boolean | undefined;
  let streamFields = 0;
  let matched = false;
  let at = 0;
  for (const sort of wanted) {
    while (at < fields.length && fields[at]?.path !== sort.path.text && areAllPoints(sets, at)) {
      if (isSamePoint(sets, at)) {
        if (!isMultikeyField(index, at)) fixed.add(fields[at]?.path as string);
      } else if (matched) {
        return undefined;
      } else {
        streamFields = at + 1;
      }
      at += 1;
    }
    const field = fields[at];
    if (field?.path === sort.path.text) {
      if (isMultikeyField(index, at) && !sets.every((set) => set.fields[at]?.isFull)) return undefined;
      const backwards = field.descending !== (sort.direction === -1);
      // A single value has no direction.
      if (isSamePoint(sets, at) && !isMultikeyField(index, at)) fixed.add(field.path);
      else if (reverse !== undefined && reverse !== backwards) return undefined;
      else reverse = backwards;
      matched = true;
      at += 1;
    } else if (!fixed.has(sort.path.text)) {
      return undefined;
    }
  }
  return { reverse: reverse ?? false, streamFields };
}

function boundsAt(sets: readonly IndexBounds[], field: number): FieldBounds[] {
  return sets.map((set) => set.fields[field] as FieldBounds);
}

function areAllPoints(sets: readonly IndexBounds[], field: number): boolean {
  return boundsAt(sets, field).every((bounds) => bounds.allPoints);
}

function isSamePoint(sets: readonly IndexBounds[], field: number): boolean {
  const [first, ...others] = boundsAt(sets, field);
  const point = first?.intervals[0];
  if (first === undefined || point === undefined || !first.allPoints || first.intervals.length !== 1)
    return false;
  return others.every(
    (bounds) =>
      bounds.intervals.length === 1 &&
      bounds.intervals[0]?.from.bytes.equals(point.from.bytes) === true &&
      bounds.allPoints,
  );
}
