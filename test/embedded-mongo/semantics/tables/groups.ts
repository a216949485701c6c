import { pipelines, refused, type Table } from '../table.ts';
import { decimal, double, long } from '../values.ts';

const sales = [
  { _id: 1, k: 1, n: 5, t: ['a', 'b'], s: 'x' },
  { _id: 2, k: long(1), n: long(7), t: [], s: 'X' },
  { _id: 3, k: double(1), n: double(1.5), t: null },
  { _id: 4, k: null, n: 'text', t: 'c' },
  { _id: 5, n: null, t: ['a'] },
  { _id: 6, k: [1], n: 3 },
  { _id: 7, k: 1.5, n: decimal('2.50'), t: [['d'], { e: 1 }] },
];

/** `$group`: its keys, its accumulators. */
export const groups: Table[] = [
  pipelines({ area: '$group', page: 'reference/operator/aggregation/group', documents: sales }, [
    [
      [{ $group: { _id: '$k', c: { $sum: 1 } } }, { $sort: { c: -1, _id: 1 } }],
      '{ _id: 1, c: 3 } { _id: null, c: 2 } { _id: [1], c: 1 } { _id: 1.5, c: 1 }',
    ],
    [[{ $group: { _id: null, s: { $sum: '$n' } } }], '{ _id: null, s: 19.00m }'],
    [
      [{ $match: { _id: { $lt: 3 } } }, { $group: { _id: null, s: { $sum: '$n' } } }],
      '{ _id: null, s: 12L }',
    ],
    [
      [{ $match: { _id: { $lt: 4 } } }, { $group: { _id: null, s: { $sum: '$n' } } }],
      '{ _id: null, s: 13.5 }',
    ],
    [[{ $match: { _id: 1 } }, { $group: { _id: null, s: { $sum: '$n' } } }], '{ _id: null, s: 5 }'],
    [
      [{ $match: { _id: { $in: [4, 5] } } }, { $group: { _id: null, s: { $sum: '$n' }, a: { $avg: '$n' } } }],
      '{ _id: null, s: 0, a: null }',
    ],
    [
      [{ $match: { _id: { $in: [1, 2, 5] } } }, { $group: { _id: null, a: { $avg: '$n' } } }],
      '{ _id: null, a: 6.0 }',
    ],
    [
      [{ $group: { _id: null, lo: { $min: '$n' }, hi: { $max: '$n' } } }],
      '{ _id: null, lo: 1.5, hi: "text" }',
    ],
    [
      [
        { $match: { _id: { $in: [4, 5] } } },
        { $group: { _id: null, lo: { $min: '$k' }, hi: { $max: '$k' } } },
      ],
      '{ _id: null, lo: null, hi: null }',
    ],
    [[{ $group: { _id: null, f: { $first: '$s' }, l: { $last: '$s' } } }], '{ _id: null, f: "x", l: null }'],
    [[{ $group: { _id: null, p: { $push: '$s' } } }], '{ _id: null, p: ["x", "X"] }'],
    [
      [{ $group: { _id: null, p: { $push: { $ifNull: ['$s', '-'] } } } }],
      '{ _id: null, p: ["x", "X", "-", "-", "-", "-", "-"] }',
    ],
    [
      [{ $match: { _id: { $lt: 4 } } }, { $group: { _id: null, a: { $addToSet: '$k' } } }],
      '{ _id: null, a: [1] }',
    ],
    [
      [{ $group: { _id: { k: '$k' }, c: { $count: {} } } }, { $sort: { c: -1, _id: 1 } }],
      '{ _id: { k: 1 }, c: 3 } { _id: {}, c: 1 } { _id: { k: null }, c: 1 } { _id: { k: 1.5 }, c: 1 } { _id: { k: [1] }, c: 1 }',
    ],
    [
      [{ $group: { _id: { $type: '$k' } } }, { $sort: { _id: 1 } }],
      '{ _id: "array" } { _id: "double" } { _id: "int" } { _id: "long" } { _id: "missing" } { _id: "null" }',
    ],
    [
      [{ $group: { _id: '$t' } }, { $sort: { _id: 1 } }],
      '{ _id: [] } { _id: null } { _id: ["a", "b"] } { _id: ["a"] } { _id: "c" } { _id: [["d"], { e: 1 }] }',
    ],
    [
      [{ $match: { s: { $exists: true } } }, { $group: { _id: '$s', c: { $sum: 1 } } }],
      '{ _id: "x", c: 2 }',
      { collation: { locale: 'en', strength: 2 } },
    ],
    [[{ $group: { _id: 5, c: { $sum: 2 } } }], '{ _id: 5, c: 14 }'],
    [[{ $match: { _id: 99 } }, { $group: { _id: null, c: { $sum: 1 } } }], ''],
    [[{ $group: { _id: null, o: { $mergeObjects: { v: '$s' } } } }], '{ _id: null, o: { v: "X" } }'],
    [
      [
        { $match: { _id: { $lte: 3 } } },
        { $group: { _id: null, d: { $stdDevPop: '$_id' }, e: { $stdDevSamp: '$_id' } } },
      ],
      '{ _id: null, d: 0.816496580927726, e: 1.0 }',
    ],
    [
      [
        {
          $group: {
            _id: null,
            t: { $topN: { n: 2, sortBy: { _id: -1 }, output: '$_id' } },
            b: { $bottom: { sortBy: { _id: -1 }, output: '$_id' } },
          },
        },
      ],
      '{ _id: null, t: [7, 6], b: 1 }',
    ],
    [
      [
        {
          $group: {
            _id: null,
            f: { $firstN: { n: 2, input: '$_id' } },
            m: { $maxN: { n: 2, input: '$_id' } },
          },
        },
      ],
      '{ _id: null, f: [1, 2], m: [7, 6] }',
    ],
    [[{ $sortByCount: '$k' }, { $limit: 1 }], '{ _id: 1, count: 3 }'],
    [[{ $group: { c: { $sum: 1 } } }], refused(15955, 'a group specification must include an _id')],
    [[{ $group: 5 }], refused(15947, "a group's fields must be specified in an object")],
    [
      [{ $group: { _id: null, 'a.b': { $sum: 1 } } }],
      refused(40235, "The field name 'a.b' cannot contain '.'"),
    ],
    [[{ $group: { _id: null, a: 5 } }], refused(40234, "The field 'a' must be an accumulator object")],
    [[{ $group: { _id: null, a: { $foo: 1 } } }], refused(15952, "unknown group operator '$foo'")],
    [
      [{ $group: { _id: null, a: { $sum: 1, $avg: 1 } } }],
      refused(40238, "The field 'a' must specify one accumulator"),
    ],
    [
      [{ $group: { _id: null, a: { $sum: [1, 2] } } }],
      refused(40237, 'The $sum accumulator is a unary operator'),
    ],
    [
      [{ $group: { _id: null, $a: { $sum: 1 } } }],
      refused(40236, "The field name '$a' cannot be an operator name"),
    ],
  ]),
];
