import { describe, expect, it } from 'vitest';
import { compileProjection } from '../../../src/embedded-mongo/query/compile-projection.ts';
import { doc, refusal, shown } from '../bson/documents.ts';

const project = (spec: object, document: object, filter?: object) =>
  shown(compileProjection(doc(spec), { filter: filter && doc(filter) }).apply(doc(document)));

describe('find projections', () => {
  it.each<[object, object, string]>([
    [{}, { _id: 1, a: 1 }, '{ _id: 1, a: 1 }'],
    [{ b: 1, a: 1 }, { _id: 1, a: 1, c: 3, b: 2 }, '{ _id: 1, a: 1, b: 2 }'],
    [{ a: 1, _id: 0 }, { _id: 1, a: 1, b: 2 }, '{ a: 1 }'],
    [{ _id: 1 }, { _id: 1, a: 1 }, '{ _id: 1 }'],
    [{ _id: 0 }, { _id: 1, a: 1 }, '{ a: 1 }'],
    [{ a: 0 }, { _id: 1, a: 1, b: 2 }, '{ _id: 1, b: 2 }'],
    [{ a: 0, _id: 1 }, { _id: 1, a: 1, b: 2 }, '{ _id: 1, b: 2 }'],
    [{ a: true }, { _id: 1, a: null }, '{ _id: 1, a: null }'],
    [{ 'a.b': 1 }, { _id: 1, a: { b: 1, c: 2 } }, '{ _id: 1, a: { b: 1 } }'],
    [{ a: { b: 1 } }, { _id: 1, a: { b: 1, c: 2 } }, '{ _id: 1, a: { b: 1 } }'],
    [
      { 'a.b': 1 },
      { _id: 1, a: [{ b: 1, c: 2 }, 5, { c: 3 }, [{ b: 4 }]] },
      '{ _id: 1, a: [{ b: 1 }, { }, [{ b: 4 }]] }',
    ],
    [{ 'a.b': 1 }, { _id: 1, a: 5 }, '{ _id: 1 }'],
    [{ 'a.b': 1 }, { _id: 1, a: {} }, '{ _id: 1, a: { } }'],
    [{ 'a.b': 0 }, { _id: 1, a: [{ b: 1, c: 2 }, 5] }, '{ _id: 1, a: [{ c: 2 }, 5] }'],
    [{ 'a.b': 0 }, { _id: 1, a: 5 }, '{ _id: 1, a: 5 }'],
    [{ 'a.c': 1, 'a.b': 1 }, { _id: 1, a: { b: 1, x: 0, c: 2 } }, '{ _id: 1, a: { b: 1, c: 2 } }'],
    [{ a: 1, x: 'text' }, { _id: 1, a: 1 }, '{ _id: 1, a: 1, x: "text" }'],
    [{ x: '$a.b' }, { _id: 1, a: { b: 7 } }, '{ _id: 1, x: 7 }'],
    [{ x: '$nope', a: 1 }, { _id: 1, a: 1 }, '{ _id: 1, a: 1 }'],
    [{ x: { $add: ['$a', 1] }, a: 1 }, { _id: 1, a: 1 }, '{ _id: 1, a: 1, x: 2 }'],
    [{ 'n.x': { $literal: 5 } }, { _id: 1, n: { y: 1 } }, '{ _id: 1, n: { x: 5 } }'],
    [{ a: ['$b', '$nope'] }, { _id: 1, b: 2 }, '{ _id: 1, a: [2, null] }'],
    [{ a: { $slice: 2 } }, { _id: 1, a: [1, 2, 3], b: 1 }, '{ _id: 1, a: [1, 2], b: 1 }'],
    [{ a: { $slice: -2 } }, { _id: 1, a: [1, 2, 3] }, '{ _id: 1, a: [2, 3] }'],
    [{ a: { $slice: [1, 1] } }, { _id: 1, a: [1, 2, 3] }, '{ _id: 1, a: [2] }'],
    [{ a: { $slice: [-2, 1] } }, { _id: 1, a: [1, 2, 3] }, '{ _id: 1, a: [2] }'],
    [{ a: { $slice: 1 }, b: 1 }, { _id: 1, a: [1, 2], b: 1, c: 1 }, '{ _id: 1, a: [1], b: 1 }'],
    [{ a: { $slice: 1 }, b: 0 }, { _id: 1, a: [1, 2], b: 1, c: 1 }, '{ _id: 1, a: [1], c: 1 }'],
    [
      { 'a.b': { $slice: 1 } },
      { _id: 1, a: [{ b: [1, 2] }, { b: 3 }] },
      '{ _id: 1, a: [{ b: [1] }, { b: 3 }] }',
    ],
    [{ a: { $slice: 1 } }, { _id: 1, a: 5 }, '{ _id: 1, a: 5 }'],
    [
      { a: { $elemMatch: { b: 2 } }, c: 1 },
      { _id: 1, a: [{ b: 1 }, { b: 2 }], c: 1 },
      '{ _id: 1, c: 1, a: [{ b: 2 }] }',
    ],
    [{ a: { $elemMatch: { b: 9 } } }, { _id: 1, a: [{ b: 1 }] }, '{ _id: 1 }'],
    [{ a: { $elemMatch: { $gt: 1 } } }, { _id: 1, a: [1, 2, 3] }, '{ _id: 1, a: [2] }'],
  ])('%o of %o', (spec, document, expected) => {
    expect(project(spec, document)).toBe(expected);
  });

  it('the positional operator keeps the element that matched', () => {
    expect(project({ 'a.$': 1 }, { _id: 1, a: [1, 5, 6], b: 1 }, { a: { $gt: 4 } })).toBe(
      '{ _id: 1, a: [5] }',
    );
    expect(project({ 'a.$': 1 }, { _id: 1, a: [{ b: 1 }, { b: 2 }] }, { 'a.b': 2 })).toBe(
      '{ _id: 1, a: [{ b: 2 }] }',
    );
    expect(refusal(() => project({ 'a.$': 1 }, { _id: 1, a: [1] }, { a: [1] }))).toMatch(/^51246 /);
  });

  it('says which paths a plain inclusion needs', () => {
    expect(compileProjection(doc({ a: 1, 'b.c': 1 })).includedPaths).toEqual(['a', 'b.c', '_id']);
    expect(compileProjection(doc({ a: 1, _id: 0 })).includedPaths).toEqual(['a']);
    expect(compileProjection(doc({ a: 0 })).includedPaths).toBeUndefined();
    expect(compileProjection(doc({ a: '$b' })).includedPaths).toBeUndefined();
  });

  it('does not change the document it projects', () => {
    const document = doc({ _id: 1, a: [{ b: [1, 2], c: 1 }] });
    compileProjection(doc({ 'a.b': { $slice: 1 } })).apply(document);
    compileProjection(doc({ 'a.c': 0 })).apply(document);
    expect(shown(document)).toBe('{ _id: 1, a: [{ b: [1, 2], c: 1 }] }');
  });
});

