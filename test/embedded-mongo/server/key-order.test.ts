import {
  Binary,
  BSONRegExp,
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
import { compareValues } from '../../../src/embedded-mongo/bson/compare.ts';
import type { BsonValue } from '../../../src/embedded-mongo/bson/value.ts';
import { encodeValue } from '../../../src/embedded-mongo/index/encode-value.ts';
import { parseIndexDefinition } from '../../../src/embedded-mongo/index/index-definition.ts';
import { extractKeys, keyBytesKept } from '../../../src/embedded-mongo/index/index-keys.ts';
import { KeyWriter } from '../../../src/embedded-mongo/index/key-writer.ts';
import { skipValue } from '../../../src/embedded-mongo/index/skip-value.ts';

function encoded(value: BsonValue, inverted = false): Buffer {
  const writer = new KeyWriter();
  encodeValue(writer, value);
  if (inverted) writer.invertFrom(0);
  return writer.finish();
}

const values: BsonValue[] = [
  new MinKey(),
  undefined,
  null,
  new Double(Number.NaN),
  new Double(Number.NEGATIVE_INFINITY),
  Decimal128.fromString('-1E6000'),
  Decimal128.fromString('-1E400'),
  new Double(-Number.MAX_VALUE),
  Long.MIN_VALUE,
  Long.fromBigInt(-9007199254740993n),
  new Double(-9007199254740992),
  Decimal128.fromString('-5.25'),
  Decimal128.fromString('-0.10'),
  new Double(-0.1),
  Decimal128.fromString('-1E-6000'),
  new Double(-Number.MIN_VALUE),
  new Double(-0),
  new Int32(0),
  Decimal128.fromString('0E+3'),
  new Double(Number.MIN_VALUE),
  Decimal128.fromString('1E-6000'),
  Decimal128.fromString('0.1'),
  new Double(0.1),
  Decimal128.fromString('0.1000000000000000000000000000000001'),
  new Int32(1),
  new Double(1.5),
  Decimal128.fromString('1.50'),
  Long.fromNumber(2),
  new Int32(2147483647),
  new Double(9007199254740992),
  Long.fromBigInt(9007199254740993n),
  Decimal128.fromString('9007199254740993'),
  Decimal128.fromString('9007199254740993.5'),
  Long.fromBigInt(9007199254740994n),
  Long.MAX_VALUE,
  new Double(2 ** 63),
  new Double(Number.MAX_VALUE),
  Decimal128.fromString('1E400'),
  Decimal128.fromString('1E6000'),
  new Double(Number.POSITIVE_INFINITY),
  Decimal128.fromString('Infinity'),
  '',
  '\0',
  '\0\0',
  '\0a',
  '\u0001',
  '\u0001\u0002',
  '\u0002',
  'a',
  'a\0b',
  'a\u0001',
  'ab',
  'é',
  'ﬁ',
  '😀',
  'long '.repeat(30),
  new Map(),
  new Map([['a', new Int32(1)]]),
  new Map<string, BsonValue>([
    ['a', new Int32(1)],
    ['b', null],
  ]),
  new Map([['b', new Int32(0)]]),
  new Map([['a', 'x']]),
  [],
  [new Int32(1)],
  [new Int32(1), 'x'],
  ['a'],
  [[new Int32(1)]],
  new Binary(new Uint8Array([9])),
  new Binary(new Uint8Array([1, 2])),
  new Binary(new Uint8Array([1, 2]), 5),
  new ObjectId('000000000000000000000000'),
  new ObjectId('ffffffffffffffffffffffff'),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Date(1e12),
  new Timestamp({ t: 1, i: 2 }),
  new Timestamp({ t: 4294967295, i: 4294967295 }),
  new BSONRegExp('a', 'i'),
  new BSONRegExp('b', ''),
  new MaxKey(),
];

describe('encoded keys', () => {
  it('are ordered as BSON values are, ascending and inverted', () => {
    for (const a of values) {
      for (const b of values) {
        const wanted = Math.sign(compareValues(a, b));
        expect(Math.sign(Buffer.compare(encoded(a), encoded(b))), `${String(a)} and ${String(b)}`).toBe(
          wanted,
        );
        expect(Math.sign(Buffer.compare(encoded(a, true), encoded(b, true)))).toBe(
          wanted === 0 ? 0 : -wanted,
        );
      }
    }
  });

  it('tell where they end', () => {
    for (const value of values) {
      for (const inverted of [false, true]) {
        const bytes = encoded(value, inverted);
        const followed = Buffer.concat([Buffer.from([9, 9]), bytes, encoded('next', inverted)]);
        expect(skipValue(followed, 2, inverted), String(value)).toBe(2 + bytes.length);
        if (bytes.length > 1) expect(skipValue(bytes.subarray(0, bytes.length - 1), 0, inverted)).toBe(-1);
      }
    }
  });

  it('never begin with the byte that ends a range', () => {
    for (const value of values) {
      expect(encoded(value)[0]).toBeLessThan(0xff);
      expect(encoded(value, true)[0]).toBeLessThan(0xff);
    }
  });
});

describe('the keys of a document', () => {
  const fieldsOf = (...paths: string[]) =>
    parseIndexDefinition(
      new Map<string, BsonValue>([
        ['key', new Map(paths.map((path) => [path, new Int32(1)]))],
        ['name', 'x'],
      ]),
    ).fields;
  const prefix = Buffer.from([0x20, 0, 0, 0, 1]);
  const keysOf = (document: Map<string, BsonValue>, ...paths: string[]) =>
    extractKeys(fieldsOf(...paths), document, prefix);

  it('are one for each element of an array, and undefined for an empty one', () => {
    expect(keysOf(new Map([['a', ['x', 'y', 'x']]]), 'a').keys).toHaveLength(2);
    const empty = keysOf(new Map([['a', []]]), 'a').keys;
    expect(empty).toEqual([Buffer.concat([prefix, encoded(undefined)])]);
  });

  it('go through documents in arrays', () => {
    const document = new Map<string, BsonValue>([
      ['a', [new Map([['b', 'x']]), new Map([['b', ['y', 'z']]]), new Map(), 'text']],
    ]);
    const { keys, multikey } = keysOf(document, 'a.b');
    expect(keys).toHaveLength(4);
    expect([...(multikey?.[0] ?? [])].sort()).toEqual([1, 2]);
  });

  it('are refused for two arrays side by side', () => {
    const document = new Map<string, BsonValue>([
      ['a', ['x']],
      ['b', ['y']],
    ]);
    expect(() => keysOf(document, 'a', 'b')).toThrow('cannot index parallel arrays [b] [a]');
  });

  it('fit into LMDB however long the value, and differ when the values do', () => {
    const long = 'x'.repeat(5000);
    const first = keysOf(new Map([['a', `${long}1`]]), 'a');
    const second = keysOf(new Map([['a', `${long}2`]]), 'a');
    expect(first.overflow).toBe(true);
    expect(first.keys[0]?.length).toBeLessThanOrEqual(keyBytesKept + 16);
    expect(first.keys[0]?.equals(second.keys[0] as Buffer)).toBe(false);
  });
});
