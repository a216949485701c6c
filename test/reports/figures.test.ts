import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataQuality } from '../../src/reports/data-quality.ts';
import { type FacetGroup, figuresOf, percentText } from '../../src/reports/figures.ts';
import { type OpenApp, openApp, person } from '../customers/support/open-app.ts';

const asOf = new Date('2026-03-01T10:00:00.000Z');
const group = (values: Partial<FacetGroup>): FacetGroup => ({
  linkState: 'LINKED',
  status: 'ACTIVE',
  hasLogin: true,
  missingEmail: false,
  loginUsable: true,
  count: 1,
  ...values,
});
const qualityOf = (groups: FacetGroup[]) =>
  dataQuality(figuresOf(groups, { expiredPasswords: 0, assigned: 0, asOf }));

describe('data quality', () => {
  it('of nobody needs attention, at a ratio of 0', () => {
    expect(qualityOf([])).toMatchObject({
      totalUsers: 0,
      totalV2Customers: 0,
      linkageRatio: 0,
      linkageCompleteness: '0.0%',
      status: 'NEEDS_ATTENTION',
    });
  });

  it('is healthy only when every record is linked both ways', () => {
    expect(qualityOf([group({ count: 7 })])).toMatchObject({
      linkageRatio: 1,
      linkageCompleteness: '100.0%',
      status: 'HEALTHY',
    });
    expect(qualityOf([group({ count: 7 }), group({ linkState: 'HALF_LINKED' })])).toMatchObject({
      linkageRatio: 1,
      linkageCompleteness: '100.0%',
      status: 'NEEDS_ATTENTION',
    });
  });

  it('just under all never says 100.0%', () => {
    const orphan = group({ linkState: 'ORPHANED_V2', hasLogin: false, loginUsable: false });
    expect(qualityOf([group({ count: 999_999 }), orphan])).toMatchObject({
      linkageRatio: 0.999999,
      linkageCompleteness: '99.9%',
      status: 'NEEDS_ATTENTION',
    });
  });
});

describe('a percentage', () => {
  it.each([
    [0, 0, '0.0%'],
    [0, 7, '0.0%'],
    [7, 7, '100.0%'],
    [16, 300, '5.3%'],
    [1, 2_000, '0.1%'],
    [1, 2_001, '0.0%'],
    [1_999, 2_000, '99.9%'],
    [1, 3, '33.3%'],
    [2, 3, '66.7%'],
  ])('of %i in %i is %3$s', (part, of, text) => {
    expect(percentText(part, of)).toBe(text);
  });
});

describe('reports through the API', () => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openApp();
    await app.add({ users: [person('admin', { role: 'admin' })] });
  });
  afterAll(() => app.close());

  it('of an empty database are all zero, and need attention', async () => {
    const admin = await app.logIn('admin@example.com');
    const { data, errors } = await admin(
      '{ linkageAudit { linked { count customers { nodes { id } } } totalSyncIssues } dataQualityReport { totalUsers status trend { at linkageRatio syncIssues } } }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      linkageAudit: { linked: { count: 0, customers: { nodes: [] } }, totalSyncIssues: 0 },
      dataQualityReport: {
        totalUsers: 0,
        status: 'NEEDS_ATTENTION',
        trend: [{ at: '2026-03-01T10:00:00.000Z', linkageRatio: 0, syncIssues: 0 }],
      },
    });
  });

  it('are healthy when every record is linked, and tell of a change after five seconds', async () => {
    await app.add({
      users: [person('one', { customer_v2_id: 'd1' }), person('two', { customer_v2_id: 'd2' })],
      customersV2: [
        { _id: 'd1', id: 'd1', name: 'One', status: 'active', user_id: 'one' },
        { _id: 'd2', id: 'd2', name: 'Two', status: 'active', user_id: 'two' },
      ],
    });
    const admin = await app.logIn('admin@example.com');
    const ask = async () =>
      (
        await admin(
          '{ dataQualityReport { status linkageCompleteness asOf } linkageAudit { canLogin { count } } }',
        )
      ).data;
    app.clock.ms += 4_999;
    expect((await ask()).dataQualityReport.asOf).toBe('2026-03-01T10:00:00.000Z');
    app.clock.ms += 1;
    expect(await ask()).toEqual({
      dataQualityReport: {
        status: 'HEALTHY',
        linkageCompleteness: '100.0%',
        asOf: '2026-03-01T10:00:05.000Z',
      },
      linkageAudit: { canLogin: { count: 2 } },
    });
  });

  it('count a temporary password that expires out of those who can log in, at that moment', async () => {
    const login = await app.database.users.findOne({ id: 'one' });
    const expiresAt = new Date(app.clock.ms + 60_000);
    await app.database.accounts.updateOne(
      { _id: (await app.database.indexedRecords.findOne({ id: 'one' }))?._id.replace('user/', '') ?? '' },
      { $set: { mustChangePassword: true, passwordExpiresAt: expiresAt } },
      { upsert: true },
    );
    await app.database.users.updateOne({ _id: login?._id as never }, { $set: { name: 'One again' } });
    await app.sweep();
    const admin = await app.logIn('admin@example.com');
    const counts = async () => {
      const { data } = await admin(
        '{ linkageAudit { canLogin { count customers { nodes { id } } } cannotLogin { count customers { nodes { id } } } } }',
      );
      const { canLogin, cannotLogin } = data.linkageAudit;
      expect(canLogin.customers.nodes).toHaveLength(canLogin.count);
      expect(cannotLogin.customers.nodes).toHaveLength(cannotLogin.count);
      return [canLogin.count, cannotLogin.count];
    };
    app.clock.ms = expiresAt.getTime() - 1;
    expect(await counts()).toEqual([2, 0]);
    app.clock.ms += 5_000;
    expect(await counts()).toEqual([1, 1]);
  });
});
