import { describe, expect, it } from 'vitest';
import { compileSort } from '../../../src/embedded-mongo/query/compile-sort.ts';
import { indexKeys } from '../../../src/embedded-mongo/query/index-keys.ts';
import { parsePath } from '../../../src/embedded-mongo/query/paths.ts';
import { doc, docs, double, refusal, shown } from '../bson/documents.ts';

const sortedIds = (spec: object, ...documents: object[]) =>
  compileSort(doc(spec))
    .sort(docs(...documents))
    .map((document) => shown(document.get('_id')))
    .join(' ');

describe('sorting', () => {
  it.each<[string, object, object[], string]>([
    [
      'missing is null',
      { a: 1 },
      [{ _id: 1, a: 1 }, { _id: 2 }, { _id: 3, a: null }, { _id: 4, a: -1 }],
      '2 3 4 1',
    ],
    [
      'types in their order',
      { a: 1 },
      [
        { _id: 1, a: 'x' },
        { _id: 2, a: 5 },
        { _id: 3, a: {} },
        { _id: 4, a: true },
      ],
      '2 1 3 4',
    ],
    [
      'descending',
      { a: -1 },
      [
        { _id: 1, a: 1 },
        { _id: 2, a: 3 },
        { _id: 3, a: 2 },
      ],
      '2 3 1',
    ],
    [
      'least element of an array ascending',
      { a: 1 },
      [
        { _id: 1, a: [5, 9] },
        { _id: 2, a: [1, 10] },
        { _id: 3, a: 4 },
      ],
      '2 3 1',
    ],
    [
      'greatest element of an array descending',
      { a: -1 },
      [
        { _id: 1, a: [5, 9] },
        { _id: 2, a: [1, 10] },
        { _id: 3, a: 4 },
      ],
      '2 1 3',
    ],
    [
      'an empty array is below null',
      { a: 1 },
      [
        { _id: 1, a: null },
        { _id: 2, a: [] },
      ],
      '2 1',
    ],
    [
      'dotted paths through arrays',
      { 'a.b': 1 },
      [
        { _id: 1, a: [{ b: 3 }] },
        { _id: 2, a: { b: 2 } },
        { _id: 3, a: [{ b: 9 }, { b: 1 }] },
      ],
      '3 2 1',
    ],
    [
      'several fields',
      { a: 1, b: -1 },
      [
        { _id: 1, a: 1, b: 1 },
        { _id: 2, a: 0, b: 1 },
        { _id: 3, a: 1, b: 2 },
      ],
      '2 3 1',
    ],
    [
      'equal keys keep their order',
      { a: 1 },
      [
        { _id: 1, a: 1 },
        { _id: 2, a: double(1) },
        { _id: 3, a: 0 },
      ],
      '3 1 2',
    ],
    [
      'elements of one array go together',
      { 'a.x': 1, 'a.y': 1 },
      [
        {
          _id: 1,
          a: [
            { x: 1, y: 9 },
            { x: 2, y: 0 },
          ],
        },
        { _id: 2, a: { x: 1, y: 5 } },
      ],
      '2 1',
    ],
    [
      'array positions',
      { 'a.0': 1 },
      [
        { _id: 1, a: [3, 1] },
        { _id: 2, a: [2, 9] },
      ],
      '2 1',
    ],
  ])('%s', (_, spec, documents, expected) => {
    expect(sortedIds(spec, ...documents)).toBe(expected);
  });

  it('keeps only the first of many, the same as sorting all', () => {
    const many = Array.from({ length: 5000 }, (_, i) => doc({ _id: i, a: (i * 7919) % 5000 }));
    const sorter = compileSort(doc({ a: 1 }));
    expect(sorter.sort(many, 10).map(shown)).toEqual(sorter.sort(many).slice(0, 10).map(shown));
  });

  it.each<[object, string]>([
    [{ a: 'x' }, '15974 Location15974: Illegal key in $sort specification: a: "x"'],
    [{ a: 2 }, '15975 Location15975: $sort key ordering must be 1 (for ascending) or -1 (for descending)'],
    [
      { $a: 1 },
      "16410 Location16410: FieldPath field names may not start with '$'. Consider using $getField or $setField.",
    ],
  ])('%o is refused with %s', (spec, expected) => {
    expect(refusal(() => compileSort(doc(spec)))).toBe(expected);
  });

  it('refuses keys that are two arrays', () => {
    const sorter = compileSort(doc({ a: 1, b: 1 }));
    expect(refusal(() => sorter.keyOf(doc({ a: [1, 2], b: [3] })))).toBe(
      '2 BadValue: cannot sort with keys that are parallel arrays',
    );
  });
});

describe('index keys', () => {
  const keys = (document: object, ...paths: string[]) => {
    const found = indexKeys(doc(document), paths.map(parsePath));
    return `${shown(found.keys)}${found.multikey ? ' multikey' : ''}`;
  };

  it.each<[object, string[], string]>([
    [{ a: 1 }, ['a'], '[[1]]'],
    [{}, ['a'], '[[null]]'],
    [{ a: [] }, ['a'], '[[undefined]] multikey'],
    [{ a: [] }, ['a.b'], '[[null]] multikey'],
    [{ a: [1, 2] }, ['a'], '[[1], [2]] multikey'],
    [{ a: [[1, 2]] }, ['a'], '[[[1, 2]]] multikey'],
    [{ a: [{ b: 1 }, { b: [2, 3] }, 5] }, ['a.b'], '[[1], [2], [3], [null]] multikey'],
    [{ a: [1, 2], b: 3 }, ['a', 'b'], '[[1, 3], [2, 3]] multikey'],
    [{ a: [{ x: 1, y: 2 }, { x: 3 }] }, ['a.x', 'a.y'], '[[1, 2], [3, null]] multikey'],
    [{ a: [7, 8] }, ['a.0'], '[[7]]'],
    [{ a: 5 }, ['a.b'], '[[null]]'],
  ])('%o on %o are %s', (document, paths, expected) => {
    expect(keys(document, ...paths)).toBe(expected);
  });

  it('of two arrays are refused', () => {
    expect(refusal(() => keys({ a: [1], b: [2] }, 'a', 'b'))).toBe(
      '171 CannotIndexParallelArrays: cannot index parallel arrays [b] [a]',
    );
  });
});
