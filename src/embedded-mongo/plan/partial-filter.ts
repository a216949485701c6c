import type { IndexState } from '../storage/collection.ts';
import { type Interval, intersection, point } from './bounds.ts';
import type { FieldPredicate, Predicate } from './predicate.ts';
import { predicatesOf } from './predicate.ts';
import { boundsOf } from './predicate-bounds.ts';

/**
 * Whether an index certainly has every document that the predicates match: it is neither sparse nor partial, or they
 * say what its filter says. `{ link: 'x' }` implies `{ link: { $gt: '' } }`; where it is not plain, the answer is no.
 */
export function holdsAll(index: IndexState, predicates: readonly Predicate[]): boolean {
  const { sparse, partialFilter, fields } = index.definition;
  if (sparse) return fields.some((field) => excludesMissing(field.path, predicates));
  if (partialFilter === undefined) return true;
  return predicatesOf(partialFilter).every((demand) => isImplied(demand, predicates));
}

function isImplied(demand: Predicate, predicates: readonly Predicate[]): boolean {
  if (demand.kind !== 'field') return false;
  if (demand.operator === 'exists') return demand.value === true && excludesMissing(demand.path, predicates);
  const wanted = boundsOf(demand);
  if (wanted === undefined || !wanted.exact) return false;
  return predicates.some(
    (predicate) => isOn(predicate, demand.path) && isWithin(predicate, wanted.intervals),
  );
}

function isOn(predicate: Predicate, path: string): predicate is FieldPredicate {
  return predicate.kind === 'field' && predicate.path === path;
}

function isWithin(predicate: FieldPredicate, wanted: Interval[]): boolean {
  const given = boundsOf(predicate)?.intervals;
  if (given === undefined) return false;
  const both = intersection(given, wanted);
  return (
    both.length === given.length &&
    given.every((interval, i) => {
      const common = both[i] as Interval;
      return (
        common.from.position.equals(interval.from.position) && common.to.position.equals(interval.to.position)
      );
    })
  );
}

function excludesMissing(path: string, predicates: readonly Predicate[]): boolean {
  return predicates.some((predicate) => {
    if (!isOn(predicate, path)) return false;
    if (predicate.operator === 'exists') return predicate.value === true;
    const given = boundsOf(predicate)?.intervals;
    return given !== undefined && intersection(given, [point(null)]).length === 0;
  });
}