describe('mistakes in projections are refused with', () => {
  it.each<[object, string]>([
    [{ a: 1, b: 0 }, '31254 Location31254: Cannot do exclusion on field b in inclusion projection'],
    [{ a: 0, b: 1 }, '31253 Location31253: Cannot do inclusion on field b in exclusion projection'],
    [{ a: 1, 'a.b': 1 }, '31249 Location31249: Path collision at a.b remaining portion b'],
    [{ 'a.b': 1, a: 1 }, '31250 Location31250: Path collision at a'],
    [{ a: { $foo: 1 } }, '31325 Location31325: Unknown expression $foo'],
    [
      { a: 0, b: { $add: [1, 1] } },
      '31252 Location31252: Cannot use expression other than $meta in exclusion projection',
    ],
    [{ a: 0, b: 'x' }, '31310 Location31310: Cannot use an expression b: "x" in an exclusion projection'],
    [
      { 'a.b': { $elemMatch: { c: 1 } } },
      '31275 Location31275: Cannot use $elemMatch projection on a nested field.',
    ],
    [
      { a: { $elemMatch: 1 } },
      '31274 Location31274: elemMatch: Invalid argument, object required, but got int',
    ],
    [{ 'a.$': 1 }, '51050 Location51050: Projections with a positional operator require a matcher'],
    [{ 'a.': 1 }, "40353 Location40353: FieldPath must not end with a '.'."],
    [{ '': 1 }, '40352 Location40352: FieldPath cannot be constructed with empty string'],
    [
      { $a: 1 },
      "16410 Location16410: FieldPath field names may not start with '$'. Consider using $getField or $setField.",
    ],
    [
      { a: {} },
      '51270 Location51270: An empty sub-projection is not a valid value. Found empty object at path',
    ],
  ])('%o: %s', (spec, expected) => {
    expect(refusal(() => compileProjection(doc(spec)))).toBe(expected);
  });

  it('a positional operator within a path: 31394, with 0: 31395', () => {
    expect(refusal(() => project({ 'a.$.b': 1 }, { _id: 1 }, { a: 1 }))).toMatch(/^31394 /);
    expect(refusal(() => project({ 'a.$': 0 }, { _id: 1 }, { a: 1 }))).toMatch(/^31395 /);
  });
});
