import { describe, expect, it } from 'vitest';
import { qualityTables } from '../../../src/cli/quality/quality-tables.ts';
import { dataQuality } from '../../../src/reports/data-quality.ts';
import { figuresOf } from '../../../src/reports/figures.ts';

describe('the tables of data quality', () => {
  const asOf = new Date('2026-03-01T10:00:00.000Z');
  const report = dataQuality(figuresOf([], { expiredPasswords: 0, assigned: 0, asOf }));
  const rowOf = (text: string, label: string) => text.split('\n').find((line) => line.includes(label));

  it('say 100.0% of nothing less than all, of past days too', () => {
    const point = (day: string, linkageRatio: number) => ({
      at: new Date(`${day}T00:00:00.000Z`),
      linkageRatio,
      syncIssues: 7,
    });
    const text = qualityTables({
      ...report,
      trend: [
        point('2026-02-26', 0),
        point('2026-02-27', 16 / 300),
        point('2026-02-28', 1 - 1e-12),
        point('2026-03-01', 1),
      ],
    });
    expect(rowOf(text, 'Status')).toContain('NEEDS_ATTENTION');
    expect(rowOf(text, '2026-02-26')).toMatch(/ 0\.0% .* 7 /);
    expect(rowOf(text, '2026-02-27')).toContain(' 5.3% ');
    expect(rowOf(text, '2026-02-28')).toContain(' 99.9% ');
    expect(rowOf(text, '2026-03-01')).toContain(' 100.0% ');
  });
});
