import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFigures } from '../../src/reports/figures.ts';
import { keepQualitySnapshot, qualityTrend } from '../../src/reports/quality-snapshots.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('the trend of data quality', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());
  const at = (text: string) => new Date(text);

  it('keeps one day once, however many processes come to it', async () => {
    const { database } = test;
    const times = ['00:00:00.000', '00:00:00.000', '00:00:00.001', '12:00:00.000', '23:59:59.999'];
    const kept = await Promise.all(
      times.map((time) => keepQualitySnapshot(database, at(`2026-03-01T${time}Z`))),
    );
    expect(kept.filter(Boolean)).toHaveLength(1);
    expect(await keepQualitySnapshot(database, at('2026-03-01T18:00:00.000Z'))).toBe(false);
    const [snapshot, ...others] = await database.qualitySnapshots.find().toArray();
    expect(others).toEqual([]);
    expect(snapshot).toMatchObject({
      _id: '2026-03-01',
      linkageRatio: 0,
      syncIssues: 0,
      totalUniqueCustomers: 0,
      canLogin: 0,
      byLinkState: { LINKED: 0, CONFLICT: 0 },
    });
  });

  it('has a point a day from oldest to newest, today by what is counted now, as many days as are asked for', async () => {
    const { database } = test;
    await database.qualitySnapshots.deleteMany({});
    for (const day of ['2016-02-22', '2016-02-23', '2026-01-31', '2026-02-27', '2026-02-28', '2026-03-01'])
      await keepQualitySnapshot(database, at(`${day}T00:00:10.000Z`));
    const now = at('2026-03-01T10:00:00.000Z');
    const current = await readFigures(database, now);
    const days = async (count: number) =>
      (await qualityTrend(database, current, count)).map((point) => point.at.toISOString().slice(0, 13));
    expect(await days(1)).toEqual(['2026-03-01T10']);
    expect(await days(2)).toEqual(['2026-02-28T00', '2026-03-01T10']);
    expect(await days(29)).toEqual(['2026-02-27T00', '2026-02-28T00', '2026-03-01T10']);
    expect(await days(30)).toEqual(['2026-01-31T00', '2026-02-27T00', '2026-02-28T00', '2026-03-01T10']);
    expect((await days(3_660))[0]).toBe('2016-02-23T00');
    await expect(qualityTrend(database, current, 3_661)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'days' },
    });
  });
});
