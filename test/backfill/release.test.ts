import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { logIn } from '../../src/accounts/log-in.ts';
import { startRelease } from '../../src/backfill/release-credentials.ts';
import { findRelease } from '../../src/backfill/release-job.ts';
import { previewRelease } from '../../src/backfill/release-preview.ts';
import { releaseSlot } from '../../src/backfill/release-rate.ts';
import { controlJob } from '../../src/jobs/control-job.ts';
import { type OpenRelease, openRelease } from './support/open-release.ts';

let scene: OpenRelease;
beforeAll(async () => {
  scene = await openRelease();
});
afterAll(() => scene?.close());
beforeEach(async () => {
  const { users, customersV2, accounts, customerIndex, indexedRecords, notifications, jobFailures, journal } =
    scene.database;
  for (const collection of [users, customersV2, accounts, customerIndex, indexedRecords]) {
    await collection.deleteMany({});
  }
  for (const collection of [notifications, jobFailures, journal]) await collection.deleteMany({});
  await scene.database.jobs.deleteMany({ kind: 'release' });
});

const release = (wanted: { backfillId?: string | null; perMinute?: number } = {}) =>
  startRelease(scene.dependencies, 'command line', {
    backfillId: wanted.backfillId === undefined ? scene.backfillId : wanted.backfillId,
    perMinute: wanted.perMinute ?? 100_000,
  });

async function released(wanted: Parameters<typeof release>[0] = {}) {
  const { id } = await release(wanted);
  await scene.run(id);
  return runOf(id);
}

async function runOf(id: string) {
  const run = await findRelease(scene.database, id);
  if (run === null) throw new Error('The release is gone.');
  return run;
}

async function skippedBy(id: string): Promise<Record<string, string>> {
  const rows = await scene.database.jobFailures.find({ jobId: id }).toArray();
  return Object.fromEntries(rows.map(({ customerId, code }) => [customerId, code]));
}

