import { setTimeout as sleep } from 'node:timers/promises';
import { EJSON } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataDirectory, openDataDirectory, runCommand, startCommand } from './support/command.ts';

let data: DataDirectory;
beforeAll(async () => {
  data = await openDataDirectory();
  expect((await runCommand(['demo'], data.environment)).code).toBe(0);
});
afterAll(() => data?.close());

const run = (...args: string[]) =>
  runCommand(['release-credentials', ...args], { ...data.environment, SMS_PRICE: '0.15' });

async function everything(): Promise<string> {
  const { db } = data.database;
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
  const documents = await Promise.all(
    names.map((name) => db.collection(name).find().sort({ _id: 1 }).toArray()),
  );
  return EJSON.stringify([names, documents], { relaxed: false });
}

function receivers(): Promise<string[]> {
  return data.database.notifications
    .find({ kind: 'CREDENTIALS' })
    .map(({ loginKey }) => loginKey ?? '')
    .toArray();
}

// In this order: what waits at first is released at the end.
describe('release-credentials', () => {
  it('as a dry run says what would be sent, and leaves the whole database as it was', async () => {
    const before = await everything();
    const { code, stdout, stderr } = await run('--dry-run', '--json');
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/At 60 a minute that takes \d+ min\.\nNothing was written/),
    ]);
    const { preview } = JSON.parse(stdout);
    expect(preview.byEmail + preview.bySms).toBeGreaterThan(3);
    expect(preview.estimatedSmsCost).toBeCloseTo(preview.bySms * 0.15);
    expect(await everything()).toBe(before);
  });

  it('sends nothing unasked where nobody can be asked', async () => {
    const { code, stderr } = await run();
    expect([code, stderr]).toEqual([2, expect.stringContaining('give --yes')]);
    expect(await receivers()).toEqual([]);
  });

  it('of a backfill that nobody knows fails in one line', async () => {
    expect(await run('--backfill', 'nobody', '--yes')).toMatchObject({
      code: 1,
      stderr: 'customer-gateway: There is no backfill with this id.\n',
    });
  });

  it('is cancelled by another command, whether a process works on it or has died with it', async () => {
    const start = async () => {
      const before = (await receivers()).length;
      const command = await startCommand(
        ['release-credentials', '--yes', '--per-minute', '6'],
        data.environment,
      );
      while ((await receivers()).length === before) await sleep(50);
      return command;
    };
    const live = await start();
    const cancelled = await run('--cancel', '--json');
    expect([cancelled.code, JSON.parse(cancelled.stdout)]).toEqual([
      0,
      expect.objectContaining({ state: 'CANCELLED', sent: 1, perMinute: 6, preview: null }),
    ]);
    expect(await live.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Cancelled: 1 sent'),
    });

    const dead = await start();
    dead.process.kill('SIGKILL');
    await dead.ended;
    const refused = await run('--yes');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('`customer-gateway release-credentials --cancel`'),
    ]);
    const again = await run('--cancel');
    expect([again.code, again.stdout, again.stderr]).toEqual([
      0,
      '',
      expect.stringMatching(/^Release [0-9a-f-]{36}\nCancelled: 1 sent/),
    ]);
    expect(await data.database.jobs.countDocuments({ kind: 'release', unfinished: true })).toBe(0);
    // Others would wait until it has run out.
    await data.database.leases.deleteMany({});
  });

  it('has nothing to cancel when all releases are finished, and says so', async () => {
    expect(await run('--cancel')).toMatchObject({
      code: 1,
      stderr: 'customer-gateway: There is no release of credentials that is not finished.\n',
    });
  });

  it('is paused by Ctrl-C while the next message is not due, and goes on with --resume: nobody gets two', async () => {
    const { preview } = JSON.parse((await run('--dry-run', '--json')).stdout);
    const waiting = preview.byEmail + preview.bySms;
    const before = (await receivers()).length;
    const command = await startCommand(
      ['release-credentials', '--yes', '--per-minute', '6', '--json'],
      data.environment,
    );
    while ((await receivers()).length === before) await sleep(50);
    const interruptedAt = performance.now();
    command.process.kill('SIGINT');
    const paused = await command.ended;
    expect(performance.now() - interruptedAt).toBeLessThan(5_000);
    expect([paused.code, JSON.parse(paused.stdout)]).toEqual([
      130,
      expect.objectContaining({ state: 'PAUSED', sent: 1 }),
    ]);
    expect((await run('--yes')).stderr).toContain('is not finished');
    await data.database.jobs.updateOne({ kind: 'release' }, { $set: { 'input.perMinute': 100_000 } });
    await data.database.jobs.updateOne({ kind: 'release' }, { $unset: { 'progress.nextAt': '' } });
    const resumed = await run('--resume', '--json');
    expect([resumed.code, JSON.parse(resumed.stdout)]).toEqual([
      0,
      expect.objectContaining({ state: 'SUCCEEDED', sent: waiting, unreachable: 0 }),
    ]);
    const sent = await receivers();
    expect([sent.length, new Set(sent).size]).toEqual([before + waiting, before + waiting]);
  });

  it('afterwards has nobody left to send to', async () => {
    const { code, stderr } = await run('--yes');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Nobody waits')]);
  });
});

describe('backfill-revert', () => {
  it('of a backfill that nobody knows fails in one line', async () => {
    expect(await runCommand(['backfill-revert', 'nobody', '--yes'], data.environment)).toMatchObject({
      code: 1,
      stderr: 'customer-gateway: There is no backfill with this id.\n',
    });
  });
});
