import { describe, expect, it } from 'vitest';
import { compilePipeline, runPipeline } from '../../../src/embedded-mongo/aggregate/compile-pipeline.ts';
import { splitPrefix } from '../../../src/embedded-mongo/aggregate/split-prefix.ts';
import type { PipelineContext } from '../../../src/embedded-mongo/aggregate/stage.ts';
import { compileCollation } from '../../../src/embedded-mongo/bson/collation.ts';
import type { BsonDocument } from '../../../src/embedded-mongo/bson/value.ts';
import { compileFilter } from '../../../src/embedded-mongo/query/compile-filter.ts';
import { doc, docs, double, long, refusal, shown } from '../bson/documents.ts';

const collections: Record<string, BsonDocument[]> = {
  orders: docs(
    { _id: 1, item: 'a', n: 2 },
    { _id: 2, item: 'b', n: 1 },
    { _id: 3, item: ['a', 'c'], n: 5 },
    { _id: 4, n: 7 },
    { _id: 5, item: null, n: 8 },
  ),
};

const context = (options: Partial<PipelineContext> = {}): PipelineContext => ({
  readCollection: (name, filter) => {
    const documents = collections[name] ?? [];
    return filter ? documents.filter((document) => compileFilter(filter)(document)) : documents;
  },
  ...options,
});

const run = (documents: object[], stages: object[], options?: Partial<PipelineContext>) =>
  [...runPipeline(compilePipeline(docs(...stages), context(options)), docs(...documents))]
    .map(shown)
    .join(' ');

const numbers = [
  { _id: 1, g: 'x', n: 1 },
  { _id: 2, g: 'y', n: 5 },
  { _id: 3, g: 'x', n: 3 },
];

describe('stages', () => {
  it.each<[string, object[], object[], string]>([
    ['$match', numbers, [{ $match: { n: { $gt: 2 } } }], '{ _id: 2, g: "y", n: 5 } { _id: 3, g: "x", n: 3 }'],
    [
      '$sort, $skip, $limit',
      numbers,
      [{ $sort: { n: -1 } }, { $skip: 1 }, { $limit: 1 }],
      '{ _id: 3, g: "x", n: 3 }',
    ],
    ['$count', numbers, [{ $count: 'c' }], '{ c: 3 }'],
    ['$count of nothing', [], [{ $count: 'c' }], ''],
    ['$project inclusion', numbers.slice(0, 1), [{ $project: { n: 1 } }], '{ _id: 1, n: 1 }'],
    ['$project exclusion', numbers.slice(0, 1), [{ $project: { n: 0 } }], '{ _id: 1, g: "x" }'],
    [
      '$project computed fields come last',
      numbers.slice(0, 1),
      [{ $project: { x: '$n', g: 1, _id: 0 } }],
      '{ g: "x", x: 1 }',
    ],
    [
      '$project of a new object',
      numbers.slice(0, 1),
      [{ $project: { o: { a: '$n', b: { $add: ['$n', 1] } } } }],
      '{ _id: 1, o: { a: 1, b: 2 } }',
    ],
    ['$set keeps places', numbers.slice(0, 1), [{ $set: { g: 1, z: 2 } }], '{ _id: 1, g: 1, n: 1, z: 2 }'],
    [
      '$set by dotted path',
      [{ _id: 1, a: { b: 1 } }],
      [{ $set: { 'a.c': 2 } }],
      '{ _id: 1, a: { b: 1, c: 2 } }',
    ],
    [
      '$set of a document is a path into it',
      [{ _id: 1, a: { b: 1 } }],
      [{ $set: { a: { c: 2 } } }],
      '{ _id: 1, a: { b: 1, c: 2 } }',
    ],
    [
      '$set in every element of an array',
      [{ _id: 1, a: [{ b: 1 }, 5] }],
      [{ $set: { 'a.c': 2 } }],
      '{ _id: 1, a: [{ b: 1, c: 2 }, { c: 2 }] }',
    ],
    ['$set of $$REMOVE', [{ _id: 1, a: 1 }], [{ $set: { a: '$$REMOVE' } }], '{ _id: 1 }'],
    ['$unset', [{ _id: 1, a: { b: 1, c: 2 }, d: 1 }], [{ $unset: ['a.b', 'd'] }], '{ _id: 1, a: { c: 2 } }'],
    ['$replaceRoot', [{ _id: 1, a: { b: 1 } }], [{ $replaceRoot: { newRoot: '$a' } }], '{ b: 1 }'],
    [
      '$replaceWith',
      [{ _id: 1, a: { b: 1 } }],
      [{ $replaceWith: { $mergeObjects: ['$a', { c: 2 }] } }],
      '{ b: 1, c: 2 }',
    ],
    [
      '$unwind',
      [{ _id: 1, a: [1, 2] }, { _id: 2, a: [] }, { _id: 3 }, { _id: 4, a: null }, { _id: 5, a: 7 }],
      [{ $unwind: '$a' }],
      '{ _id: 1, a: 1 } { _id: 1, a: 2 } { _id: 5, a: 7 }',
    ],
    [
      '$unwind keeping the empty',
      [{ _id: 1, a: [1] }, { _id: 2, a: [] }, { _id: 3 }, { _id: 4, a: null }],
      [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } }],
      '{ _id: 1, a: 1, i: 0L } { _id: 2, i: null } { _id: 3, i: null } { _id: 4, a: null, i: null }',
    ],
    [
      '$unwind of an inner field',
      [{ _id: 1, a: { b: [1, 2], c: 3 } }],
      [{ $unwind: '$a.b' }],
      '{ _id: 1, a: { b: 1, c: 3 } } { _id: 1, a: { b: 2, c: 3 } }',
    ],
    [
      '$sortByCount',
      [{ t: 'a' }, { t: 'b' }, { t: 'b' }],
      [{ $sortByCount: '$t' }],
      '{ _id: "b", count: 2 } { _id: "a", count: 1 }',
    ],
    [
      '$facet',
      numbers,
      [{ $facet: { a: [{ $count: 'c' }], b: [{ $match: { n: 5 } }, { $project: { n: 1 } }] } }],
      '{ a: [{ c: 3 }], b: [{ _id: 2, n: 5 }] }',
    ],
    [
      '$unionWith',
      [{ _id: 0 }],
      [{ $unionWith: { coll: 'orders', pipeline: [{ $match: { n: 1 } }, { $project: { n: 1 } }] } }],
      '{ _id: 0 } { _id: 2, n: 1 }',
    ],
    ['$unionWith a collection that is not there', [{ _id: 0 }], [{ $unionWith: 'none' }], '{ _id: 0 }'],
    ['$sample of more than there are', [{ _id: 0 }], [{ $sample: { size: 5 } }], '{ _id: 0 }'],
  ])('%s', (_, documents, stages, expected) => {
    expect(run(documents, stages)).toBe(expected);
  });
});

