import { distincts, filters, pipelines, questions, refused, sorts, type Table, updates } from '../table.ts';

const first = { locale: 'en', strength: 1 };
const second = { locale: 'en', strength: 2 };
const third = { locale: 'en' };
const names = [
  { _id: 1, n: 'jose', t: ['Red', 'x'] },
  { _id: 2, n: 'José', t: [] },
  { _id: 3, n: 'JOSE', t: 'red' },
  { _id: 4, n: 'josé', o: { k: 'RED' } },
  { _id: 5, n: 'Zoe', t: ['blue'] },
  { _id: 6, n: 'apple', t: ['réd'] },
  { _id: 7, n: 5 },
  { _id: 8 },
  { _id: 9, n: 'item10' },
  { _id: 10, n: 'item9' },
];

/** Comparing texts by the rules of a language. */
export const collations: Table[] = [
  filters({ area: 'collation', page: 'reference/collation (queries)', documents: names }, [
    [{ n: 'jose' }, [1]],
    [{ n: 'jose' }, [1], { collation: { locale: 'simple' } }],
    [{ n: 'jose' }, [1], { collation: third }],
    [{ n: 'JOSÉ' }, [2, 4], { collation: second }],
    [{ n: 'JOSÉ' }, [1, 2, 3, 4], { collation: first }],
    [{ n: 'jose' }, [1, 3], { collation: second }],
    [{ n: { $ne: 'jose' } }, [2, 4, 5, 6, 7, 8, 9, 10], { collation: second }],
    [{ n: { $in: ['JOSE', 'zoe', 5] } }, [1, 3, 5, 7], { collation: second }],
    [{ n: { $nin: ['JOSE', 'zoe'] } }, [6, 7, 8, 9, 10], { collation: first }],
    [{ $or: [{ n: 'ZOE' }, { n: 'APPLE' }] }, [5, 6], { collation: second }],
    [{ n: { $gt: 'b', $lt: 'K' } }, [1, 2, 3, 4, 9, 10], { collation: second }],
    [{ n: { $gt: 'b', $lt: 'K' } }, []],
    [{ n: { $gte: 'JOSE', $lte: 'JOSE' } }, [1, 3], { collation: second }],
    [{ t: 'RED' }, [1, 3], { collation: second }],
    [{ t: 'RED' }, [1, 3, 6], { collation: first }],
    [{ t: ['red', 'X'] }, [1], { collation: second }],
    [{ t: { $all: ['X', 'rED'] } }, [1], { collation: second }],
    [{ t: { $elemMatch: { $eq: 'RED' } } }, [1], { collation: second }],
    [{ o: { k: 'red' } }, [4], { collation: second }],
    [{ n: /^jose/ }, [1], { collation: second }],
    [{ n: 5 }, [7], { collation: first }],
    [{ $expr: { $eq: ['$n', 'JOSE'] } }, [1, 3], { collation: second }],
    [{ $expr: { $in: ['RED', { $cond: [{ $isArray: '$t' }, '$t', []] }] } }, [1], { collation: second }],
    [{ n: { $gt: 'item9', $lt: 'item99' } }, [9], { collation: { ...third, numericOrdering: true } }],
    [{ n: { $lt: 'item9', $gt: 'item0' } }, [9], { collation: third }],
    [{ n: 'JOSÉ' }, [3], { collation: { ...first, caseLevel: true } }],
    [{ n: 'a' }, refused(40414), { collation: { strength: 2 } as never }],
    [{ n: 'a' }, refused(40415), { collation: { ...second, foo: 1 } as never }],
    [{ n: 'a' }, refused(2, "Field 'locale' is invalid in"), { collation: { locale: 'xx' } }],
    [{ n: 'a' }, refused(51024), { collation: { locale: 'en', strength: 6 } }],
    [{ n: 'a' }, refused(51024), { collation: { locale: 'en', strength: 0 } }],
    [{ n: 'a' }, refused(2), { collation: { ...second, caseFirst: 'upper' } }],
    [{ n: 'a' }, refused(2), { collation: { ...third, caseFirst: 'first' } }],
    [{ n: 'a' }, refused(2), { collation: { ...third, alternate: 'other' } }],
    [{ n: 'a' }, refused(238), { collation: { ...second, caseLevel: true } }],
    [{ n: 'a' }, refused(238), { collation: { locale: 'en', strength: 4 } }],
    [{ n: 'a' }, refused(238), { collation: { ...third, backwards: true } }],
  ]),

  sorts({ area: 'collation', page: 'reference/collation (sort)', documents: names }, [
    [{ n: 1 }, [8, 7, 3, 2, 5, 6, 9, 10, 1, 4]],
    [{ n: 1 }, [8, 7, 6, 9, 10, 1, 3, 4, 2, 5], { collation: third }],
    [{ n: 1 }, [8, 7, 6, 9, 10, 1, 3, 2, 4, 5], { collation: second }],
    [{ n: 1 }, [8, 7, 6, 9, 10, 1, 2, 3, 4, 5], { collation: first }],
    [{ n: -1 }, [5, 2, 4, 1, 3, 10, 9, 6, 7, 8], { collation: second }],
    [{ n: 1, _id: -1 }, [8, 7, 6, 9, 10, 4, 3, 2, 1, 5], { collation: first }],
    [{ n: 1 }, [8, 7, 6, 10, 9, 1, 3, 2, 4, 5], { collation: { ...second, numericOrdering: true } }],
    [{ n: 1 }, [8, 7, 6], { collation: second, limit: 3 }],
  ]),

  distincts(
    { area: 'collation', page: 'reference/method/db.collection.distinct (collation)', documents: names },
    [
      ['n', '["jose", "José", "Zoe", "apple", 5, "item10", "item9"]', {}, { collation: second }],
      ['n', '["jose", "Zoe", "apple", 5, "item10", "item9"]', {}, { collation: first }],
      ['t', '["Red", "x", "blue"]', {}, { collation: first }],
      ['n', '["JOSE"]', { n: 'JOSE' }, { collation: { ...third, strength: 3 } as never }],
    ],
  ),

  pipelines({ area: 'collation', page: 'reference/collation (aggregation)', documents: names }, [
    [
      [{ $match: { n: 'JOSE' } }, { $project: { n: 1 } }],
      '{ _id: 1, n: "jose" } { _id: 3, n: "JOSE" }',
      { collation: second },
    ],
    [
      [
        { $match: { n: { $type: 'string' } } },
        { $group: { _id: '$n', c: { $sum: 1 } } },
        { $sort: { c: -1, _id: 1 } },
        { $limit: 2 },
      ],
      '{ _id: "jose", c: 4 } { _id: "apple", c: 1 }',
      { collation: first },
    ],
    [
      [
        { $match: { _id: { $lte: 6 } } },
        { $sort: { n: 1 } },
        { $group: { _id: null, all: { $push: '$_id' } } },
      ],
      '{ _id: null, all: [6, 1, 3, 2, 4, 5] }',
      { collation: second },
    ],
    [
      [
        {
          $group: {
            _id: null,
            lo: { $min: '$t' },
            set: { $addToSet: { $cond: [{ $eq: ['$n', 'JOSE'] }, 'yes', 'YES'] } },
          },
        },
        { $project: { set: 1 } },
      ],
      '{ _id: null, set: ["yes"] }',
      { collation: second },
    ],
    [
      [
        { $match: { _id: 1 } },
        { $project: { r: { $cmp: ['$n', 'JOSE'] }, i: { $indexOfArray: ['$t', 'red'] } } },
      ],
      '{ _id: 1, r: 0, i: 0 }',
      { collation: second },
    ],
    [
      [{ $sortByCount: { $ifNull: [{ $toLower: '$n' }, ''] } }, { $limit: 1 }],
      '{ _id: "jose", count: 4 }',
      { collation: first },
    ],
  ]),

  updates({ area: 'collation', page: 'reference/method/db.collection.updateOne (collation)' }, [
    [{ n: 'José' }, { $set: { b: 1 } }, '{ n: "José", b: 1 }', { filter: { n: 'JOSÉ' }, collation: second }],
    [{ n: 'José' }, { $set: { b: 1 } }, 'not found', { filter: { n: 'JOSE' }, collation: second }],
    [{ n: 'José' }, { $set: { b: 1 } }, '{ n: "José", b: 1 }', { filter: { n: 'jose' }, collation: first }],
    [
      { n: ['a', 'B'] },
      { $set: { 'n.$': 'c' } },
      '{ n: ["a", "c"] }',
      { filter: { n: 'b' }, collation: second },
    ],
    [{ n: ['a', 'B'] }, { $pull: { n: 'b' } }, '{ n: ["a"] }', { collation: second }],
    [{ n: ['a', 'B'] }, { $pullAll: { n: ['b'] } }, '{ n: ["a"] }', { collation: second }],
    [
      { n: ['a', 'B'] },
      { $addToSet: { n: { $each: ['A', 'c'] } } },
      '{ n: ["a", "B", "c"] }',
      { collation: second },
    ],
    [
      { n: ['b', 'A'] },
      { $push: { n: { $each: ['a', 'B'], $sort: 1 } } },
      '{ n: ["A", "a", "b", "B"] }',
      { collation: second },
    ],
    [{ n: ['b', 'A'] }, { $push: { n: { $each: ['a', 'B'], $sort: 1 } } }, '{ n: ["A", "B", "a", "b"] }'],
    [{ n: 'a' }, { $set: { n: 'A' } }, '{ n: "A" }', { collation: second }],
    [{ n: 'a' }, [{ $set: { b: { $eq: ['$n', 'A'] } } }], '{ n: "a", b: true }', { collation: second }],
  ]),

  questions({ area: 'collation', page: 'reference/collation (operations)' }, names, [
    [
      'countDocuments',
      2,
      async (all) => Number(await all.countDocuments({ n: 'jose' }, { collation: second })),
    ],
    ['count by the command', 4, async (all) => Number(await all.count({ n: 'jose' }, { collation: first }))],
    [
      'deleteOne',
      1,
      async (all) => Number((await all.deleteOne({ n: 'zoe' }, { collation: second })).deletedCount),
    ],
    [
      'deleteMany',
      4,
      async (all) => Number((await all.deleteMany({ n: 'jose' }, { collation: first })).deletedCount),
    ],
    [
      'updateMany',
      2,
      async (all) =>
        Number(
          (await all.updateMany({ n: 'JOSÉ' }, { $set: { b: 1 } }, { collation: second })).modifiedCount,
        ),
    ],
    [
      'findOneAndDelete',
      6,
      async (all) => Number((await all.findOneAndDelete({ n: 'APPLE' }, { collation: second }))?._id),
    ],
    [
      'findOneAndUpdate in an order',
      4,
      async (all) =>
        Number(
          (
            await all.findOneAndUpdate(
              { n: 'JOSÉ' },
              { $set: { b: 1 } },
              { sort: { n: -1, _id: -1 }, collation: second },
            )
          )?._id,
        ),
    ],
    [
      'a hint at an index',
      '1 3',
      async (all) => {
        await all.createIndex({ n: 1 });
        const found = await all.find({ n: 'jose' }, { hint: { n: 1 }, collation: second }).toArray();
        return found
          .map((each) => Number(each._id))
          .sort()
          .join(' ');
      },
    ],
    [
      'a hint at an index, sorted',
      '2 4 1 3',
      async (all) => {
        await all.createIndex({ n: 1 });
        const options = { hint: 'n_1', sort: { n: -1, _id: 1 }, collation: second } as const;
        const found = await all.find({ n: { $in: ['jose', 'JOSÉ'] } }, options).toArray();
        return found.map((each) => Number(each._id)).join(' ');
      },
    ],
    [
      'an index beside',
      2,
      async (all) => {
        await all.createIndex({ n: 1 });
        return Number(await all.countDocuments({ n: 'JOSE' }, { collation: second }));
      },
    ],
    [
      'an index with a collation is refused',
      refused(238),
      (all) => all.createIndex({ t: 1 }, { collation: second }),
    ],
    [
      'statements with collations of their own',
      3,
      async (all) => {
        await all.bulkWrite([
          { updateOne: { filter: { n: 'ZOE' }, update: { $set: { b: 1 } }, collation: second } },
          { updateOne: { filter: { n: 'ZOE' }, update: { $set: { b: 2 } } } },
          { updateMany: { filter: { n: 'jOSE' }, update: { $set: { b: 3 } }, collation: second } },
        ]);
        return Number(await all.countDocuments({ b: { $in: [1, 3] } }));
      },
    ],
  ]),
];
