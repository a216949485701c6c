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
    expect([code, stderr]).toEqual([0, expect.stringContaining('Nothing was written')]);
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

  it('is paused by Ctrl-C while the next message is not due, and goes on with --resume: nobody gets two', async () => {
    const { preview } = JSON.parse((await run('--dry-run', '--json')).stdout);
    const waiting = preview.byEmail + preview.bySms;
    const command = await startCommand(
      ['release-credentials', '--yes', '--per-minute', '6', '--json'],
      data.environment,
    );
    while ((await receivers()).length === 0) await sleep(50);
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
    expect([sent.length, new Set(sent).size]).toEqual([waiting, waiting]);
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
