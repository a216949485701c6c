import { type Collection, type Document, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let rows: Collection<Document>;
const key = { state: 1, active: -1, when: 1, owner: 1 } as const;
const total = 3_000;

beforeAll(async () => {
  server = await startTestServer();
  rows = server.db.collection('rows');
  const random = seededRandom(5);
  await rows.insertMany(Array.from({ length: total }, (_, i) => randomRow(random, i)));
  await rows.createIndex(key);
  await rows.createIndex({ area: 1, amount: 1 });
  await rows.createIndex({ note: -1 });
  await rows.createIndex({ tags: 1, state: 1 });
  await rows.createIndex({ due: 1, state: 1 }, { partialFilterExpression: { due: { $gt: new Date(0) } } });
});
afterAll(() => server.close());

const owners = Array.from({ length: 3 }, (_, i) => ObjectId.createFromHexString(`${i}`.repeat(24)));
const notes = ['', 'a', 'a\u0000b', '\u0001', '\u0000\u0001\u0002', 'ü€😀', 'A'.repeat(300)];

/** Few values of each kind, so that many neighbours have the same; some of what a key does not tell. */
function randomRow(random: SeededRandom, i: number): Document {
  return {
    _id: i,
    state: random.pick(['open', 'closed', 'lost']),
    ...(random.chance(0.9) && { active: random.pick([true, false, false, null]) }),
    when: random.pick([new Date(0), new Date(-8.64e15), new Date(8.64e15), new Date('2026-03-01T10:00:00Z')]),
    owner: random.pick(owners),
    area: random.pick(['north', 'south', null, 7]),
    amount: random.below(3),
    ...(random.chance(0.8) && { note: random.pick(notes) }),
    tags: random.pick([['a'], ['a', 'b'], []]),
    ...(random.chance(0.2) && { due: new Date(random.below(5) * 1_000) }),
  };
}

const group = (_id: unknown, rest: Document = { count: { $sum: 1 } }, filter: Document = {}): Document[] => [
  ...(Object.keys(filter).length === 0 ? [] : [{ $match: filter }]),
  { $group: { _id, ...rest } },
];

async function grouped(pipeline: Document[], hint: Document): Promise<string[]> {
  const found = await rows.aggregate(pipeline, { hint }).toArray();
  return found.map((document) => JSON.stringify(document)).toSorted();
}

async function examined(
  pipeline: Document[],
  hint: Document,
): Promise<{ keys: number; docs: number; plan: string }> {
  const explained = await rows.aggregate(pipeline, { hint }).explain('executionStats');
  const plan = JSON.stringify(explained);
  const { totalKeysExamined, totalDocsExamined } = explained.stages[0].$cursor.executionStats;
  return { keys: totalKeysExamined, docs: totalDocsExamined, plan };
}

const facets = { state: '$state', when: '$when', owner: '$owner' };

describe('a $group whose fields an index has', () => {
  it('reads keys and no documents', async () => {
    const { keys, docs, plan } = await examined(group(facets), key);
    expect({ keys, docs }).toEqual({ keys: total, docs: 0 });
    expect(plan).toContain('PROJECTION_COVERED');
    expect(plan).not.toContain('FETCH');
  });

  it('reads only the keys within the bounds of a filter, without a hint too', async () => {
    const filter = { state: 'open' };
    const explained = await rows.aggregate(group('$owner', undefined, filter)).explain('executionStats');
    const { executionStats } = explained.stages[0].$cursor;
    expect(executionStats).toMatchObject({
      totalKeysExamined: await rows.countDocuments(filter),
      totalDocsExamined: 0,
    });
  });

  it('reads documents without a hint and a filter, as MongoDB does', async () => {
    const explained = await rows.aggregate(group(facets)).explain('executionStats');
    expect(JSON.stringify(explained)).toContain('COLLSCAN');
  });

  it.each([
    { called: 'an object of fields', by: key, pipeline: group(facets) },
    { called: 'one field', by: key, pipeline: group('$state') },
    { called: 'a descending field that may be null or missing', by: key, pipeline: group('$active') },
    { called: 'an object with such a field', by: key, pipeline: group({ a: '$active', s: '$state' }) },
    { called: 'text of every kind, descending', by: { note: -1 }, pipeline: group('$note') },
    { called: 'a field of several types', by: { area: 1, amount: 1 }, pipeline: group('$area') },
    {
      called: 'sums, averages, least and greatest values',
      by: { area: 1, amount: 1 },
      pipeline: group('$area', {
        sum: { $sum: '$amount' },
        average: { $avg: '$amount' },
        least: { $min: '$amount' },
        greatest: { $max: '$amount' },
        count: { $count: {} },
      }),
    },
    {
      called: 'a filter with several ranges',
      by: key,
      pipeline: group('$when', undefined, { state: { $in: ['open', 'lost'] } }),
    },
    {
      called: 'a filter on a later field',
      by: key,
      pipeline: group('$state', undefined, { active: true }),
    },
    { called: 'an index with arrays', by: { tags: 1, state: 1 }, pipeline: group('$state') },
    { called: 'a field that the index has not', by: key, pipeline: group({ s: '$state', n: '$note' }) },
    { called: 'what is worked out', by: key, pipeline: group({ $toUpper: '$state' }) },
    {
      called: 'a partial index',
      by: { due: 1, state: 1 },
      pipeline: group('$state', undefined, { due: { $gt: new Date(0), $lte: new Date(3_000) } }),
    },
  ])('answers as a scan does: $called', async ({ by, pipeline }) => {
    const scanned = await grouped(pipeline, { $natural: 1 });
    expect(scanned.length).toBeGreaterThan(1);
    expect(await grouped(pipeline, by)).toEqual(scanned);
  });

  it('sees what its own transaction has written and removed, and nobody else does', async () => {
    const session = server.client.startSession();
    try {
      session.startTransaction();
      await rows.deleteMany({ state: 'open', _id: { $lt: 1_000 } } as Document, { session });
      await rows.updateMany(
        { state: 'lost', _id: { $gt: 2_500 } } as Document,
        { $set: { state: 'found' } },
        { session },
      );
      await rows.insertOne({ _id: total, state: 'open', when: null } as Document, { session });
      const inside = async (hint: Document) =>
        (await rows.aggregate(group('$state'), { hint, session }).toArray())
          .map((one) => JSON.stringify(one))
          .toSorted();
      expect(await inside(key)).toEqual(await inside({ $natural: 1 }));
      expect(await inside(key)).toHaveLength(4);
      for (const state of ['open', 'closed', 'lost', 'found']) {
        expect(await rows.countDocuments({ state }, { session })).toBe(
          await rows.countDocuments({ state }, { session, hint: { $natural: 1 } }),
        );
      }
      expect(await grouped(group('$state'), key)).toHaveLength(3);
    } finally {
      await session.abortTransaction();
      await session.endSession();
    }
  });
});

describe('counting by keys', () => {
  it.each([
    {},
    { state: 'open' },
    { state: { $in: ['open', 'lost', 'nowhere'] } },
    { state: { $gte: 'd', $lt: 'p' } },
    { state: 'open', active: false },
    { state: 'open', owner: owners[1] },
    { tags: 'a' },
    { tags: { $in: ['a', 'b'] } },
    { due: { $gt: new Date(0), $lte: new Date(2_000) } },
    { _id: { $gte: 100, $lt: 200 } },
  ])('finds as many as a scan: %j', async (filter) => {
    const scanned = await rows.countDocuments(filter as Document, { hint: { $natural: 1 } });
    expect(await rows.countDocuments(filter as Document)).toBe(scanned);
    expect(await rows.countDocuments(filter as Document, { skip: 10 })).toBe(Math.max(0, scanned - 10));
    expect(await rows.countDocuments(filter as Document, { limit: 7 })).toBe(Math.min(7, scanned));
  });
});
