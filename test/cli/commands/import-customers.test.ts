import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataDirectory, openDataDirectory, runCommand, startCommand } from './support/command.ts';

describe('import-customers', () => {
  let data: DataDirectory;
  beforeAll(async () => {
    data = await openDataDirectory();
  });
  afterAll(() => data.close());
  const file = (name: string) => join(data.path, name);

  it.concurrent('creates the customers of a file with other columns, names bad rows by line, and exits 3', async () => {
    const rows = ['Asha;98765 43210;"1 Lane; Pune";', 'Ravi;12;2 Lane;', 'Mira;98765 43211;3 Lane;x'];
    await writeFile(file('list.csv'), `\uFEFFFull Name;Mobile;ADDRESS;Notes\r\n${rows.join('\r\n')}\r\n`);
    const options = ['--map', 'name=Full Name', '--map', 'phone=mobile', '--default', 'area=Baner', '--json'];
    const { code, stdout, stderr } = await runCommand(
      ['import-customers', file('list.csv'), ...options],
      data.environment,
    );
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 3, created: 2, refused: 1, ignoredColumns: ['Notes'] });
    expect(stderr).toContain('list.csv:3: phone: This is no valid phone number');
    expect(stderr).toMatch(/^3 rows, 2 created, 0 adopted, 0 there already, 1 refused \(kept in .*\)\.$/m);
    expect(stderr).not.toContain('\u001b');
    expect(await data.database.customersV2.distinct('area')).toEqual(['Baner']);
    expect(await readFile(file('list.csv.rejected.csv'), 'utf8')).toBe(
      `Full Name;Mobile;ADDRESS;Notes\r\n${rows[1]}\r\n`,
    );
  });

  it.concurrent('refuses a file without a column that is needed, before anything is opened, and exits 2', async () => {
    await writeFile(file('short.csv'), 'name,mobile\nAsha,9876543210\n');
    const { code, stdout, stderr } = await runCommand(['import-customers', file('short.csv')], {
      DATA_DIR: '/nonexistent/never-opened',
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^error: the file has no column for phone, address, area; it has "name", "mobile"/,
    );
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('is ended by Ctrl-C with 130 and by SIGKILL at once, and goes on until everybody is there once', async () => {
    const people = Array.from(
      { length: 1_000 },
      (_, index) => `P ${index},${9_877_000_000 + index},Lane ${index},Aundh`,
    );
    await writeFile(file('many.csv'), `name,phone,address,area\n${people.join('\n')}\n`);
    const rowsDone = async () => {
      const job = await data.database.jobs.findOne({ finishedAt: null });
      return (job?.progress.rows as number | undefined) ?? 0;
    };
    const endWith = async (signal: NodeJS.Signals) => {
      const before = await rowsDone();
      const command = await startCommand(['import-customers', file('many.csv')], data.environment);
      while ((await rowsDone()) === before) await sleep(5);
      command.process.kill(signal);
      return command.ended;
    };
    expect((await endWith('SIGKILL')).code).toBeNull();
    const interrupted = await endWith('SIGINT');
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(/went on behind .* rows of.*Interrupted: run it again/s);
    const last = await runCommand(['import-customers', file('many.csv')], data.environment);
    expect([last.code, last.stdout]).toEqual([0, '']);

    expect(await data.database.users.countDocuments({ phone: /^9877/ })).toBe(people.length);
    const report = parse(await readFile(file('many.csv.report.csv')), { columns: true }) as Record<
      string,
      string
    >[];
    expect(report.map(({ line }) => Number(line))).toEqual(people.map((_, index) => index + 2));
    expect(new Set(report.map(({ customer_id }) => customer_id)).size).toBe(people.length);
    expect(report.every(({ outcome }) => outcome === 'created')).toBe(true);
  }, 90_000);
});
