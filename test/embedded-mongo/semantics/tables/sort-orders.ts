import { refused, sorts, type Table } from '../table.ts';
import { decimal, double, long } from '../values.ts';

/** Sorting arrays, mixed types, ties and missing fields. */
export const sortOrders: Table[] = [
  sorts(
    {
      area: 'sort',
      page: 'reference/method/cursor.sort',
      documents: [
        { _id: 1, a: [5, 1], b: 1, o: { x: 2 } },
        { _id: 2, a: 3, b: 2, o: { x: 1 } },
        { _id: 3, b: 2, o: [{ x: 0 }, { x: 9 }] },
        { _id: 4, a: [], b: 1 },
        { _id: 5, a: null, b: 3, o: {} },
        { _id: 6, a: [2, 9], b: 1, o: { x: [3, -1] } },
        { _id: 7, a: 'x', b: 2, o: 1 },
        { _id: 8, a: [[7], 0], b: 3, o: { x: null } },
        { _id: 9, a: [null, 4], b: 3, o: { x: 'y' } },
      ],
    },
    [
      [{ a: 1 }, [4, 3, 5, 9, 8, 1, 6, 2, 7]],
      [{ a: -1 }, [8, 7, 6, 1, 9, 2, 3, 5, 4]],
      [{ b: 1, _id: -1 }, [6, 4, 1, 7, 3, 2, 9, 8, 5]],
      [{ b: -1 }, [5, 8, 9, 2, 3, 7, 1, 4, 6]],
      [{ b: 1, a: 1 }, [4, 1, 6, 3, 2, 7, 5, 9, 8]],
      [{ b: 1, a: -1 }, [6, 1, 4, 7, 2, 3, 8, 9, 5]],
      [{ 'o.x': 1 }, [4, 5, 7, 8, 6, 3, 2, 1, 9]],
      [{ 'o.x': -1 }, [9, 3, 6, 1, 2, 4, 5, 7, 8]],
      [{ 'a.0': 1 }, [2, 3, 4, 5, 7, 9, 6, 1, 8]],
      [{ nothing: 1 }, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
      [{ nothing: 1, _id: -1 }, [9, 8, 7, 6, 5, 4, 3, 2, 1]],
      [{ a: 1 }, [1, 6, 2], { filter: { a: { $gte: 0 }, b: { $lt: 3 } } }],
      [{ a: 1 }, [3, 5], { skip: 1, limit: 2 }],
      [{ a: 1 }, [4, 3], { limit: 2 }],
      [{ _id: -1 }, [9, 8], { limit: 2 }],
      [{ a: 'asc' }, [4, 3, 5, 9, 8, 1, 6, 2, 7]],
      [{ 'a.': 1 }, refused(40353)],
      [{ 'a..b': 1 }, refused(15998)],
      [{ $a: 1 }, refused(16410)],
      [{ a: 1, 'o.x': 1 }, refused(2, 'cannot sort with keys that are parallel arrays')],
    ],
  ),

  sorts(
    {
      area: 'sort',
      page: 'reference/bson-type-comparison-order#numeric-types',
      documents: [
        { _id: 1, n: 10 },
        { _id: 2, n: double(9.5) },
        { _id: 3, n: long(9007199254740993n) },
        { _id: 4, n: double(9007199254740992) },
        { _id: 5, n: decimal('9007199254740992.5') },
        { _id: 6, n: Number.NaN },
        { _id: 7, n: decimal('NaN') },
        { _id: 8, n: Number.NEGATIVE_INFINITY },
        { _id: 9, n: decimal('Infinity') },
        { _id: 10, n: double(-0) },
        { _id: 11, n: 0 },
        { _id: 12, n: decimal('0.1') },
        { _id: 13, n: double(0.1) },
      ],
    },
    [
      [{ n: 1 }, [6, 7, 8, 10, 11, 12, 13, 2, 1, 4, 5, 3, 9]],
      [{ n: -1 }, [9, 3, 5, 4, 1, 2, 13, 12, 10, 11, 8, 6, 7]],
      [{ n: 1, _id: -1 }, [7, 6, 8, 11, 10, 12, 13, 2, 1, 4, 5, 3, 9]],
    ],
  ),
];
