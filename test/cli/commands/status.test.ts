import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDemoData } from '../../../src/cli/demo/generate-demo-data.ts';
import { oracleCustomers } from '../../support/oracle.ts';
import { oracleDashboard } from '../../support/oracle-dashboard.ts';
import { oracleFigures } from '../../support/oracle-figures.ts';
import { type DataDirectory, openDataDirectory, runCommand } from './support/command.ts';

describe('the figures of the business', () => {
  let data: DataDirectory;
  const { users, customersV2 } = generateDemoData();
  const customers = oracleCustomers(users, customersV2, {
    phoneRegion: 'IN',
    legacyTimezone: 'UTC',
    now: new Date(),
  });
  const expected = oracleFigures(customers, users, customersV2);
  const dashboard = oracleDashboard(customers, { now: new Date(), zone: 'UTC', months: 12 });

  beforeAll(async () => {
    data = await openDataDirectory();
    const { code, stdout, stderr } = await runCommand(['demo'], data.environment);
    expect(stderr).toBe('');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Stored 56 users and 300 customers_v2.')]);
  });
  afterAll(() => data.close());

  it('are printed as JSON, equal to those counted independently', async () => {
    const { code, stdout, stderr } = await runCommand(['status', '--json'], data.environment);
    expect([code, stderr]).toEqual([0, '']);
    const { linked, halfLinked, orphanedUsers, orphanedV2, dangling, conflicts } = expected.audit;
    expect(JSON.parse(stdout)).toEqual({
      legacyCustomers: expected.legacyCustomers,
      v2Customers: expected.v2Customers,
      linkedCustomers: expected.linkedCustomers,
      totalUniqueCustomers: expected.totalUniqueCustomers,
      activeCustomers: expected.activeCustomers,
      unassignedCustomers: expected.unassignedCustomers,
      missingEmail: expected.missingEmail,
      canLogin: expected.audit.canLogin,
      totalSyncIssues: expected.totalSyncIssues,
      linkageRatio: expected.linkageRatio,
      linkageCompleteness: expected.linkageCompleteness,
      byLinkState: {
        LINKED: linked,
        HALF_LINKED: halfLinked,
        ORPHANED_USER: orphanedUsers,
        ORPHANED_V2: orphanedV2,
        DANGLING: dangling,
        CONFLICT: conflicts,
      },
      byStatus: Object.fromEntries(
        ['ACTIVE', 'TRIAL', 'PAUSED', 'INACTIVE', 'OTHER'].map((status) => [
          status,
          customers.filter((customer) => customer.status === status).length,
        ]),
      ),
      systemsInUse: ['USERS', 'CUSTOMERS_V2'],
      byArea: dashboard.byArea.slice(0, 20),
      growth: dashboard.growth,
      asOf: expect.any(String),
    });
  });

  it('are printed as a table without colours or animation off a terminal, counting what others have just written', async () => {
    await data.database.customersV2.insertOne({ _id: 'new', id: 'new', name: 'New', status: 'active' });
    const { code, stdout, stderr } = await runCommand(['status'], data.environment);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('\u001b');
    const rowOf = (label: string) => stdout.split('\n').find((line) => line.includes(label));
    expect(rowOf('each person once')).toContain(String(expected.totalUniqueCustomers + 1));
    expect(rowOf('with a delivery record')).toContain('301');
    expect(rowOf('ORPHANED_V2')).toContain(String(expected.audit.orphanedV2 + 1));
    expect(stdout).toMatch(/Systems in use[^\n]*USERS[^\n]*\n[^\n]*CUSTOMERS_V2/);
    const [most] = dashboard.byArea.filter(({ area }) => area !== null);
    expect(rowOf(` ${most?.area} `)).toMatch(new RegExp(` ${most?.count} .* ${most?.active} `));
    expect(rowOf(` ${dashboard.growth.at(-1)?.month} `)).toContain(` ${dashboard.growth.at(-1)?.added} `);
  });

  it('are never of demo data mixed with other data', async () => {
    const { code, stdout, stderr } = await runCommand(['demo'], data.environment);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^customer-gateway: The database is not empty.*\n$/);
    expect(await data.database.customersV2.countDocuments({})).toBe(301);
  });
});
