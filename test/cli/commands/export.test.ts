import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDemoData } from '../../../src/cli/demo/generate-demo-data.ts';
import { exportCommand } from '../../../src/cli/export-command.ts';
import { oracleCustomers } from '../../support/oracle.ts';
import { type DataDirectory, openDataDirectory, runCommand, startCommand } from './support/command.ts';

describe('customer-gateway export', () => {
  let data: DataDirectory;
  let directory: string;
  const { users, customersV2 } = generateDemoData();
  const customers = oracleCustomers(users, customersV2, {
    phoneRegion: 'IN',
    legacyTimezone: 'UTC',
    now: new Date(),
  });

  beforeAll(async () => {
    data = await openDataDirectory();
    expect((await runCommand(['demo'], data.environment)).code).toBe(0);
    directory = join(data.path, 'files');
    await mkdir(directory);
  });
  afterAll(() => data.close());

  const run = (...args: string[]) => runCommand(['export', ...args], data.environment);
  const partials = async () => (await readdir(directory)).filter((name) => name.endsWith('.partial'));

  it('writes a file that holds everybody in clear, for its owner alone, in place of the one before', async () => {
    const output = join(directory, 'customers.csv');
    await writeFile(output, 'of yesterday');
    const { code, stdout, stderr } = await run('--output', output, '--bom', '--end-row');
    expect([code, stdout, stderr]).toEqual([0, '', `${customers.length} customers in ${output}\n`]);
    const text = await readFile(output, 'utf8');
    expect(text.startsWith('\uFEFFid,name,')).toBe(true);
    const rows: Record<string, string>[] = parse(text, { columns: true, bom: true });
    expect(rows.pop()?.id).toMatch(new RegExp(`^#complete rows=${customers.length} cursor=`));
    expect(rows.map(({ id, email }) => [id, email]).toSorted()).toEqual(
      customers.map(({ id, email }) => [id, email ?? '']).toSorted(),
    );
    expect((await stat(output)).mode & 0o777).toBe(0o600);
    expect(await partials()).toEqual([]);
  });

  it('prints NDJSON of a filter with what others have just written, and goes on behind a cursor in another run', async () => {
    await data.database.customersV2.insertOne({
      id: 'just-now',
      name: 'Just Now',
      status: 'paused',
      created_at: '2001-01-01T00:00:00',
    } as never);
    const args = ['--format', 'ndjson', '--filter', '{"status":["PAUSED"]}', '--columns', 'id,cursor'];
    const linesOf = (text: string) =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    const whole = linesOf((await run(...args)).stdout);
    const paused = customers.filter(({ status }) => status === 'PAUSED').map(({ id }) => id);
    expect(whole.pop()).toMatchObject({ complete: true, rows: paused.length + 1 });
    expect(whole.map(({ id }) => id).toSorted()).toEqual([...paused, 'just-now'].toSorted());
    const { code, stdout, stderr } = await run(...args, '--after', whole[9].cursor);
    const rest = linesOf(stdout);
    expect([code, stderr, rest.pop().rows]).toEqual([
      0,
      `${whole.length - 10} customers\n`,
      whole.length - 10,
    ]);
    expect(rest).toEqual(whole.slice(10));
  });

  it('writes into a pipe that is at the path, and what a link names in place of that', async () => {
    const [pipe, link, target] = ['pipe', 'link.csv', 'target.csv'].map((name) => join(directory, name));
    if (pipe === undefined || link === undefined || target === undefined) throw new RangeError();
    execFileSync('mkfifo', [pipe]);
    const reading = readFile(pipe, 'utf8');
    expect((await run('--output', pipe, '--columns', 'id', '--end-row')).code).toBe(0);
    expect(await reading).toContain('#complete rows=');
    expect((await stat(pipe)).isFIFO()).toBe(true);

    await writeFile(target, 'of yesterday');
    await symlink(target, link);
    expect((await run('--output', link, '--columns', 'id')).code).toBe(0);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(target, 'utf8')).toMatch(/^id\r\n/);
    expect(await partials()).toEqual([]);
  });

  it.each([
    { args: ['--filter', '{"area":{"$gt":""}}'], message: 'filter.area' },
    { args: ['--after', 'rubbish'], message: 'after is not a cursor of this list' },
    { args: ['--format', 'ndjson', '--no-header'], message: 'header is for CSV alone' },
    { args: ['--output', '/nowhere/at/all.csv'], message: 'cannot be written' },
    { args: ['--output', tmpdir()], message: 'it is a directory' },
  ])('refuses $args as wrong usage', async ({ args, message }) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it.each([{ args: ['--order', 'NAME'] }, { args: ['--format', 'xlsx'] }])(
    'refuses $args before it opens anything',
    async ({ args }) => {
      const command = exportCommand()
        .exitOverride()
        .configureOutput({ writeErr() {} });
      await expect(command.parseAsync(args, { from: 'user' })).rejects.toThrow('Allowed choices');
    },
  );

  it('when it is interrupted keeps what there was, the rows so far beside it, and says how to go on', async () => {
    const made = Array.from({ length: 3_000 }, (_, n) => ({
      _id: `m${n}`,
      id: `m${n}`,
      name: `Made ${n}`,
      status: 'active',
      address: 'x'.repeat(1_000),
      created_at: '2002-01-01T00:00:00',
    }));
    await data.database.customersV2.insertMany(made as never[]);
    expect((await run('--output', join(directory, 'all.ndjson'), '--format', 'ndjson')).code).toBe(0);
    const before = await readFile(join(directory, 'all.ndjson'), 'utf8');
    const output = join(directory, 'all.ndjson');
    const command = await startCommand(
      ['export', '--format', 'ndjson', '--output', output],
      data.environment,
    );
    // The first rows are there: it is in the middle, or at most at its end.
    await expect.poll(partials, { interval: 5, timeout: 15_000 }).toHaveLength(1);
    command.process.kill('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(await readFile(output, 'utf8')).toBe(before);
    const rows = /^Not complete: ([\d,]+) customers/.exec(stderr)?.[1] ?? '';
    const kept = / customers in (.*)\.\n/.exec(stderr)?.[1] ?? '';
    const cursor = /--after (.*)\n/.exec(stderr)?.[1] ?? '';
    const done = Number(rows.replace(',', ''));
    if (done === 0) return expect(await partials()).toEqual([]);
    const so = (await readFile(kept, 'utf8')).split('\n').slice(0, -1);
    expect(so).toHaveLength(done);
    const { stdout } = await run('--format', 'ndjson', '--after', cursor);
    expect([...so, ...stdout.split('\n').slice(0, -2)]).toEqual(before.split('\n').slice(0, -2));
  });

  it('ends with code 1 when whoever reads it has closed the output', async () => {
    const command = await startCommand(
      ['export', '--columns', 'id,address,name,phone,email'],
      data.environment,
    );
    command.process.stdout?.once('data', () => command.process.stdout?.destroy());
    const { code, stderr } = await command.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Not complete: [\d,]+ customers\.\n/);
  });
});