describe('a release', () => {
  it('sends every login that waits its credentials, once, with the hash, the account, the journal and the index', async () => {
    const pairs = await scene.addPairs(Array.from({ length: 12 }, () => ({})));
    const run = await released();
    expect(run).toMatchObject({ state: 'SUCCEEDED', progress: { total: 12, sent: 12, skipped: 0 } });
    const messages = await scene.messages();
    expect(messages.map(({ loginKey }) => loginKey).sort()).toEqual(pairs.map(({ key }) => key).sort());
    expect(new Set(messages.map(({ password }) => password)).size).toBe(12);
    expect(
      await scene.database.accounts.countDocuments({ credentialsPending: false, mustChangePassword: true }),
    ).toBe(12);
    expect(
      await scene.database.customerIndex.countDocuments({ loginUsable: true, credentialsPending: false }),
    ).toBe(12);
    expect(await scene.database.journal.countDocuments({ action: 'CREDENTIALS_ISSUED' })).toBe(12);
  });

  it('gives a password that logs in, and must be changed', async () => {
    const [pair] = await scene.addPairs([{ email: 'asha@example.com' }]);
    await released();
    const [message] = await scene.messages();
    const session = await logIn(scene.dependencies.customers.accounts, {
      identifier: 'asha@example.com',
      password: message?.password ?? '',
      clientAddress: '192.0.2.1',
    });
    expect(session).toMatchObject({ mustChangePassword: true, viewer: { id: pair?.login.id } });
  });

  it('sends nothing to those who were sent some before', async () => {
    await scene.addPairs([{}, {}]);
    await released();
    expect(await released()).toMatchObject({ progress: { total: 0, sent: 0 } });
    expect(await released({ backfillId: null })).toMatchObject({ progress: { total: 0, sent: 0 } });
    expect(await scene.messages()).toHaveLength(2);
  });

  it('lists whom it cannot reach and who is inactive, and sends them theirs once that is mended', async () => {
    const [reached, unreachable, inactive] = await scene.addPairs([
      {},
      { email: null, phone: null },
      { isActive: false },
    ]);
    const run = await released();
    expect(run.progress).toMatchObject({ total: 3, sent: 1, skipped: 2, unreachable: 1 });
    expect(await skippedBy(run.id)).toEqual({
      [unreachable?.delivery.id ?? '']: 'UNREACHABLE',
      [inactive?.delivery.id ?? '']: 'INACTIVE',
    });
    await scene.database.users.updateOne({ id: inactive?.login.id }, { $set: { is_active: true } });
    await scene.database.customersV2.updateOne(
      { id: unreachable?.delivery.id },
      { $set: { phone: '98450 12345' } },
    );
    await scene.sweep();
    const second = await released();
    expect(second.progress).toMatchObject({ total: 2, sent: 2, skipped: 0 });
    const messages = await scene.messages();
    expect(messages.filter(({ loginKey }) => loginKey === reached?.key)).toHaveLength(1);
    expect(messages.map(({ destination }) => destination)).toContain('+919845012345');
  });

  it('leaves alone whoever has logged in, or has got a password from the older application, meanwhile', async () => {
    const [loggedIn, chosen, waiting] = await scene.addPairs([{}, {}, {}]);
    const hash = `$2b$12$${'a'.repeat(53)}`;
    await scene.database.users.updateOne({ id: chosen?.login.id }, { $set: { password_hash: hash } });
    await scene.database.accounts.updateOne(
      { _id: loggedIn?.key ?? '' },
      { $set: { lastLoginAt: new Date() } },
    );
    const run = await released();
    expect(run.progress).toMatchObject({ total: 3, sent: 1, skipped: 2 });
    expect(await skippedBy(run.id)).toEqual({
      [loggedIn?.delivery.id ?? '']: 'HAS_LOGGED_IN',
      [chosen?.delivery.id ?? '']: 'HAS_PASSWORD',
    });
    expect((await scene.messages()).map(({ loginKey }) => loginKey)).toEqual([waiting?.key]);
    const stored = await scene.database.users.findOne({ id: chosen?.login.id });
    expect(stored?.password_hash).toBe(hash);
  });

  it.each([
    { what: 'is given a password by the older application', code: 'HAS_PASSWORD' },
    { what: 'logs in', code: 'HAS_LOGGED_IN' },
    { what: 'is made inactive', code: 'INACTIVE' },
  ])('leaves alone whoever $what between being chosen and being written', async ({ code }) => {
    const pairs = await scene.addPairs([{}, {}, {}]);
    const hash = `$2b$12$${'a'.repeat(53)}`;
    const { outbox } = scene.dependencies.customers.accounts;
    const prepare = outbox.prepare.bind(outbox);
    const { accounts } = scene.database;
    const users = scene.database.db.collection('users');
    // Several are prepared at once: whoever is first is the one.
    let first = '';
    const spy = vi.spyOn(outbox, 'prepare').mockImplementationOnce(async (message) => {
      const _id = message.loginKey ?? '';
      first = _id;
      const id = { _id: new ObjectId(_id) };
      if (code === 'HAS_PASSWORD') await users.updateOne(id, { $set: { password_hash: hash } });
      else if (code === 'INACTIVE') await users.updateOne(id, { $set: { is_active: false } });
      else await accounts.updateOne({ _id }, { $set: { lastLoginAt: new Date() } });
      return prepare(message);
    });
    const run = await released();
    spy.mockRestore();
    const pair = pairs.find(({ key }) => key === first);
    expect(run.progress).toMatchObject({ total: 3, sent: 2, skipped: 1 });
    expect(await skippedBy(run.id)).toEqual({ [pair?.delivery.id ?? '']: code });
    const stored = await users.findOne({ id: pair?.login.id });
    expect(stored?.password_hash).toBe(code === 'HAS_PASSWORD' ? hash : null);
  });

  it('tells a member of a household who shares phone and e-mail with another the id to log in by', async () => {
    const [pair] = await scene.addPairs([
      { email: null, phone: '98450 60606' },
      { email: null, phone: '+91 9845060606' },
    ]);
    await released();
    const { notifications } = scene.database;
    const message = await notifications.findOne({ loginKey: pair?.key ?? '' });
    expect(message?.values.loginName).toBe(pair?.login.id);
    const { password } = (await scene.messages()).find(({ loginKey }) => loginKey === pair?.key) ?? {};
    const session = await logIn(scene.dependencies.customers.accounts, {
      identifier: pair?.login.id ?? '',
      password: password ?? '',
      clientAddress: '192.0.2.1',
    });
    expect(session.viewer.id).toBe(pair?.login.id);
  });

  it('without a backfill sends to imported logins and to legacy logins without a password, and to nobody who has one', async () => {
    await scene.database.db.collection('users').insertMany([
      { id: 'legacy', name: 'A', email: 'legacy@example.com', role: 'customer', is_active: true },
      { id: 'rubbish', name: 'B', email: 'rubbish@example.com', role: 'customer', password_hash: 'none' },
      {
        id: 'own',
        name: 'C',
        email: 'own@example.com',
        role: 'customer',
        password_hash: `$2b$12$${'a'.repeat(53)}`,
      },
      {
        id: 'left',
        name: 'D',
        email: 'left@example.com',
        role: 'customer',
        is_active: false,
        password_hash: `$2b$12$${'a'.repeat(53)}`,
      },
      { id: 'off', name: 'E', email: 'off@example.com', role: 'customer', is_active: false },
      { id: 'staff', name: 'F', email: 'staff@example.com', role: 'delivery_boy' },
    ]);
    await scene.addPairs([{ email: 'made@example.com' }]);
    const run = await released({ backfillId: null });
    expect((await scene.messages()).map(({ destination }) => destination).sort()).toEqual([
      'legacy@example.com',
      'made@example.com',
      'rubbish@example.com',
    ]);
    expect(run.progress).toMatchObject({ total: 4, sent: 3, skipped: 1 });
    expect(await skippedBy(run.id)).toEqual({ off: 'INACTIVE' });
  });

  it('is previewed: by channel, unreachable, inactive, and what the SMS cost', async () => {
    await scene.addPairs([
      {},
      {},
      { email: null, phone: '9845011111' },
      { email: null, phone: '9845022222' },
      { email: null, phone: '9845033333' },
      { email: null },
      { isActive: false },
    ]);
    const { preview, total } = await previewRelease(scene.dependencies, scene.backfillId);
    expect(preview).toEqual({ byEmail: 2, bySms: 3, unreachable: 1, inactive: 1, estimatedSmsCost: 0.45 });
    expect(total).toBe(7);
    expect(await scene.messages()).toEqual([]);
    expect((await released()).progress).toMatchObject({ sent: 5, unreachable: 1, skipped: 2 });
  });
});

