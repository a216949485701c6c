import { lookups, pipelines, refused, type Table } from '../table.ts';
import { double } from '../values.ts';

const byLet = (value: object, match: object) => ({
  localField: undefined,
  foreignField: undefined,
  let: value,
  pipeline: [{ $match: match }],
});
const equalToLet = byLet({ v: '$l' }, { $expr: { $eq: ['$f', '$$v'] } });

/** `$lookup` with scalars, arrays, null, missing fields and pipelines. */
export const lookupTables: Table[] = [
  lookups(
    {
      area: '$lookup',
      page: 'reference/operator/aggregation/lookup',
      foreign: [
        { _id: 1, f: 1 },
        { _id: 2, f: 2 },
        { _id: 3, f: null },
        { _id: 4, f: [1, 4] },
        { _id: 5 },
        { _id: 6, f: 'x' },
        { _id: 7, g: [{ h: 8 }] },
      ],
    },
    [
      ['a scalar', [{ _id: 1, l: 1 }], {}, '1: 1 4'],
      ['a number of another type', [{ _id: 1, l: double(1) }], {}, '1: 1 4'],
      ['null finds null and missing', [{ _id: 1, l: null }], {}, '1: 3 5 7'],
      ['missing finds null and missing', [{ _id: 1 }], {}, '1: 3 5 7'],
      ['an array joins each element', [{ _id: 1, l: [1, 2] }], {}, '1: 1 2 4'],
      ['an array with null', [{ _id: 1, l: [null, 2] }], {}, '1: 2 3 5 7'],
      ['an empty array finds null and missing', [{ _id: 1, l: [] }], {}, '1: 3 5 7'],
      [
        'paths that lead nowhere count as null',
        [
          { _id: 1, d: { x: 1 } },
          { _id: 2, d: [{ x: 1 }, { x: 2 }] },
          { _id: 3, d: [{ x: 2 }, { l: 1 }] },
          { _id: 4, d: [1] },
          { _id: 5, d: [] },
          { _id: 6, d: [[]] },
        ],
        { localField: 'd.l' },
        '1: 3 5 7; 2: 3 5 7; 3: 1 4; 4: 3 5 7; 5: 3 5 7; 6: 3 5 7',
      ],
      ['an array within an array', [{ _id: 1, l: [[1, 4]] }], {}, '1: 4'],
      ['a text', [{ _id: 1, l: 'x' }], {}, '1: 6'],
      ['a text of another case', [{ _id: 1, l: 'X' }], {}, '1:'],
      [
        'a text with a collation',
        [{ _id: 1, l: 'X' }],
        {},
        '1: 6',
        { collation: { locale: 'en', strength: 2 } },
      ],
      ['a dotted local field', [{ _id: 1, d: [{ l: 1 }, { l: 2 }] }], { localField: 'd.l' }, '1: 1 2 4'],
      ['a dotted foreign field', [{ _id: 1, l: 8 }], { foreignField: 'g.h' }, '1: 7'],
      ['a foreign array', [{ _id: 1, l: 4 }], {}, '1: 4'],
      [
        'several documents',
        [
          { _id: 1, l: 2 },
          { _id: 2, l: 9 },
          { _id: 3, l: 'x' },
        ],
        {},
        '1: 2; 2:; 3: 6',
      ],
      ['a collection that is not there', [{ _id: 1, l: 1 }], { from: 'nothing' }, '1:'],
      [
        'with a pipeline besides',
        [{ _id: 1, l: 1 }],
        { pipeline: [{ $match: { _id: { $gt: 1 } } }] },
        '1: 4',
      ],
      ['with let and $expr', [{ _id: 1, l: 1 }], equalToLet, '1: 1'],
      ['with let of an array', [{ _id: 1, l: [1, 4] }], equalToLet, '1: 4'],
      ['with let of a missing field', [{ _id: 1 }], equalToLet, '1: 5 7'],
      ['with let of null', [{ _id: 1, l: null }], equalToLet, '1: 3'],
      [
        'with a range of let',
        [
          { _id: 1, l: 1 },
          { _id: 2, l: 2 },
        ],
        byLet({ v: '$l' }, { $expr: { $and: [{ $gt: ['$f', '$$v'] }, { $isNumber: '$f' }] } }),
        '1: 2; 2:',
      ],
      [
        'with let and $expr within $and',
        [{ _id: 1, l: 1 }],
        byLet({ v: '$l' }, { $and: [{ $expr: { $eq: ['$f', '$$v'] } }, { _id: { $gt: 0 } }] }),
        '1: 1',
      ],
      ['with a pipeline of its own', [{ _id: 1 }, { _id: 2 }], byLet({}, { f: 2 }), '1: 2; 2: 2'],
      [
        'with a pipeline that sorts and limits',
        [{ _id: 1 }],
        { ...byLet({}, {}), pipeline: [{ $sort: { _id: -1 } }, { $limit: 2 }] },
        '1: 7 6',
      ],
    ],
  ),

  pipelines(
    { area: '$lookup', page: 'reference/operator/aggregation/lookup (errors)', documents: [{ _id: 1 }] },
    [
      [[{ $lookup: 5 }], refused(9, 'the $lookup specification must be an Object, but found int')],
      [
        [{ $lookup: { from: 'x', localField: 'a', foreignField: 'b' } }],
        refused(9, "must specify 'as' field for a $lookup"),
      ],
      [
        [{ $lookup: { as: 'x', localField: 'a', foreignField: 'b' } }],
        refused(9, "must specify 'from' field for a $lookup"),
      ],
      [[{ $lookup: { from: 'x', as: 'a', localField: 'b' } }], refused(9)],
      [[{ $lookup: { from: 'x', as: 'a' } }], refused(9)],
      [[{ $lookup: { from: 'x', as: 'a', foo: '1' } }], refused(9, 'unknown argument to $lookup: foo')],
      [[{ $lookup: { from: 'x', as: 5, pipeline: [] } }], refused(9)],
      [[{ $lookup: { from: 'x', as: 'a', pipeline: 5 } }], refused(9)],
      [[{ $lookup: { from: 'x', as: 'a', pipeline: [{ $foo: 1 }] } }], refused(40324)],
      [[{ $lookup: { from: 'x', as: 'a.b', pipeline: [] } }], '{ _id: 1, a: { b: [] } }'],
      [[{ $lookup: { from: 'x', as: '_id', pipeline: [] } }], '{ _id: [] }'],
    ],
  ),
];
