import { Binary, BSONRegExp, Decimal128, MaxKey, MinKey, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import { compileCollation } from '../../../src/embedded-mongo/bson/collation.ts';
import { compileFilter } from '../../../src/embedded-mongo/query/compile-filter.ts';
import { matchedArrayIndex } from '../../../src/embedded-mongo/query/positional.ts';
import { doc, double, long, refusal } from '../bson/documents.ts';

const id = new ObjectId('0123456789abcdef01234567');
const nan = double(Number.NaN);

/** A filter, a document, and whether they match. */
type Row = [filter: object, document: object, matches: boolean];

const rows: Record<string, Row[]> = {
  'equality across types': [
    [{ a: 1 }, { a: 1 }, true],
    [{ a: 1 }, { a: long(1) }, true],
    [{ a: 1 }, { a: double(1) }, true],
    [{ a: 1 }, { a: new Decimal128('1.0') }, true],
    [{ a: 1 }, { a: '1' }, false],
    [{ a: 1 }, { a: true }, false],
    [{ a: id }, { a: new ObjectId(id.toHexString()) }, true],
    [{ a: { b: 1 } }, { a: { b: 1 } }, true],
    [{ a: { b: 1 } }, { a: { b: double(1) } }, true],
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }, false],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, false],
    [{ a: nan }, { a: nan }, true],
    [{ a: {} }, { a: {} }, true],
    [{}, { a: 1 }, true],
    [{ a: { $ref: 'c', $id: 1 } }, { a: { $ref: 'c', $id: 1 } }, true],
  ],
  'null and missing': [
    [{ a: null }, { a: null }, true],
    [{ a: null }, {}, true],
    [{ a: null }, { a: 0 }, false],
    [{ a: { $ne: null } }, {}, false],
    [{ a: { $ne: null } }, { a: 1 }, true],
    [{ a: { $exists: true } }, { a: null }, true],
    [{ a: { $exists: false } }, { a: null }, false],
    [{ a: { $exists: 0 } }, {}, true],
    [{ 'a.b': null }, { a: {} }, true],
    [{ 'a.b': null }, { a: 5 }, true],
    [{ 'a.b': null }, { a: [] }, false],
    [{ 'a.b': null }, { a: [1] }, false],
    [{ 'a.b': null }, { a: [{ c: 1 }] }, true],
    [{ a: { $gte: null } }, {}, true],
    [{ a: { $gt: null } }, {}, false],
    [{ a: { $in: [null, 1] } }, {}, true],
    [{ a: { $nin: [null] } }, {}, false],
    [{ a: { $ne: 5 } }, {}, true],
    [{ a: { $not: { $gt: 5 } } }, {}, true],
    [{ a: [null] }, { a: [null] }, true],
    [{ a: null }, { a: [1, null] }, true],
    [{ a: null }, { a: [] }, false],
  ],
  'ranges keep to the type of the operand': [
    [{ a: { $gt: 5 } }, { a: 6 }, true],
    [{ a: { $gt: 5 } }, { a: '6' }, false],
    [{ a: { $lt: 5 } }, { a: null }, false],
    [{ a: { $gte: 'b' } }, { a: 'c' }, true],
    [{ a: { $lt: new Date(5) } }, { a: new Date(4) }, true],
    [{ a: { $gt: false } }, { a: true }, true],
    [{ a: { $gt: { b: 1 } } }, { a: { b: 2 } }, true],
    [{ a: { $lte: nan } }, { a: nan }, true],
    [{ a: { $lt: nan } }, { a: nan }, false],
    [{ a: { $lt: 5 } }, { a: nan }, false],
    [{ a: { $gt: new MinKey() } }, { a: 'x' }, true],
    [{ a: { $lt: new MaxKey() } }, { a: 'x' }, true],
    [{ a: { $lt: new MinKey() } }, { a: 'x' }, false],
    [{ a: { $gt: 1, $lt: 3 } }, { a: 2 }, true],
    [{ a: { $gt: 1, $lt: 3 } }, { a: [0, 5] }, true],
  ],
  'arrays and dotted paths': [
    [{ a: 2 }, { a: [1, 2, 3] }, true],
    [{ a: [1, 2] }, { a: [1, 2] }, true],
    [{ a: [1, 2] }, { a: [[1, 2]] }, true],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
    [{ 'a.b': 1 }, { a: { b: 1 } }, true],
    [{ 'a.b': 1 }, { a: [{ b: 2 }, { b: 1 }] }, true],
    [{ 'a.b': 1 }, { a: [[{ b: 1 }]] }, false],
    [{ 'a.0': 1 }, { a: [1, 2] }, true],
    [{ 'a.1': 1 }, { a: [1, 2] }, false],
    [{ 'a.0.b': 1 }, { a: [{ b: 1 }] }, true],
    [{ 'a.0.b': 1 }, { a: [[{ b: 1 }]] }, true],
    [{ 'a.0': 5 }, { a: [{ 0: 5 }] }, true],
    [{ 'a.0': 5 }, { a: { 0: 5 } }, true],
    [{ 'a.b.c': 1 }, { a: [{ b: [{ c: 1 }] }] }, true],
    [{ a: { $ne: 2 } }, { a: [1, 2] }, false],
    [{ a: { $nin: [5] } }, { a: [1, 2] }, true],
    [{ a: { $size: 2 } }, { a: [1, 2] }, true],
    [{ a: { $size: 2 } }, { a: [[1, 2]] }, false],
    [{ a: { $size: 0 } }, { a: [] }, true],
    [{ 'a.b': { $size: 1 } }, { a: [{ b: [1, 2] }, { b: [1] }] }, true],
    [{ a: { $all: [1, 2] } }, { a: [2, 1, 3] }, true],
    [{ a: { $all: [1, 2] } }, { a: [1] }, false],
    [{ a: { $all: [1] } }, { a: 1 }, true],
    [{ a: { $all: [] } }, { a: [] }, false],
    [{ a: { $all: [[1, 2]] } }, { a: [1, 2] }, true],
    [
      { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } },
      { a: [{ b: 1 }, { b: 2 }] },
      true,
    ],
    [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, { a: [0, 5] }, false],
    [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, { a: [0, 2] }, true],
    [{ a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1 }, { c: 2 }] }, false],
    [{ a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1, c: 2 }] }, true],
    [{ a: { $elemMatch: { $gt: 1 } } }, { a: 2 }, false],
    [{ a: { $elemMatch: { $elemMatch: { $eq: 1 } } } }, { a: [[1]] }, true],
    [{ a: { $elemMatch: { $not: { $gt: 1 } } } }, { a: [5, 0] }, true],
    [{ a: { $elemMatch: { $or: [{ b: 1 }, { b: 2 }] } } }, { a: [{ b: 2 }] }, true],
    [{ a: { $elemMatch: { 0: 1 } } }, { a: [[1]] }, true],
    [{ a: { $elemMatch: {} } }, { a: [1] }, false],
    [{ a: { $elemMatch: { $exists: true } } }, { a: [1] }, true],
  ],
  'lists, negation and logic': [
    [{ a: { $in: [1, 'x'] } }, { a: 'x' }, true],
    [{ a: { $in: [] } }, { a: 1 }, false],
    [{ a: { $in: [double(1)] } }, { a: long(1) }, true],
    [{ a: { $in: [/^x/, 1] } }, { a: 'xy' }, true],
    [{ a: { $in: [[1]] } }, { a: [1] }, true],
    [{ $or: [{ a: 1 }, { b: 1 }] }, { b: 1 }, true],
    [{ $and: [{ a: 1 }, { a: 2 }] }, { a: [1, 2] }, true],
    [{ $nor: [{ a: 1 }, { b: 1 }] }, { c: 1 }, true],
    [{ a: { $not: { $gt: 1, $lt: 3 } } }, { a: 2 }, false],
    [{ a: { $not: /x/ } }, { a: 'y' }, true],
    [{ a: { $not: { $regex: 'x' } } }, { a: 'xx' }, false],
    [{ a: { $not: { $elemMatch: { b: 1 } } } }, { a: [{ b: 2 }] }, true],
    [{ $comment: 'why', a: 1 }, { a: 1 }, true],
    [{ $alwaysFalse: 1 }, {}, false],
  ],
  'types, remainders, bits': [
    [{ a: { $type: 'int' } }, { a: 1 }, true],
    [{ a: { $type: 'number' } }, { a: long(1) }, true],
    [{ a: { $type: 2 } }, { a: 'x' }, true],
    [{ a: { $type: ['null', 'bool'] } }, { a: null }, true],
    [{ a: { $type: 'null' } }, {}, false],
    [{ a: { $type: 'array' } }, { a: [] }, true],
    [{ a: { $type: 'string' } }, { a: [1, 'x'] }, true],
    [{ a: { $type: 'array' } }, { a: 1 }, false],
    [{ a: { $type: -1 } }, { a: new MinKey() }, true],
    [{ a: { $mod: [4, 1] } }, { a: 5 }, true],
    [{ a: { $mod: [4, 1] } }, { a: double(5.9) }, true],
    [{ a: { $mod: [4, -1] } }, { a: -5 }, true],
    [{ a: { $mod: [4, 0] } }, { a: 'x' }, false],
    [{ a: { $bitsAllSet: [0, 2] } }, { a: 5 }, true],
    [{ a: { $bitsAllSet: 7 } }, { a: 5 }, false],
    [{ a: { $bitsAnyClear: [1] } }, { a: 5 }, true],
    [{ a: { $bitsAnySet: 2 } }, { a: 5 }, false],
    [{ a: { $bitsAllSet: [100] } }, { a: -1 }, true],
    [{ a: { $bitsAllClear: [1] } }, { a: double(5.5) }, false],
    [{ a: { $bitsAllSet: new Binary(Buffer.from([4])) } }, { a: new Binary(Buffer.from([6])) }, true],
  ],
  'regular expressions': [
    [{ a: /^ab/ }, { a: 'abc' }, true],
    [{ a: /B/i }, { a: 'abc' }, true],
    [{ a: new BSONRegExp('a b # comment', 'x') }, { a: 'ab' }, true],
    [{ a: { $regex: '^b', $options: 'm' } }, { a: 'a\nb' }, true],
    [{ a: { $regex: '(?i)ABC' } }, { a: 'abc' }, true],
    [{ a: { $regex: 'a.c', $options: 's' } }, { a: 'a\nc' }, true],
    [{ a: { $regex: '^\\Qa.b\\E$' } }, { a: 'a.b' }, true],
    [{ a: { $regex: '[[:digit:]]+\\z' } }, { a: 'x12' }, true],
    [{ a: { $regex: '^.$' } }, { a: '🐎' }, true],
    [{ a: { $regex: '\\-' } }, { a: 'a-b' }, true],
    [{ a: { $regex: 'b$' } }, { a: 'ab\n' }, true],
    [{ a: { $regex: 'b$' } }, { a: 'ab\n\n' }, false],
    [{ a: { $regex: 'b\\z' } }, { a: 'ab\n' }, false],
    [{ a: { $regex: 'a$', $options: 'm' } }, { a: 'a\nb' }, true],
    [{ a: { $regex: 'a$', $options: 'm' } }, { a: 'a\rb' }, false],
    [{ a: { $regex: 'a\n^$', $options: 'm' } }, { a: 'a\n' }, false],
    [{ a: { $regex: '^b', $options: 'm' } }, { a: 'a\u2028b' }, false],
    [{ a: { $regex: '^a.b$' } }, { a: 'a\rb' }, true],
    [{ a: { $regex: '^a.b$' } }, { a: 'a\u2028b' }, true],
    [{ a: { $regex: '^a.b$' } }, { a: 'a\nb' }, false],
    [{ a: { $regex: 'a\\sb' } }, { a: 'a\u00a0b' }, false],
    [{ a: { $regex: 'a[\\S]b' } }, { a: 'a\u00a0b' }, true],
    [{ a: { $regex: 'a\\hb' } }, { a: 'a\u00a0b' }, true],
    [{ a: { $regex: 'a[\\h]b' } }, { a: 'ahb' }, false],
    [{ a: { $regex: 'a\\vb' } }, { a: 'a\nb' }, true],
    [{ a: { $regex: '^\\x{e9}$' } }, { a: 'é' }, true],
    [{ a: { $regex: '^\\pL\\p{Greek}$' } }, { a: 'éπ' }, true],
    [{ a: { $regex: '^{a}]$' } }, { a: '{a}]' }, true],
    [{ a: { $regex: '^a{2}\\ \\_$' } }, { a: 'aa _' }, true],
    [{ a: { $regex: '^(?P<x>a)(?P=x)$' } }, { a: 'aa' }, true],
    [{ a: { $regex: '^[\\w-.]+$' } }, { a: 'a-b.c' }, true],
    [{ a: { $regex: '^[]a]+$' } }, { a: ']a' }, true],
    [{ a: { $regex: '^[[:space:]]$' } }, { a: '\v' }, true],
    [{ a: /x/ }, { a: 5 }, false],
    [{ a: /x/ }, { a: ['y', 'x'] }, true],
    [{ a: /x/i }, { a: new BSONRegExp('x', 'i') }, true],
    [{ a: { $eq: /x/ } }, { a: 'x' }, false],
  ],
  'expressions in filters': [
    [{ $expr: { $gt: ['$a', '$b'] } }, { a: 2, b: 1 }, true],
    [{ $expr: { $eq: ['$a', null] } }, {}, false],
    [{ $expr: { $lt: ['$a', null] } }, {}, true],
    [{ $expr: '$a' }, { a: 0 }, false],
    [{ $expr: { $in: ['x', '$tags'] } }, { tags: ['x'] }, true],
    [{ $and: [{ $expr: { $eq: ['$a', 1] } }, { b: 1 }] }, { a: 1, b: 1 }, true],
  ],
};

