import { describe, expect, it } from 'vitest';
import { compileUpdate } from '../../../src/embedded-mongo/update/compile-update.ts';
import { checkId } from '../../../src/embedded-mongo/update/replacement.ts';
import { upsertDocument } from '../../../src/embedded-mongo/update/upsert-document.ts';
import { doc, docs, refusal, shown, value } from '../bson/documents.ts';

const upsert = (filter: object, change: object) =>
  shown(upsertDocument(doc(filter), compileUpdate(Array.isArray(change) ? docs(...change) : doc(change))));

describe('the document of an upsert', () => {
  it.each<[object, object, string]>([
    [{ a: 1 }, { $set: { b: 2 } }, '{ a: 1, b: 2 }'],
    [{ _id: 5, a: 1 }, { $set: { b: 2 } }, '{ _id: 5, a: 1, b: 2 }'],
    [{ a: 1, _id: 5 }, { $set: { b: 2 } }, '{ _id: 5, a: 1, b: 2 }'],
    [{ 'a.b': 1 }, { $set: { c: 2 } }, '{ a: { b: 1 }, c: 2 }'],
    [{ a: { $gt: 1 }, b: { $eq: 2 } }, { $set: { c: 3 } }, '{ b: 2, c: 3 }'],
    [{ a: { $in: [7] } }, { $set: { c: 3 } }, '{ a: 7, c: 3 }'],
    [{ a: { $in: [7, 8] } }, { $set: { c: 3 } }, '{ c: 3 }'],
    [{ $and: [{ a: 1 }, { b: 2 }] }, { $set: { c: 3 } }, '{ a: 1, b: 2, c: 3 }'],
    [{ $or: [{ a: 1 }] }, { $set: { c: 3 } }, '{ a: 1, c: 3 }'],
    [{ $or: [{ a: 1 }, { b: 1 }] }, { $set: { c: 3 } }, '{ c: 3 }'],
    [{ a: /x/ }, { $set: { c: 3 } }, '{ c: 3 }'],
    [{ a: 1 }, { $inc: { a: 2 }, $setOnInsert: { d: 1 } }, '{ a: 3, d: 1 }'],
    [{ _id: 1, a: 1 }, { b: 2 }, '{ _id: 1, b: 2 }'],
    [{ a: 1 }, { b: 2 }, '{ b: 2 }'],
    [{ _id: 1 }, [{ $set: { b: 2 } }], '{ _id: 1, b: 2 }'],
    [{ a: 1 }, { $set: { _id: 9 } }, '{ _id: 9, a: 1 }'],
  ])('%o with %o is %s', (filter, change, expected) => {
    expect(upsert(filter, change)).toBe(expected);
  });

  it.each<[object, object, string]>([
    [
      { a: 1, $and: [{ a: 2 }] },
      { $set: { c: 1 } },
      "54 NotSingleValueField: cannot infer query fields to set, path 'a' is matched twice",
    ],
    [
      { a: { b: 1 }, 'a.b': 1 },
      { $set: { c: 1 } },
      "54 NotSingleValueField: cannot infer query fields to set, both paths 'a.b' and 'a' are matched",
    ],
    [
      { _id: 1 },
      { $set: { _id: 2 } },
      "66 ImmutableField: Performing an update on the path '_id' would modify the immutable field '_id'",
    ],
    [
      { _id: 1 },
      { _id: 2 },
      "66 ImmutableField: After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
    ],
    [{}, { $set: { _id: [1] } }, "53 InvalidIdField: The '_id' value cannot be of type array"],
    [
      { $expr: true },
      { $set: { a: 1 } },
      '224 QueryFeatureNotAllowed: $expr is not allowed in the query predicate for an upsert',
    ],
  ])('%o with %o is refused with %s', (filter, change, expected) => {
    expect(refusal(() => upsert(filter, change))).toBe(expected);
  });

  it.each<[unknown, string]>([
    [[1], "53 InvalidIdField: The '_id' value cannot be of type array"],
    [/x/, "53 InvalidIdField: The '_id' value cannot be of type regex"],
    [
      { $a: 1 },
      "52 DollarPrefixedFieldName: _id fields may not contain '$'-prefixed fields: $a is not valid for storage.",
    ],
    ['x', 'not refused: undefined'],
  ])('an _id of %o: %s', (id, expected) => {
    expect(refusal(() => checkId(value(id)))).toBe(expected);
  });
});
