import { Decimal128, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { compileCollation } from '../../../src/embedded-mongo/bson/collation.ts';
import { compileUpdate } from '../../../src/embedded-mongo/update/compile-update.ts';
import { doc, docs, double, long, refusal, shown, value } from '../bson/documents.ts';

interface Options {
  arrayFilters?: object[];
  arrayIndex?: number;
  isInsert?: boolean;
}

/** Applies an update and shows the document, with `unchanged` when nothing was modified. */
function update(document: object, change: object, options: Options = {}): string {
  const compiled = compileUpdate(Array.isArray(change) ? docs(...change) : doc(change), {
    arrayFilters: options.arrayFilters?.map(value),
    now: new Date(1_700_000_000_000),
  });
  const result = compiled.apply(doc(document), options.arrayIndex, options.isInsert);
  return result.modified ? shown(result.document) : 'unchanged';
}

type Row = [document: object, change: object, expected: string, options?: Options];

const rows: Record<string, Row[]> = {
  'setting and removing': [
    [{ _id: 1, a: 1 }, { $set: { a: 2 } }, '{ _id: 1, a: 2 }'],
    [{ _id: 1, a: 1 }, { $set: { a: 1 } }, 'unchanged'],
    [{ _id: 1, a: 1 }, { $set: { a: long(1) } }, '{ _id: 1, a: 1L }'],
    [{ _id: 1 }, { $set: { b: 1, a: 2 } }, '{ _id: 1, a: 2, b: 1 }'],
    [{ _id: 1 }, { $set: { 10: 1, 9: 2 } }, '{ _id: 1, 9: 2, 10: 1 }'],
    [{ _id: 1 }, { $set: { 'a.b.c': 1 } }, '{ _id: 1, a: { b: { c: 1 } } }'],
    [{ _id: 1, a: { b: 1 } }, { $set: { 'a.c': 2 } }, '{ _id: 1, a: { b: 1, c: 2 } }'],
    [{ _id: 1, a: [1, 2] }, { $set: { 'a.1': 9 } }, '{ _id: 1, a: [1, 9] }'],
    [{ _id: 1, a: [1] }, { $set: { 'a.3': 9 } }, '{ _id: 1, a: [1, null, null, 9] }'],
    [{ _id: 1, a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } }, '{ _id: 1, a: [{ b: 2 }] }'],
    [{ _id: 1, a: [] }, { $set: { 'a.0.b': 2 } }, '{ _id: 1, a: [{ b: 2 }] }'],
    [{ _id: 1 }, { $set: { 'a.0': 1 } }, '{ _id: 1, a: { 0: 1 } }'],
    [{ _id: 1, a: 1 }, { $set: { _id: 1, a: 2 } }, '{ _id: 1, a: 2 }'],
    [{ _id: 1 }, { $set: {} }, 'unchanged'],
    [{ _id: 1, a: 1, b: 2 }, { $unset: { a: '' } }, '{ _id: 1, b: 2 }'],
    [{ _id: 1, a: { b: 1, c: 2 } }, { $unset: { 'a.b': 1 } }, '{ _id: 1, a: { c: 2 } }'],
    [{ _id: 1, a: [1, 2, 3] }, { $unset: { 'a.1': 1 } }, '{ _id: 1, a: [1, null, 3] }'],
    [{ _id: 1 }, { $unset: { 'a.b': 1 } }, 'unchanged'],
    [{ _id: 1, a: 5 }, { $unset: { 'a.b': 1 } }, 'unchanged'],
    [{ _id: 1 }, { $setOnInsert: { a: 1 } }, 'unchanged'],
    [{ _id: 1 }, { $setOnInsert: { a: 1 } }, '{ _id: 1, a: 1 }', { isInsert: true }],
    [{ _id: 1, a: 1 }, { $rename: { a: 'b' } }, '{ _id: 1, b: 1 }'],
    [{ _id: 1, a: 1, b: 2 }, { $rename: { a: 'b' } }, '{ _id: 1, b: 1 }'],
    [{ _id: 1, a: { b: 1 } }, { $rename: { 'a.b': 'c.d' } }, '{ _id: 1, a: { }, c: { d: 1 } }'],
    [{ _id: 1 }, { $rename: { a: 'b' } }, 'unchanged'],
    [{ _id: 1 }, { $currentDate: { a: true } }, '{ _id: 1, a: new Date(1700000000000) }'],
    [{ _id: 1 }, { $currentDate: { a: { $type: 'date' } } }, '{ _id: 1, a: new Date(1700000000000) }'],
  ],
  'arithmetic and its types': [
    [{ _id: 1, a: 1 }, { $inc: { a: 2 } }, '{ _id: 1, a: 3 }'],
    [{ _id: 1, a: 2147483647 }, { $inc: { a: 1 } }, '{ _id: 1, a: 2147483648L }'],
    [{ _id: 1, a: long(1) }, { $inc: { a: 1 } }, '{ _id: 1, a: 2L }'],
    [{ _id: 1, a: 1 }, { $inc: { a: double(1) } }, '{ _id: 1, a: 2.0 }'],
    [{ _id: 1, a: double(1.5) }, { $inc: { a: 1 } }, '{ _id: 1, a: 2.5 }'],
    [{ _id: 1, a: 1 }, { $inc: { a: new Decimal128('0.10') } }, '{ _id: 1, a: 1.10 }'],
    [{ _id: 1 }, { $inc: { 'a.b': 5 } }, '{ _id: 1, a: { b: 5 } }'],
    [{ _id: 1, a: 1 }, { $inc: { a: 0 } }, 'unchanged'],
    [{ _id: 1, a: 1 }, { $inc: { a: long(0) } }, '{ _id: 1, a: 1L }'],
    [{ _id: 1, a: 3 }, { $mul: { a: 2 } }, '{ _id: 1, a: 6 }'],
    [{ _id: 1 }, { $mul: { a: 5 } }, '{ _id: 1, a: 0 }'],
    [{ _id: 1 }, { $mul: { a: long(5) } }, '{ _id: 1, a: 0L }'],
    [{ _id: 1 }, { $mul: { a: double(5) } }, '{ _id: 1, a: 0.0 }'],
    [{ _id: 1, a: 5 }, { $min: { a: 3 } }, '{ _id: 1, a: 3 }'],
    [{ _id: 1, a: 5 }, { $min: { a: 9 } }, 'unchanged'],
    [{ _id: 1, a: 5 }, { $min: { a: double(5) } }, 'unchanged'],
    [{ _id: 1, a: 5 }, { $max: { a: 'x' } }, '{ _id: 1, a: "x" }'],
    [{ _id: 1 }, { $max: { a: 1 } }, '{ _id: 1, a: 1 }'],
    [{ _id: 1, a: null }, { $min: { a: 1 } }, 'unchanged'],
    [{ _id: 1, a: 13 }, { $bit: { a: { and: 10 } } }, '{ _id: 1, a: 8 }'],
    [{ _id: 1, a: 3 }, { $bit: { a: { or: long(4) } } }, '{ _id: 1, a: 7L }'],
    [{ _id: 1 }, { $bit: { a: { xor: 5 } } }, '{ _id: 1, a: 5 }'],
  ],
  arrays: [
    [{ _id: 1, a: [1] }, { $push: { a: 2 } }, '{ _id: 1, a: [1, 2] }'],
    [{ _id: 1 }, { $push: { a: 1 } }, '{ _id: 1, a: [1] }'],
    [{ _id: 1, a: [1] }, { $push: { a: [2] } }, '{ _id: 1, a: [1, [2]] }'],
    [{ _id: 1, a: [1] }, { $push: { a: { $each: [2, 3] } } }, '{ _id: 1, a: [1, 2, 3] }'],
    [{ _id: 1, a: [1, 2] }, { $push: { a: { $each: [9], $position: 0 } } }, '{ _id: 1, a: [9, 1, 2] }'],
    [{ _id: 1, a: [1, 2] }, { $push: { a: { $each: [9], $position: -1 } } }, '{ _id: 1, a: [1, 9, 2] }'],
    [{ _id: 1, a: [1, 2] }, { $push: { a: { $each: [9], $position: -9 } } }, '{ _id: 1, a: [9, 1, 2] }'],
    [{ _id: 1, a: [1, 2] }, { $push: { a: { $each: [9], $position: 9 } } }, '{ _id: 1, a: [1, 2, 9] }'],
    [{ _id: 1, a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } }, '{ _id: 1, a: [2, 3] }'],
    [{ _id: 1, a: [1, 2] }, { $push: { a: { $each: [], $slice: 1 } } }, '{ _id: 1, a: [1] }'],
    [{ _id: 1, a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, '{ _id: 1, a: [] }'],
    [{ _id: 1, a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1, $slice: 2 } } }, '{ _id: 1, a: [1, 2] }'],
    [
      { _id: 1, a: [{ b: 2 }] },
      { $push: { a: { $each: [{ b: 1 }], $sort: { b: 1 } } } },
      '{ _id: 1, a: [{ b: 1 }, { b: 2 }] }',
    ],
    [{ _id: 1, a: [1] }, { $push: { a: { $each: [] } } }, 'unchanged'],
    [{ _id: 1, a: [1] }, { $addToSet: { a: 1 } }, 'unchanged'],
    [{ _id: 1, a: [1] }, { $addToSet: { a: double(1) } }, 'unchanged'],
    [{ _id: 1, a: [1] }, { $addToSet: { a: { $each: [2, 1, 2] } } }, '{ _id: 1, a: [1, 2] }'],
    [
      { _id: 1, a: [{ x: 1, y: 1 }] },
      { $addToSet: { a: { y: 1, x: 1 } } },
      '{ _id: 1, a: [{ x: 1, y: 1 }, { y: 1, x: 1 }] }',
    ],
    [{ _id: 1 }, { $addToSet: { a: { $each: [1, 1] } } }, '{ _id: 1, a: [1] }'],
    [{ _id: 1, a: [1, 2, 3] }, { $pop: { a: 1 } }, '{ _id: 1, a: [1, 2] }'],
    [{ _id: 1, a: [1, 2, 3] }, { $pop: { a: -1 } }, '{ _id: 1, a: [2, 3] }'],
    [{ _id: 1, a: [] }, { $pop: { a: 1 } }, 'unchanged'],
    [{ _id: 1, a: [1, 2, 1] }, { $pull: { a: 1 } }, '{ _id: 1, a: [2] }'],
    [{ _id: 1, a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, '{ _id: 1, a: [1] }'],
    [{ _id: 1, a: ['ab', 'c'] }, { $pull: { a: /^a/ } }, '{ _id: 1, a: ["c"] }'],
    [
      { _id: 1, a: [{ b: 1, c: 1 }, { b: 2 }, 5] },
      { $pull: { a: { b: 1 } } },
      '{ _id: 1, a: [{ b: 2 }, 5] }',
    ],
    [{ _id: 1, a: [{ b: 1 }, { b: 5 }] }, { $pull: { a: { b: { $gt: 2 } } } }, '{ _id: 1, a: [{ b: 1 }] }'],
    [
      { _id: 1, a: [{ b: 1 }, { c: 2 }] },
      { $pull: { a: { $or: [{ b: 1 }, { c: 2 }] } } },
      '{ _id: 1, a: [] }',
    ],
    [{ _id: 1, a: [[1, 2], 3] }, { $pull: { a: [1, 2] } }, '{ _id: 1, a: [3] }'],
    [{ _id: 1, a: [1] }, { $pull: { a: 9 } }, 'unchanged'],
    [{ _id: 1 }, { $pull: { a: 9 } }, 'unchanged'],
    [{ _id: 1, a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, '{ _id: 1, a: [2] }'],
  ],
  'positional operators': [
    [{ _id: 1, a: [1, 2] }, { $set: { 'a.$': 9 } }, '{ _id: 1, a: [1, 9] }', { arrayIndex: 1 }],
    [
      { _id: 1, a: [{ b: 1 }, { b: 2 }] },
      { $inc: { 'a.$.b': 5 } },
      '{ _id: 1, a: [{ b: 1 }, { b: 7 }] }',
      { arrayIndex: 1 },
    ],
    [{ _id: 1, a: [1, 2] }, { $inc: { 'a.$[]': 1 } }, '{ _id: 1, a: [2, 3] }'],
    [
      { _id: 1, a: [{ b: [1, 2] }, { b: [3] }] },
      { $mul: { 'a.$[].b.$[]': 2 } },
      '{ _id: 1, a: [{ b: [2, 4] }, { b: [6] }] }',
    ],
    [
      { _id: 1, a: [1, 5, 9] },
      { $set: { 'a.$[x]': 0 } },
      '{ _id: 1, a: [1, 0, 0] }',
      { arrayFilters: [{ x: { $gte: 5 } }] },
    ],
    [
      { _id: 1, a: [{ b: 1 }, { b: 2 }] },
      { $set: { 'a.$[x].c': 1 } },
      '{ _id: 1, a: [{ b: 1 }, { b: 2, c: 1 }] }',
      { arrayFilters: [{ 'x.b': 2 }] },
    ],
    [
      { _id: 1, a: [{ b: 1 }, { b: 2 }] },
      { $set: { 'a.$[x].c': 1, 'a.$[y].d': 2 } },
      '{ _id: 1, a: [{ b: 1, c: 1, d: 2 }, { b: 2, d: 2 }] }',
      { arrayFilters: [{ 'x.b': 1 }, { 'y.b': { $gt: 0 } }] },
    ],
    [{ _id: 1, a: [1] }, { $set: { 'a.$[x]': 0 } }, 'unchanged', { arrayFilters: [{ x: 5 }] }],
    [
      { _id: 1, a: [1, 2, 3] },
      { $unset: { 'a.$[x]': 1 } },
      '{ _id: 1, a: [1, null, 3] }',
      { arrayFilters: [{ x: 2 }] },
    ],
  ],
  replacements: [
    [{ _id: 1, a: 1 }, { b: 2 }, '{ _id: 1, b: 2 }'],
    [{ _id: 1, a: 1 }, {}, '{ _id: 1 }'],
    [{ _id: 1, a: 1 }, { b: 2, _id: 1 }, '{ _id: 1, b: 2 }'],
    [{ _id: 1, a: 1 }, { _id: 1, a: 1 }, 'unchanged'],
    [{ _id: 1, a: 1 }, { a: 1 }, '{ _id: 1, a: 1 }'],
    [{ _id: 1, a: 1 }, { 'x.y': 1, n: { $z: 1 } }, '{ _id: 1, x.y: 1, n: { $z: 1 } }'],
  ],
  pipelines: [
    [{ _id: 1, a: 1 }, [{ $set: { b: { $add: ['$a', 1] } } }], '{ _id: 1, a: 1, b: 2 }'],
    [
      { _id: 1, a: 1 },
      [{ $unset: 'a' }, { $addFields: { c: '$$NOW' } }],
      '{ _id: 1, c: new Date(1700000000000) }',
    ],
    [{ _id: 1, a: { b: 1 } }, [{ $replaceWith: '$a' }], '{ _id: 1, b: 1 }'],
    [{ _id: 1, a: 1 }, [{ $project: { a: 1, _id: 0 } }], '{ _id: 1, a: 1 }'],
    [{ _id: 1, a: 1 }, [{ $set: { a: 1 } }], 'unchanged'],
  ],
};