describe('the rate of a release', () => {
  it('is never exceeded by the pieces into which a minute is cut, nor is much of it lost', () => {
    for (let perMinute = 1; perMinute <= 100_000; perMinute += 1) {
      const { size, spacingMs } = releaseSlot(perMinute);
      const mostInAnyMinute = size * Math.ceil(60_000 / spacingMs);
      expect(mostInAnyMinute).toBeLessThanOrEqual(perMinute);
      expect(mostInAnyMinute).toBeGreaterThan(perMinute * 0.97 - size);
    }
  });

  it.each([7, 60, 1_000])('is kept at %d a minute, wherever the minute begins', async (perMinute) => {
    await scene.addPairs(Array.from({ length: 12 }, () => ({})));
    const started = scene.clock.ms;
    const { id } = await release({ perMinute });
    await scene.run(id);
    const times = (await scene.messages()).map(({ createdAt }) => createdAt.getTime());
    expect(times).toHaveLength(12);
    const { size, spacingMs } = releaseSlot(perMinute);
    for (const from of times) {
      expect(times.filter((time) => time >= from && time < from + 60_000).length).toBeLessThanOrEqual(
        perMinute,
      );
      expect(times.filter((time) => time >= from && time < from + spacingMs).length).toBeLessThanOrEqual(
        size,
      );
    }
    // Nor is it much slower than that.
    expect(scene.clock.ms - started).toBeLessThanOrEqual((12 / perMinute) * 60_000 * 1.1 + 500);
  });

  it('is kept over pauses and restarts', async () => {
    await scene.addPairs(Array.from({ length: 6 }, () => ({})));
    const { id } = await release({ perMinute: 6 });
    for (let sent = 0; sent < 6; ) {
      const stopping = new AbortController();
      let waits = 0;
      await scene.run(id, {
        stopping: stopping.signal,
        onWait: () => {
          waits += 1;
          if (waits > 3) stopping.abort();
        },
      });
      await controlJob(scene.database, { kind: 'release', id, command: 'pause', now: new Date() }).catch(
        () => {},
      );
      await controlJob(scene.database, { kind: 'release', id, command: 'resume', now: new Date() }).catch(
        () => {},
      );
      sent = (await runOf(id)).progress.sent;
    }
    const times = (await scene.messages()).map(({ createdAt }) => createdAt.getTime());
    for (const [index, time] of times.slice(1).entries()) {
      expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(10_000);
    }
  });

  it('never makes a pause wait: while the next message is not due it looks twice a second', async () => {
    await scene.addPairs([{}, {}]);
    const { id } = await release({ perMinute: 1 });
    const waits: number[] = [];
    let last = scene.clock.ms;
    await scene.run(id, {
      onWait: () => {
        waits.push(scene.clock.ms - last);
        last = scene.clock.ms;
        if (waits.length === 3) {
          void controlJob(scene.database, { kind: 'release', id, command: 'pause', now: new Date() });
        }
      },
    });
    expect(Math.max(...waits)).toBeLessThanOrEqual(500);
    expect(await runOf(id)).toMatchObject({ state: 'PAUSED', progress: { sent: 1 } });
    await controlJob(scene.database, { kind: 'release', id, command: 'resume', now: new Date() });
    await scene.run(id);
    expect(await runOf(id)).toMatchObject({ state: 'SUCCEEDED', progress: { sent: 2 } });
  });

  it.each([0, 100_001, 1.5])('%d a minute is refused', async (perMinute) => {
    await expect(release({ perMinute })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'perMinute' },
    });
  });
});

describe('releases exclude each other', () => {
  it('a second is refused until the first is finished', async () => {
    await release();
    await expect(release()).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('of a backfill that nobody knows is refused', async () => {
    await expect(release({ backfillId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
