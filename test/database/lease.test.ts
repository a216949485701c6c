import { MongoNetworkError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/collections.ts';
import { type Lease, takeLease } from '../../src/database/lease.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('a lease', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase({ migrated: false });
  });
  afterAll(() => opened.close());

  const start = Date.parse('2026-03-01T10:00:00.000Z');
  const at = (ms: number) => () => new Date(start + ms);
  /** An hour: nothing is renewed meanwhile. */
  const hour = 3_600_000;
  const take = (name: string, atMs: number, durationMs = hour) =>
    takeLease(opened.database, name, { durationMs, now: at(atMs) });
  const stored = (name: string) => opened.database.leases.findOne({ _id: name });

  it('has one holder, of twenty who ask at once', async () => {
    const leases = await Promise.all(Array.from({ length: 20 }, () => take('once', 0)));
    expect(leases.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('is kept from others until it expires, to the millisecond', async () => {
    const first = await take('expiry', 0);
    expect(await take('expiry', hour - 1)).toBeNull();
    const second = await take('expiry', hour);
    expect(second).not.toBeNull();
    await Promise.all([first?.release(), second?.release()]);
  });

  it('has one new holder when it has expired, of twenty who ask at once', async () => {
    await take('takeover', 0);
    const leases = await Promise.all(Array.from({ length: 20 }, () => take('takeover', hour)));
    expect(leases.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('is free again at once when it is released', async () => {
    const first = await take('release', 0);
    await first?.release();
    expect(await stored('release')).toBeNull();
    expect(await take('release', 1)).not.toBeNull();
  });

  it('is not taken from the next holder when the last one releases it late', async () => {
    const late = await take('late', 0);
    const next = await take('late', hour);
    await late?.release();
    expect(await take('late', hour + 1)).toBeNull();
    await next?.release();
  });

  it('of one name says nothing of another', async () => {
    expect(await take('one', 0)).not.toBeNull();
    expect(await take('other', 0)).not.toBeNull();
  });

  it('is renewed as long as it is held', async () => {
    const lease = (await takeLease(opened.database, 'renewed', {
      durationMs: 3_000,
      now: () => new Date(),
    })) as Lease;
    const expiry = async () => (await stored('renewed'))?.expiresAt.getTime() ?? 0;
    const before = await expiry();
    await expect.poll(expiry, { timeout: 5_000 }).toBeGreaterThan(before);
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
  });

  it('stays free after it was released in the middle of a renewal', async () => {
    for (let round = 0; round < 40; round++) {
      const lease = (await takeLease(opened.database, 'busy', {
        durationMs: 15,
        now: () => new Date(),
      })) as Lease;
      await new Promise((resolve) => setTimeout(resolve, 4 + (round % 4)));
      await lease.release();
      await new Promise((resolve) => setTimeout(resolve, 3));
      expect(await stored('busy')).toBeNull();
    }
  });

  it('tells its holder when somebody else has it', async () => {
    const lease = (await takeLease(opened.database, 'lost', { durationMs: 150, now: at(0) })) as Lease;
    await opened.database.leases.updateOne(
      { _id: 'lost' },
      { $set: { holder: 'somebody else', expiresAt: new Date(start + hour) } },
    );
    await expect.poll(() => lease.lost.aborted, { timeout: 2_000 }).toBe(true);
    await lease.release();
    expect((await stored('lost'))?.holder).toBe('somebody else');
  });

  it('tells its holder when it could not be renewed in time', async () => {
    const other = await openTestDatabase({ migrated: false });
    const lease = (await takeLease(other.database, 'cut off', {
      durationMs: 150,
      now: () => new Date(),
    })) as Lease;
    await other.close();
    await expect.poll(() => lease.lost.aborted, { timeout: 2_000 }).toBe(true);
  });

  it('tells its holder in time when the database leaves the renewal without an answer', async () => {
    const { database, stall, answerLast } = stallable(opened.database);
    const lease = (await takeLease(database, 'stalled', { durationMs: 150, now: () => new Date() })) as Lease;
    stall();
    await expect.poll(() => lease.lost.aborted, { timeout: 2_000 }).toBe(true);
    answerLast();
    await lease.release();
    expect(await stored('stalled')).toBeNull();
  });

  it('stays free when answers come late, in whichever order', async () => {
    const { database, stall, answerLast } = stallable(opened.database);
    const lease = (await takeLease(database, 'overlap', { durationMs: 60, now: () => new Date() })) as Lease;
    stall();
    await new Promise((resolve) => setTimeout(resolve, 90));
    const released = lease.release();
    answerLast();
    await released;
    while (answerLast()) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await stored('overlap')).toBeNull();
  });

  it('expires by itself when it cannot be given back', async () => {
    const { database, cutOff } = stallable(opened.database);
    const lease = await takeLease(database, 'kept', { durationMs: hour, now: at(0) });
    cutOff();
    await lease?.release();
    expect(await take('kept', hour - 1)).toBeNull();
    expect(await take('kept', hour)).not.toBeNull();
  });
});

/** The same database, whose leases can be left without an answer. */
function stallable(database: Database) {
  let stalled = false;
  let isAway = false;
  const waiting: (() => void)[] = [];
  const leases = new Proxy(database.leases, {
    get(target, name) {
      if (name === 'updateOne')
        return async (...args: Parameters<typeof target.updateOne>) => {
          if (stalled) await new Promise<void>((resolve) => waiting.push(resolve));
          return target.updateOne(...args);
        };
      if (name === 'deleteOne' && isAway) return () => Promise.reject(new MongoNetworkError('gone'));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    database: { ...database, leases },
    stall: () => {
      stalled = true;
    },
    cutOff: () => {
      isAway = true;
    },
    /** Answers the write that has waited shortest; false when none waits. */
    answerLast: () => {
      const answer = waiting.pop();
      answer?.();
      return answer !== undefined;
    },
  };
}