for (const [topic, cases] of Object.entries(rows)) {
  describe(`updates: ${topic}`, () => {
    it.each(cases)('%o by %o is %s', (document, change, expected, options) => {
      expect(update(document, change, options)).toBe(expected);
    });
  });
}

describe('array filters that are no filters are refused with', () => {
  it.each<[object, string]>([
    [{}, '9 FailedToParse: Cannot use an expression without a top-level field name in arrayFilters'],
    [
      { x: 1, y: 1 },
      "9 FailedToParse: Error parsing array filter :: caused by :: Expected a single top-level field name, found 'x' and 'y'",
    ],
    [
      { X: 1 },
      "2 BadValue: Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found 'X'",
    ],
    [{ x: { $foo: 1 } }, '2 BadValue: Error parsing array filter :: caused by :: unknown operator: $foo'],
  ])('%o: %s', (filter, expected) => {
    expect(refusal(() => update({ _id: 1 }, { $set: { 'a.$[x]': 1 } }, { arrayFilters: [filter] }))).toBe(
      expected,
    );
  });
});

describe('updates leave the original as it was', () => {
  it('also in its inner documents and arrays', () => {
    const original = doc({ _id: 1, a: [{ b: [1, 2] }], c: { d: 1 } });
    compileUpdate(doc({ $push: { 'a.0.b': 3 }, $set: { 'c.e': 2 }, $unset: { 'c.d': 1 } })).apply(original);
    expect(shown(original)).toBe('{ _id: 1, a: [{ b: [1, 2] }], c: { d: 1 } }');
  });

  it('gives timestamps of one second different counts', () => {
    const compiled = compileUpdate(doc({ $currentDate: { a: { $type: 'timestamp' } } }));
    const first = compiled.apply(doc({ _id: 1 })).document.get('a');
    const second = compiled.apply(doc({ _id: 2 })).document.get('a');
    expect(first).toBeInstanceOf(Timestamp);
    expect(shown(first)).not.toBe(shown(second));
  });

  it('compares by the collation', () => {
    const collation = compileCollation(doc({ locale: 'en', strength: 2 }));
    const apply = (change: object) =>
      compileUpdate(doc(change), { collation }).apply(doc({ _id: 1, a: ['x', 'Y'] }));
    expect(apply({ $addToSet: { a: 'X' } }).modified).toBe(false);
    expect(shown(apply({ $pull: { a: 'y' } }).document)).toBe('{ _id: 1, a: ["x"] }');
    expect(shown(apply({ $pullAll: { a: ['y', 'X'] } }).document)).toBe('{ _id: 1, a: [] }');
  });
});

