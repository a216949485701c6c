import { expect } from 'vitest';
import type { CustomerPage } from '../../../src/customers/list-customers.ts';
import {
  combinedFilter,
  expectWalked,
  matches,
  orders,
  pageOf,
  singleFilters,
  type Walking,
  type WalkWorld,
  walk,
  walkWorldOf,
} from '../../customers/support/walk-world.ts';
import type { OracleCustomer } from '../../support/oracle.ts';
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts';
import type { TestDatabase } from '../../support/test-database.ts';

/** Lists that are walked to their ends are no longer than these; of longer ones the first and the last pages are read. */
const longestWalk = 1_000;
const combinations = 30;

/**
 * Walks lists of what is stored, each filter alone and some combined at random, in a random order and direction, and holds
 * them against the oracle: every customer once, in order, and the count as long as the list. Of one filter alone none is
 * refused but a search; of combinations those may be that would look at too much. Answers with how many were.
 */
export async function expectWalksToAgree(
  test: TestDatabase,
  customers: readonly OracleCustomer[],
  seed: number,
): Promise<number> {
  const world = await walkWorldOf(test, customers);
  const random = seededRandom(seed);
  const singles = singleFilters(world);
  for (const filter of [null, ...singles]) {
    const refused = await expectList(world, random, filter);
    if (refused) expect({ refused: filter }).toMatchObject({ refused: { search: expect.any(String) } });
  }
  let refusals = 0;
  for (let at = 0; at < combinations; at++)
    if (await expectList(world, random, combinedFilter(random, singles))) refusals += 1;
  return refusals;
}

/** Whether it was refused. */
async function expectList(
  world: WalkWorld,
  random: SeededRandom,
  filter: Walking['filter'],
): Promise<boolean> {
  const length = [...world.customers.values()].filter((customer) => matches(customer, filter ?? {})).length;
  const walking = { filter, order: random.pick(orders), size: 200, backwards: random.chance(0.5) };
  if (length > longestWalk) return expectEnds(world, walking);
  const keys = await walk(world, walking);
  if (keys !== null) expectWalked(world, walking, keys);
  const count = await (await pageOf(world, { ...walking, size: 1 }, null).catch(() => null))?.count();
  if (count?.precision === 'EXACT') expect(count.value).toBe(length);
  else if (count !== undefined) expect(count.value).toBeLessThanOrEqual(length);
  return keys === null;
}

/** Of a long list the first pages and the last: each customer once, none who does not belong there. */
async function expectEnds(world: WalkWorld, walking: Walking): Promise<boolean> {
  for (const backwards of [false, true]) {
    const seen = new Set<string>();
    let cursor: string | null = null;
    for (let at = 0; at < 3; at++) {
      const page: CustomerPage | null = await pageOf(world, { ...walking, backwards }, cursor).catch(
        refusedOnly,
      );
      if (page === null) return true;
      for (const { id, systems } of page.nodes) {
        const key = `${systems.join('+')} ${id}`;
        const customer = world.customers.get(key);
        expect(seen.has(key)).toBe(false);
        expect(customer !== undefined && matches(customer, walking.filter ?? {})).toBe(true);
        seen.add(key);
      }
      cursor = backwards ? page.startCursor : page.endCursor;
    }
    expect(seen.size).toBe(600);
  }
  return false;
}

function refusedOnly(error: { code?: unknown }): null {
  if (error.code !== 'QUERY_TOO_EXPENSIVE') throw error;
  return null;
}
