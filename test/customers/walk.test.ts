import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refreshIndex } from '../../src/customer-index/refresh-index.ts';
import type { CustomerFilter } from '../../src/customers/customer-filter.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { seededRandom } from '../support/seeded-random.ts';
import {
  combinedFilter,
  expectWalked,
  keyOf,
  matches,
  openWalkWorld,
  orders,
  pageOf,
  singleFilters,
  type WalkWorld,
  walk,
  walkSettings,
  writtenSearches,
} from './support/walk-world.ts';

describe('every list of 400 random records is walked once, whole and in order', () => {
  let world: WalkWorld;
  beforeAll(async () => {
    world = await openWalkWorld(400, 21);
  });
  afterAll(() => world?.test.close());

  it('unfiltered, in every order, forwards and backwards, in pages of any size', async () => {
    for (const order of orders) {
      for (const [size, backwards] of [
        [50, false],
        [50, true],
        [200, false],
        [200, true],
        [7, order.direction === 'DESC'],
      ] as const) {
        const walking = { filter: null, order, size, backwards };
        expectWalked(world, walking, (await walk(world, walking)) ?? []);
      }
    }
  });

  it('with each filter alone, in every order, and backwards it is the same list', async () => {
    const random = seededRandom(3);
    for (const filter of singleFilters(world)) {
      const backwardsIn = random.pick(orders);
      for (const order of orders) {
        const walking = { filter, order, size: 200 };
        const forwards = await walk(world, walking);
        expectWalked(world, walking, forwards ?? []);
        // Backwards they are read in one order, of which each filter has another.
        if (order === backwardsIn)
          expect(await walk(world, { ...walking, size: 50, backwards: true })).toEqual(forwards);
      }
      // The smallest pages cost most, so that each filter is read so in one order.
      const order = random.pick(orders);
      const length = [...world.customers.values()].filter((customer) => matches(customer, filter)).length;
      const size = length < 40 ? 1 : 7;
      const walking = { filter, order, size, backwards: random.chance(0.5) };
      expectWalked(world, walking, (await walk(world, walking)) ?? []);
    }
  });

  it('with a phone, an id or a name as people write it', async () => {
    const random = seededRandom(5);
    for (const search of [...writtenSearches(world, random), ...writtenSearches(world, random)]) {
      const walking = { filter: { search }, order: random.pick(orders), size: 200 };
      const keys = (await walk(world, walking)) ?? [];
      expect({ search, found: keys.length }).toEqual({ search, found: expect.toSatisfy((one) => one > 0) });
      expectWalked(world, walking, keys);
    }
  });

  it('with conditions combined at random', async () => {
    const singles = singleFilters(world);
    for (let seed = 1; seed <= 120; seed++) {
      const random = seededRandom(seed);
      const filter = combinedFilter(random, singles);
      const walking = {
        filter,
        order: random.pick(orders),
        size: random.pick([7, 50, 200]),
        backwards: seed % 2 === 0,
      };
      expectWalked(world, walking, (await walk(world, walking)) ?? []);
    }
  });

  it('and its count is its length', async () => {
    const singles = singleFilters(world);
    const random = seededRandom(8);
    for (const filter of [null, ...singles, ...singles.map(() => combinedFilter(random, singles))]) {
      const page = await pageOf(world, { filter, order: null, size: 1 }, null);
      const length = [...world.customers.values()].filter((customer) =>
        matches(customer, filter ?? {}),
      ).length;
      expect({ filter, count: await page.count() }).toEqual({
        filter,
        count: { value: length, precision: 'EXACT' },
      });
    }
  });

  it('or refused, with the conditions named, where a page would look at more rows than it may', async () => {
    const singles = singleFilters(world).filter(({ hasArea }) => hasArea == null);
    const most = 40;
    const bound = { ...world, dependencies: { ...world.dependencies, maxExamined: most } };
    const examined = await examinedBy(world, async () => {
      let [walked, refused] = [0, 0];
      for (let seed = 1; seed <= 60; seed++) {
        const random = seededRandom(seed);
        const filter = combinedFilter(random, singles);
        const walking = { filter, order: random.pick(orders), size: 10 };
        const keys = await walk(bound, walking);
        if (keys === null) refused += 1;
        else {
          expectWalked(world, walking, keys);
          walked += 1;
        }
      }
      expect(Math.min(walked, refused)).toBeGreaterThan(5);
      // Nearly everybody with a delivery record has an area: they are found among few.
      for (const order of orders) {
        const walking = { filter: { hasArea: true }, order, size: 10 };
        expectWalked(world, walking, (await walk(bound, walking)) ?? []);
      }
    });
    expect(examined.length).toBeGreaterThan(60);
    // One row more tells that there are more.
    expect(Math.max(...examined)).toBeLessThanOrEqual(most + 1);
    await expect(
      pageOf(bound, { filter: { search: 'a', hasDeliveryRecord: true }, order: null, size: 50 }, null),
    ).rejects.toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      details: { arguments: ['filter.search', 'filter.hasDeliveryRecord'] },
    });
  });

  it('in lists that two facets, or an area and a status, make: no row is looked at that is not shown', async () => {
    const filters: CustomerFilter[] = [
      { status: ['ACTIVE'], linkState: ['ORPHANED_V2'] },
      { isActive: false, hasLogin: true },
      { missingEmail: true, hasDeliveryRecord: true, hasLogin: false },
      { hasDeliveryRecord: false, status: ['ACTIVE'] },
      { area: ['Baner'], isActive: true },
      { area: ['Baner'], status: ['TRIAL', 'PAUSED'] },
      { hasDeliveryBoy: false },
      { hasDeliveryBoy: true },
      { hasArea: false },
      { hasArea: false, isActive: true },
    ];
    for (const filter of filters) {
      for (const order of orders) {
        const size = 5;
        const examined = await examinedBy(world, async () => {
          const page = await pageOf(world, { filter, order, size }, null);
          await pageOf(world, { filter, order, size }, page.endCursor);
        });
        expect({ filter, order, examined }).toEqual({
          filter,
          order,
          examined: expect.toSatisfy((rows: number[]) => rows.every((row) => row <= size + 1)),
        });
      }
    }
  });

  it('while others write: who stays as he is comes once, in both directions, whatever the link state', async () => {
    const movers = [...world.customers.values()].filter(({ linkState }) => linkState === 'ORPHANED_V2');
    const random = seededRandom(17);
    const moved = new Set<string>();
    const write = async () => {
      const mover = random.pick(movers);
      moved.add(keyOf(mover));
      const _id = mover.delivery?._id as never;
      const name = random.pick(['Aaa Moved', 'Mmm Moved', 'Zzz Moved']);
      const records = world.test.db.collection('customers_v2');
      await records.updateOne({ _id }, { $set: { name, status: random.pick(['active', 'paused']) } });
      const touched = { loginKeys: [], deliveryKeys: [_id] };
      await inTransaction(world.test.database, (session) =>
        refreshIndex(world.test.database, touched, walkSettings, session),
      );
    };
    for (const order of orders) {
      for (const filter of [
        null,
        { hasDeliveryRecord: true },
        { status: ['ACTIVE' as const], hasLogin: false },
      ]) {
        const walking = { filter, order, size: 20, betweenPages: write };
        for (const backwards of [false, true]) {
          const keys = (await walk(world, { ...walking, backwards })) ?? [];
          const stayed = [...world.customers].filter(
            ([key, customer]) => !moved.has(key) && matches(customer, filter ?? {}),
          );
          expect(keys.filter((key) => !moved.has(key)).toSorted()).toEqual(
            stayed.map(([key]) => key).toSorted(),
          );
          // A new name moves a row in the order by name alone.
          if (order.field === 'CREATED_AT') expect(new Set(keys).size).toBe(keys.length);
        }
      }
    }
    expect(moved.size).toBeGreaterThan(20);
  });
});

/** Rows of the index that each find and aggregation looks at that `work` sends, as the database explains them anew. */
async function examinedBy(world: WalkWorld, work: () => Promise<void>): Promise<number[]> {
  const commands: Document[] = [];
  const note = ({ command }: { command: Document }) => {
    const readsRows = command.find === 'customer_index' || command.aggregate === 'customer_index';
    // Which ids belong to no delivery boy is told by keys of an index, before rows are read.
    if (readsRows && !JSON.stringify(command.pipeline ?? []).includes('$group')) commands.push(command);
  };
  world.test.client.on('commandStarted', note);
  await work();
  world.test.client.off('commandStarted', note);
  return Promise.all(
    commands.map(async ({ lsid, $db, $clusterTime, ...explained }) => {
      const answer = await world.test.db.command({ explain: explained, verbosity: 'executionStats' });
      return (answer.executionStats ?? answer.stages[0].$cursor.executionStats).totalDocsExamined as number;
    }),
  );
}