for (const [topic, cases] of Object.entries(rows)) {
  describe(`filters: ${topic}`, () => {
    it.each(cases.map(([filter, document, matches]) => [doc(filter), doc(document), matches] as const))(
      'row %#: %o with %o is %s',
      (filter, document, matches) => {
        expect(compileFilter(filter)(document)).toBe(matches);
      },
    );
  });
}

describe('filters with a collation', () => {
  const collation = compileCollation(doc({ locale: 'en', strength: 2 }));

  it('compare strings by it, also within lists and documents', () => {
    const match = (filter: object, document: object) =>
      compileFilter(doc(filter), { collation })(doc(document));
    expect(match({ a: 'PING' }, { a: 'ping' })).toBe(true);
    expect(match({ a: { $in: ['PING', 'x'] } }, { a: 'ping' })).toBe(true);
    expect(match({ a: { b: 'X' } }, { a: { b: 'x' } })).toBe(true);
    expect(match({ $expr: { $eq: ['$a', 'X'] } }, { a: 'x' })).toBe(true);
    expect(match({ a: /PING/ }, { a: 'ping' })).toBe(false);
  });
});

describe('mistakes in filters are refused with', () => {
  it.each<[object, string]>([
    [
      { $foo: 1 },
      "2 BadValue: unknown top level operator: $foo. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.",
    ],
    [{ a: { $foo: 1 } }, '2 BadValue: unknown operator: $foo'],
    [{ a: { $gt: 1, b: 2 } }, '2 BadValue: unknown operator: b'],
    [{ $or: 1 }, '2 BadValue: $or must be an array'],
    [{ $and: [] }, '2 BadValue: $and/$or/$nor must be a nonempty array'],
    [{ $nor: [1] }, '2 BadValue: $or/$and/$nor entries need to be full objects'],
    [{ a: { $in: 1 } }, '2 BadValue: $in needs an array'],
    [{ a: { $nin: 1 } }, '2 BadValue: $nin needs an array'],
    [{ a: { $in: [{ $gt: 1 }] } }, '2 BadValue: cannot nest $ under $in'],
    [{ a: { $all: 1 } }, '2 BadValue: $all needs an array'],
    [{ a: { $all: [{ $gt: 1 }] } }, '2 BadValue: no $ expressions in $all'],
    [{ a: { $all: [{ $elemMatch: {} }, 1] } }, '2 BadValue: $all/$elemMatch has to be consistent'],
    [{ a: { $elemMatch: 1 } }, '2 BadValue: $elemMatch needs an Object'],
    [{ a: { $not: 1 } }, '2 BadValue: $not needs a regex or a document'],
    [{ a: { $not: {} } }, '2 BadValue: $not cannot be empty'],
    [{ a: { $size: 'x' } }, '2 BadValue: Failed to parse $size. Expected a number in: $size: "x"'],
    [{ a: { $size: 1.5 } }, '2 BadValue: Failed to parse $size. Expected an integer: $size: 1.5'],
    [{ a: { $size: -1 } }, '2 BadValue: Failed to parse $size. Expected a non-negative number in: $size: -1'],
    [{ a: { $ne: /x/ } }, "2 BadValue: Can't have regex as arg to $ne."],
    [{ a: { $gt: /x/ } }, "2 BadValue: Can't have RegEx as arg to predicate over field 'a'."],
    [{ a: { $type: 'foo' } }, '2 BadValue: Unknown type name alias: foo'],
    [{ a: { $type: 99 } }, '2 BadValue: Invalid numerical type code: 99'],
    [{ a: { $type: [] } }, '9 FailedToParse: a must match at least one type'],
    [{ a: { $type: true } }, '14 TypeMismatch: type must be represented as a number or a string'],
    [{ a: { $mod: 1 } }, '2 BadValue: malformed mod, needs to be an array'],
    [{ a: { $mod: [1] } }, '2 BadValue: malformed mod, not enough elements'],
    [{ a: { $mod: [1, 2, 3] } }, '2 BadValue: malformed mod, too many elements'],
    [{ a: { $mod: [0, 1] } }, '2 BadValue: divisor cannot be 0'],
    [{ a: { $mod: ['x', 1] } }, '2 BadValue: malformed mod, divisor not a number'],
    [
      { a: { $mod: [double(Number.NaN), 1] } },
      '2 BadValue: malformed mod, divisor value is invalid :: caused by :: Unable to coerce NaN/Inf to integral type',
    ],
    [{ a: { $regex: 1 } }, '2 BadValue: $regex has to be a string'],
    [{ a: { $regex: 'a', $options: 1 } }, '2 BadValue: $options has to be a string'],
    [{ a: { $options: 'i' } }, '2 BadValue: $options needs a $regex'],
    [{ a: { $regex: 'a', $options: 'z' } }, '51108 Location51108: invalid flag in regex options: z'],
    [{ a: { $regex: /a/i, $options: 'm' } }, '51075 Location51075: options set in both $regex and $options'],
    [{ a: { $options: 'm', $regex: /a/i } }, '51074 Location51074: options set in both $regex and $options'],
    [{ a: { $bitsAllSet: -1 } }, '9 FailedToParse: Expected a non-negative number in: a: -1'],
    [{ a: { $bitsAllSet: [-1] } }, '2 BadValue: bit positions must be >= 0 but got: 0: -1'],
    [
      { a: { $elemMatch: { $expr: true } } },
      '2 BadValue: $expr can only be applied to the top-level document',
    ],
    [{ $where: 'true' }, '2 BadValue: $where is not allowed in this context'],
    [{ a: { $where: 'true' } }, '2 BadValue: $where cannot be applied to a field'],
    [{ $jsonSchema: {} }, '224 QueryFeatureNotAllowed: $jsonSchema is not allowed in this context'],
    [{ $expr: { $foo: 1 } }, "168 InvalidPipelineOperator: Unrecognized expression '$foo'"],
  ])('%o: %s', (filter, expected) => {
    expect(refusal(() => compileFilter(doc(filter)))).toBe(expected);
  });

  it.each([
    'a\\Kb',
    'a\\gb',
    'a\\u0041',
    '[[:^digit:]]',
    '[[:nothing:]]',
    'a(?i)b',
    'a(?s:.)',
    'a++b',
    '\\p{Nothing}',
    '[a',
  ])('a regular expression that JavaScript would take for another, %s: 51091', ($regex) => {
    expect(refusal(() => compileFilter(doc({ a: { $regex } })))).toMatch(/^51091 /);
  });

  it('an unbalanced regular expression: 51091', () => {
    expect(refusal(() => compileFilter(doc({ a: { $regex: '(' } })))).toMatch(
      /^51091 Location51091: Regular expression is invalid: /,
    );
  });
});

