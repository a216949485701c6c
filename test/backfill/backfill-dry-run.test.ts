import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DryRun, newDryRun, workOnDryRun } from '../../src/backfill/backfill-dry-run.ts';
import { SeenTexts } from '../../src/backfill/backfill-seen.ts';
import { randomRecords } from '../support/random-records.ts';
import { expectedBackfill } from './support/expected-backfill.ts';
import { countsOf, type OpenBackfill, openBackfill } from './support/open-backfill.ts';

describe('a dry run', () => {
  let backfill: OpenBackfill;
  const records = randomRecords(16, 400);
  const expected = expectedBackfill(records.users, records.customersV2);
  beforeAll(async () => {
    backfill = await openBackfill({ SMS_PRICE: '0.5' });
    await backfill.add(records);
  });
  afterAll(() => backfill.close());

  const ended = async (run: DryRun) => {
    while (run.state === 'QUEUED' || run.state === 'RUNNING') await sleep(5);
    return run;
  };

  it('writes nothing at all, and says what a run makes of each record', async () => {
    const before = await backfill.contents();
    const run = await ended(backfill.dependencies.dryRuns.start(backfill.dependencies, 'test'));
    expect(await backfill.contents()).toEqual(before);
    expect(run).toMatchObject({ state: 'SUCCEEDED', error: null });
    expect(countsOf(run)).toEqual({
      total: records.customersV2.length,
      processed: records.customersV2.length,
      created: expected.created.length,
      skipped: expected.skipped.length,
      errors: expected.failures.length,
    });
    expect(run.failures.map(({ customerId, code }) => ({ customerId, code }))).toEqual(expected.failures);
    expect(run.created).toHaveLength(expected.created.length);
    const { bySms } = expected.preview;
    expect(run.preview).toEqual({ ...expected.preview, estimatedSmsCost: bySms * 0.5 });
    expect(Math.min(...Object.values(expected.preview))).toBeGreaterThan(0);
  });

  it('goes on where it was paused, and ends as one that was not', async () => {
    const whole = newDryRun('whole', 'test', new Date());
    await workOnDryRun(backfill.dependencies, whole);
    const { dryRuns } = backfill.dependencies;
    const run = newDryRun('paused', 'test', new Date());
    await workOnDryRun(backfill.dependencies, run, () => {
      run.state = 'PAUSED';
    });
    expect(run.progress.processed).toBeLessThan(records.customersV2.length);
    expect(run.state).toBe('PAUSED');
    await workOnDryRun(backfill.dependencies, run);
    expect([countsOf(run), run.preview]).toEqual([countsOf(whole), whole.preview]);
    expect(run.failures).toEqual(whole.failures);
    expect(dryRuns.find('paused')).toBeNull();
  });

  it('ends when it is cancelled, and makes room for the next', async () => {
    const { dryRuns } = backfill.dependencies;
    const run = dryRuns.start(backfill.dependencies, 'test');
    expect(() => dryRuns.start(backfill.dependencies, 'test')).toThrow(/under way/);
    dryRuns.control(backfill.dependencies, run.id, 'cancel');
    expect(run).toMatchObject({ state: 'CANCELLED', finishedAt: expect.any(Date) });
    expect(() => dryRuns.control(backfill.dependencies, run.id, 'resume')).toThrow(/CANCELLED/);
    await ended(dryRuns.start(backfill.dependencies, 'test'));
  });

  it('counts what the run after it counts, and previews what its logins are', async () => {
    const run = newDryRun('before', 'test', new Date());
    await workOnDryRun(backfill.dependencies, run);
    const job = await backfill.run();
    expect(countsOf(job)).toEqual(countsOf(run));
    expect(
      await backfill.database.users.countDocuments({
        is_active: false,
        password_hash: null,
        customer_v2_id: { $in: expected.created },
      }),
    ).toBe(run.preview.inactive);
  });

  it('says how many records others have written that the index does not know, and compares no contacts with', async () => {
    const known = newDryRun('known', 'test', new Date());
    await workOnDryRun(backfill.dependencies, known);
    expect(known.unindexed).toBe(0);
    const users = backfill.opened.db.collection('users');
    await users.insertOne({
      id: 'written by others',
      name: 'Asha Rao',
      phone: '9876543211',
      role: 'customer',
    });
    const run = newDryRun('unknown', 'test', new Date());
    await workOnDryRun(backfill.dependencies, run);
    expect(run.unindexed).toBe(1);
    await users.deleteOne({ id: 'written by others' });
  });

  it('is refused while the index knows nobody', async () => {
    await backfill.database.customerIndex.deleteMany({});
    const run = newDryRun('unindexed', 'test', new Date());
    await workOnDryRun(backfill.dependencies, run);
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringContaining('reindex') });
  });

  it('remembers of a hundred thousand texts which it has seen', () => {
    const seen = new SeenTexts();
    for (let n = 0; n < 100_000; n += 2) seen.add(`text ${n}`);
    for (let n = 0; n < 100_000; n++) {
      if (seen.has(`text ${n}`) !== (n % 2 === 0)) throw new Error(`It is wrong about text ${n}.`);
    }
  });
});
