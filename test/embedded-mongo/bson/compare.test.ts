import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import { describe, expect, it } from 'vitest';
import { compileCollation } from '../../../src/embedded-mongo/bson/collation.ts';
import { compareValues } from '../../../src/embedded-mongo/bson/compare.ts';
import { valuesEqual, valuesIdentical } from '../../../src/embedded-mongo/bson/equal.ts';
import { hashKey } from '../../../src/embedded-mongo/bson/hash-key.ts';
import type { BsonValue } from '../../../src/embedded-mongo/bson/value.ts';
import { distinctValues } from '../../../src/embedded-mongo/bson/value-map.ts';
import { doc, double, int, long, refusal, shown, value } from './documents.ts';

/** Each value sorts before the next; MongoDB's manual, "Comparison/Sort Order". */
const ascending: [string, BsonValue][] = [
  ['MinKey', new MinKey()],
  ['undefined', undefined],
  ['null', null],
  ['NaN', double(Number.NaN)],
  ['-Infinity', double(-Infinity)],
  ['long min', Long.MIN_VALUE],
  ['-1', int(-1)],
  ['decimal -0.5', new Decimal128('-0.5')],
  ['0', int(0)],
  ['decimal 0.1', new Decimal128('0.1')],
  ['double 0.1', double(0.1)],
  ['1', int(1)],
  ['1.5', double(1.5)],
  ['2^53 as double', double(9007199254740992)],
  ['2^53 + 1 as long', long(9007199254740993n)],
  ['long max', Long.MAX_VALUE],
  ['2^63 as double', double(2 ** 63)],
  ['decimal 1E+100', new Decimal128('1E+100')],
  ['Infinity', double(Infinity)],
  ['""', ''],
  ['"A"', 'A'],
  ['symbol "B"', new BSONSymbol('B')],
  ['"a"', 'a'],
  ['"aa"', 'aa'],
  ['"é"', 'é'],
  ['last of the basic plane', '\uffee'],
  ['beyond the basic plane', '🐎'],
  ['{}', doc({})],
  ['{ a: 1 }', doc({ a: 1 })],
  ['{ a: 1, b: 1 }', doc({ a: 1, b: 1 })],
  ['{ b: 1 }', doc({ b: 1 })],
  ['{ a: "x" } (type before name)', doc({ a: 'x' })],
  ['[]', []],
  ['[1]', [int(1)]],
  ['[1, 2]', [int(1), int(2)]],
  ['[2]', [int(2)]],
  ['binary of 1 byte', new Binary(Buffer.from([255]))],
  ['binary of 2 bytes', new Binary(Buffer.from([0, 0]))],
  ['binary of a higher subtype', new Binary(Buffer.from([0, 0]), 5)],
  ['ObjectId', new ObjectId('0123456789abcdef01234567')],
  ['higher ObjectId', new ObjectId('f123456789abcdef01234567')],
  ['false', false],
  ['true', true],
  ['old date', new Date(-1)],
  ['new date', new Date(1)],
  ['timestamp', new Timestamp({ t: 1, i: 5 })],
  ['later timestamp', new Timestamp({ t: 3000000000, i: 1 })],
  ['/a/', new BSONRegExp('a')],
  ['/a/i', new BSONRegExp('a', 'i')],
  ['/b/', new BSONRegExp('b')],
  ['code', new Code('f()')],
  ['code with scope', new Code('f()', doc({ a: 1 }))],
  ['MaxKey', new MaxKey()],
];

