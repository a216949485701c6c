import { type Decimal128, Double, Int32, Long } from 'bson';
import type { KeyWriter } from './key-writer.ts';

/**
 * Writes a BSON number so that bytes compare as numbers do, whatever their types, and equal numbers have equal
 * bytes. Eight bytes hold the greatest double that is not above the value (NaN, the lowest number in BSON's
 * order, is all zeros); a ninth is 0 when the value is that double. Otherwise it is 1 and the exact decimal
 * digits follow, which order the values between two neighbouring doubles.
 */
export function encodeNumber(writer: KeyWriter, value: Int32 | Long | Double | Decimal128): void {
  if (value instanceof Int32 || value instanceof Double) {
    writeDouble(writer, value.value);
    writer.byte(0);
  } else if (value instanceof Long) {
    encodeLong(writer, value);
  } else {
    encodeDecimal(writer, value.toString());
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function writeDouble(writer: KeyWriter, value: number): void {
  writer.reserve(9);
  const { buffer, length } = writer;
  if (Number.isNaN(value)) {
    buffer.fill(0, length, length + 8);
  } else {
    scratch.setFloat64(0, value === 0 ? 0 : value);
    const high = scratch.getUint32(0);
    const low = scratch.getUint32(4);
    const negative = high >>> 31 === 1;
    buffer.writeUInt32BE(negative ? ~high >>> 0 : (high | 0x80000000) >>> 0, length);
    buffer.writeUInt32BE(negative ? ~low >>> 0 : low, length + 4);
  }
  writer.length = length + 8;
}

function encodeLong(writer: KeyWriter, value: Long): void {
  const approximate = value.toNumber();
  if (Number.isSafeInteger(approximate)) {
    writeDouble(writer, approximate);
    writer.byte(0);
    return;
  }
  const exact = value.toBigInt();
  writeBetween(
    writer,
    approximate,
    (double) => compareBig(BigInt(double), exact),
    exact < 0n,
    exact.toString(),
    0,
  );
}

function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `coefficient × 10^exponent` is the exact value; `compare(double)` is the sign of double − value. */
function writeBetween(
  writer: KeyWriter,
  nearest: number,
  compare: (double: number) => number,
  negative: boolean,
  coefficient: string,
  exponent: number,
): void {
  let floor = nearest;
  let order = compare(floor);
  if (order > 0) {
    floor = nextDown(floor);
    order = compare(floor);
  }
  writeDouble(writer, floor);
  writer.byte(order === 0 ? 0 : 1);
  if (order === 0) return;
  const digits = coefficient.replace('-', '').replace(/^0+/, '');
  const start = writer.length;
  const magnitude = exponent + digits.length + 0x4000;
  writer.byte(magnitude >> 8);
  writer.byte(magnitude & 0xff);
  for (const digit of digits.replace(/0+$/, '')) writer.byte(digit.charCodeAt(0) - 46);
  writer.byte(0);
  if (negative) writer.invertFrom(start);
}

function nextDown(value: number): number {
  if (value === Number.NEGATIVE_INFINITY) return value;
  if (value === Number.POSITIVE_INFINITY) return Number.MAX_VALUE;
  if (value === 0) return -Number.MIN_VALUE;
  scratch.setFloat64(0, value);
  const bits = scratch.getBigUint64(0);
  scratch.setBigUint64(0, value > 0 ? bits - 1n : bits + 1n);
  return scratch.getFloat64(0);
}

function encodeDecimal(writer: KeyWriter, text: string): void {
  if (text === 'NaN' || text.endsWith('Infinity')) {
    writeDouble(writer, Number(text));
    writer.byte(0);
    return;
  }
  const match = /^(-?)(\d+)(?:\.(\d*))?(?:E([+-]?\d+))?$/i.exec(text);
  if (match === null) throw new Error(`Not a decimal number: ${text}`);
  const [, sign = '', whole = '0', fraction = '', power = '0'] = match;
  const coefficient = BigInt(sign + whole + fraction);
  const exponent = Number(power) - fraction.length;
  if (coefficient === 0n) {
    writeDouble(writer, 0);
    writer.byte(0);
    return;
  }
  const compare = (double: number): number => compareDoubleToDecimal(double, coefficient, exponent);
  writeBetween(writer, Number(text), compare, coefficient < 0n, coefficient.toString(), exponent);
}

/** Exact: both sides as integers over a common power of two and of ten. */
function compareDoubleToDecimal(double: number, coefficient: bigint, exponent: number): number {
  if (double === Number.POSITIVE_INFINITY) return 1;
  if (double === Number.NEGATIVE_INFINITY) return -1;
  scratch.setFloat64(0, double);
  const bits = scratch.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const binaryExponent = (biased === 0 ? 1 : biased) - 1075;
  let left = double < 0 ? -mantissa : mantissa;
  let right = coefficient;
  if (binaryExponent >= 0) left <<= BigInt(binaryExponent);
  else right <<= BigInt(-binaryExponent);
  if (exponent >= 0) right *= 10n ** BigInt(exponent);
  else left *= 10n ** BigInt(-exponent);
  return compareBig(left, right);
}
