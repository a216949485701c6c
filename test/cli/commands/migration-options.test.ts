import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleGateway } from '../../support/bundle-gateway.ts';
import { type DataDirectory, openDataDirectory, runCommand } from './support/command.ts';

/** Whatever opened a database there would fail, or succeed: neither is exit code 2. */
const nowhere = { DATA_DIR: '/nonexistent/never-opened' };

// Beforehand: no test waits for it.
beforeAll(async () => {
  await bundleGateway();
});

describe('options of the migration that do not go together', () => {
  it.concurrent.each([
    ['release-credentials --resume --per-minute 600', /'--resume' cannot be used with .*'--per-minute <n>'/],
    ['release-credentials --resume --backfill x', /'--resume' cannot be used with .*'--backfill <run>'/],
    ['release-credentials --dry-run --resume', /'--resume' cannot be used with .*'--dry-run'/],
    ['release-credentials --cancel --resume', /'--cancel' cannot be used with .*'--resume'/],
    ['backfill --per-minute 60', /--per-minute needs --release/],
    ['backfill --apply --yes --per-minute 5', /--per-minute needs --release/],
    ['backfill --release', /--release needs --apply, --retry or --resume/],
    ['backfill --resume --retry x', /'--resume' cannot be used with .*'--retry <run>'/],
    ['backfill --cancel --apply', /'--cancel' cannot be used with .*'--apply'/],
  ])('end with exit code 2 before anything is touched: %s', async (line, reason) => {
    const { code, stdout, stderr } = await runCommand(line.split(' '), nowhere);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(reason);
  });
});

describe('a database', () => {
  let data: DataDirectory;
  beforeAll(async () => {
    data = await openDataDirectory();
  });
  afterAll(() => data?.close());

  it('that holds nothing of the older application is named, since its name may be mistyped', async () => {
    const { code, stdout, stderr } = await runCommand(['backfill'], {
      ...data.environment,
      MONGODB_DB: 'delivry',
    });
    expect([code, stdout]).toEqual([0, expect.stringContaining('0 delivery records')]);
    expect(stderr).toContain('Neither users nor customers_v2 holds anything in the database delivry');
  });

  it('that was never migrated is refused with the way out first, in few words', async () => {
    await data.database.db.collection('customers_v2').insertMany([
      { id: 'g1', user_id: 'ghost' },
      { id: '', user_id: 'ghost' },
    ]);
    const { code, stderr } = await runCommand(['backfill'], data.environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^customer-gateway: The database is not on the schema of this version: run "customer-gateway migrate"/,
    );
    expect(stderr).toMatch(/ and \d\d more\.\n$/);
    expect(stderr.length).toBeLessThan(400);
  });

  it('has its shared links told as they are: who claims what, by `_id` where the id is empty, and no state', async () => {
    const { code, stdout } = await runCommand(['migrate'], data.environment);
    const unnamed = await data.database.customersV2.findOne({ id: '' });
    expect(code).toBe(0);
    expect(stdout).toContain(`customers_v2.user_id = ghost is claimed by 2: g1, ${String(unnamed?._id)}\n`);
    expect(stdout).toMatch(/What states these customers are in.*customer-gateway audit/);
    expect(stdout).not.toContain('These customers are CONFLICT');
  });
});
