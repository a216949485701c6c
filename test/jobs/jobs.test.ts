import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoNetworkError } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { followJob } from '../../src/cli/jobs/follow-job.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { AppError } from '../../src/errors.ts';
import { controlJob } from '../../src/jobs/control-job.ts';
import { findJob, type Job, newestJobs, saveProgress } from '../../src/jobs/job.ts';
import { type JobWork, type RunJobOptions, runJob } from '../../src/jobs/run-job.ts';
import { startJob } from '../../src/jobs/start-job.ts';
import { startJobRunner } from '../../src/jobs/start-job-runner.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Counts to ten, and writes each number down in the transaction that counts it. */
interface CountProgress {
  readonly counted: number;
}

describe('long work', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    await opened.database.jobs.deleteMany({});
    await opened.database.leases.deleteMany({});
    await opened.db.collection('counted').deleteMany({});
  });

  const kind = 'count';
  const now = () => new Date();
  const start = () =>
    startJob(opened.database, {
      kind,
      title: 'count',
      startedBy: 'test',
      input: {},
      progress: { counted: 0 },
      now: now(),
    });
  const find = async (id: string) => {
    const job = await findJob<unknown, CountProgress>(opened.database, kind, id);
    if (job === null) throw new Error('The job is gone.');
    return job;
  };
  const control = (id: string, command: 'pause' | 'resume' | 'cancel') =>
    controlJob(opened.database, { kind, id, command, now: now() });
  const numbers = async () =>
    (await opened.db.collection('counted').find().sort({ n: 1 }).toArray()).map(({ n }) => n);
  const run = (id: string, work: JobWork, options: Partial<RunJobOptions> = {}) =>
    runJob(opened.database, id, work, { now, stopping: new AbortController().signal, ...options });

  /** @param before Called with the number that is counted next, before its transaction. */
  function counting(before: (next: number) => unknown = () => {}): JobWork {
    return {
      kind,
      async step(job: Job) {
        const { counted } = job.progress as CountProgress;
        await before(counted + 1);
        await inTransaction(opened.database, async (session) => {
          await opened.db.collection('counted').insertOne({ n: counted + 1 }, { session });
          const progress = { counted: counted + 1 };
          await saveProgress(opened.database, job, { progress, now: now(), isDone: counted === 9 }, session);
        });
      },
    };
  }
  const toTen = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

  it('is done piece by piece, and then finished', async () => {
    const { id } = await start();
    const seen: number[] = [];
    const job = await run(id, counting(), {
      onStep: ({ progress }) => seen.push((progress as CountProgress).counted),
    });
    expect(job).toMatchObject({
      state: 'SUCCEEDED',
      progress: { counted: 10 },
      finishedAt: expect.any(Date),
    });
    expect(seen).toEqual(toTen);
    expect(await numbers()).toEqual(toTen);
  });

  it('is there once, of twenty of a kind that are started at once, until it is finished', async () => {
    const started = await Promise.allSettled(Array.from({ length: 20 }, start));
    const refused = started.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(19);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'CONFLICT' });
    const [first] = await newestJobs(opened.database, kind, 5);
    await run(first?.id ?? '', counting());
    await expect(start()).resolves.toMatchObject({ state: 'QUEUED' });
    expect(await newestJobs(opened.database, kind, 5)).toHaveLength(2);
  });

  it('is worked on by one, of ten who begin at once', async () => {
    const { id } = await start();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        run(
          id,
          counting(() => sleep(5)),
        ),
      ),
    );
    expect(answers.filter((job) => job !== null)).toHaveLength(1);
    expect(await numbers()).toEqual(toTen);
  });

  it('stops behind the piece at hand when it is told to, and goes on from there', async () => {
    const { id } = await start();
    const stopping = new AbortController();
    await run(
      id,
      counting((next) => next === 4 && stopping.abort()),
      { stopping: stopping.signal },
    );
    expect(await find(id)).toMatchObject({ state: 'RUNNING', progress: { counted: 4 } });
    await run(id, counting());
    expect(await find(id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await numbers()).toEqual(toTen);
  });

  it('writes nothing of a piece during which it was paused, and goes on when it is resumed', async () => {
    const { id } = await start();
    await run(
      id,
      counting((next) => next === 3 && control(id, 'pause')),
    );
    expect(await find(id)).toMatchObject({ state: 'PAUSED', progress: { counted: 2 } });
    expect(await numbers()).toEqual([1, 2]);
    expect(await control(id, 'resume')).toMatchObject({ state: 'QUEUED' });
    await run(id, counting());
    expect(await numbers()).toEqual(toTen);
  });

  it('writes nothing more once it was cancelled, and makes room for the next', async () => {
    const { id } = await start();
    await run(
      id,
      counting((next) => next === 3 && control(id, 'cancel')),
    );
    expect(await find(id)).toMatchObject({ state: 'CANCELLED', finishedAt: expect.any(Date) });
    expect(await numbers()).toEqual([1, 2]);
    await expect(control(id, 'resume')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(start()).resolves.toMatchObject({ state: 'QUEUED' });
  });

  it('is done once when two work on it, as when one was thought dead', async () => {
    const { id } = await start();
    const slow = counting(
      (next) => next === 5 && opened.database.leases.deleteMany({}).then(() => sleep(100)),
    );
    const first = run(id, slow);
    await expect.poll(async () => (await find(id)).progress.counted).toBe(4);
    await expect.poll(async () => opened.database.leases.countDocuments()).toBe(0);
    await run(id, counting());
    await first;
    expect(await find(id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await numbers()).toEqual(toTen);
  });

  it('tries again when the database was away for a moment', async () => {
    const { id } = await start();
    let away = 2;
    const errors: unknown[] = [];
    const job = await run(
      id,
      counting((next) => {
        if (next !== 5 || away === 0) return;
        away -= 1;
        throw away === 1 ? new MongoNetworkError('gone') : new AppError('UNAVAILABLE', 'Busy.');
      }),
      { onRetry: (error) => errors.push(error) },
    );
    expect(job).toMatchObject({ state: 'SUCCEEDED' });
    expect(errors).toHaveLength(2);
    expect(await numbers()).toEqual(toTen);
  });

  it('tries again when the cursor that it read with is gone, as behind a restart of the database', async () => {
    const { id } = await start();
    const numbered = opened.db.collection('numbered');
    await numbered.insertMany([1, 2, 3, 4].map((n) => ({ n })));
    let lost = false;
    const job = await run(
      id,
      counting(async (next) => {
        if (next !== 5 || lost) return;
        lost = true;
        const cursor = numbered.find({}, { batchSize: 2 });
        await cursor.next();
        await opened.db.command({ killCursors: 'numbered', cursors: [cursor.id] });
        await cursor.toArray();
      }),
    );
    expect(lost).toBe(true);
    expect(job).toMatchObject({ state: 'SUCCEEDED', error: null });
    expect(await numbers()).toEqual(toTen);
  });

  it('fails with the reason, and goes on where it was once that is mended', async () => {
    const { id } = await start();
    const broken = counting((next) => {
      if (next === 7) throw new Error('The seventh is missing.');
    });
    expect(await run(id, broken)).toMatchObject({ state: 'FAILED', error: 'The seventh is missing.' });
    expect(await control(id, 'resume')).toMatchObject({ state: 'QUEUED', error: null });
    await run(id, counting());
    expect(await numbers()).toEqual(toTen);
  });

  it('tells who commands what cannot be that it is past it', async () => {
    const { id } = await start();
    await run(id, counting());
    for (const command of ['pause', 'resume', 'cancel'] as const) {
      await expect(control(id, command)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('SUCCEEDED'),
      });
    }
    await expect(control('nobody', 'pause')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is followed in a terminal through an outage while another process has it', async () => {
    const { id } = await start();
    let isAway = false;
    const awayNow = <Stored extends object>(collection: Stored) =>
      new Proxy(collection, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return isAway ? () => Promise.reject(new MongoNetworkError('gone')) : value.bind(target);
        },
      });
    const { jobs, leases } = opened.database;
    await leases.insertOne({ _id: `job/${kind}`, holder: 'another', expiresAt: new Date(Date.now() + 400) });
    const said: string[] = [];
    const following = followJob({
      database: { ...opened.database, jobs: awayNow(jobs), leases: awayNow(leases) },
      work: counting(),
      id,
      title: 'count',
      show: () => {
        // Seen in the hands of the other process: it goes away before the next look.
        isAway = said.length === 0;
        return { done: 0, total: 10, text: '' };
      },
      stopping: new AbortController().signal,
      stream: new Writable({
        write(line, _, done) {
          said.push(String(line));
          isAway = false;
          done();
        },
      }),
      environment: {},
    });
    expect(await following).toMatchObject({ state: 'SUCCEEDED' });
    expect(said.join('')).toContain('It waits: gone');
    expect(await numbers()).toEqual(toTen);
  });

  it('is looked for without leaving anything behind, however often', async () => {
    const composed = vi.spyOn(AbortSignal, 'any');
    const runner = startJobRunner({
      database: opened.database,
      works: [counting()],
      now,
      intervalMs: 5,
      onError: (error) => {
        throw error;
      },
    });
    await sleep(50);
    await runner.stop();
    expect(composed).not.toHaveBeenCalled();
    composed.mockRestore();
  });

  it('is picked up by a process that looks for it, and by the next one when that stops', async () => {
    const begin = (work: JobWork) =>
      startJobRunner({
        database: opened.database,
        works: [work],
        now,
        intervalMs: 20,
        onError: (error) => {
          throw error;
        },
      });
    const first = begin(counting(() => sleep(10)));
    const { id } = await start();
    first.wake();
    await expect.poll(async () => (await find(id)).progress.counted).toBeGreaterThan(2);
    await first.stop();
    expect(await find(id)).toMatchObject({ state: 'RUNNING' });
    const second = begin(counting());
    await expect.poll(async () => (await find(id)).state).toBe('SUCCEEDED');
    await second.stop();
    expect(await numbers()).toEqual(toTen);
  });
});
