import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepIndex } from '../../src/customer-index/sweep-index.ts';
import { takeLease } from '../../src/database/lease.ts';
import { migrate } from '../../src/database/migrate.ts';
import { type DataDirectory, openDataDirectory, runCommand } from '../cli/commands/support/command.ts';

describe('customer-gateway backfill', () => {
  let directory: DataDirectory;
  beforeAll(async () => {
    directory = await openDataDirectory();
    const { database } = directory;
    await migrate(database, { now: () => new Date() });
    await database.db
      .collection('customers_v2')
      .insertMany([
        ...Array.from({ length: 30 }, (_, n) => record(n)),
        record(100, { name: '=cmd()', phone: 'none', id: '=d-100' }),
        record(101, { user_id: 'nobody' }),
      ]);
    await sweepIndex(database, { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' });
  });
  afterAll(() => directory.close());

  const record = (n: number, fields: Record<string, unknown> = {}) => ({
    id: `d-${n}`,
    name: `Person ${n}`,
    phone: `98765 ${String(n).padStart(5, '0')}`,
    status: n % 2 === 0 ? 'active' : 'paused',
    ...fields,
  });
  const backfill = (...args: string[]) => runCommand(['backfill', ...args], directory.environment);
  const counts = async () => {
    const { db } = directory.database;
    const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
    return Promise.all(names.map(async (name) => [name, await db.collection(name).find().toArray()]));
  };

  it('writes nothing without --apply, and says who would be created, refused and sent what', async () => {
    const before = await counts();
    const { code, stdout, stderr } = await backfill();
    expect(code, stderr).toBe(3);
    expect(await counts()).toEqual(before);
    expect(stdout).toContain('32 delivery records: 30 would get a login, 0 have one, 2 would be refused.');
    expect(stdout).toContain('0 e-mails and 15 SMS; 0 cannot be reached, 15 are inactive.');
    expect(stdout).toMatch(/ORPHANED_V2 +│ +31 +│ +1 /);
    expect(stdout).toContain('Person 19');
    expect(stderr).toContain('Nothing was written.');
  });

  it('asks for --yes where nobody can be asked, and --release for --apply', async () => {
    const file = join(directory.path, 'never.csv');
    const [asked, released] = await Promise.all([
      backfill('--apply', '--failures', file),
      backfill('--release'),
    ]);
    expect([asked.code, released.code]).toEqual([2, 2]);
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(asked.stderr).toContain('--yes');
    expect(await directory.database.users.countDocuments()).toBe(0);
  });

  it('makes the logins, writes the failures safe for spreadsheets, and goes on with what was paused', async () => {
    const file = join(directory.path, 'refused.csv');
    const foretold = JSON.parse((await backfill('--json')).stdout);
    const { code, stdout, stderr } = await backfill('--apply', '--yes', '--json', '--failures', file);
    expect(code, stderr).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      migration: 'backfill_users_for_v2_customers',
      state: 'SUCCEEDED',
      ...{ total: 32, processed: 32, created: 30, skipped: 0, errors: 2 },
      before: { legacyCustomers: 0, byLinkState: { ORPHANED_V2: 31 } },
      after: { legacyCustomers: 30, byLinkState: { LINKED: 30, ORPHANED_V2: 1 } },
      failures: [
        { code: 'DANGLING', count: 1 },
        { code: 'NO_PHONE', count: 1 },
      ],
    });
    const { samples, before, after } = JSON.parse(stdout);
    expect(samples).toHaveLength(20);
    // A dry run foretells each of them, and nothing that it cannot.
    expect({ before: foretold.before, after: foretold.after }).toEqual({ before, after });
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^'=d-100,NO_PHONE,/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { id } = JSON.parse(stdout);

    await directory.database.db
      .collection('customers_v2')
      .updateOne({ id: '=d-100' }, { $set: { phone: '9876500100' } });
    await directory.database.jobs.insertOne({
      ...{ _id: 'paused', kind: 'backfill', state: 'PAUSED', unfinished: true, step: 0, error: null },
      ...{ startedAt: new Date(), updatedAt: new Date(), finishedAt: null, input: { retryOf: id } },
      progress: { phase: 'PREPARING', total: 0, processed: 0, created: 0, skipped: 0, errors: 0, last: '' },
    });
    const refused = await backfill('--retry', id, '--yes');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('not finished') });
    const resumed = await backfill('--resume', '--json');
    expect(resumed.code, resumed.stderr).toBe(3);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      id: 'paused',
      total: 2,
      created: 1,
      errors: 1,
      retryOf: id,
    });
  });

  it('as JSON says what became of the release, too', async () => {
    const { db } = directory.database;
    await db.collection('customers_v2').insertMany([record(200), record(201), record(202)]);
    const args = ['--apply', '--release', '--per-minute', '100000', '--yes', '--json'];
    const { code, stdout, stderr } = await backfill(...args);
    expect(code, stderr).toBe(3);
    const { id, release, ...outcome } = JSON.parse(stdout);
    expect(outcome).toMatchObject({ state: 'SUCCEEDED', created: 3 });
    expect(release).toEqual({
      ...{ id: expect.any(String), state: 'SUCCEEDED', backfillId: id, perMinute: 100_000, error: null },
      ...{ total: 3, sent: 2, skipped: 1, unreachable: 0 },
      preview: { byEmail: 0, bySms: 2, unreachable: 0, inactive: 1, estimatedSmsCost: 0 },
    });
    const second = await backfill(...args);
    expect(JSON.parse(second.stdout)).toMatchObject({ created: 0, release: { preview: { bySms: 0 } } });
  });

  it('cancels the run that another process holds, whether that lives or not, and says how far it had come', async () => {
    const { jobs } = directory.database;
    await jobs.insertOne({
      ...{ _id: 'held', kind: 'backfill', state: 'RUNNING', unfinished: true, step: 3, error: null },
      ...{ startedAt: new Date(), updatedAt: new Date(), finishedAt: null, input: { retryOf: null } },
      progress: { phase: 'WALKING', total: 35, processed: 9, created: 7, skipped: 1, errors: 1, last: 'x' },
    });
    const lease = await takeLease(directory.database, 'job/backfill', {
      durationMs: 600_000,
      now: () => new Date(),
    });
    expect(await backfill('--apply', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('`customer-gateway backfill --cancel`'),
    });
    const { code, stdout, stderr } = await backfill('--cancel', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ id: 'held', state: 'CANCELLED', processed: 9, created: 7 }),
    ]);
    expect(stderr).toContain('Cancelled: run held, after 9 of 35 delivery records.');
    expect(stderr).toContain('customer-gateway backfill-revert held');
    expect(await jobs.findOne({ _id: 'held' })).toMatchObject({ state: 'CANCELLED' });
    expect(await backfill('--cancel')).toMatchObject({
      code: 1,
      stderr: 'customer-gateway: There is no backfill that is not finished.\n',
    });
    await lease?.release();
  });
});
