import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const [name, ids] of [
    ['a', [1, 2]],
    ['b', [10, 20]],
  ] as const) {
    await server.db
      .collection<Document>(name)
      .insertMany(ids.map((_id, i) => ({ _id: _id as never, k: i + 1 })));
  }
});
afterAll(() => server.close());

const run = (pipeline: Document[]): Promise<Document[]> =>
  server.db.collection('a').aggregate(pipeline).toArray();

it("a $unionWith in a $lookup's pipeline sees the variables of that", async () => {
  const same = { $match: { $expr: { $eq: ['$k', '$$k'] } } };
  const union = { $unionWith: { coll: 'b', pipeline: [same] } };
  const lookup = { from: 'a', let: { k: '$k' }, pipeline: [same, union], as: 'found' };
  const found = await run([{ $lookup: lookup }, { $project: { ids: '$found._id' } }]);
  expect(found).toEqual([
    { _id: 1, ids: [1, 10] },
    { _id: 2, ids: [2, 20] },
  ]);
});

it('a $unionWith runs within $facet and within another', async () => {
  const second = [{ $match: { k: 2 } }];
  const inner = { $unionWith: { coll: 'a', pipeline: second } };
  const facet = {
    one: [{ $match: { k: 1 } }, { $unionWith: { coll: 'b', pipeline: second } }],
    all: [{ $unionWith: 'b' }, { $count: 'n' }],
  };
  expect(await run([{ $facet: facet }])).toEqual([
    {
      one: [
        { _id: 1, k: 1 },
        { _id: 20, k: 2 },
      ],
      all: [{ n: 4 }],
    },
  ]);
  const nested = await run([{ $unionWith: { coll: 'b', pipeline: [inner] } }, ...second]);
  expect(nested.map(({ _id }) => _id)).toEqual([2, 20, 2]);
});
