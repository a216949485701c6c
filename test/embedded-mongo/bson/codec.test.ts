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
  serialize,
  Timestamp,
} from 'bson';
import { describe, expect, it } from 'vitest';
import { decodeDocument } from '../../../src/embedded-mongo/bson/decode.ts';
import { encodeDocument } from '../../../src/embedded-mongo/bson/encode.ts';
import { valuesIdentical } from '../../../src/embedded-mongo/bson/equal.ts';
import { RawDocument } from '../../../src/embedded-mongo/bson/raw-document.ts';
import { doc, refusal, shown } from './documents.ts';

const everyType = {
  _id: new ObjectId('0123456789abcdef01234567'),
  int: new Int32(-7),
  double: new Double(1.5),
  wholeDouble: new Double(3),
  long: Long.fromString('-9007199254740993'),
  decimal: new Decimal128('1.230'),
  text: 'hello',
  wideText: 'žluťoučký 🐎',
  empty: '',
  nested: { x: [1, 2, { y: null }], 'with.dot': true },
  date: new Date('2024-01-02T03:04:05.006Z'),
  oldDate: new Date(-5),
  uuid: new Binary(Buffer.alloc(16, 7), 4),
  oldBinary: new Binary(Buffer.from('abc'), 2),
  timestamp: new Timestamp({ t: 4294967295, i: 3 }),
  code: new Code('f()'),
  scoped: new Code('f()', { a: 1 }),
  min: new MinKey(),
  max: new MaxKey(),
  regex: new BSONRegExp('a.b', 'im'),
  symbol: new BSONSymbol('q'),
  yes: true,
  no: false,
};

describe('the BSON codec', () => {
  it('gives back every type byte for byte, as the bson library writes them', () => {
    const bytes = serialize(everyType);
    expect(Buffer.from(encodeDocument(decodeDocument(bytes)))).toEqual(Buffer.from(bytes));
  });

  it('keeps the order of fields, also of names that look like numbers', () => {
    const document = new Map([
      ['b', new Int32(1)],
      ['10', new Int32(2)],
      ['2', new Int32(3)],
    ]);
    expect([...decodeDocument(encodeDocument(document)).keys()]).toEqual(['b', '10', '2']);
  });

  it('keeps the type of each number', () => {
    const decoded = decodeDocument(serialize({ i: new Int32(5), l: Long.fromNumber(5), d: new Double(5) }));
    expect(shown(decoded)).toBe('{ i: 5, l: 5L, d: 5.0 }');
  });

  it('decodes at an offset and copies binary values', () => {
    const bytes = serialize({ b: new Binary(Buffer.from('abc')) });
    const buffer = Buffer.concat([Buffer.alloc(3), bytes]);
    const decoded = decodeDocument(buffer, 3);
    buffer.fill(0);
    expect(Buffer.from((decoded.get('b') as Binary).buffer).toString()).toBe('abc');
  });

  it('copies raw documents through without decoding them', () => {
    const raw = new RawDocument(encodeDocument(doc({ a: 1, s: 'x' })));
    const bytes = encodeDocument(new Map<string, RawDocument | RawDocument[]>([['batch', [raw, raw]]]));
    expect(
      valuesIdentical(
        decodeDocument(bytes),
        doc({
          batch: [
            { a: 1, s: 'x' },
            { a: 1, s: 'x' },
          ],
        }),
      ),
    ).toBe(true);
  });

  it('encodes documents larger than its buffer, and results do not overlap', () => {
    const large = doc({ text: 'x'.repeat(300_000), many: Array.from({ length: 2000 }, (_, i) => i) });
    const first = encodeDocument(large);
    const second = encodeDocument(doc({ a: 1 }));
    expect(valuesIdentical(decodeDocument(first), large)).toBe(true);
    expect(valuesIdentical(decodeDocument(second), doc({ a: 1 }))).toBe(true);
  });

  it('refuses what is not well formed', () => {
    const good = Buffer.from(serialize({ a: 'text', b: 1 }));
    const broken = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(good);
      change(bytes);
      return refusal(() => decodeDocument(bytes));
    };
    expect(broken((bytes) => bytes.writeInt32LE(4, 0))).toMatch(/^22 InvalidBSON: invalid BSON length 4/);
    expect(broken((bytes) => bytes.writeInt32LE(bytes.length + 1, 0))).toMatch(/^22 InvalidBSON/);
    expect(broken((bytes) => bytes.writeInt32LE(1000, 7))).toMatch(/^22 InvalidBSON/);
    expect(broken((bytes) => bytes.writeUInt8(0x20, 4))).toMatch(
      /^22 InvalidBSON: Unrecognized BSON type 32/,
    );
    expect(broken((bytes) => bytes.writeUInt8(1, bytes.length - 1))).toMatch(/not terminated/);
    expect(refusal(() => decodeDocument(good.subarray(0, 10)))).toMatch(/^22 InvalidBSON/);
  });

  it('refuses more than 200 levels, and names with a NUL', () => {
    let deep = doc({});
    for (let i = 0; i < 200; i++) deep = new Map([['a', deep]]);
    expect(refusal(() => encodeDocument(deep))).toBe(
      '15 Overflow: BSONObj exceeds maximum nested object depth: 200',
    );
    expect(refusal(() => encodeDocument(doc({ 'a\0b': 1 })))).toMatch(/^2 BadValue/);
  });
});
