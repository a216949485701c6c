import { compareValues } from '../../bson/compare.ts';
import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { MongoServerError } from '../../errors.ts';
import { compileSort } from '../../query/compile-sort.ts';
import type { Expression, ExpressionScope } from '../expressions/expression.ts';
import type { Accumulator } from './accumulator.ts';
import { positiveCount } from './accumulators.ts';

/** How `$firstN`, `$topN` and their like choose: by arrival or by order. */
export interface RankedPlan {
  input: Expression;
  make(): Accumulator;
}

const byArrival = new Set(['$firstN', '$lastN']);
const byValue = new Set(['$minN', '$maxN']);
const bySort = new Set(['$top', '$bottom', '$topN', '$bottomN']);

/** Whether this is one of the accumulators that keep the first, least or best few. */
export function isRanked(name: string): boolean {
  return byArrival.has(name) || byValue.has(name) || bySort.has(name);
}

/** Compiles one of them; `n` must not depend on the document. */
export function compileRanked(name: string, operand: BsonValue, scope: ExpressionScope): RankedPlan {
  if (!(operand instanceof Map)) {
    throw new MongoServerError(
      bySort.has(name) ? 5788001 : 5787900,
      `specification must be an object; found ${name}: ${typeNameOf(operand)}`,
    );
  }
  const isSingle = name === '$top' || name === '$bottom';
  const required = bySort.has(name) ? ['sortBy', 'output'] : ['input'];
  if (!isSingle) required.push('n');
  for (const argument of operand.keys()) {
    if (!required.includes(argument)) {
      throw new MongoServerError(5787901, `Unknown argument to ${name} '${argument}'`);
    }
  }
  for (const argument of required) {
    if (!operand.has(argument)) {
      throw new MongoServerError(argument === 'n' ? 5787906 : 5787907, `Missing value for '${argument}'`);
    }
  }
  const count = isSingle ? 1 : positiveCount(scope.compile(operand.get('n'))(new Map()), name);
  if (bySort.has(name)) return sortedPlan(name, operand, count, isSingle, scope);
  const input = scope.compile(operand.get('input'));
  if (byArrival.has(name)) {
    return { input, make: () => new Arrival(count, name === '$lastN') };
  }
  const sign = name === '$minN' ? 1 : -1;
  return { input, make: () => new Best(count, (a, b) => sign * compareValues(a, b, scope.collation)) };
}

function sortedPlan(
  name: string,
  operand: BsonDocument,
  count: number,
  isSingle: boolean,
  scope: ExpressionScope,
): RankedPlan {
  const sortBy = operand.get('sortBy');
  if (!(sortBy instanceof Map)) {
    throw new MongoServerError(10065, `invalid parameter: expected an object (sortBy)`);
  }
  const sorter = compileSort(sortBy, { collation: scope.collation });
  const output = scope.compile(operand.get('output'));
  const isTop = name === '$top' || name === '$topN';
  return {
    input: output,
    make: () => {
      const entries: { key: BsonValue[]; value: BsonValue }[] = [];
      return {
        add: (value, document) => {
          entries.push({ key: sorter.keyOf(document), value: value ?? null });
        },
        result: () => {
          entries.sort((a, b) => sorter.compareKeys(a.key, b.key));
          const chosen = (isTop ? entries.slice(0, count) : entries.slice(-count)).map(
            (entry) => entry.value,
          );
          return isSingle ? chosen[0] : chosen;
        },
      };
    },
  };
}

/** The first or last few, in order of arrival; missing counts as null. */
class Arrival implements Accumulator {
  readonly #values: BsonValue[] = [];
  readonly #count: number;
  readonly #last: boolean;

  constructor(count: number, last: boolean) {
    this.#count = count;
    this.#last = last;
  }

  add(value: BsonValue): void {
    if (this.#last) {
      this.#values.push(value ?? null);
      if (this.#values.length > this.#count) this.#values.shift();
    } else if (this.#values.length < this.#count) {
      this.#values.push(value ?? null);
    }
  }

  result(): BsonValue {
    return this.#values;
  }
}

/** The few least by an order; null and missing do not count. */
class Best implements Accumulator {
  #values: BsonValue[] = [];
  readonly #count: number;
  readonly #compare: (a: BsonValue, b: BsonValue) => number;

  constructor(count: number, compare: (a: BsonValue, b: BsonValue) => number) {
    this.#count = count;
    this.#compare = compare;
  }

  add(value: BsonValue): void {
    if (value === null || value === undefined) return;
    this.#values.push(value);
    if (this.#values.length >= 2 * this.#count + 100) this.#values = this.#chosen();
  }

  result(): BsonValue {
    return this.#chosen();
  }

  #chosen(): BsonValue[] {
    return this.#values.sort(this.#compare).slice(0, this.#count);
  }
}
