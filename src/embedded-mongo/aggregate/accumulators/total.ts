import { Decimal128, Double, Int32, Long } from 'bson';
import {
  addDecimals,
  type Decimal,
  decimalFromBigInt,
  exactDecimalFromDouble,
  parseDecimal,
  toDecimal128,
} from '../../bson/decimal.ts';
import { type BsonNumber, narrowestInteger, within64Bits } from '../../bson/numbers.ts';

/**
 * A sum in the narrowest type that holds it, as `$add` and `$sum` compute it: integers exactly, doubles with
 * compensation for lost digits, decimals apart. Int grows into long, an overflowing long into double.
 */
export class Total {
  #integers = 0n;
  #small = 0;
  #doubles = 0;
  #compensation = 0;
  #decimals: Decimal | undefined;
  #hasLong = false;
  #hasDouble = false;

  add(value: BsonNumber): void {
    if (value instanceof Int32) this.#addSmall(value.value);
    else if (value instanceof Double) this.#addDouble(value.value);
    else if (value instanceof Decimal128) {
      const decimal = parseDecimal(value);
      this.#decimals = this.#decimals ? addDecimals(this.#decimals, decimal) : decimal;
    } else {
      this.#hasLong = true;
      this.#integers += value.toBigInt();
    }
  }

  /** Adds milliseconds or another integer that does not widen the result's type. */
  addInteger(value: bigint): void {
    this.#integers += value;
  }

  get isDecimal(): boolean {
    return this.#decimals !== undefined;
  }

  result(): BsonNumber {
    if (this.#decimals) return toDecimal128(this.decimal());
    if (this.#hasDouble) return new Double(this.number());
    const sum = this.#integerSum();
    if (this.#hasLong) {
      return within64Bits(sum) === undefined ? new Double(Number(sum)) : Long.fromBigInt(sum);
    }
    return narrowestInteger(sum) ?? new Double(Number(sum));
  }

  /** The sum as a double. */
  number(): number {
    const doubles = this.#doubles + this.#compensation;
    // An infinite sum leaves NaN in the compensation.
    return (Number.isNaN(doubles) ? this.#doubles : doubles) + Number(this.#integerSum());
  }

  /** The sum as a decimal; doubles count with 34 digits, where other arithmetic takes 15 of them. */
  decimal(): Decimal {
    const integers = decimalFromBigInt(this.#integerSum());
    const all = this.#decimals ? addDecimals(this.#decimals, integers) : integers;
    if (!this.#hasDouble) return all;
    const sum = addDecimals(all, widened(this.#doubles));
    return Number.isFinite(this.#compensation) ? addDecimals(sum, widened(this.#compensation)) : sum;
  }

  #integerSum(): bigint {
    return this.#integers + BigInt(this.#small);
  }

  #addSmall(value: number): void {
    this.#small += value;
    if (Math.abs(this.#small) > 4503599627370496) {
      this.#integers += BigInt(this.#small);
      this.#small = 0;
    }
  }

  /** Neumaier's summation. */
  #addDouble(value: number): void {
    this.#hasDouble = true;
    const sum = this.#doubles + value;
    if (Math.abs(this.#doubles) >= Math.abs(value)) this.#compensation += this.#doubles - sum + value;
    else this.#compensation += value - sum + this.#doubles;
    this.#doubles = sum;
  }
}

function widened(value: number): Decimal {
  return parseDecimal(toDecimal128(exactDecimalFromDouble(value)));
}
