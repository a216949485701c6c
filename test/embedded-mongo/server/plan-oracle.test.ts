import type { Document, Sort } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const indexes: Array<[Record<string, 1 | -1>, Document]> = [
  [{ a: 1 }, {}],
  [{ a: 1, b: -1 }, {}],
  [{ b: 1, c: 1, _id: 1 }, {}],
  [{ 'o.x': 1, 'o.y': -1 }, {}],
  [{ list: 1, a: 1 }, {}],
  [{ c: -1 }, { sparse: true }],
  [
    { a: 1, c: 1 },
    { partialFilterExpression: { b: { $gt: 2 } }, name: 'partial' },
  ],
  [{ 'list.k': 1, 'list.v': 1 }, {}],
];

describe('answers by index are those of a scan of the collection', () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`for 250 random queries (seed ${seed})`, async () => {
      const random = randomOf(seed);
      const rows = server.db.collection<Document>(`oracle${seed}`);
      for (const [key, options] of indexes) await rows.createIndex(key, options);
      const made = Array.from({ length: 400 }, (_, i) => ({ _id: i, ...randomDocument(random) }) as Document);
      // Some have parallel arrays, which no compound index takes.
      await rows.insertMany(made, { ordered: false }).catch((error) => expect(error.code).toBe(171));
      for (let n = 0; n < 250; n++) {
        const filter = randomFilter(random, 2);
        const sort = randomSort(random);
        const limit = random(3) === 0 ? 1 + random(20) : 0;
        const skip = random(4) === 0 ? random(10) : 0;
        const scanned = await rows
          .find(filter, { hint: { $natural: 1 } })
          .sort(sort)
          .skip(skip)
          .limit(limit)
          .toArray()
          .catch((error) => {
            expect(error.message).toMatch(/parallel arrays/);
            return undefined;
          });
        if (!scanned) continue;
        const planned = await rows.find(filter).sort(sort).skip(skip).limit(limit).toArray();
        expect(ids(planned), JSON.stringify({ filter, sort, skip, limit })).toEqual(ids(scanned));
        const counted = await rows.countDocuments(filter);
        const every = await rows.find(filter, { hint: { $natural: 1 } }).toArray();
        expect(counted, JSON.stringify(filter)).toBe(every.length);
      }
    });
  }
});

const ids = (documents: Document[]): unknown[] => documents.map((document) => document._id);

type Random = (below: number) => number;

function randomOf(seed: number): Random {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

function randomScalar(random: Random): unknown {
  const values = [
    1,
    2,
    3,
    4,
    5,
    2.5,
    -1,
    'a',
    'b',
    'abc',
    '',
    null,
    true,
    new Date(1000),
    { x: 1 },
    Number.NaN,
  ];
  return values[random(values.length)];
}

function randomDocument(random: Random): Document {
  const document: Document = {};
  for (const field of ['a', 'b', 'c']) {
    const kind = random(12);
    if (kind === 0) continue;
    document[field] =
      kind < 10 ? randomScalar(random) : [randomScalar(random), randomScalar(random)].slice(random(3));
  }
  if (random(3) > 0) document.o = { x: random(4), y: random(3) === 0 ? [random(3), random(3)] : random(4) };
  if (random(8) === 0)
    document.o = [
      { x: 1, y: 2 },
      { x: 2, y: 1 },
    ];
  if (random(2) === 0) {
    document.list = Array.from({ length: random(4) }, () =>
      random(2) ? { k: random(4), v: random(4) } : randomScalar(random),
    );
  }
  return document;
}

const paths = ['a', 'b', 'c', 'o.x', 'o.y', 'list', 'list.k', 'list.v', '_id'];

function randomFilter(random: Random, depth: number): Document {
  const filter: Document = {};
  const count = random(4);
  for (let i = 0; i < count; i++) filter[paths[random(paths.length)] as string] = randomCondition(random);
  if (depth > 0 && random(4) === 0) {
    filter.$or = Array.from({ length: 2 + random(2) }, () => randomFilter(random, depth - 1));
  }
  if (depth > 0 && random(8) === 0) filter.$and = [randomFilter(random, depth - 1)];
  return filter;
}

function randomCondition(random: Random): unknown {
  switch (random(12)) {
    case 0:
      return { $gt: randomScalar(random) };
    case 1:
      return { $gte: randomScalar(random), $lt: randomScalar(random) };
    case 2:
      return { $lte: randomScalar(random) };
    case 3:
      return { $in: [randomScalar(random), randomScalar(random), randomScalar(random)] };
    case 4:
      return { $exists: random(2) === 0 };
    case 5:
      return { $ne: randomScalar(random) };
    case 6:
      return { $elemMatch: { $gte: random(3), $lt: 3 + random(3) } };
    case 7:
      return { $elemMatch: { k: random(4), v: { $gte: random(4) } } };
    case 8:
      return /^a/;
    case 9:
      return [randomScalar(random), randomScalar(random)];
    default:
      return randomScalar(random);
  }
}

function randomSort(random: Random): Sort {
  const sort: Record<string, 1 | -1> = {};
  for (let i = random(3); i > 0; i--) sort[paths[random(paths.length - 1)] as string] = random(2) ? 1 : -1;
  sort._id = random(2) ? 1 : -1;
  return sort;
}
