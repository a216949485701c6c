import { Decimal128, Int32, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import {
  compileExpression,
  compileLet,
} from '../../../src/embedded-mongo/aggregate/expressions/compile-expression.ts';
import { compileCollation } from '../../../src/embedded-mongo/bson/collation.ts';
import { doc, double, long, refusal, shown, value } from '../bson/documents.ts';

const date = new Date('2024-02-29T13:45:06.789Z');
const document = doc({
  _id: 1,
  a: 5,
  big: 2147483647,
  l: long(7),
  d: 2.5,
  s: 'Héllo',
  n: null,
  t: true,
  o: { x: 1, y: { z: 2 } },
  arr: [3, 1, 2],
  docs: [{ k: 1 }, { k: 2, m: 3 }, 4, [{ k: 9 }]],
  date,
  id: new ObjectId('65e08cc20123456789abcdef'),
});

const evaluate = (expression: unknown) =>
  shown(compileExpression(value(expression), { now: date })(document));

/** A condition with its result; a literal `then` would look like a promise. */
const branch = (name: 'if' | 'case', condition: unknown, result: unknown) =>
  Object.fromEntries([
    [name, condition],
    ['then', result],
  ]);

type Row = [expression: unknown, expected: string];

const rows: Record<string, Row[]> = {
  'paths, variables and literals': [
    ['$a', '5'],
    ['$nope', 'undefined'],
    ['$o.y.z', '2'],
    ['$docs.k', '[1, 2]'],
    ['$a.b', 'undefined'],
    ['$arr.0', '[]'],
    ['$$ROOT.a', '5'],
    ['$$CURRENT.o.x', '1'],
    ['$$REMOVE', 'undefined'],
    ['$$NOW', `new Date(${date.getTime()})`],
    [{ $literal: '$a' }, '"$a"'],
    [{ x: '$a', y: { z: '$nope' } }, '{ x: 5, y: { } }'],
    [['$a', '$nope'], '[5, null]'],
    [{ $let: { vars: { x: '$a', y: 2 }, in: { $add: ['$$x', '$$y'] } } }, '7'],
    [{ $let: { vars: { x: '$o' }, in: '$$x.y.z' } }, '2'],
  ],
  'comparison, logic, conditions': [
    [{ $cmp: ['$a', 3] }, '1'],
    [{ $eq: ['$a', long(5)] }, 'true'],
    [{ $lt: ['$nope', null] }, 'true'],
    [{ $gt: ['$arr', '$a'] }, 'true'],
    [{ $eq: ['$nope', '$nope2'] }, 'true'],
    [{ $ne: ['$nope', null] }, 'true'],
    [{ $and: [] }, 'true'],
    [{ $or: [] }, 'false'],
    [{ $and: ['$a', '$t', 'x'] }, 'true'],
    [{ $or: [0, null, '$nope'] }, 'false'],
    [{ $not: ['$n'] }, 'true'],
    [{ $not: '$a' }, 'false'],
    [{ $cond: [{ $gt: ['$a', 3] }, 'y', 'n'] }, '"y"'],
    [{ $cond: { ...branch('if', '$n', 1), else: 2 } }, '2'],
    [{ $ifNull: ['$nope', '$n', 'z'] }, '"z"'],
    [{ $ifNull: ['$n', '$nope'] }, 'undefined'],
    [
      {
        $switch: {
          branches: [branch('case', '$n', 1), branch('case', '$t', 2)],
        },
      },
      '2',
    ],
    [{ $switch: { branches: [branch('case', false, 1)], default: 9 } }, '9'],
  ],
  arithmetic: [
    [{ $add: ['$a', 1] }, '6'],
    [{ $add: ['$big', 1] }, '2147483648L'],
    [{ $add: ['$a', '$l'] }, '12L'],
    [{ $add: ['$a', 0.5] }, '5.5'],
    [{ $add: [long(9223372036854775807n), 1] }, '9.223372036854776e+18'],
    [{ $add: ['$a', '$n'] }, 'null'],
    [{ $add: ['$date', 1000] }, `new Date(${date.getTime() + 1000})`],
    [{ $add: [] }, '0'],
    [{ $add: [new Decimal128('0.1'), 1] }, '1.1'],
    [{ $subtract: ['$a', 7] }, '-2'],
    [{ $subtract: ['$date', 89] }, `new Date(${date.getTime() - 89})`],
    [{ $subtract: ['$date', '$date'] }, '0L'],
    [{ $multiply: ['$a', '$l', 2] }, '70L'],
    [{ $multiply: ['$a', 0.5] }, '2.5'],
    [{ $divide: ['$a', 2] }, '2.5'],
    [{ $divide: [4, 2] }, '2.0'],
    [{ $divide: ['$a', null] }, 'null'],
    [{ $mod: [7, 4] }, '3'],
    [{ $mod: [-7, 4] }, '-3'],
    [{ $mod: [7.5, 2] }, '1.5'],
    [{ $abs: -5 }, '5'],
    [{ $abs: [-2.5] }, '2.5'],
    [{ $ceil: 2.1 }, '3.0'],
    [{ $floor: -2.1 }, '-3.0'],
    [{ $floor: '$a' }, '5'],
    [{ $round: [2.5] }, '2.0'],
    [{ $round: [3.5] }, '4.0'],
    [{ $round: [2.456, 2] }, '2.46'],
    [{ $round: [1256, -2] }, '1300'],
    [{ $trunc: [-2.7] }, '-2.0'],
    [{ $trunc: [2.789, 1] }, '2.7'],
    [{ $sqrt: 9 }, '3.0'],
    [{ $lt: [{ $rand: {} }, 1] }, 'true'],
    [{ $pow: [2, 10] }, '1024'],
    [{ $pow: [2, 40] }, '1099511627776L'],
    [{ $pow: [2, -1] }, '0.5'],
    [{ $pow: [2, 100] }, '1.267650600228229e+30'],
    [{ $exp: 0 }, '1.0'],
    [{ $ln: 1 }, '0.0'],
    [{ $log: [8, 2] }, '3.0'],
    [{ $log10: 1000 }, '3.0'],
  ],
  strings: [
    [{ $concat: ['a', '$s', 'b'] }, '"aHéllob"'],
    [{ $concat: ['a', '$n'] }, 'null'],
    [{ $toLower: '$s' }, '"héllo"'],
    [{ $toUpper: '$s' }, '"HéLLO"'],
    [{ $toUpper: '$n' }, '""'],
    [{ $strLenCP: '$s' }, '5'],
    [{ $strLenBytes: '$s' }, '6'],
    [{ $substrCP: ['$s', 1, 2] }, '"él"'],
    [{ $substrBytes: ['$s', 0, 3] }, '"Hé"'],
    [{ $substr: ['$s', 3, -1] }, '"llo"'],
    [{ $indexOfCP: ['$s', 'l'] }, '2'],
    [{ $indexOfBytes: ['$s', 'l'] }, '3'],
    [{ $indexOfCP: ['$s', 'l', 3] }, '3'],
    [{ $indexOfCP: ['$s', 'z'] }, '-1'],
    [{ $split: ['a-b-c', '-'] }, '["a", "b", "c"]'],
    [{ $trim: { input: '  x ' } }, '"x"'],
    [{ $ltrim: { input: 'xxay', chars: 'x' } }, '"ay"'],
    [{ $rtrim: { input: 'ayxx', chars: 'xy' } }, '"a"'],
    [{ $replaceOne: { input: 'aba', find: 'a', replacement: 'x' } }, '"xba"'],
    [{ $replaceAll: { input: 'aba', find: 'a', replacement: 'x' } }, '"xbx"'],
    [{ $replaceAll: { input: '$n', find: 'a', replacement: 'x' } }, 'null'],
    [{ $strcasecmp: ['a', 'B'] }, '-1'],
    [{ $regexMatch: { input: '$s', regex: '^h', options: 'i' } }, 'true'],
    [{ $regexMatch: { input: '$n', regex: 'x' } }, 'false'],
    [{ $regexFind: { input: '$s', regex: /l(l)(x)?/ } }, '{ match: "ll", idx: 2, captures: ["l", null] }'],
    [{ $regexFind: { input: '$s', regex: 'z' } }, 'null'],
    [
      { $regexFindAll: { input: 'abab', regex: 'a' } },
      '[{ match: "a", idx: 0, captures: [] }, { match: "a", idx: 2, captures: [] }]',
    ],
  ],
  arrays: [
    [{ $size: '$arr' }, '3'],
    [{ $isArray: '$arr' }, 'true'],
    [{ $isArray: ['$a'] }, 'false'],
    [{ $in: [double(2), '$arr'] }, 'true'],
    [{ $arrayElemAt: ['$arr', -1] }, '2'],
    [{ $arrayElemAt: ['$arr', 9] }, 'undefined'],
    [{ $first: '$arr' }, '3'],
    [{ $last: '$arr' }, '2'],
    [{ $slice: ['$arr', 2] }, '[3, 1]'],
    [{ $slice: ['$arr', -2] }, '[1, 2]'],
    [{ $slice: ['$arr', 1, 5] }, '[1, 2]'],
    [{ $slice: ['$arr', -2, 1] }, '[1]'],
    [{ $concatArrays: ['$arr', [9]] }, '[3, 1, 2, 9]'],
    [{ $concatArrays: ['$arr', '$n'] }, 'null'],
    [{ $reverseArray: '$arr' }, '[2, 1, 3]'],
    [{ $indexOfArray: ['$arr', 1] }, '1'],
    [{ $range: [0, 6, 2] }, '[0, 2, 4]'],
    [{ $range: [3, 0, -1] }, '[3, 2, 1]'],
    [{ $zip: { inputs: [[1, 2], ['a']] } }, '[[1, "a"]]'],
    [
      { $zip: { inputs: [[1, 2], ['a']], useLongestLength: true, defaults: [0, 'z'] } },
      '[[1, "a"], [2, "z"]]',
    ],
    [{ $map: { input: '$arr', as: 'x', in: { $multiply: ['$$x', 2] } } }, '[6, 2, 4]'],
    [{ $map: { input: '$docs', in: '$$this.k' } }, '[1, 2, null, [9]]'],
    [{ $filter: { input: '$arr', as: 'x', cond: { $gt: ['$$x', 1] } } }, '[3, 2]'],
    [{ $filter: { input: '$arr', cond: true, limit: 2 } }, '[3, 1]'],
    [{ $reduce: { input: '$arr', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, '6'],
    [
      {
        $map: {
          input: [1, 2],
          as: 'x',
          in: { $map: { input: [10], as: 'y', in: { $add: ['$$x', '$$y'] } } },
        },
      },
      '[[11], [12]]',
    ],
    [{ $sortArray: { input: '$arr', sortBy: 1 } }, '[1, 2, 3]'],
    [{ $sortArray: { input: [{ k: 2 }, { k: 1 }], sortBy: { k: 1 } } }, '[{ k: 1 }, { k: 2 }]'],
    [
      {
        $setUnion: [
          [2, 1],
          [1, 3],
        ],
      },
      '[1, 2, 3]',
    ],
    [
      {
        $setIntersection: [
          [2, 1, 2],
          [2, 3],
        ],
      },
      '[2]',
    ],
    [{ $setDifference: [[2, 1, 2], [1]] }, '[2]'],
    [{ $setIsSubset: [[1], '$arr'] }, 'true'],
    [
      {
        $setEquals: [
          [1, 2, 2],
          [2, 1],
        ],
      },
      'true',
    ],
    [{ $allElementsTrue: [[1, 'x']] }, 'true'],
    [{ $anyElementTrue: [[0, null]] }, 'false'],
    [{ $sum: '$arr' }, '6'],
    [{ $sum: ['$a', '$arr', 1] }, '6'],
    [{ $avg: '$arr' }, '2.0'],
    [{ $max: ['$a', '$n', 9] }, '9'],
    [{ $min: '$nope' }, 'null'],
    [{ $firstN: { n: 2, input: '$arr' } }, '[3, 1]'],
    [{ $maxN: { n: 2, input: '$arr' } }, '[3, 2]'],
  ],
  documents: [
    [{ $mergeObjects: ['$o', { x: 9, w: 1 }, null] }, '{ x: 9, y: { z: 2 }, w: 1 }'],
    [{ $objectToArray: { x: 1 } }, '[{ k: "x", v: 1 }]'],
    [
      {
        $arrayToObject: [
          [
            ['a', 1],
            ['b', 2],
          ],
        ],
      },
      '{ a: 1, b: 2 }',
    ],
    [{ $arrayToObject: [[{ k: 'a', v: 1 }]] }, '{ a: 1 }'],
    [{ $getField: 'a' }, '5'],
    [{ $getField: { field: 'x', input: '$o' } }, '1'],
    [{ $setField: { field: 'a.b', input: '$o', value: 1 } }, '{ x: 1, y: { z: 2 }, a.b: 1 }'],
    [{ $unsetField: { field: 'x', input: '$o' } }, '{ y: { z: 2 } }'],
  ],
  types: [
    [{ $type: '$nope' }, '"missing"'],
    [{ $type: '$l' }, '"long"'],
    [{ $isNumber: '$d' }, 'true'],
    [{ $toInt: '5' }, '5'],
    [{ $toInt: 5.9 }, '5'],
    [{ $toLong: '$a' }, '5L'],
    [{ $toDouble: '1.5' }, '1.5'],
    [{ $toDecimal: '$d' }, '2.50000000000000'],
    [{ $toString: '$d' }, '"2.5"'],
    [{ $toString: '$date' }, '"2024-02-29T13:45:06.789Z"'],
    [{ $toString: '$t' }, '"true"'],
    [{ $toBool: '$s' }, 'true'],
    [{ $toBool: 0 }, 'false'],
    [{ $toDate: long(0) }, 'new Date(0)'],
    [{ $toDate: '2024-01-02' }, 'new Date(1704153600000)'],
    [{ $toDate: '$id' }, 'new Date(1709214914000)'],
    [{ $toObjectId: '65e08cc20123456789abcdef' }, "ObjectId('65e08cc20123456789abcdef')"],
    [{ $toInt: '$n' }, 'null'],
    [{ $convert: { input: 'x', to: 'int', onError: -1 } }, '-1'],
    [{ $convert: { input: '$n', to: 'int', onNull: 0 } }, '0'],
    [{ $convert: { input: '7', to: 16 } }, '7'],
  ],
  dates: [
    [{ $year: '$date' }, '2024'],
    [{ $month: '$date' }, '2'],
    [{ $dayOfMonth: '$date' }, '29'],
    [{ $hour: { date: '$date', timezone: 'Europe/Warsaw' } }, '14'],
    [{ $hour: { date: '$date', timezone: '+05:30' } }, '19'],
    [{ $minute: { date: '$date', timezone: '+05:30' } }, '15'],
    [{ $dayOfWeek: '$date' }, '5'],
    [{ $isoDayOfWeek: '$date' }, '4'],
    [{ $dayOfYear: '$date' }, '60'],
    [{ $week: '$date' }, '8'],
    [{ $isoWeek: '$date' }, '9'],
    [{ $isoWeekYear: '$date' }, '2024L'],
    [{ $millisecond: '$date' }, '789'],
    [{ $year: '$n' }, 'null'],
    [{ $dateToString: { date: '$date' } }, '"2024-02-29T13:45:06.789Z"'],
    [
      { $dateToString: { date: '$date', format: '%Y/%m/%d %H:%M %j %z %%' } },
      '"2024/02/29 13:45 060 +0000 %"',
    ],
    [{ $dateToString: { date: '$date', format: '%H:%M%z', timezone: 'America/New_York' } }, '"08:45-0500"'],
    [{ $dateToString: { date: '$n', onNull: '-' } }, '"-"'],
    [{ $dateFromString: { dateString: '2024-02-29T13:45:06.789Z' } }, `new Date(${date.getTime()})`],
    [{ $dateFromString: { dateString: '29.2.2024', format: '%d.%m.%Y' } }, 'new Date(1709164800000)'],
    [{ $dateFromString: { dateString: '2024-02-29', timezone: '+01:00' } }, 'new Date(1709161200000)'],
    [{ $dateFromString: { dateString: 'x', onError: 'bad' } }, '"bad"'],
    [
      { $dateAdd: { startDate: new Date('2024-01-31'), unit: 'month', amount: 1 } },
      `new Date(${Date.UTC(2024, 1, 29)})`,
    ],
    [
      { $dateSubtract: { startDate: '$date', unit: 'day', amount: 1 } },
      `new Date(${date.getTime() - 86400000})`,
    ],
    [
      { $dateDiff: { startDate: new Date('2024-01-31'), endDate: new Date('2024-03-01'), unit: 'month' } },
      '2L',
    ],
    [
      { $dateDiff: { startDate: new Date('2024-03-02'), endDate: new Date('2024-03-03'), unit: 'week' } },
      '1L',
    ],
    [{ $dateTrunc: { date: '$date', unit: 'hour' } }, `new Date(${Date.UTC(2024, 1, 29, 13)})`],
    [
      { $dateTrunc: { date: '$date', unit: 'week', startOfWeek: 'monday' } },
      `new Date(${Date.UTC(2024, 1, 26)})`,
    ],
    [{ $dateTrunc: { date: '$date', unit: 'month', binSize: 3 } }, `new Date(${Date.UTC(2024, 0, 1)})`],
    [
      { $dateTrunc: { date: '$date', unit: 'day', timezone: 'Europe/Warsaw' } },
      `new Date(${Date.UTC(2024, 1, 28, 23)})`,
    ],
    [
      { $dateToParts: { date: '$date' } },
      '{ year: 2024, month: 2, day: 29, hour: 13, minute: 45, second: 6, millisecond: 789 }',
    ],
  ],
};

for (const [topic, cases] of Object.entries(rows)) {
  describe(`expressions: ${topic}`, () => {
    it.each(cases)('%o is %s', (expression, expected) => {
      expect(evaluate(expression)).toBe(expected);
    });
  });
}

describe('expressions with a context', () => {
  it('read the variables of a let, each seeing those before', () => {
    const variables = compileLet(doc({ x: { $add: [1, 2] }, y: { $multiply: ['$$x', 2] } }));
    expect(shown(compileExpression(value({ $add: ['$$x', '$$y'] }), { let: variables })(document))).toBe('9');
  });

  it('compare strings by the collation', () => {
    const collation = compileCollation(doc({ locale: 'en', strength: 2 }));
    const compare = (expression: object) => compileExpression(value(expression), { collation })(document);
    expect(compare({ $eq: ['a', 'A'] })).toBe(true);
    expect(compare({ $in: ['A', ['a']] })).toBe(true);
    expect(compare({ $indexOfArray: [['x', 'a'], 'A'] })).toEqual(new Int32(1));
  });
});

describe('expressions are refused with', () => {
  it.each<Row>([
    [{ $foo: 1 }, "168 InvalidPipelineOperator: Unrecognized expression '$foo'"],
    [
      { $add: [1], $subtract: [1] },
      '15983 Location15983: An object representing an expression must have exactly one field: { $add: [ 1 ], $subtract: [ 1 ] }',
    ],
    ['$', "16872 Location16872: '$' by itself is not a valid FieldPath"],
    ['$$nope', '17276 Location17276: Use of undefined variable: nope'],
    ['$a.', "40353 Location40353: FieldPath must not end with a '.'."],
    ['$a..b', '15998 Location15998: FieldPath field names may not be empty strings.'],
    [
      '$a.$b',
      "16410 Location16410: FieldPath field names may not start with '$'. Consider using $getField or $setField.",
    ],
    [
      { 'a.b': 1 },
      "16412 Location16412: FieldPath field names may not contain '.'. Consider using $getField or $setField.",
    ],
    [{ $eq: [1] }, '16020 Location16020: Expression $eq takes exactly 2 arguments. 1 were passed in.'],
    [
      { $slice: [1] },
      '28667 Location28667: Expression $slice takes at least 2 arguments, and at most 3, but 1 were passed in.',
    ],
    [{ $cond: branch('if', 1, 1) }, "17082 Location17082: Missing 'else' parameter to $cond"],
    [{ $ifNull: [1] }, '1257300 Location1257300: $ifNull needs at least two arguments, had: 1'],
    [{ $switch: { branches: [] } }, '40068 Location40068: $switch requires at least one branch.'],
    [
      { $switch: { branches: [branch('case', '$n', 1)] } },
      '40066 Location40066: $switch could not find a matching branch for an input, and no default was specified.',
    ],
    [{ $add: ['$s', 1] }, '14 TypeMismatch: $add only supports numeric or date types, not string'],
    [{ $add: ['$date', '$date'] }, '16612 Location16612: only one date allowed in an $add expression'],
    [{ $subtract: ['$s', 1] }, "14 TypeMismatch: can't $subtract int from string"],
    [{ $multiply: ['$s', 1] }, '14 TypeMismatch: $multiply only supports numeric types, not string'],
    [{ $divide: [1, 0] }, "2 BadValue: can't $divide by zero"],
    [{ $mod: [1, 0] }, "16610 Location16610: can't $mod by zero"],
    [{ $abs: '$s' }, '28765 Location28765: $abs only supports numeric types, not string'],
    [{ $concat: ['a', 1] }, '16702 Location16702: $concat only supports strings, not int'],
    [{ $strLenCP: '$n' }, '34471 Location34471: $strLenCP requires a string argument, found: null'],
    [{ $split: ['a', ''] }, '40087 Location40087: $split requires a non-empty separator'],
    [
      { $size: '$nope' },
      '17124 Location17124: The argument to $size must be an array, but was of type: missing',
    ],
    [{ $in: [1, '$a'] }, '40081 Location40081: $in requires an array as a second argument, found: int'],
    [
      { $arrayElemAt: ['$a', 0] },
      "28689 Location28689: $arrayElemAt's first argument must be an array, but is int",
    ],
    [{ $map: { input: '$a', in: 1 } }, '16883 Location16883: input to $map must be an array not int'],
    [{ $filter: { input: '$a', cond: 1 } }, '28651 Location28651: input to $filter must be an array not int'],
    [
      { $mergeObjects: '$a' },
      '40400 Location40400: $mergeObjects requires object inputs, but input 5 is of type int',
    ],
    [
      { $toInt: 'x' },
      "241 ConversionFailure: Failed to parse number 'x' in $convert with no onError value: Did not consume any digits",
    ],
    [
      { $toInt: 3e9 },
      '241 ConversionFailure: Conversion would overflow target type in $convert with no onError value: 3000000000',
    ],
    [
      { $toObjectId: 'x' },
      "241 ConversionFailure: Failed to parse objectId 'x' in $convert with no onError value: Invalid string length for parsing to OID, expected 24 but found 1",
    ],
    [
      { $toInt: '$o' },
      '241 ConversionFailure: Unsupported conversion from object to int in $convert with no onError value',
    ],
    [{ $year: '$s' }, "16006 Location16006: can't convert from BSON type string to Date"],
    [
      { $hour: { date: '$date', timezone: 'Nowhere' } },
      '40485 Location40485: unrecognized time zone identifier: "Nowhere"',
    ],
    [
      { $let: { vars: { X: 1 }, in: 1 } },
      "9 FailedToParse: 'X' starts with an invalid character for a user variable name",
    ],
    [{ $let: { vars: {} } }, "16877 Location16877: Missing 'in' parameter to $let"],
  ])('%o: %s', (expression, expected) => {
    expect(refusal(() => evaluate(expression))).toBe(expected);
  });
});
