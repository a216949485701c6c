import bcrypt from 'bcrypt';
import { describe, expect, it } from 'vitest';
import { createPasswordHasher } from '../../src/accounts/password-hasher.ts';
import { createWorkQueue } from '../../src/accounts/work-queue.ts';
import { medianCpuMs } from './support/median.ts';

const password = 'saffron-kettle-harbour-27';
const cheapHash = bcrypt.hashSync(password, 4);
const hasher = createPasswordHasher({ cost: 6, concurrency: 1, maxWaiting: 1_000 });

describe('a stored hash', () => {
  it.each(['$2a$', '$2b$', '$2y$'])('of kind %s verifies its password and no other', async (prefix) => {
    const stored = (await bcrypt.hash(password, 6)).replace('$2b$', prefix);
    expect(await hasher.verify(password, stored)).toBe(true);
    expect(await hasher.verify(`${password}!`, stored)).toBe(false);
    expect(await hasher.verify('', stored)).toBe(false);
  });

  it.each([4, 6, 7, 10])('of cost %i verifies', async (cost) => {
    expect(await hasher.verify(password, await bcrypt.hash(password, cost))).toBe(true);
  });

  it.each([
    ['the password itself', password],
    ['nothing', undefined],
    ['null', null],
    ['empty text', ''],
    ['a number', 7],
    ['an object', { $ne: null }],
    ['an unknown kind', '$2x$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZabcde'],
    ['an unusable cost', `$2b$03$${'.'.repeat(53)}`],
    ['a cost that would block the process', `$2b$31$${'.'.repeat(53)}`],
    ['a hash that was cut', cheapHash.slice(0, -1)],
    ['a hash with a line after it', `${cheapHash}\n`],
  ])('that is %s authenticates nobody', async (_kind, stored) => {
    expect(await hasher.verify(password, stored)).toBe(false);
    expect(await hasher.verify('', stored)).toBe(false);
    if (typeof stored === 'string') expect(await hasher.verify(stored, stored)).toBe(false);
  });

  it('is bcrypt of kind $2b$ at the configured cost, with a salt of its own', async () => {
    const [one, other] = [await hasher.hash(password), await hasher.hash(password)];
    expect(one).toMatch(/^\$2b\$06\$/);
    expect(one).not.toBe(other);
    expect(hasher.needsRehash(one)).toBe(false);
  });

  it('needs a rehash only when its cost is lower', () => {
    expect(hasher.needsRehash(`$2a$05$${'.'.repeat(53)}`)).toBe(true);
    expect(hasher.needsRehash(`$2y$06$${'.'.repeat(53)}`)).toBe(false);
    expect(hasher.needsRehash(`$2b$12$${'.'.repeat(53)}`)).toBe(false);
  });
});

describe('a password of more than 72 bytes', () => {
  const full = 'a'.repeat(72);

  it('never matches, although bcrypt alone would cut it', async () => {
    const stored = await bcrypt.hash(`${full}X`, 4);
    expect(await bcrypt.compare(`${full}Y`, stored)).toBe(true);
    expect(await hasher.verify(`${full}Y`, stored)).toBe(false);
    expect(await hasher.verify(`${full}X`, stored)).toBe(false);
    expect(await hasher.verify(full, stored)).toBe(true);
  });

  it('is counted in bytes', async () => {
    const accented = 'é'.repeat(36);
    expect(await hasher.verify(accented, await hasher.hash(accented))).toBe(true);
    expect(() => hasher.hash(`${accented}x`)).toThrow(RangeError);
  });

  it('is not hashed', () => {
    expect(() => hasher.hash(`${full}X`)).toThrow(RangeError);
  });
});

it('characters after a NUL count', async () => {
  expect(await hasher.verify('before\0after', await hasher.hash('before\0other'))).toBe(false);
});

it.each([3, 16, 10.5, Number.NaN])('a cost of %s is refused at start', (cost) => {
  expect(() => createPasswordHasher({ cost })).toThrow(RangeError);
});

describe('the queue', () => {
  it('refuses what it has no room for with RATE_LIMITED, and works on afterwards', async () => {
    const small = createPasswordHasher({ cost: 6, concurrency: 1, maxWaiting: 2 });
    const stored = await bcrypt.hash(password, 6);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => small.verify(password, stored)),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      ...['fulfilled', 'fulfilled', 'fulfilled'],
      ...['rejected', 'rejected'],
    ]);
    expect(outcomes[4]).toMatchObject({ reason: { code: 'RATE_LIMITED' } });
    expect(await small.verify(password, stored)).toBe(true);
  });

  it('says beforehand that it is full, and keeps a place that was taken', async () => {
    const small = createPasswordHasher({ cost: 6, concurrency: 1, maxWaiting: 1 });
    const stored = await bcrypt.hash(password, 6);
    const place = small.reserve();
    const running = small.hash(password);
    expect(() => small.reserve()).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    await expect(small.verify(password, stored)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await small.verify(password, stored, place)).toBe(true);
    expect(await small.verify('another', stored, place)).toBe(false);
    await running;
    place.leave();
    place.leave();
    expect(await Promise.all([small.verify(password, stored), small.hash(password)])).toHaveLength(2);
    const full = [small.reserve(), small.reserve()];
    expect(() => small.reserve()).toThrow();
    for (const taken of full) taken.leave();
  });

  it('runs no more at once than it may, whoever has reserved a place', async () => {
    let running = 0;
    let most = 0;
    const queue = createWorkQueue({ concurrency: 2, maxWaiting: 10, refusal: () => new Error('full') });
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const place = queue.reserve();
    await Promise.all([
      ...Array.from({ length: 8 }, () => queue.run(work)),
      place.run(work),
      place.run(work),
    ]);
    place.leave();
    expect(most).toBe(2);
  });
});

describe('verification takes as long', { timeout: 120_000 }, () => {
  const samples = 15;
  const cost = 10;
  const timed = createPasswordHasher({ cost, concurrency: 1 });

  it('for every kind of hash and password as for a wrong password', async () => {
    const classes: Record<string, () => Promise<unknown>> = {
      wrong: verifying('wrong password', await bcrypt.hash(password, cost)),
      missing: verifying(password, undefined),
      plaintext: verifying(password, password),
      malformed: verifying(password, '$2b$10$short'),
      cheaper: verifying(password, await bcrypt.hash('other', 7)),
      'too expensive': verifying(password, `$2b$31$${'.'.repeat(53)}`),
      'too long': verifying('x'.repeat(1_000_000), await bcrypt.hash(password, cost)),
    };
    const medians = await medianCpuMs(classes, samples);
    const { wrong = 0, ...others } = medians;
    for (const [name, median] of Object.entries(others)) {
      expect(Math.abs(median - wrong), `${name}: ${median} ms against ${wrong} ms`).toBeLessThan(
        wrong * 0.25,
      );
    }
  });

  it('which bcrypt by itself does not do: the measurement tells the difference', async () => {
    const medians = await medianCpuMs(
      {
        wrong: verifying('wrong password', await bcrypt.hash(password, cost)),
        malformed: () => bcrypt.compare(password, '$2b$10$short'),
        cheaper: async () => bcrypt.compare(password, `$2b$07$${'.'.repeat(53)}`),
      },
      samples,
    );
    expect(medians.malformed).toBeLessThan((medians.wrong ?? 0) * 0.75);
    expect(medians.cheaper).toBeLessThan((medians.wrong ?? 0) * 0.75);
  });

  function verifying(typed: string, stored: unknown) {
    return () => timed.verify(typed, stored);
  }
});
