import type { Collection, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let rows: Collection<Document>;
const total = 5000;

beforeAll(async () => {
  server = await startTestServer();
  rows = server.db.collection('rows');
  await rows.insertMany(Array.from({ length: total }, (_, i) => rowOf(i)));
  await rows.createIndex({ name: 1, _id: 1 });
  await rows.createIndex({ state: 1, name: 1, _id: 1 });
  await rows.createIndex({ words: 1 });
  await rows.createIndex({ link: 1 }, { partialFilterExpression: { link: { $gt: '' } } });
  await rows.createIndex({ number: 1 }, { unique: true });
  await rows.createIndex({ 'items.code': 1, 'items.count': 1 });
});
afterAll(() => server.close());

function rowOf(i: number): Document {
  return {
    _id: `id${String(i).padStart(6, '0')}`,
    name: `name${String((i * 7919) % 1000).padStart(4, '0')}`,
    state: ['open', 'closed', 'lost'][i % 3],
    number: i,
    words: [`w${i % 97}`, `v${i % 89}`],
    link: i % 10 === 0 ? `link${i}` : null,
    items: [
      { code: i % 50, count: i % 7 },
      { code: (i + 1) % 50, count: (i + 3) % 7 },
    ],
  };
}

interface Explained {
  keys: number;
  docs: number;
  returned: number;
  stages: string[];
}

async function explained(
  filter: Document,
  sort: Record<string, 1 | -1> = {},
  limit = 0,
  options: Document = {},
): Promise<Explained> {
  const answer = await rows.find(filter, options).sort(sort).limit(limit).explain('executionStats');
  const stats = answer.executionStats;
  const stages = JSON.stringify(stats.executionStages).match(/"stage":"[A-Z_]+"/g) ?? [];
  return {
    keys: stats.totalKeysExamined,
    docs: stats.totalDocsExamined,
    returned: stats.nReturned,
    stages: stages.map((stage) => stage.slice(9, -1)),
  };
}

describe('keyset pages', () => {
  it.each([
    ['forwards', 1],
    ['backwards', -1],
  ] as const)('cost the page, however deep, %s', async (_, direction) => {
    const operator = direction === 1 ? '$gt' : '$lt';
    const all = await rows.find({ state: 'open' }).sort({ name: direction, _id: direction }).toArray();
    for (const depth of [10, 800, 1500]) {
      const last = all[depth] as Document;
      const page = {
        state: 'open',
        $or: [{ name: { [operator]: last.name } }, { name: last.name, _id: { [operator]: last._id } }],
      };
      const cost = await explained(page, { name: direction, _id: direction }, 50);
      expect(cost).toMatchObject({ returned: 50, docs: 50 });
      expect(cost.keys).toBeLessThanOrEqual(52);
      expect(cost.stages).not.toContain('SORT');
      const found = await rows.find(page).sort({ name: direction, _id: direction }).limit(50).toArray();
      expect(found).toEqual(all.slice(depth + 1, depth + 51));
    }
  });

  it('of several values of the leading field are merged from its index', async () => {
    const filter = { state: { $in: ['open', 'lost'] } };
    const all = await rows
      .find(filter, { hint: { $natural: 1 } })
      .sort({ name: 1, _id: 1 })
      .toArray();
    const last = all[1000] as Document;
    const page = {
      ...filter,
      $or: [{ name: { $gt: last.name } }, { name: last.name, _id: { $gt: last._id } }],
    };
    const cost = await explained(page, { name: 1, _id: 1 }, 50);
    expect(cost.docs).toBe(50);
    expect(cost.keys).toBeLessThanOrEqual(54);
    expect(await rows.find(page).sort({ name: 1, _id: 1 }).limit(50).toArray()).toEqual(
      all.slice(1001, 1051),
    );
  });
});

it('explains the pipeline of a $unionWith beside the first', async () => {
  const union = {
    $unionWith: { coll: rows.collectionName, pipeline: [{ $match: { number: { $in: [17, 18] } } }] },
  };
  const answer = await rows
    .aggregate([{ $match: { _id: { $in: ['id000007'] as never[] } } }, union])
    .explain('executionStats');
  const [first, { $unionWith: other }] = answer.stages;
  expect(first.$cursor.executionStats).toMatchObject({ nReturned: 1, totalDocsExamined: 1 });
  expect(other.coll).toBe(rows.collectionName);
  expect(other.pipeline[0].$cursor.executionStats).toMatchObject({ nReturned: 2, totalKeysExamined: 2 });
});

it('explains a $unionWith within the pipeline of another', async () => {
  const inner = { $unionWith: { coll: rows.collectionName, pipeline: [{ $match: { number: 17 } }] } };
  const outer = { $unionWith: { coll: 'none', pipeline: [inner] } };
  const answer = await rows.aggregate([{ $match: { number: 3 } }, outer]).explain('executionStats');
  const [, { $unionWith: other }] = answer.stages;
  const [nothing, { $unionWith: last }] = other.pipeline;
  expect(nothing.$cursor.executionStats).toMatchObject({ nReturned: 0 });
  expect(last.pipeline[0].$cursor.executionStats).toMatchObject({ nReturned: 1, totalKeysExamined: 1 });
});

describe('the index that is chosen', () => {
  it('is the one for _id alone when only _id is asked for', async () => {
    expect((await explained({ _id: 'id000007' })).stages).toEqual(['IDHACK']);
  });

  it('reads one key for an equality on a unique index', async () => {
    expect(await explained({ number: 17, state: 'lost' })).toMatchObject({ keys: 1, docs: 1 });
  });

  it('is a partial one only when the filter implies its own', async () => {
    expect((await explained({ link: 'link20' })).stages).toEqual(['FETCH', 'IXSCAN']);
    expect((await explained({ link: { $in: ['link20', 'link30'] } })).keys).toBe(2);
    expect((await explained({ link: { $gt: '' } })).stages).toContain('IXSCAN');
    expect((await explained({ link: null })).stages).toEqual(['COLLSCAN']);
    expect((await explained({ link: { $in: ['link20', null] } })).stages).toEqual(['COLLSCAN']);
  });

  it('is none when there is none', async () => {
    expect((await explained({ nothing: 1 })).stages).toEqual(['COLLSCAN']);
  });

  it('is the hinted one, and a hint that names none is refused', async () => {
    expect((await explained({ number: { $gte: 0 } }, {}, 3, { hint: 'name_1__id_1' })).stages).toContain(
      'IXSCAN',
    );
    await expect(rows.find({}, { hint: 'nonsense' }).toArray()).rejects.toMatchObject({ code: 2 });
  });

  it('is none by a hint at $natural, which tells the direction too', async () => {
    const all = await rows.find().sort({ $natural: 1 }).toArray();
    const backwards = { hint: { $natural: -1 } };
    expect(await rows.find({}, backwards).toArray()).toEqual(all.toReversed());
    expect(await rows.findOne({ number: { $gte: 0 } }, backwards)).toEqual(all.at(-1));
    expect(await rows.aggregate([{ $limit: 1 }], backwards).toArray()).toEqual(all.slice(-1));
  });

  it('is a hidden one never', async () => {
    await rows.createIndex({ hiddenOne: 1 }, { hidden: true });
    expect((await explained({ hiddenOne: 5 })).stages).toEqual(['COLLSCAN']);
  });

  it('changes with the values, when they make another cheaper', async () => {
    const few = await explained({ words: 'w5', state: 'open' }, { name: 1, _id: 1 }, 10);
    expect(few.docs).toBeLessThanOrEqual(60);
  });

  it('serves each branch of an $or by its own', async () => {
    const cost = await explained({ $or: [{ number: 5 }, { link: 'link40' }, { words: 'w3' }] });
    expect(cost.stages).toContain('OR');
    expect(cost.docs).toBeLessThanOrEqual(60);
  });

  it('merges the orders of the branches of an $or', async () => {
    const filter = { $or: [{ state: 'open', name: { $gt: 'name05' } }, { name: 'name0010' }] };
    const cost = await explained(filter, { name: 1, _id: 1 }, 20);
    expect(cost.stages).not.toContain('SORT');
    expect(await rows.find(filter).sort({ name: 1, _id: 1 }).toArray()).toEqual(
      await rows
        .find(filter, { hint: { $natural: 1 } })
        .sort({ name: 1, _id: 1 })
        .toArray(),
    );
  });
});

describe('arrays', () => {
  it('take one of two ranges, unless one element has to meet both', async () => {
    const both = await rows.find({ words: { $gte: 'w10', $lt: 'w11' } }).toArray();
    const expected = await rows
      .find({ words: { $gte: 'w10', $lt: 'w11' } }, { hint: { $natural: 1 } })
      .toArray();
    expect(both).toHaveLength(expected.length);
    const prefix = await explained({ words: { $elemMatch: { $gte: 'w10', $lt: 'w11' } } });
    expect(prefix.keys).toBeLessThanOrEqual(60);
    expect(prefix.returned).toBe(52);
  });

  it('of documents bind fields together only within one $elemMatch', async () => {
    const apart = { 'items.code': 5, 'items.count': 5 };
    const together = { items: { $elemMatch: { code: 5, count: 5 } } };
    const natural = { hint: { $natural: 1 } };
    expect(await rows.countDocuments(apart)).toBe((await rows.find(apart, natural).toArray()).length);
    expect(await rows.countDocuments(together)).toBe((await rows.find(together, natural).toArray()).length);
    expect((await explained(together)).keys).toBeLessThan((await explained(apart)).keys);
  });

  it('give a document once', async () => {
    expect(await rows.countDocuments({ words: { $in: ['w1', 'v1'] } })).toBe(
      (await rows.find({ words: { $in: ['w1', 'v1'] } }, { hint: { $natural: 1 } }).toArray()).length,
    );
  });
});

describe('counting', () => {
  it('reads keys only where they say enough', async () => {
    const answer = await server.db.command({
      explain: { count: 'rows', query: { state: 'open' } },
      verbosity: 'executionStats',
    });
    expect(answer.executionStats).toMatchObject({ totalKeysExamined: 1667, totalDocsExamined: 0 });
    const piped = await rows
      .aggregate([{ $match: { state: 'open' } }, { $group: { _id: 1, n: { $sum: 1 } } }])
      .explain('executionStats');
    expect(JSON.stringify(piped)).toContain('"totalDocsExamined":0');
  });
});

describe('explain', () => {
  it('tells the plan of an update, a delete, a distinct and an aggregate too', async () => {
    const run = (command: Document): Promise<Document> =>
      server.db.command({ explain: command, verbosity: 'executionStats' });
    const commands = [
      { update: 'rows', updates: [{ q: { number: 5 }, u: { $set: { x: 1 } } }] },
      { delete: 'rows', deletes: [{ q: { number: 5 }, limit: 1 }] },
      { findAndModify: 'rows', query: { number: 5 }, remove: true },
      { distinct: 'rows', key: 'state', query: { number: 5 } },
      { aggregate: 'rows', pipeline: [{ $match: { number: 5 } }], cursor: {} },
    ];
    for (const command of commands) {
      expect((await run(command)).executionStats).toMatchObject({
        totalKeysExamined: 1,
        totalDocsExamined: 1,
      });
    }
    expect(await rows.findOne({ number: 5 })).not.toHaveProperty('x');
  });
});
