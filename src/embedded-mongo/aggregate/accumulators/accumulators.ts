import { Decimal128, Double, Int32 } from 'bson';
import type { Collation } from '../../bson/collation.ts';
import { compareValues } from '../../bson/compare.ts';
import { decimalFromBigInt, divideDecimals, toDecimal128 } from '../../bson/decimal.ts';
import { isNumber, toNumber } from '../../bson/numbers.ts';
import { valueToText } from '../../bson/to-text.ts';
import { typeNameOf } from '../../bson/type-names.ts';
import type { BsonDocument, BsonValue } from '../../bson/value.ts';
import { ValueMap } from '../../bson/value-map.ts';
import { MongoServerError } from '../../errors.ts';
import type { Accumulator, AccumulatorFactory } from './accumulator.ts';
import { Total } from './total.ts';

/** The accumulators of one operand, by name. */
export const accumulators: Readonly<Record<string, AccumulatorFactory>> = {
  $sum: () => new Sum(),
  $avg: () => new Average(),
  $min: (collation) => new Extreme(-1, collation),
  $max: (collation) => new Extreme(1, collation),
  $first: () => new First(),
  $last: () => new Last(),
  $push: () => new Push(),
  $addToSet: (collation) => new AddToSet(collation),
  $mergeObjects: () => new MergeObjects(),
  $stdDevPop: () => new StandardDeviation(0),
  $stdDevSamp: () => new StandardDeviation(1),
};

class Sum implements Accumulator {
  readonly #total = new Total();

  add(value: BsonValue): void {
    if (isNumber(value)) this.#total.add(value);
  }

  result(): BsonValue {
    return this.#total.result();
  }
}

class Average implements Accumulator {
  readonly #total = new Total();
  #count = 0;

  add(value: BsonValue): void {
    if (!isNumber(value)) return;
    this.#total.add(value);
    this.#count++;
  }

  result(): BsonValue {
    if (this.#count === 0) return null;
    if (!this.#total.isDecimal) return new Double(this.#total.number() / this.#count);
    return toDecimal128(divideDecimals(this.#total.decimal(), decimalFromBigInt(BigInt(this.#count))));
  }
}

class Extreme implements Accumulator {
  readonly #sign: 1 | -1;
  readonly #collation: Collation | undefined;
  #value: BsonValue;

  constructor(sign: 1 | -1, collation: Collation | undefined) {
    this.#sign = sign;
    this.#collation = collation;
  }

  add(value: BsonValue): void {
    if (value === null || value === undefined) return;
    if (this.#value === undefined || compareValues(value, this.#value, this.#collation) * this.#sign > 0) {
      this.#value = value;
    }
  }

  result(): BsonValue {
    return this.#value ?? null;
  }
}

class First implements Accumulator {
  #value: BsonValue;
  #hasValue = false;

  add(value: BsonValue): void {
    if (this.#hasValue) return;
    this.#value = value;
    this.#hasValue = true;
  }

  result(): BsonValue {
    return this.#value;
  }
}

class Last implements Accumulator {
  #value: BsonValue;

  add(value: BsonValue): void {
    this.#value = value;
  }

  result(): BsonValue {
    return this.#value;
  }
}

class Push implements Accumulator {
  readonly #values: BsonValue[] = [];

  add(value: BsonValue): void {
    if (value !== undefined) this.#values.push(value);
  }

  result(): BsonValue {
    return this.#values;
  }
}

class AddToSet implements Accumulator {
  readonly #values: ValueMap<true>;

  constructor(collation: Collation | undefined) {
    this.#values = new ValueMap(collation);
  }

  add(value: BsonValue): void {
    if (value !== undefined && !this.#values.has(value)) this.#values.set(value, true);
  }

  result(): BsonValue {
    return [...this.#values.keys()];
  }
}

class MergeObjects implements Accumulator {
  readonly #merged: BsonDocument = new Map();

  add(value: BsonValue): void {
    mergeInto(this.#merged, value);
  }

  result(): BsonValue {
    return this.#merged;
  }
}

/** Adds an object's fields to another's; null and missing add none, anything else is refused with 40400. */
export function mergeInto(target: BsonDocument, value: BsonValue): void {
  if (value === null || value === undefined) return;
  if (!(value instanceof Map)) {
    throw new MongoServerError(
      40400,
      `$mergeObjects requires object inputs, but input ${valueToText(value)} is of type ${typeNameOf(value)}`,
    );
  }
  for (const [name, field] of value) target.set(name, field);
}

/** Welford's algorithm; decimals are taken as doubles, as MongoDB does. */
class StandardDeviation implements Accumulator {
  readonly #freedom: 0 | 1;
  #count = 0;
  #mean = 0;
  #squares = 0;

  constructor(freedom: 0 | 1) {
    this.#freedom = freedom;
  }

  add(value: BsonValue): void {
    if (!isNumber(value)) return;
    const number = toNumber(value);
    this.#count++;
    const delta = number - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (number - this.#mean);
  }

  result(): BsonValue {
    const divisor = this.#count - this.#freedom;
    return divisor <= 0 ? null : new Double(Math.sqrt(this.#squares / divisor));
  }
}

/** Whether a value is a whole positive number, for the `n` of `$firstN` and its like. */
export function positiveCount(value: BsonValue, operator: string): number {
  if (!isNumber(value) || value instanceof Decimal128) {
    throw new MongoServerError(
      5787902,
      `Value for 'n' must be of integral type, but found ${valueToText(value)}`,
    );
  }
  const count = toNumber(value);
  if (!Number.isInteger(count)) {
    throw new MongoServerError(
      5787903,
      `Value for 'n' must be of integral type, but found ${valueToText(value)}`,
    );
  }
  if (count <= 0) {
    throw new MongoServerError(
      5787908,
      `'n' must be greater than 0, found ${valueToText(value)} for ${operator}`,
    );
  }
  return count;
}

/** The count of documents in a group. */
export class Count implements Accumulator {
  readonly #sum = new Sum();

  add(): void {
    this.#sum.add(new Int32(1));
  }

  result(): BsonValue {
    return this.#sum.result();
  }
}