describe('the order of values', () => {
  it.each(
    ascending.slice(1).map((entry, i) => [ascending[i]?.[0], entry[0], ascending[i]?.[1], entry[1]] as const),
  )('%s is before %s', (_, __, lower, higher) => {
    expect(compareValues(lower, higher)).toBe(-1);
    expect(compareValues(higher, lower)).toBe(1);
  });

  it('is total: every pair of the list compares as its places do', () => {
    for (let i = 0; i < ascending.length; i++) {
      for (let j = 0; j < ascending.length; j++) {
        expect(compareValues(ascending[i]?.[1], ascending[j]?.[1])).toBe(Math.sign(i - j));
      }
    }
  });

  it.each<[string, BsonValue, BsonValue]>([
    ['int, long, double and decimal of one value', int(5), long(5)],
    ['int and double', int(5), double(5)],
    ['double and decimal', double(5), new Decimal128('5.00')],
    ['fractions exact in both', double(0.5), new Decimal128('0.50')],
    ['0 and -0', int(0), double(-0)],
    ['NaN of both types', double(Number.NaN), new Decimal128('NaN')],
    ['infinities of both types', double(Infinity), new Decimal128('Infinity')],
    ['string and symbol', 'x', new BSONSymbol('x')],
    ['numbers within documents', doc({ a: [1] }), new Map([['a', [double(1)]]])],
    ['large long and double', long(2n ** 60n), double(2 ** 60)],
    ['large decimal and double', new Decimal128('1E+20'), double(1e20)],
  ])('finds %s equal, and gives them one hash key', (_, a, b) => {
    expect(compareValues(a, b)).toBe(0);
    expect(valuesEqual(a, b)).toBe(true);
    expect(hashKey(a)).toBe(hashKey(b));
  });

  it('gives unequal values different hash keys', () => {
    const keys = ascending.map(([, each]) => hashKey(each));
    expect(new Set(keys).size).toBe(keys.length);
    expect(hashKey(value(['a', 'b']))).not.toBe(hashKey(value(['a,b'])));
    expect(hashKey(doc({ a: 'sb' }))).not.toBe(hashKey(doc({ as: 'b' })));
  });

  it('tells equal from identical', () => {
    expect(valuesIdentical(int(5), long(5))).toBe(false);
    expect(valuesIdentical(double(0), double(-0))).toBe(false);
    expect(valuesIdentical(doc({ a: 1, b: 2 }), doc({ b: 2, a: 1 }))).toBe(false);
    expect(valuesIdentical(doc({ a: [1, { b: 'x' }] }), doc({ a: [1, { b: 'x' }] }))).toBe(true);
    expect(valuesIdentical(new Decimal128('1.0'), new Decimal128('1.00'))).toBe(false);
  });
});

describe('collations', () => {
  it.each<[object, string, string, number]>([
    [{ locale: 'en', strength: 1 }, 'résumé', 'RESUME', 0],
    [{ locale: 'en', strength: 2 }, 'resume', 'RESUME', 0],
    [{ locale: 'en', strength: 2 }, 'resume', 'résumé', -1],
    [{ locale: 'en' }, 'a', 'B', -1],
    [{ locale: 'en' }, 'a', 'A', -1],
    [{ locale: 'en', numericOrdering: true }, 'a10', 'a9', 1],
  ])('%j orders %s and %s as %i', (spec, a, b, order) => {
    expect(compareValues(a, b, compileCollation(doc(spec)))).toBe(order);
    expect(compareValues([a], [b], compileCollation(doc(spec)))).toBe(order);
  });

  it('takes values that the collation finds equal for one', () => {
    const collation = compileCollation(doc({ locale: 'en', strength: 2 }));
    expect(shown(distinctValues(['b', 'A', 'a', 'B', 'c'], collation))).toBe('["b", "A", "c"]');
  });

  it.each<[object, string]>([
    [{}, 'not refused: undefined'],
    [{ locale: 'simple' }, 'not refused: undefined'],
    [{ strength: 1 }, "40414 Location40414: BSON field 'collation.locale' is missing but a required field"],
    [{ locale: 'en', x: 1 }, "40415 Location40415: BSON field 'collation.x' is an unknown field."],
    [
      { locale: 'en', strength: 9 },
      "51024 Location51024: BSON field 'strength' value must be <= 5, actual value '9'",
    ],
  ])('%j answers %s', (spec, expected) => {
    expect(refusal(() => compileCollation(doc(spec)))).toBe(expected);
  });
});

describe('numbers in one text', () => {
  it('shows Int32, Long and Double apart', () => {
    expect(shown([new Int32(1), Long.fromNumber(1), new Double(1)])).toBe('[1, 1L, 1.0]');
  });
});