describe('updates are refused with', () => {
  it('a source or condition that cannot be', () => {
    expect(refusal(() => update({ _id: 1, a: 5 }, { $rename: { 'a.b': 'c' } }))).toBe(
      '28 PathNotViable: cannot use the part (a of a.b) to traverse the element ({a: 5})',
    );
    expect(refusal(() => update({ _id: 1 }, { $pull: { a: { $foo: 1 } } }))).toMatch(
      /^2 BadValue: unknown top level operator: \$foo\./,
    );
  });

  const long9 = long(9223372036854775807n);
  it.each<[object, object, string, Options?]>([
    [{ _id: 1, a: 1 }, { $set: { 'a.b': 1 } }, "28 PathNotViable: Cannot create field 'b' in element {a: 1}"],
    [
      { _id: 1, a: [1] },
      { $set: { 'a.x': 1 } },
      "28 PathNotViable: Cannot create field 'x' in element {a: [ 1 ]}",
    ],
    [{ _id: 1, a: 1 }, { $pop: { 'a.b': 1 } }, "28 PathNotViable: Cannot create field 'b' in element {a: 1}"],
    [
      { _id: 1, a: [] },
      { $set: { 'a.2000000': 1 } },
      "34 CannotBackfillArray: can't backfill more than 1500000 elements",
    ],
    [
      { _id: 1 },
      { $set: { _id: 2 } },
      "66 ImmutableField: Performing an update on the path '_id' would modify the immutable field '_id'",
    ],
    [
      { _id: 1 },
      { $unset: { _id: 1 } },
      "66 ImmutableField: Performing an update on the path '_id' would modify the immutable field '_id'",
    ],
    [
      { _id: { a: 1 } },
      { $set: { '_id.a': 2 } },
      "66 ImmutableField: Performing an update on the path '_id.a' would modify the immutable field '_id'",
    ],
    [
      { _id: 1, a: 1 },
      { $rename: { _id: 'b' } },
      "66 ImmutableField: Unsetting the path '_id' using $rename would modify the immutable field '_id'",
    ],
    [
      { _id: 1 },
      { _id: 2 },
      "66 ImmutableField: After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
    ],
    [
      { _id: 1 },
      [{ $set: { _id: 2 } }],
      "66 ImmutableField: After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
    ],
    [
      { _id: 1 },
      { $set: { a: 1, 'a.b': 1 } },
      "40 ConflictingUpdateOperators: Updating the path 'a.b' would create a conflict at 'a'",
    ],
    [
      { _id: 1 },
      { $set: { 'a.b': 1 }, $inc: { a: 1 } },
      "40 ConflictingUpdateOperators: Updating the path 'a' would create a conflict at 'a'",
    ],
    [
      { _id: 1 },
      { $set: { a: 1 }, $inc: { a: 1 } },
      "40 ConflictingUpdateOperators: Updating the path 'a' would create a conflict at 'a'",
    ],
    [
      { _id: 1, a: [{}] },
      { $set: { 'a.$.b': 1, 'a.0.b': 1 } },
      "40 ConflictingUpdateOperators: Update created a conflict at 'a.0.b'",
      { arrayIndex: 0 },
    ],
    [
      { _id: 1, a: 'x' },
      { $inc: { a: 1 } },
      "14 TypeMismatch: Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'a' of non-numeric type string",
    ],
    [
      { _id: 1 },
      { $inc: { a: 'x' } },
      '14 TypeMismatch: Cannot increment with non-numeric argument: {a: "x"}',
    ],
    [
      { _id: 1 },
      { $mul: { a: null } },
      '14 TypeMismatch: Cannot multiply with non-numeric argument: {a: null}',
    ],
    [
      { _id: 1, a: long9 },
      { $inc: { a: 1 } },
      '2 BadValue: Failed to apply $inc operations to current value ((NumberLong)9223372036854775807) for document {_id: 1}',
    ],
    [
      { _id: 1, a: 5 },
      { $push: { a: 1 } },
      "2 BadValue: The field 'a' must be an array but is of type int in document {_id: 1}",
    ],
    [
      { _id: 1 },
      { $push: { a: { $each: 1 } } },
      '2 BadValue: The argument to $each in $push must be an array but it was of type: int',
    ],
    [{ _id: 1 }, { $push: { a: { $each: [], $foo: 1 } } }, '2 BadValue: Unrecognized clause in $push: $foo'],
    [
      { _id: 1 },
      { $push: { a: { $each: [], $sort: 2 } } },
      '2 BadValue: The $sort element value must be either 1 or -1',
    ],
    [
      { _id: 1 },
      { $push: { a: { $each: [], $slice: 'x' } } },
      '2 BadValue: The value for $slice must be an integer value but was given type: string',
    ],
    [
      { _id: 1, a: 5 },
      { $addToSet: { a: 1 } },
      "2 BadValue: Cannot apply $addToSet to non-array field. Field named 'a' has non-array type int",
    ],
    [
      { _id: 1, a: 5 },
      { $pop: { a: 1 } },
      "14 TypeMismatch: Path 'a' contains an element of non-array type 'int'",
    ],
    [{ _id: 1 }, { $pop: { a: 2 } }, '9 FailedToParse: $pop expects 1 or -1, found: 2'],
    [{ _id: 1, a: 5 }, { $pull: { a: 5 } }, '2 BadValue: Cannot apply $pull to a non-array value'],
    [
      { _id: 1 },
      { $pullAll: { a: 5 } },
      '2 BadValue: $pullAll requires an array argument but was given a int',
    ],
    [
      { _id: 1 },
      { $bit: { a: { nand: 1 } } },
      "2 BadValue: The $bit modifier only supports 'and', 'or', and 'xor', not 'nand' which is an unknown operator: {nand: 1}",
    ],
    [
      { _id: 1, a: double(1) },
      { $bit: { a: { and: 1 } } },
      '2 BadValue: Cannot apply $bit to a value of non-integral type._id: 1 has the field a of non-integer type double',
    ],
    [
      { _id: 1 },
      { $rename: { a: 'a' } },
      '2 BadValue: The source and target field for $rename must differ: a: "a"',
    ],
    [
      { _id: 1 },
      { $rename: { a: 'a.b' } },
      '2 BadValue: The source and target field for $rename must not be on the same path: a: "a.b"',
    ],
    [{ _id: 1 }, { $rename: { a: 5 } }, "2 BadValue: The 'to' field for $rename must be a string: a: 5"],
    [
      { _id: 1, a: [{ b: 1 }] },
      { $rename: { 'a.0.b': 'c' } },
      "2 BadValue: The source field cannot be an array element, 'a.0.b' in doc with _id: 1 has an array field called 'a'",
    ],
    [
      { _id: 1 },
      { $currentDate: { a: { $type: 'x' } } },
      "2 BadValue: The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
    ],
    [
      { _id: 1 },
      { $set: { 'a.$': 1 } },
      '2 BadValue: The positional operator did not find the match needed from the query.',
    ],
    [
      { _id: 1 },
      { $set: { 'a.$[x]': 1 } },
      "2 BadValue: No array filter found for identifier 'x' in path 'a.$[x]'",
    ],
    [
      { _id: 1 },
      { $set: { 'a.$[]': 1 } },
      "2 BadValue: The path 'a' must exist in the document in order to apply array updates.",
    ],
    [
      { _id: 1, a: 5 },
      { $set: { 'a.$[]': 1 } },
      '2 BadValue: Cannot apply array updates to non-array element a: 5',
    ],
    [
      { _id: 1 },
      { $set: { 'a.$.b.$': 1 } },
      "2 BadValue: Too many positional (i.e. '$') elements found in path 'a.$.b.$'",
    ],
    [
      { _id: 1 },
      { $set: { $: 1 } },
      "2 BadValue: Cannot have positional (i.e. '$') element in the first position in path '$'",
    ],
    [
      { _id: 1 },
      { $set: { a: 1 } },
      "9 FailedToParse: The array filter for identifier 'x' was not used in the update { $set: { a: 1 } }",
      { arrayFilters: [{ x: 1 }] },
    ],
    [
      { _id: 1 },
      { $set: { 'a.$[x]': 1 } },
      'Found multiple array filters with the same top-level field name x',
      { arrayFilters: [{ x: 1 }, { 'x.y': 1 }] },
    ],
    [
      { _id: 1 },
      [{ $set: { a: 1 } }],
      '9 FailedToParse: arrayFilters may not be specified for pipeline-style updates',
      { arrayFilters: [{ x: 1 }] },
    ],
    [
      { _id: 1 },
      { $foo: { a: 1 } },
      '9 FailedToParse: Unknown modifier: $foo. Expected a valid update modifier or pipeline-style update specified as an array',
    ],
    [
      { _id: 1 },
      { $set: { a: 1 }, b: 1 },
      '9 FailedToParse: Unknown modifier: b. Expected a valid update modifier or pipeline-style update specified as an array',
    ],
    [
      { _id: 1 },
      { $set: 5 },
      '9 FailedToParse: Modifiers operate on fields but we found type int instead. For example: {$mod: {<field>: ...}} not {$set: 5}',
    ],
    [{ _id: 1 }, { $set: { '': 1 } }, '56 EmptyFieldName: An empty update path is not valid.'],
    [
      { _id: 1 },
      { $set: { 'a..b': 1 } },
      "56 EmptyFieldName: The update path 'a..b' contains an empty field name, which is not allowed.",
    ],
    [
      { _id: 1 },
      { $set: { $a: 1 } },
      "52 DollarPrefixedFieldName: The dollar ($) prefixed field '$a' in '$a' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.",
    ],
    [
      { _id: 1 },
      { a: 1, $b: 1 },
      "52 DollarPrefixedFieldName: The dollar ($) prefixed field '$b' in '$b' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.",
    ],
    [{ _id: 1 }, [{ $match: {} }], '72 InvalidOptions: $match is not allowed to be used within an update'],
  ])('%o by %o: %s', (document, change, expected, options) => {
    expect(refusal(() => update(document, change, options))).toContain(expected);
  });

  it('a replacement of many: 9', () => {
    expect(refusal(() => compileUpdate(doc({ a: 1 }), { multi: true }))).toBe(
      '9 FailedToParse: multi update is not supported for replacement-style update',
    );
  });
});
