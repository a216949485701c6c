import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database/collections.ts';
import { DatabaseRateLimiter } from '../../src/throttles/database-rate-limiter.ts';
import { giveBack, isWithinLimit, type Limit } from '../../src/throttles/throttle.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ database, close } = await openTestDatabase({ monitorCommands: true }));
});
afterAll(() => close());

const clock = { ms: Date.parse('2026-03-01T10:00:00.000Z') };
const limit: Limit = { name: 'knocks', points: 3, windowMs: 60_000 };
const dependencies = () => ({ database, now: () => new Date(clock.ms) });
const knock = (key: string) => isWithinLimit(dependencies(), limit, key);

async function knocks(key: string, times: number): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (let time = 0; time < times; time += 1) answers.push(await knock(key));
  return answers;
}

it('a window lets through as many as the limit says, and begins with the first', async () => {
  expect(await knocks('one', 5)).toEqual([true, true, true, false, false]);
  clock.ms += 59_999;
  expect(await knock('one')).toBe(false);
  clock.ms += 1;
  expect(await knocks('one', 4)).toEqual([true, true, true, false]);
});

it('each key is counted by itself, and so is each limit', async () => {
  expect(await knocks('two', 4)).toEqual([true, true, true, false]);
  expect(await knock('three')).toBe(true);
  expect(await isWithinLimit(dependencies(), { ...limit, name: 'rings' }, 'two')).toBe(true);
});

it('of many at once none goes uncounted, also where a window has just ended', async () => {
  for (const round of [1, 2]) {
    const answers = await Promise.all(Array.from({ length: 40 }, () => knock('crowd')));
    expect(answers.filter(Boolean), `round ${round}`).toHaveLength(3);
    clock.ms += 60_000;
  }
});

it('what is given back may happen again, and never makes more room than there was', async () => {
  expect(await knocks('four', 3)).toEqual([true, true, true]);
  await giveBack(dependencies(), limit, 'four');
  expect(await knocks('four', 2)).toEqual([true, false]);
  await giveBack(dependencies(), limit, 'five');
  await giveBack(dependencies(), limit, 'five');
  expect(await knocks('five', 4)).toEqual([true, true, true, false]);
});

it('what is given back after its window has ended makes no more room in the next', async () => {
  await knock('six');
  clock.ms += 60_000;
  await giveBack(dependencies(), limit, 'six');
  expect(await knocks('six', 4)).toEqual([true, true, true, false]);
});

it('counting and giving back are one command each, whatever was there before', async () => {
  const commands: string[] = [];
  database.client.on('commandStarted', ({ commandName }) => commands.push(commandName));
  await knock('seven');
  await knocks('seven', 4);
  clock.ms += 60_000;
  await knock('seven');
  await giveBack(dependencies(), limit, 'seven');
  database.client.removeAllListeners('commandStarted');
  expect(commands).toEqual(Array(7).fill('findAndModify'));
});

it('a counter says what it counts, how many, and until when: nothing else', async () => {
  await knock('eight');
  expect(await database.throttles.findOne({ _id: 'knocks/eight' })).toEqual({
    _id: 'knocks/eight',
    count: 1,
    expiresAt: new Date(clock.ms + 60_000),
  });
});

it('a counter that cannot be written lets nothing through', async () => {
  const unreachable = new Error('no server');
  const throttles = {
    collectionName: 'throttles',
    findOneAndUpdate: () => Promise.reject(unreachable),
  } as unknown as Database['throttles'];
  const broken = { ...dependencies(), database: { ...database, throttles } };
  await expect(isWithinLimit(broken, limit, 'nine')).rejects.toBe(unreachable);
});

it("what else the library offers works on the gateway's counters and by its clock", async () => {
  const limiter = new DatabaseRateLimiter({ ...dependencies(), points: 2, duration: 60 });
  await limiter.consume('library');
  expect(await limiter.get('library')).toMatchObject({ consumedPoints: 1, remainingPoints: 1 });
  await limiter.block('library', 300);
  await expect(limiter.consume('library')).rejects.toMatchObject({ msBeforeNext: 300_000 });
  clock.ms += 300_000;
  expect(await limiter.get('library')).toBeNull();
  expect(await limiter.consume('library')).toMatchObject({ isFirstInDuration: true });
  expect(await limiter.delete('library')).toBe(true);
  expect(await limiter.delete('library')).toBe(false);
});