describe('$group', () => {
  const values = [
    { g: 1, v: 1 },
    { g: double(1), v: long(2) },
    { g: 2, v: 1.5 },
    { v: null },
    { g: null, v: 'x' },
    { g: 2 },
  ];
  it.each<[string, object, string]>([
    [
      'numbers of all types in one group; null and missing together',
      { $push: '$v' },
      '{ _id: 1, r: [1, 2L] } { _id: 2, r: [1.5] } { _id: null, r: [null, "x"] }',
    ],
    [
      '$sum ignores what is no number',
      { $sum: '$v' },
      '{ _id: 1, r: 3L } { _id: 2, r: 1.5 } { _id: null, r: 0 }',
    ],
    ['$sum of a constant counts', { $sum: 1 }, '{ _id: 1, r: 2 } { _id: 2, r: 2 } { _id: null, r: 2 }'],
    ['$count', { $count: {} }, '{ _id: 1, r: 2 } { _id: 2, r: 2 } { _id: null, r: 2 }'],
    ['$avg', { $avg: '$v' }, '{ _id: 1, r: 1.5 } { _id: 2, r: 1.5 } { _id: null, r: null }'],
    ['$min', { $min: '$v' }, '{ _id: 1, r: 1 } { _id: 2, r: 1.5 } { _id: null, r: "x" }'],
    ['$max', { $max: '$v' }, '{ _id: 1, r: 2L } { _id: 2, r: 1.5 } { _id: null, r: "x" }'],
    ['$first', { $first: '$v' }, '{ _id: 1, r: 1 } { _id: 2, r: 1.5 } { _id: null, r: null }'],
    [
      '$last gives null for missing',
      { $last: '$v' },
      '{ _id: 1, r: 2L } { _id: 2, r: null } { _id: null, r: "x" }',
    ],
    [
      '$addToSet',
      { $addToSet: { $type: '$v' } },
      '{ _id: 1, r: ["int", "long"] } { _id: 2, r: ["double", "missing"] } { _id: null, r: ["null", "string"] }',
    ],
    ['$stdDevPop', { $stdDevPop: '$v' }, '{ _id: 1, r: 0.5 } { _id: 2, r: 0.0 } { _id: null, r: null }'],
    [
      '$stdDevSamp of one',
      { $stdDevSamp: '$v' },
      `{ _id: 1, r: ${Math.SQRT1_2} } { _id: 2, r: null } { _id: null, r: null }`,
    ],
    [
      '$firstN',
      { $firstN: { input: '$v', n: 1 } },
      '{ _id: 1, r: [1] } { _id: 2, r: [1.5] } { _id: null, r: [null] }',
    ],
    [
      '$maxN',
      { $maxN: { input: '$v', n: 2 } },
      '{ _id: 1, r: [2L, 1] } { _id: 2, r: [1.5] } { _id: null, r: ["x"] }',
    ],
    [
      '$top',
      { $top: { output: '$v', sortBy: { v: -1 } } },
      '{ _id: 1, r: 2L } { _id: 2, r: 1.5 } { _id: null, r: "x" }',
    ],
  ])('%s', (_, accumulator, expected) => {
    expect(run(values, [{ $group: { _id: '$g', r: accumulator } }])).toBe(expected);
  });

  it('groups by documents, by nothing, and by a collation', () => {
    expect(run(values.slice(0, 2), [{ $group: { _id: { a: '$g', b: '$nope' }, c: { $sum: 1 } } }])).toBe(
      '{ _id: { a: 1 }, c: 2 }',
    );
    expect(run(values, [{ $group: { _id: null, c: { $sum: 1 } } }])).toBe('{ _id: null, c: 6 }');
    const collation = compileCollation(doc({ locale: 'en', strength: 2 }));
    expect(run([{ t: 'A' }, { t: 'a' }], [{ $group: { _id: '$t', c: { $sum: 1 } } }], { collation })).toBe(
      '{ _id: "A", c: 2 }',
    );
  });

  it('merges objects', () => {
    expect(
      run(
        [{ v: { a: 1, b: 1 } }, { v: null }, { v: { b: 2 } }],
        [{ $group: { _id: null, m: { $mergeObjects: '$v' } } }],
      ),
    ).toBe('{ _id: null, m: { a: 1, b: 2 } }');
  });
});

