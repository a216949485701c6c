import { Decimal128 } from 'bson';
import { describe, expect, it } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimalFromDouble,
  divideDecimals,
  multiplyDecimals,
  parseDecimal,
  remainderDecimals,
  roundDecimal,
  toDecimal128,
} from '../../../src/embedded-mongo/bson/decimal.ts';
import { safeAdd, safeMultiply } from '../../../src/embedded-mongo/bson/numbers.ts';
import { double, int, long, shown } from './documents.ts';

const parse = (text: string) => parseDecimal(Decimal128.fromString(text));
const text = (decimal: Decimal) => toDecimal128(decimal).toString();

describe('decimal arithmetic', () => {
  it.each<[string, Decimal, string]>([
    ['0.1 + 0.2', addDecimals(parse('0.1'), parse('0.2')), '0.3'],
    [
      '1 + 1E-40 (rounded to 34 digits)',
      addDecimals(parse('1'), parse('1E-40')),
      '1.000000000000000000000000000000000',
    ],
    ['Infinity - Infinity', addDecimals(parse('Infinity'), parse('-Infinity')), 'NaN'],
    ['1.20 * 3', multiplyDecimals(parse('1.20'), parse('3')), '3.60'],
    ['0 * Infinity', multiplyDecimals(parse('0'), parse('Infinity')), 'NaN'],
    ['1 / 3', divideDecimals(parse('1'), parse('3')), '0.3333333333333333333333333333333333'],
    ['2 / 3', divideDecimals(parse('2'), parse('3')), '0.6666666666666666666666666666666667'],
    ['10 / 4', divideDecimals(parse('10'), parse('4')), '2.5'],
    ['-7 % 3', remainderDecimals(parse('-7'), parse('3')), '-1'],
    ['7.5 % 2', remainderDecimals(parse('7.5'), parse('2')), '1.5'],
    ['2.5 to 0 places', roundDecimal(parse('2.5'), 0, 'halfEven'), '2'],
    ['-1.1 down', roundDecimal(parse('-1.1'), 0, 'floor'), '-2'],
    ['9E+6144 * 10', multiplyDecimals(parse('9E+6144'), parse('10')), 'Infinity'],
    ['the double 2.5', decimalFromDouble(2.5), '2.50000000000000'],
    ['the double 0.1', decimalFromDouble(0.1), '0.100000000000000'],
  ])('%s', (_, result, expected) => {
    expect(text(result)).toBe(expected);
  });

  it.each(['0', '-0', '1.230', '-1E-6176', '9.999999999999999999999999999999999E+6144', 'NaN', '-Infinity'])(
    'gives %s back unchanged',
    (original) => {
      expect(text(parse(original))).toBe(Decimal128.fromString(original).toString());
    },
  );

  it('compares by value, whatever the exponent', () => {
    expect(compareDecimals(parse('1.0'), parse('1'))).toBe(0);
    expect(compareDecimals(parse('-1E+10'), parse('-9'))).toBe(-1);
    expect(compareDecimals(parse('0E+10'), parse('-0'))).toBe(0);
  });
});

describe('sums and products of an update', () => {
  it.each([
    ['int + int', safeAdd(int(1), int(2)), '3'],
    ['int overflow grows into long', safeAdd(int(2147483647), int(1)), '2147483648L'],
    ['int + long', safeAdd(int(1), long(2)), '3L'],
    ['int + double', safeAdd(int(1), double(2)), '3.0'],
    ['int + decimal', safeAdd(int(1), Decimal128.fromString('0.10')), '1.10'],
    ['double + decimal', safeAdd(double(1), Decimal128.fromString('1')), '2.00000000000000'],
    ['int * int', safeMultiply(int(65536), int(65536)), '4294967296L'],
    ['long overflow has no result', safeAdd(long(9223372036854775807n), int(1)), 'undefined'],
  ])('%s', (_, result, expected) => {
    expect(shown(result)).toBe(expected);
  });
});
