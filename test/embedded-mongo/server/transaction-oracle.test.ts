import type { Collection, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('inside a transaction', () => {
  it.each([1, 2, 3])(
    'random writes are seen as the same writes outside of one are (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const [inside, outside] = ['inside', 'outside'].map((name) =>
        server.db.collection<Document>(`${name}${seed}`),
      );
      if (!inside || !outside) throw new Error('both are there');
      for (const rows of [inside, outside]) {
        await rows.createIndexes([{ key: { a: 1, b: -1 } }, { key: { tags: 1 } }, { key: { b: 1 } }]);
        await rows.insertMany(
          Array.from(
            { length: 40 },
            (_, i) => ({ _id: i, a: i % 5, b: i % 7, tags: [i % 3, 'x'] }) as Document,
          ),
        );
      }
      const session = server.client.startSession();
      session.startTransaction();
      for (let step = 0; step < 60; step++) {
        const change = randomChange(random, step);
        await change(inside, { session });
        await change(outside, {});
        const filter = randomFilter(random);
        const sort: Record<string, 1 | -1> = random(2) ? { a: 1, b: -1, _id: 1 } : { b: -1, _id: -1 };
        const seen = await inside.find(filter, { session, batchSize: 5 }).sort(sort).toArray();
        expect(seen, JSON.stringify({ step, filter, sort })).toEqual(
          await outside.find(filter).sort(sort).toArray(),
        );
      }
      await session.commitTransaction();
      await session.endSession();
      expect(await inside.find().sort({ _id: 1 }).toArray()).toEqual(
        await outside.find().sort({ _id: 1 }).toArray(),
      );
      expect(await inside.estimatedDocumentCount()).toBe(await outside.estimatedDocumentCount());
      expect(await server.db.command({ validate: inside.collectionName })).toMatchObject({
        valid: true,
        errors: [],
      });
    },
  );

  it('the view stays while the data grows far beyond what it was', async () => {
    const rows = server.db.collection<Document>('growing');
    await rows.insertMany([{ n: 1 }, { n: 2 }]);
    const session = server.client.startSession();
    session.startTransaction();
    expect(await rows.find({}, { session }).toArray()).toHaveLength(2);
    const text = 'x'.repeat(2000);
    for (let i = 0; i < 8; i++) await rows.insertMany(Array.from({ length: 5000 }, (_, n) => ({ n, text })));
    expect(await rows.find({}, { session }).toArray()).toHaveLength(2);
    await rows.insertOne({ n: 3 }, { session });
    await session.commitTransaction();
    await session.endSession();
    expect(await rows.countDocuments()).toBe(40_003);
  });
});

type Random = (below: number) => number;

function randomOf(seed: number): Random {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

function randomFilter(random: Random): Document {
  const filters: Document[] = [
    {},
    { a: random(6) },
    { b: { $gte: random(8) } },
    { tags: random(4) },
    { a: { $in: [random(5), random(5)] }, b: { $lt: 5 } },
    { $or: [{ a: random(5) }, { tags: random(3) }] },
    { _id: { $gte: random(50) } },
  ];
  return filters[random(filters.length)] as Document;
}

function randomChange(
  random: Random,
  step: number,
): (rows: Collection<Document>, options: Document) => Promise<unknown> {
  const [a, b, id] = [random(5), random(7), random(45)];
  switch (random(6)) {
    case 0:
      return (rows, options) => rows.insertOne({ _id: (100 + step) as never, a, b, tags: [a, b] }, options);
    case 1:
      return (rows, options) => rows.deleteMany({ a, b }, options);
    case 2:
      return (rows, options) => rows.updateMany({ b }, { $inc: { a: 1, b: 1 } }, options);
    case 3:
      return (rows, options) =>
        rows.updateOne({ _id: id as never }, { $set: { tags: [b, 'y'] } }, { ...options, upsert: true });
    case 4:
      return (rows, options) => rows.replaceOne({ _id: id as never }, { a: b, b: a }, options);
    default:
      return (rows, options) => rows.deleteOne({ _id: id as never }, options);
  }
}
