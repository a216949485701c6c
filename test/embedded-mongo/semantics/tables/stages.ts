import { pipelines, refused, type Table } from '../table.ts';

/** `$unwind`, `$facet` and the stages that shape documents. */
export const stages: Table[] = [
  pipelines(
    {
      area: '$unwind',
      page: 'reference/operator/aggregation/unwind',
      documents: [
        { _id: 1, t: ['a', 'b'] },
        { _id: 2, t: [] },
        { _id: 3, t: null },
        { _id: 4, t: 'c' },
        { _id: 5, t: ['a'] },
        { _id: 6 },
        { _id: 7, t: [['d'], { e: 1 }] },
      ],
    },
    [
      [
        [{ $unwind: '$t' }],
        '{ _id: 1, t: "a" } { _id: 1, t: "b" } { _id: 4, t: "c" } { _id: 5, t: "a" } { _id: 7, t: ["d"] } { _id: 7, t: { e: 1 } }',
      ],
      [
        [
          { $unwind: { path: '$t', preserveNullAndEmptyArrays: true } },
          { $match: { _id: { $in: [2, 3, 6] } } },
        ],
        '{ _id: 2 } { _id: 3, t: null } { _id: 6 }',
      ],
      [
        [{ $match: { _id: { $in: [1, 4] } } }, { $unwind: { path: '$t', includeArrayIndex: 'i' } }],
        '{ _id: 1, t: "a", i: 0L } { _id: 1, t: "b", i: 1L } { _id: 4, t: "c", i: null }',
      ],
      [
        [
          { $match: { _id: { $in: [2, 3, 6] } } },
          { $unwind: { path: '$t', includeArrayIndex: 'i', preserveNullAndEmptyArrays: true } },
        ],
        '{ _id: 2, i: null } { _id: 3, t: null, i: null } { _id: 6, i: null }',
      ],
      [
        [{ $match: { _id: 1 } }, { $unwind: { path: '$t', includeArrayIndex: 'i.j' } }, { $limit: 1 }],
        '{ _id: 1, t: "a", i: { j: 0L } }',
      ],
      [[{ $unwind: '$t.e' }], ''],
      [[{ $unwind: '$nothing' }], ''],
      [[{ $unwind: 't' }], refused(28818, "path option to $unwind stage should be prefixed with a '$': t")],
      [[{ $unwind: '' }], refused(28812, 'no path specified to $unwind stage')],
      [
        [{ $unwind: 5 }],
        refused(15981, 'expected either a string or an object as specification for $unwind stage, got int'),
      ],
      [[{ $unwind: { path: 5 } }], refused(28808)],
      [[{ $unwind: { path: '$t', x: 1 } }], refused(28811, 'unrecognized option to $unwind stage: x')],
      [[{ $unwind: { path: '$t', preserveNullAndEmptyArrays: 1 } }], refused(28809)],
      [[{ $unwind: { path: '$t', includeArrayIndex: '$i' } }], refused(28822)],
      [[{ $unwind: { path: '$t', includeArrayIndex: '' } }], refused(28810)],
    ],
  ),

  pipelines(
    {
      area: 'stages that shape documents',
      page: 'reference/operator/aggregation-pipeline',
      documents: [{ _id: 1, a: 1, b: { c: 2, d: 3 }, l: [{ x: 1 }, { x: 2 }] }],
    },
    [
      [[{ $project: { a: 1 } }], '{ _id: 1, a: 1 }'],
      [[{ $project: { _id: 0, n: '$a', 'b.c': 1 } }], '{ b: { c: 2 }, n: 1 }'],
      [[{ $project: { 'b.c': 0, l: 0 } }], '{ _id: 1, a: 1, b: { d: 3 } }'],
      [[{ $project: { _id: 0, x: '$l.x' } }], '{ x: [1, 2] }'],
      [[{ $project: { _id: 0, x: ['$a', '$nothing', '$b.c'] } }], '{ x: [1, null, 2] }'],
      [[{ $project: { _id: 0, x: { y: '$a', z: '$nothing' } } }], '{ x: { y: 1 } }'],
      [[{ $project: { _id: 0, x: '$nothing' } }], '{}'],
      [[{ $set: { a: '$b.c', z: 1 } }, { $unset: ['b', 'l'] }], '{ _id: 1, a: 2, z: 1 }'],
      [[{ $set: { 'b.c': 9, 'b.e': 1 } }, { $project: { b: 1, _id: 0 } }], '{ b: { c: 9, d: 3, e: 1 } }'],
      [[{ $set: { b: { e: 1 } } }, { $project: { b: 1, _id: 0 } }], '{ b: { c: 2, d: 3, e: 1 } }'],
      [[{ $set: { 'l.y': 0 } }, { $project: { l: 1, _id: 0 } }], '{ l: [{ x: 1, y: 0 }, { x: 2, y: 0 }] }'],
      [[{ $set: { a: [1, '$a'] } }, { $project: { a: 1 } }], '{ _id: 1, a: [1, 1] }'],
      [[{ $unset: 'b.c' }, { $project: { b: 1, _id: 0 } }], '{ b: { d: 3 } }'],
      [[{ $replaceRoot: { newRoot: '$b' } }], '{ c: 2, d: 3 }'],
      [[{ $replaceWith: { $mergeObjects: ['$b', { c: 7 }] } }], '{ c: 7, d: 3 }'],
      [[{ $count: 'n' }], '{ n: 1 }'],
      [[{ $match: { a: 5 } }, { $count: 'n' }], ''],
      [
        [
          {
            $facet: { n: [{ $count: 'c' }], a: [{ $project: { a: 1, _id: 0 } }], e: [{ $match: { a: 5 } }] },
          },
        ],
        '{ n: [{ c: 1 }], a: [{ a: 1 }], e: [] }',
      ],
      [[{ $match: { a: 5 } }, { $facet: { n: [{ $count: 'c' }] } }], '{ n: [] }'],
      [[{ $unionWith: { coll: 'nothing' } }, { $project: { a: 1 } }], '{ _id: 1, a: 1 }'],
      [[{ $unionWith: { coll: 'nothing', pipeline: [{ $match: {} }] } }, { $count: 'n' }], '{ n: 1 }'],
      [[{ $limit: 0 }], refused(15958, 'the limit must be positive')],
      [[{ $limit: -1 }], refused(5107201, 'invalid argument to $limit stage')],
      [[{ $skip: -1 }], refused(5107200, 'invalid argument to $skip stage')],
      [
        [{ $sort: { a: 2 } }],
        refused(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)'),
      ],
      [[{ $sort: { a: 'x' } }], refused(15974)],
      [[{ $sort: {} }], refused(15976, '$sort stage must have at least one sort key')],
      [[{ $sort: 5 }], refused(15973, 'the $sort key specification must be an object')],
      [[{ $match: 5 }], refused(15959, 'the match filter must be an expression in an object')],
      [[{ $project: {} }], refused(51272, 'projection specification must have at least one field')],
      [[{ $project: { a: 1, b: 0 } }], refused(31254)],
      [[{ $project: { 'a.$': 1 } }], refused(31324)],
      [
        [{ $replaceRoot: { newRoot: '$a' } }],
        refused(40228, "'newRoot' expression must evaluate to an object"),
      ],
      [[{ $count: 5 }], refused(40156, 'the count field must be a non-empty string')],
      [[{ $count: '' }], refused(40157, 'the count field must be a non-empty string')],
      [[{ $count: '$a' }], refused(40158)],
      [[{ $count: 'a.b' }], refused(40160)],
      [[{ $foo: 1 }], refused(40324, "Unrecognized pipeline stage name: '$foo'")],
      [
        [{ $match: {}, $sort: { a: 1 } }],
        refused(40323, 'A pipeline stage specification object must contain exactly one field.'),
      ],
      [[{ $facet: { a: [{ $facet: {} }] } }], refused(40600)],
      [[{ $facet: {} }], refused(40169)],
      [[{ $unset: 5 }], refused(31002)],
      [[{ $out: 'x' }], refused(40324)],
    ],
  ),
];
