import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditCommand } from '../../../src/cli/audit-command.ts';
import { qualityCommand } from '../../../src/cli/quality-command.ts';
import { type DataDirectory, openDataDirectory, runCommand } from './support/command.ts';

describe('the commands that report', () => {
  let data: DataDirectory;
  const yesterday = new Date(Date.now() - 24 * 60 * 60_000);

  beforeAll(async () => {
    data = await openDataDirectory();
    const { users, customersV2, qualitySnapshots } = data.database;
    await users.insertMany([
      { _id: 'u1', id: 'u1', role: 'customer', name: 'One', customer_v2_id: 'd1' },
      { _id: 'u2', id: 'u2', role: 'customer', name: 'Two', customer_v2_id: 'd2' },
    ] as never[]);
    await customersV2.insertMany([
      { _id: 'd1', id: 'd1', name: 'One', status: 'active', user_id: 'u1' },
      { _id: 'd2', id: 'd2', name: 'Two', status: 'active', user_id: null },
    ] as never[]);
    await qualitySnapshots.insertOne({
      _id: yesterday.toISOString().slice(0, 10),
      at: yesterday,
      linkageRatio: 0.5,
      syncIssues: 3,
    } as never);
  });
  afterAll(() => data.close());

  it('audit counts what others have just written, and ends with code 1 over the threshold, all printed', async () => {
    const { code, stdout, stderr } = await runCommand(
      ['audit', '--json', '--samples', '5', '--fail-over', '0'],
      data.environment,
    );
    expect([code, stderr]).toEqual([1, 'Not linked both ways: 1. --fail-over allows 0.\n']);
    const { totalSyncIssues, categories } = JSON.parse(stdout);
    expect(totalSyncIssues).toBe(1);
    expect(categories[1]).toMatchObject({
      category: 'halfLinked',
      count: 1,
      percent: '50.0%',
      samples: [{ id: 'd2', userId: 'u2', customerV2Id: 'd2', conflictingIds: [] }],
    });
  });

  it('audit ends with code 0 within the threshold', async () => {
    const { code, stdout, stderr } = await runCommand(
      ['audit', '--csv', '--fail-over', '1'],
      data.environment,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('\nhalfLinked,1,50.0%,{linkState: [HALF_LINKED]}\n');
  });

  it('quality prints the figures and the trend, today last', async () => {
    const { code, stdout, stderr } = await runCommand(['quality', '--json'], data.environment);
    expect([code, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout);
    expect(report).toEqual({
      totalUsers: 2,
      totalV2Customers: 2,
      linkedRecords: 2,
      halfLinked: 1,
      orphanedUsers: 0,
      orphanedV2: 0,
      linkageRatio: 1,
      linkageCompleteness: '100.0%',
      status: 'NEEDS_ATTENTION',
      asOf: expect.any(String),
      trend: [
        { at: yesterday.toISOString(), linkageRatio: 0.5, syncIssues: 3 },
        { at: report.asOf, linkageRatio: 1, syncIssues: 1 },
      ],
    });
  });

  it.each([
    { args: ['--samples', '0'], message: 'from 1' },
    { args: ['--samples', 'all'], message: 'whole number' },
    { args: ['--fail-over', '-1'], message: 'from 0' },
    { args: ['--fail-over', '1.5'], message: 'whole number' },
    { args: ['--json', '--csv'], message: 'cannot be used with' },
  ])('audit refuses $args before it reads anything', async ({ args, message }) => {
    await expect(parse(auditCommand(), args)).rejects.toThrow(message);
  });

  it.each([['0'], ['3661'], ['month']])('quality refuses %s days', async (days) => {
    await expect(parse(qualityCommand(), ['--days', days])).rejects.toThrow('from 1 to 3660');
  });
});

function parse(command: ReturnType<typeof auditCommand>, args: string[]): Promise<unknown> {
  return command
    .exitOverride()
    .configureOutput({ writeErr() {} })
    .parseAsync(args, { from: 'user' });
}