describe('$lookup', () => {
  const ids = (documents: object[], lookup: object, options?: Partial<PipelineContext>) =>
    run(
      documents,
      [
        { $lookup: { from: 'orders', as: 'o', ...lookup } },
        { $project: { _id: 0, o: { $map: { input: '$o', in: '$$this._id' } } } },
      ],
      options,
    );

  const byField: [string, object, string][] = [
    ['a value, also within foreign arrays', { k: 'a' }, '{ o: [1, 3] }'],
    ['each value of a local array', { k: ['a', 'b'] }, '{ o: [1, 2, 3] }'],
    ['null joins null and missing', { k: null }, '{ o: [4, 5] }'],
    ['missing joins null and missing', {}, '{ o: [4, 5] }'],
    ['an empty array joins null and missing', { k: [] }, '{ o: [4, 5] }'],
    ['no match', { k: 'z' }, '{ o: [] }'],
    ['a local array of documents', { k: [{ x: 1 }] }, '{ o: [] }'],
  ];

  it.each(byField)('by fields: %s', (_, document, expected) => {
    expect(ids([document], { localField: 'k', foreignField: 'item' })).toBe(expected);
  });

  it.each(byField)('joining in memory gives the same: %s', (_, document, expected) => {
    expect(ids([document], { localField: 'k', foreignField: 'item' }, { canSeek: () => false })).toBe(
      expected,
    );
  });

  it.each<[string, object, object, string]>([
    ['a pipeline', { k: 1 }, { pipeline: [{ $match: { n: { $gte: 7 } } }] }, '{ o: [4, 5] }'],
    [
      'a pipeline with variables',
      { k: 5 },
      { let: { v: '$k' }, pipeline: [{ $match: { $expr: { $gte: ['$n', '$$v'] } } }] },
      '{ o: [3, 4, 5] }',
    ],
    [
      'equality with a variable',
      { k: double(5) },
      { let: { v: '$k' }, pipeline: [{ $match: { $expr: { $eq: ['$n', '$$v'] } } }] },
      '{ o: [3] }',
    ],
    [
      'a missing variable',
      {},
      { let: { v: '$k' }, pipeline: [{ $match: { $expr: { $eq: ['$item', '$$v'] } } }] },
      '{ o: [4] }',
    ],
    [
      'fields and a pipeline together',
      { k: 'a' },
      { localField: 'k', foreignField: 'item', pipeline: [{ $match: { n: { $gt: 2 } } }] },
      '{ o: [3] }',
    ],
    [
      'a dotted local field through arrays',
      { k: [{ x: 'b' }, { x: 'c' }] },
      { localField: 'k.x', foreignField: 'item' },
      '{ o: [2, 3] }',
    ],
  ])('%s', (_, document, lookup, expected) => {
    expect(ids([document], lookup)).toBe(expected);
  });

  it('reads variables of each document, also of an enclosing $lookup', () => {
    const inner = {
      $lookup: {
        from: 'orders',
        let: { m: '$n' },
        pipeline: [{ $match: { $expr: { $and: [{ $eq: ['$n', '$$m'] }, { $gt: ['$n', '$$v'] }] } } }],
        as: 'x',
      },
    };
    const stages = [
      {
        $lookup: {
          from: 'orders',
          let: { v: '$k' },
          pipeline: [inner, { $match: { 'x.0': { $exists: true } } }],
          as: 'o',
        },
      },
      { $project: { _id: 0, o: { $size: '$o' } } },
    ];
    expect(run([{ k: 4 }, { k: 7 }], stages)).toBe('{ o: 3 } { o: 1 }');
  });

  it('hands equalities to the server as a filter it can use an index for', () => {
    const filters: string[] = [];
    const readCollection: PipelineContext['readCollection'] = (_, filter) => {
      filters.push(filter ? shown(filter) : 'none');
      return [];
    };
    ids([{ k: 'a' }, { k: ['a', 'b'] }], { localField: 'k', foreignField: 'item' }, { readCollection });
    ids(
      [{ k: 'a' }],
      { let: { v: '$k' }, pipeline: [{ $match: { n: 1, $expr: { $eq: ['$$v', '$item'] } } }] },
      { readCollection },
    );
    expect(filters).toEqual([
      '{ item: { $eq: "a" } }',
      '{ item: { $in: ["a", "b"] } }',
      '{ $and: [{ n: 1 }, { item: { $eq: "a" } }] }',
    ]);
  });
});

