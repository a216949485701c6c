import { Binary } from 'bson';
import { exactInteger, isNumber, truncatedInteger } from '../bson/numbers.ts';
import { elementToText } from '../bson/to-text.ts';
import type { BsonValue } from '../bson/value.ts';
import { badValue, failedToParse } from '../errors.ts';
import { type Element, missing } from './missing.ts';

export type BitOperator = '$bitsAllSet' | '$bitsAllClear' | '$bitsAnySet' | '$bitsAnyClear';

/** Compiles a bit test; the operand is a mask (number or binary) or an array of positions. */
export function compileBitTest(
  operator: BitOperator,
  operand: BsonValue,
  field: string,
): (value: Element) => boolean {
  const positions = bitPositions(operand, field);
  const wantSet = operator === '$bitsAllSet' || operator === '$bitsAnySet';
  const all = operator === '$bitsAllSet' || operator === '$bitsAllClear';
  return (value) => {
    const bit = bitReader(value);
    if (!bit) return false;
    return all
      ? positions.every((position) => bit(position) === wantSet)
      : positions.some((position) => bit(position) === wantSet);
  };
}

function bitReader(value: Element): ((position: number) => boolean) | undefined {
  if (value === missing) return undefined;
  if (value instanceof Binary) {
    const { buffer, position: length } = value;
    return (position) => {
      const byte = position >> 3;
      return byte < length && (((buffer[byte] as number) >> (position & 7)) & 1) === 1;
    };
  }
  const integer = isNumber(value) ? exactInteger(value) : undefined;
  if (integer === undefined) return undefined;
  // Two's complement: positions beyond the 64th show the sign.
  return (position) => ((integer >> BigInt(Math.min(position, 63))) & 1n) === 1n;
}

function bitPositions(operand: BsonValue, field: string): number[] {
  if (Array.isArray(operand)) return operand.map((entry, index) => bitPosition(entry, index));
  if (operand instanceof Binary) {
    const bit = bitReader(operand);
    return Array.from({ length: operand.position * 8 }, (_, i) => i).filter((i) => bit?.(i));
  }
  const text = elementToText(field, operand);
  if (!isNumber(operand)) {
    throw badValue(`${field} takes an Array, a number, or a BinData but received: ${text}`);
  }
  const mask = exactInteger(operand);
  if (mask === undefined) throw failedToParse(`Expected an integer: ${text}`);
  if (mask < 0n) throw failedToParse(`Expected a non-negative number in: ${text}`);
  return Array.from({ length: 63 }, (_, i) => i).filter((i) => (mask >> BigInt(i)) & 1n);
}

function bitPosition(entry: BsonValue, index: number): number {
  const text = elementToText(String(index), entry);
  const position = isNumber(entry) ? exactInteger(entry) : undefined;
  if (!isNumber(entry) || (position === undefined && truncatedInteger(entry) !== undefined)) {
    throw badValue(`bit positions must be an integer but got: ${text}`);
  }
  if (position === undefined || position > 2147483647n || position < -2147483648n) {
    throw badValue(`bit positions cannot be represented as a 32-bit signed integer: ${text}`);
  }
  if (position < 0n) throw badValue(`bit positions must be >= 0 but got: ${text}`);
  return Number(position);
}
