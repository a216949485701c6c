import { ObjectId, Timestamp } from 'mongodb';
import { modifications, refused, type Table, updates } from '../table.ts';
import { regex } from '../values.ts';

/** Setting, removing and moving fields; replacements; pipelines; what may not be done. */
export const fieldUpdates: Table[] = [
  updates({ area: 'setting and removing', page: 'reference/operator/update/set' }, [
    [{ a: 1 }, { $set: { b: 2 } }, '{ a: 1, b: 2 }'],
    [{ z: 1 }, { $set: { c: 1, b: 2, a: 3 } }, '{ z: 1, a: 3, b: 2, c: 1 }'],
    [{}, { $set: { x10: 1, x9: 2 } }, '{ x10: 1, x9: 2 }'],
    [{}, { $set: { 'a.10': 1, 'a.9': 2 } }, '{ a: { 9: 2, 10: 1 } }'],
    [{ a: { b: 1 } }, { $set: { 'a.c': 2 } }, '{ a: { b: 1, c: 2 } }'],
    [{}, { $set: { 'a.b.c': 1 } }, '{ a: { b: { c: 1 } } }'],
    [{}, { $set: { 'a.0': 1 } }, '{ a: { 0: 1 } }'],
    [{ a: [1, 2] }, { $set: { 'a.1': 9 } }, '{ a: [1, 9] }'],
    [{ a: [1] }, { $set: { 'a.3': 9 } }, '{ a: [1, null, null, 9] }'],
    [{ a: [] }, { $set: { 'a.0.b': 2 } }, '{ a: [{ b: 2 }] }'],
    [{ a: [{ b: 1 }] }, { $set: { 'a.0.c': 2 } }, '{ a: [{ b: 1, c: 2 }] }'],
    [{ a: [1] }, { $set: { 'a.b': 9 } }, refused(28, "Cannot create field 'b' in element {a: [ 1 ]}")],
    [{ a: 1 }, { $set: { 'a.b': 9 } }, refused(28, "Cannot create field 'b' in element {a: 1}")],
    [{ a: null }, { $set: { 'a.b': 9 } }, refused(28, "Cannot create field 'b' in element {a: null}")],
    [
      { a: { b: 'x' } },
      { $set: { 'a.b.c': 9 } },
      refused(28, 'Cannot create field \'c\' in element {b: "x"}'),
    ],
    [{ a: [] }, { $set: { 'a.1600000': 1 } }, refused(34, "can't backfill more than 1500000 elements")],
    [{ a: 1, b: 2 }, { $unset: { a: '' } }, '{ b: 2 }'],
    [{ a: { b: 1, c: 2 } }, { $unset: { 'a.b': 1 } }, '{ a: { c: 2 } }'],
    [{ a: [1, 2, 3] }, { $unset: { 'a.1': 1 } }, '{ a: [1, null, 3] }'],
    [{ a: [{ b: 1, c: 2 }] }, { $unset: { 'a.0.b': 1 } }, '{ a: [{ c: 2 }] }'],
    [{ a: [1] }, { $unset: { 'a.5': 1 } }, 'unchanged'],
    [{ a: 5 }, { $unset: { 'a.b': 1 } }, 'unchanged'],
    [{ a: 5 }, { $unset: { b: 1 } }, 'unchanged'],
    [{ a: 1 }, { $setOnInsert: { b: 1 } }, 'unchanged'],
    [{ a: 1 }, { $set: { '': 1 } }, refused(56, 'An empty update path is not valid.')],
    [
      { a: 1 },
      { $set: { 'a..b': 1 } },
      refused(56, "The update path 'a..b' contains an empty field name, which is not allowed."),
    ],
    [{ a: 1 }, { $set: { 'a.': 1 } }, refused(56)],
    [{ a: 1 }, { $set: { $a: 1 } }, refused(52, "The dollar ($) prefixed field '$a' in '$a' is not allowed")],
    [{ a: 1 }, { $foo: { a: 1 } }, refused(9, 'Unknown modifier: $foo')],
    [{ a: 1 }, { $set: { a: 2 }, b: 3 }, refused(9, 'Unknown modifier: b')],
    [
      { a: 1 },
      { $set: 3 },
      refused(
        9,
        'Modifiers operate on fields but we found type int instead. For example: {$mod: {<field>: ...}} not {$set: 3}',
      ),
    ],
    [{ a: 1 }, { $currentDate: { a: 'x' } }, refused(2)],
    [{ a: 1 }, { $currentDate: { a: { $type: 'time' } } }, refused(2)],
    [
      { a: 1 },
      { $currentDate: { a: { $kind: 'date' } } },
      refused(2, 'Unrecognized $currentDate option: $kind'),
    ],
  ]),

  updates({ area: 'path conflicts', page: 'reference/operator/update' }, [
    [
      { a: 1 },
      { $set: { a: 1 }, $inc: { a: 1 } },
      refused(40, "Updating the path 'a' would create a conflict at 'a'"),
    ],
    [
      { a: { b: 1 } },
      { $set: { a: {}, 'a.b': 1 } },
      refused(40, "Updating the path 'a.b' would create a conflict at 'a'"),
    ],
    [
      { a: { b: 1 } },
      { $set: { 'a.b': 1 }, $unset: { a: 1 } },
      refused(40, "Updating the path 'a' would create a conflict at 'a'"),
    ],
    [
      { a: 1 },
      { $rename: { a: 'b' }, $set: { b: 1 } },
      refused(40, "Updating the path 'b' would create a conflict at 'b'"),
    ],
    [{ a: 1 }, { $rename: { a: 'b' }, $set: { a: 1 } }, refused(40, "'a'")],
    [{ a: [1, 2] }, { $set: { 'a.0': 1 }, $push: { a: 3 } }, refused(40)],
    [{ a: [1, 2] }, { $push: { a: 3 }, $pull: { a: 1 } }, refused(40)],
    [{ a: [1, 2] }, { $set: { 'a.$[]': 1, 'a.0': 2 } }, refused(40)],
    [
      { a: [1, 2] },
      { $set: { 'a.$': 5, 'a.0': 2 } },
      refused(40, "Update created a conflict at 'a.0'"),
      { filter: { a: 1 } },
    ],
    [{ a: [1, 2] }, { $set: { 'a.$': 5, 'a.1': 7 } }, '{ a: [5, 7] }', { filter: { a: 1 } }],
    [{ a: { b: 1, c: 2 } }, { $set: { 'a.b': 3 }, $inc: { 'a.c': 1 } }, '{ a: { b: 3, c: 3 } }'],
    [{ a: { b: 1 } }, { $unset: { 'a.b': 1 }, $set: { 'a.bc': 1 } }, '{ a: { bc: 1 } }'],
  ]),

  updates({ area: 'the immutable _id', page: 'reference/method/db.collection.updateOne' }, [
    [
      { a: 1 },
      { $set: { _id: 2 } },
      refused(66, "Performing an update on the path '_id' would modify the immutable field '_id'"),
    ],
    [{ a: 1 }, { $set: { _id: 1, a: 2 } }, '{ a: 2 }'],
    [{ a: 1 }, { $unset: { _id: 1 } }, refused(66)],
    [{ a: 1 }, { $inc: { _id: 1 } }, refused(66)],
    [{ a: 1 }, { $rename: { _id: 'b' } }, refused(66)],
    [{ a: 1 }, { $rename: { a: '_id' } }, refused(66)],
    [
      { a: 1 },
      { _id: 2, a: 1 },
      refused(
        66,
        "After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
      ),
    ],
    [
      { a: 1 },
      [{ $set: { _id: 2 } }],
      refused(66, "the (immutable) field '_id' was found to have been altered"),
    ],
  ]),

  updates({ area: '$rename', page: 'reference/operator/update/rename' }, [
    [{ a: 1, b: 2 }, { $rename: { a: 'c' } }, '{ b: 2, c: 1 }'],
    [{ a: 1, b: 2, c: 3 }, { $rename: { a: 'b' } }, '{ b: 1, c: 3 }'],
    [{ a: { b: 1 } }, { $rename: { 'a.b': 'c.d' } }, '{ a: {}, c: { d: 1 } }'],
    [{ a: { b: 1, x: 2 } }, { $rename: { 'a.b': 'a.c' } }, '{ a: { x: 2, c: 1 } }'],
    [{ a: 1 }, { $rename: { x: 'y' } }, 'unchanged'],
    [{ a: 1, b: 2 }, { $rename: { a: 'x', b: 'y' } }, '{ x: 1, y: 2 }'],
    [
      { a: 1 },
      { $rename: { a: 'a' } },
      refused(2, 'The source and target field for $rename must differ: a: "a"'),
    ],
    [
      { a: 1 },
      { $rename: { a: 'a.b' } },
      refused(2, 'The source and target field for $rename must not be on the same path: a: "a.b"'),
    ],
    [{ a: 1 }, { $rename: { a: 5 } }, refused(2, "The 'to' field for $rename must be a string: a: 5")],
    [
      { a: [{ b: 1 }] },
      { $rename: { 'a.0.b': 'c' } },
      refused(2, 'The source field cannot be an array element'),
    ],
    [
      { a: 1, b: [{}] },
      { $rename: { a: 'b.0.c' } },
      refused(2, 'The destination field cannot be an array element'),
    ],
    [
      { a: 1 },
      { $rename: { 'a.$': 'b' } },
      refused(2, 'The source field for $rename may not be dynamic: a.$'),
    ],
    [{ a: 1 }, { $rename: { '': 'b' } }, refused(56)],
  ]),

  updates({ area: 'replacement', page: 'reference/method/db.collection.replaceOne' }, [
    [{ a: 1, b: 2 }, { c: 3 }, '{ c: 3 }'],
    [{ a: 1, b: 2 }, {}, '{}'],
    [{ a: 1 }, { b: 1, _id: 1, a: 2 }, '{ b: 1, a: 2 }'],
    [{ a: 1 }, { _id: 1, a: 1 }, 'unchanged'],
    [{ a: 1 }, { a: 1 }, '{ a: 1 }'],
    [{ a: 1 }, [{ $unset: '_id' }], '{ a: 1 }'],
    [{ a: 1 }, { a: { $b: 1 } }, '{ a: { $b: 1 } }'],
    [{ a: 1 }, { 'a.b': 1 }, '{ a.b: 1 }'],
  ]),

  updates({ area: 'pipeline updates', page: 'tutorial/update-documents-with-aggregation-pipeline' }, [
    [{ a: 1, b: 2 }, [{ $set: { c: { $add: ['$a', '$b'] } } }], '{ a: 1, b: 2, c: 3 }'],
    [{ a: 1, b: 2 }, [{ $set: { a: '$b', b: '$a' } }], '{ a: 2, b: 1 }'],
    [{ a: 1, b: 2 }, [{ $unset: ['a', 'c'] }], '{ b: 2 }'],
    [{ a: 1, b: 2 }, [{ $project: { b: 1 } }], '{ b: 2 }'],
    [{ a: 1, b: 2 }, [{ $replaceWith: { x: '$a' } }], '{ x: 1 }'],
    [
      { a: 1, b: 2 },
      [{ $replaceRoot: { newRoot: { $mergeObjects: [{ z: 0 }, '$$ROOT'] } } }],
      '{ z: 0, a: 1, b: 2 }',
    ],
    [{ a: 1 }, [{ $addFields: { a: '$$REMOVE' } }], '{}'],
    [{ a: 1 }, [{ $set: { a: 1 } }], 'unchanged'],
    [{ a: 1 }, [{ $set: { a: { $literal: '$b' } } }], '{ a: "$b" }'],
    [{ t: [1, 2] }, [{ $set: { 't.x': 1 } }], '{ t: [{ x: 1 }, { x: 1 }] }'],
    [{ a: 1 }, [{ $set: { a: '$$v' } }], '{ a: 7 }', { let: { v: 7 } } as never],
    [{ a: 1 }, [{ $match: { a: 1 } }], refused(72, '$match is not allowed to be used within an update')],
    [{ a: 1 }, [{ $foo: 1 }], refused(40324, "Unrecognized pipeline stage name: '$foo'")],
    [
      { a: 1 },
      [{ $set: { a: 5 } }],
      refused(9, 'arrayFilters may not be specified for pipeline-style updates'),
      { arrayFilters: [{ x: 1 }] },
    ],
    [
      { a: 'x' },
      [{ $set: { a: { $add: ['$a', 1] } } }],
      refused(14, '$add only supports numeric or date types, not string'),
    ],
  ]),

  modifications({ area: 'findAndModify', page: 'reference/command/findAndModify' }, [
    [{ a: 1 }, { $inc: { a: 1 } }, '{ _id: 1, a: 1 }'],
    [{ a: 1 }, { $inc: { a: 1 } }, '{ _id: 1, a: 2 }', { returnDocument: 'after' }],
    [
      { a: 1, b: 2 },
      { $inc: { a: 1 } },
      '{ a: 2 }',
      { returnDocument: 'after', projection: { a: 1, _id: 0 } },
    ],
    [
      { a: [1, 2, 3] },
      { $set: { 'a.$': 9 } },
      '{ _id: 1, a: [1, 9, 3] }',
      { filter: { a: 2 }, returnDocument: 'after' },
    ],
    [{ a: 1 }, { $set: { a: 2 } }, 'null', { filter: { a: 5 } }],
    [{ a: 1 }, { $set: { b: 2 } }, 'null', { filter: { a: 5 }, upsert: true }],
    [
      { a: 1 },
      { $set: { b: 2 } },
      '{ _id: 7, a: 5, b: 2 }',
      { filter: { a: 5, _id: 7 as never }, upsert: true, returnDocument: 'after' },
    ],
    [
      { a: 'x' },
      { $set: { b: 2 } },
      '{ _id: 1, a: "x", b: 2 }',
      { filter: { a: 'X' }, collation: { locale: 'en', strength: 2 }, returnDocument: 'after' },
    ],
    [{ a: 'x' }, { $inc: { a: 2 } }, refused(14)],
    [{ a: 1 }, { $set: { _id: 2 } }, refused(66)],
  ]),

  updates({ area: 'values that fields may have', page: 'reference/limits' }, [
    [{}, { $set: { a: regex('^a', 'i') } }, '{ a: /^a/i }'],
    [{}, { $set: { a: new Timestamp({ t: 1, i: 2 }) } }, '{ a: Timestamp(4294967298) }'],
    [
      {},
      { $set: { a: new ObjectId('65b000000000000000000000') } },
      '{ a: ObjectId(65b000000000000000000000) }',
    ],
    [{}, { $set: { a: { 'b.c': 1, $d: 2 } } }, '{ a: { b.c: 1, $d: 2 } }'],
    [{}, { $set: { a: [[1, [2]], {}] } }, '{ a: [[1, [2]], {}] }'],
  ]),
];