describe('the position for $', () => {
  it.each<[object, object, number | undefined]>([
    [{ a: 2 }, { a: [1, 2, 3] }, 1],
    [{ a: { $gte: 2 } }, { a: [1, 2, 3] }, 1],
    [{ 'a.b': 5 }, { a: [{ b: 1 }, { b: 5 }] }, 1],
    [{ 'a.b': 2 }, { a: [{ b: [9] }, { b: [1, 2] }] }, 1],
    [{ a: { $elemMatch: { $gt: 2 } } }, { a: [1, 2, 3] }, 2],
    [{ a: { $elemMatch: { b: 5 } } }, { a: [{ b: 1 }, { b: 5 }] }, 1],
    [{ a: { $in: [3] } }, { a: [1, 3] }, 1],
    [{ x: 1, a: 2 }, { x: 1, a: [1, 2] }, 1],
    [{ a: 1, b: 2 }, { a: [1], b: [1, 2] }, 1],
    [{ $or: [{ a: 9 }, { a: 2 }] }, { a: [1, 2] }, 1],
    [{ a: [1, 2] }, { a: [1, 2] }, undefined],
    [{ 'a.0': 1 }, { a: [1] }, undefined],
    [{ a: 1 }, { a: 1 }, undefined],
    [{ a: 9 }, { a: [1] }, undefined],
  ])('%o in %o is %s', (filter, document, index) => {
    expect(matchedArrayIndex(compileFilter(doc(filter)), doc(document))).toBe(index);
  });
});
