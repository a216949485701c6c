import { BSON, type Document, Double, Int32, Long, ObjectId, UUID } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { DocumentSyntaxError, parseDocument } from '../../../src/cli/import/parse-document.ts';

const { EJSON } = BSON;
const bytes = (document: Document) => Buffer.from(BSON.serialize(document)).toString('hex');

describe('reading a document', () => {
  test('canonical extended JSON of every type comes back to the same bytes', () => {
    const every: Document = {
      _id: new ObjectId('65cf8f3cb753a9265585e75c'),
      text: 'प्रिया "x" \\ \n é',
      int: new Int32(-5),
      long: Long.fromString('9007199254740993'),
      double: new Double(2),
      negativeZero: new Double(-0),
      nan: new Double(Number.NaN),
      infinite: new Double(Number.NEGATIVE_INFINITY),
      decimal: BSON.Decimal128.fromString('12.340'),
      date: new Date('2024-02-29T10:11:12.345Z'),
      early: new Date(-1),
      far: new Date(8.64e15),
      binary: new BSON.Binary(Buffer.from([0, 255, 3]), 0x80),
      uuid: new UUID('ad7902df-c024-4e7d-a3f8-4a0947199cf5'),
      pattern: new BSON.BSONRegExp('^a+', 'im'),
      timestamp: new BSON.Timestamp({ t: 4_000_000_000, i: 7 }),
      symbol: new BSON.BSONSymbol('s'),
      code: new BSON.Code('f()', { a: new Int32(1) }),
      min: new BSON.MinKey(),
      max: new BSON.MaxKey(),
      yes: true,
      nothing: null,
      nested: { empty: {}, list: [new Int32(1), [new Double(1.5)], { deep: null }], none: [] },
    };
    expect(bytes(parseDocument(EJSON.stringify(every, { relaxed: false })))).toBe(bytes(every));
  });

  test('bare numbers keep their type and every digit', () => {
    const document = parseDocument(
      '{"i":1,"min":-2147483648,"l":2147483648,"big":9007199254740993,"d":1.0,"e":1e3,"z":-0,"huge":9223372036854775808}',
    );
    expect(document).toEqual({
      i: new Int32(1),
      min: new Int32(-2_147_483_648),
      l: Long.fromString('2147483648'),
      big: Long.fromString('9007199254740993'),
      d: new Double(1),
      e: new Double(1000),
      z: new Double(-0),
      huge: new Double(2 ** 63),
    });
  });

  test.each([
    ['{"$date":"2024-01-02T03:04:05.678Z"}', '2024-01-02T03:04:05.678Z'],
    ['{"$date":"2024-01-02T03:04:05+0530"}', '2024-01-01T21:34:05.000Z'],
    ['{"$date":"2024-01-02T03:04:05-05:00"}', '2024-01-02T08:04:05.000Z'],
    ['{"$date":"2024-02-29"}', '2024-02-29T00:00:00.000Z'],
    ['{"$date":1700000000000}', '2023-11-14T22:13:20.000Z'],
    ['{"$date":-1}', '1969-12-31T23:59:59.999Z'],
    ['{"$date":{"$numberLong":"1700000000000"}}', '2023-11-14T22:13:20.000Z'],
  ])('the date %s, in any form that exporters write', (text, iso) => {
    expect(parseDocument(`{"at":${text}}`)).toEqual({ at: new Date(iso) });
  });

  test('the older forms of binary data, patterns and uuids', () => {
    const document = parseDocument(
      '{"b":{"$binary":"AP8D","$type":"80"},"r":{"$regex":"^a","$options":"mi"},"u":{"$uuid":"ad7902dfc0244e7da3f84a0947199cf5"}}',
    );
    expect(bytes(document)).toBe(
      bytes({
        b: new BSON.Binary(Buffer.from([0, 255, 3]), 0x80),
        r: new BSON.BSONRegExp('^a', 'im'),
        u: new UUID('ad7902df-c024-4e7d-a3f8-4a0947199cf5'),
      }),
    );
  });

  test('nulls, empty texts and missing fields stay what they are', () => {
    expect(parseDocument('{"a":null,"b":""}')).toStrictEqual({ a: null, b: '' });
  });

  test('fields stay in their order, also when their names are numbers', () => {
    const document = parseDocument('{"b":1,"10":2,"a":{"2":1,"1":2}}');
    const back = BSON.deserialize(BSON.serialize(document), { raw: true, fieldsAsRaw: {} });
    expect(Buffer.from(BSON.serialize(document)).toString('latin1')).toMatch(/b.*10.*a.*2.*1/s);
    expect(Object.keys(back).sort()).toEqual(['10', 'a', 'b']);
  });

  test('a field named __proto__ is a field', () => {
    const document = parseDocument('{"__proto__":{"admin":true},"a":1}');
    expect(Object.keys(document)).toEqual(['__proto__', 'a']);
    expect(({} as Document).admin).toBeUndefined();
    expect(document.admin).toBeUndefined();
  });

  test('a reference and fields of operators stay documents', () => {
    const document = parseDocument(
      '{"a":{"$ref":"users","$id":{"$oid":"65cf8f3cb753a9265585e75c"}},"b":{"$set":1}}',
    );
    expect(document).toEqual({
      a: { $ref: 'users', $id: new ObjectId('65cf8f3cb753a9265585e75c') },
      b: { $set: new Int32(1) },
    });
  });

  test.each([
    ['', 'not a document'],
    ['5', 'not a document'],
    ['[{}]', 'not a document'],
    ['{"$oid":"65cf8f3cb753a9265585e75c"}', 'single value'],
    ['{"a":1} x', 'something follows'],
    ['{"a":1,}', 'field name'],
    ['{a:1}', 'field name'],
    ["{'a':1}", 'field name'],
    ['{"a" 1}', 'colon'],
    ['{"a":}', 'value is missing'],
    ['{"a":1 "b":2}', 'comma'],
    ['{"a":[1 2]}', 'comma'],
    ['{"a":NaN}', 'value is missing'],
    ['{"a":ObjectId("65cf8f3cb753a9265585e75c")}', 'value is missing'],
    ['{"a":01}', 'comma'],
    ['{"a":1e999}', 'too large'],
    ['{"a":12345678901234567890123}', 'all its digits'],
    ['{"a":"\\x"}', 'escape'],
    ['{"a":"\t"}', 'control character'],
    ['{"a":"\\ud83e"}', 'half a character'],
    ['{"a":"', 'not closed'],
    ['{"a":"b\\', 'not closed'],
    ['{"a\\u0000b":1}', 'NUL'],
    ['{"a":1,"a":2}', 'stands twice'],
    ['{"a":{"$oid":"65cf"}}', '$oid cannot be "65cf"'],
    ['{"a":{"$oid":"65cf8f3cb753a9265585e75c","b":1}}', '$oid stands beside'],
    ['{"a":{"$date":"yesterday"}}', '$date cannot be'],
    ['{"a":{"$date":"2024-01-02T03:04:05"}}', '$date cannot be'],
    ['{"a":{"$date":"2023-02-29T00:00:00Z"}}', 'no date'],
    ['{"a":{"$date":{"$numberLong":"9223372036854775807"}}}', 'no date'],
    ['{"a":{"$numberInt":"2147483648"}}', 'out of range'],
    ['{"a":{"$numberInt":"1.5"}}', '$numberInt cannot be'],
    ['{"a":{"$numberLong":"9223372036854775808"}}', 'out of range'],
    ['{"a":{"$numberDouble":"one"}}', '$numberDouble cannot be'],
    ['{"a":{"$numberDecimal":"x"}}', 'Decimal128'],
    ['{"a":{"$binary":{"base64":"?","subType":"00"}}}', '$binary cannot be'],
    ['{"a":{"$uuid":"x"}}', 'UUID'],
    ['{"a":{"$timestamp":{"t":-1,"i":0}}}', '$timestamp needs'],
    ['{"a":{"$undefined":true}}', 'undefined'],
  ])('refuses %j, and says why', (text, reason) => {
    expect(() => parseDocument(text)).toThrow(DocumentSyntaxError);
    expect(() => parseDocument(text)).toThrow(reason);
  });

  test('names the character at fault', () => {
    expect(() => parseDocument('{"a":1,"b":}')).toThrow('at character 12');
  });

  test('a document nested without end is refused, not a crash', () => {
    expect(() => parseDocument(`{"a":${'['.repeat(1_000_000)}`)).toThrow('nested deeper than');
  });
});
