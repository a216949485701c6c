import type { IndexState } from '../storage/collection.ts';
import { everything, type Interval, intersection, isEverything, isPoint } from './bounds.ts';
import type { FieldPredicate, Predicate } from './predicate.ts';
import { boundsOf, type PredicateBounds } from './predicate-bounds.ts';

/** What one field of an index may hold. */
export interface FieldBounds {
  intervals: Interval[];
  allPoints: boolean;
  isFull: boolean;
}

/** Bounds on an index for predicates that hold together. */
export interface IndexBounds {
  fields: FieldBounds[];
  /** Predicates that the bounds stand for, exactly: documents need not be tested for them. */
  covered: Set<Predicate>;
  /** Predicates that the bounds make use of. */
  used: Set<Predicate>;
}

const fullBounds: FieldBounds = { intervals: [everything], allPoints: false, isFull: true };

/**
 * The narrowest bounds on an index that a list of predicates gives. On a field with arrays only the predicates of
 * one `$elemMatch` may be intersected, as different elements can meet different predicates, and fields below the
 * same array only have bounds together when the same `$elemMatch` gives them.
 */
export function indexBounds(index: IndexState, predicates: readonly Predicate[]): IndexBounds {
  const result: IndexBounds = { fields: [], covered: new Set(), used: new Set() };
  const elements = new Map<string, object | undefined>();
  index.definition.fields.forEach((field, i) => {
    const usable = predicates.filter(
      (predicate): predicate is FieldPredicate => predicate.kind === 'field' && predicate.path === field.path,
    );
    if (usable.length === 0 || field.components.some((part) => /^\d+$/.test(part))) {
      result.fields.push(fullBounds);
      return;
    }
    const depths = index.multikey[i] ?? new Set<number>();
    const chosen = depths.size === 0 ? allOf(usable) : bestOf(usable, field.components, depths, elements);
    if (chosen === undefined) {
      result.fields.push(fullBounds);
      return;
    }
    for (const depth of depths) elements.set(field.components.slice(0, depth).join('.'), chosen.element);
    result.fields.push(fieldBounds(chosen.intervals));
    for (const { predicate, bounds } of chosen.parts) {
      result.used.add(predicate);
      if (bounds.exact && !index.overflow) result.covered.add(predicate);
      if (predicate.operator === 'exists' && predicate.value === true && coversExistence(index)) {
        result.covered.add(predicate);
      }
    }
  });
  return result;
}

interface Part {
  predicate: FieldPredicate;
  bounds: PredicateBounds;
}

interface Choice {
  parts: Part[];
  intervals: Interval[];
  element: object | undefined;
}

function allOf(predicates: FieldPredicate[]): Choice | undefined {
  const parts: Part[] = [];
  for (const predicate of predicates) {
    const bounds = boundsOf(predicate);
    if (bounds !== undefined) parts.push({ predicate, bounds });
  }
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  const intervals = others.reduce(
    (both, part) => intersection(both, part.bounds.intervals),
    first.bounds.intervals,
  );
  return { parts, intervals, element: first.predicate.element };
}

function bestOf(
  predicates: FieldPredicate[],
  components: readonly string[],
  depths: ReadonlySet<number>,
  elements: ReadonlyMap<string, object | undefined>,
): Choice | undefined {
  const groups = new Map<object, FieldPredicate[]>();
  for (const predicate of predicates) {
    const group = predicate.element ?? predicate;
    groups.set(group, [...(groups.get(group) ?? []), predicate]);
  }
  let best: Choice | undefined;
  for (const group of groups.values()) {
    if (!mayCombine(group[0]?.element, components, depths, elements)) continue;
    const choice = allOf(group);
    if (choice !== undefined && (best === undefined || breadth(choice) < breadth(best))) best = choice;
  }
  return best;
}

function mayCombine(
  element: object | undefined,
  components: readonly string[],
  depths: ReadonlySet<number>,
  elements: ReadonlyMap<string, object | undefined>,
): boolean {
  for (const depth of depths) {
    const path = components.slice(0, depth).join('.');
    if (!elements.has(path)) continue;
    const other = elements.get(path);
    if (other === undefined || other !== element) return false;
  }
  return true;
}

/** A guess at how much of the index a choice reads: points least, then ranges with two ends, then with one. */
function breadth({ intervals, parts }: Choice): number {
  if (intervals.every(isPoint)) return intervals.length;
  if (isEverything(intervals)) return 1_000_000;
  return 10_000 - parts.length;
}

function fieldBounds(intervals: Interval[]): FieldBounds {
  return { intervals, allPoints: intervals.every(isPoint), isFull: isEverything(intervals) };
}

/** A sparse index of one field has exactly the documents with that field. */
function coversExistence(index: IndexState): boolean {
  return index.definition.sparse && index.definition.fields.length === 1;
}