describe('pipelines are lazy', () => {
  it('and stop reading at a $limit', () => {
    let read = 0;
    function* endless() {
      for (;;) yield doc({ n: read++ });
    }
    const stages = compilePipeline(
      docs({ $match: { n: { $gte: 2 } } }, { $set: { m: 1 } }, { $limit: 2 }),
      context(),
    );
    expect([...runPipeline(stages, endless())]).toHaveLength(2);
    expect(read).toBe(4);
  });
});

describe('the prefix for indexes', () => {
  it('takes $match, $sort, $skip and $limit off the front', () => {
    const prefix = splitPrefix(
      docs(
        { $match: { a: 1 } },
        { $match: { b: 1 } },
        { $sort: { c: 1 } },
        { $skip: 2 },
        { $limit: 3 },
        { $project: { a: 1 } },
      ),
    );
    expect(prefix.filter && shown(prefix.filter)).toBe('{ $and: [{ a: 1 }, { b: 1 }] }');
    expect(prefix.sort && shown(prefix.sort)).toBe('{ c: 1 }');
    expect([prefix.skip, prefix.limit, prefix.rest.length]).toEqual([2, 3, 1]);
  });

  it('leaves a $skip after a $limit, and a $match after either, to the pipeline', () => {
    expect(splitPrefix(docs({ $limit: 3 }, { $skip: 1 })).rest.map(shown)).toEqual(['{ $skip: 1 }']);
    expect(splitPrefix(docs({ $skip: 3 }, { $match: {} })).rest.map(shown)).toEqual(['{ $match: { } }']);
    expect(splitPrefix(docs({ $group: { _id: 1 } })).rest).toHaveLength(1);
  });
});

describe('mistakes in pipelines are refused with', () => {
  it.each<[object, string]>([
    [{ $foo: 1 }, "40324 Location40324: Unrecognized pipeline stage name: '$foo'"],
    [{}, '40323 Location40323: A pipeline stage specification object must contain exactly one field.'],
    [{ $match: 1 }, '15959 Location15959: the match filter must be an expression in an object'],
    [{ $limit: 0 }, '15958 Location15958: the limit must be positive'],
    [
      { $limit: 'x' },
      '5107201 Location5107201: invalid argument to $limit stage: Expected a number in: $limit: "x"',
    ],
    [
      { $skip: -1 },
      '5107200 Location5107200: invalid argument to $skip stage: Expected a non-negative number in: $skip: -1',
    ],
    [{ $sort: {} }, '15976 Location15976: $sort stage must have at least one sort key'],
    [{ $sort: 1 }, '15973 Location15973: the $sort key specification must be an object'],
    [{ $count: '' }, '40157 Location40157: the count field must be a non-empty string'],
    [{ $count: '$a' }, '40158 Location40158: the count field cannot be a $-prefixed path'],
    [
      { $project: {} },
      '51272 Location51272: Invalid $project :: caused by :: projection specification must have at least one field',
    ],
    [
      { $project: { a: 1, b: 0 } },
      '31254 Location31254: Invalid $project :: caused by :: Cannot do exclusion on field b in inclusion projection',
    ],
    [
      { $project: { a: { $foo: 1 } } },
      '31325 Location31325: Invalid $project :: caused by :: Unknown expression $foo',
    ],
    [
      { $project: { a: { $elemMatch: {} } } },
      '168 InvalidPipelineOperator: Invalid $project :: caused by :: Cannot use $elemMatch in this context',
    ],
    [
      { $project: { 'a.$': 1 } },
      '31324 Location31324: Invalid $project :: caused by :: Cannot use positional projection in aggregation projection',
    ],
    [{ $set: 1 }, '40272 Location40272: $set specification stage must be an object, got int'],
    [
      { $set: { a: { $foo: 1 } } },
      "168 InvalidPipelineOperator: Invalid $set :: caused by :: Unrecognized expression '$foo'",
    ],
    [
      { $unset: [] },
      '31119 Location31119: $unset specification must be a string or an array with at least one field',
    ],
    [{ $group: {} }, '15955 Location15955: a group specification must include an _id'],
    [{ $group: { _id: 1, a: 1 } }, "40234 Location40234: The field 'a' must be an accumulator object"],
    [{ $group: { _id: 1, a: { $foo: 1 } } }, "15952 Location15952: unknown group operator '$foo'"],
    [
      { $group: { _id: 1, a: { $sum: [1, 2] } } },
      '40237 Location40237: The $sum accumulator is a unary operator',
    ],
    [
      { $group: { _id: 1, a: { $sum: 1, $max: 1 } } },
      "40238 Location40238: The field 'a' must specify one accumulator",
    ],
    [
      { $group: { _id: 1, 'a.b': { $sum: 1 } } },
      "40235 Location40235: The field name 'a.b' cannot contain '.'",
    ],
    [{ $unwind: 'a' }, "28818 Location28818: path option to $unwind stage should be prefixed with a '$': a"],
    [
      { $unwind: 1 },
      '15981 Location15981: expected either a string or an object as specification for $unwind stage, got int',
    ],
    [{ $unwind: {} }, '28812 Location28812: no path specified to $unwind stage'],
    [{ $lookup: { as: 'x', pipeline: [] } }, "9 FailedToParse: must specify 'from' field for a $lookup"],
    [
      { $lookup: { from: 'x', as: 'y', localField: 'a' } },
      "9 FailedToParse: $lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    ],
    [{ $lookup: { from: 'x', as: 'y', z: 1 } }, '9 FailedToParse: unknown argument to $lookup: z'],
    [
      { $facet: { a: [{ $facet: { b: [] } }] } },
      '40600 Location40600: $facet is not allowed to be used within a $facet stage',
    ],
    [
      { $facet: {} },
      '40169 Location40169: the $facet specification must be a non-empty object, but found: $facet: {}',
    ],
  ])('%o: %s', (stage, expected) => {
    expect(refusal(() => compilePipeline([doc(stage)], context()))).toBe(expected);
  });

  it('a root that is no document: 40228', () => {
    expect(refusal(() => run([{ _id: 1, a: 5 }], [{ $replaceRoot: { newRoot: '$a' } }]))).toBe(
      "40228 Location40228: 'newRoot' expression must evaluate to an object, but resulting value was: 5. Type of resulting value: 'int'. Input document: { _id: 1, a: 5 }",
    );
  });
});
