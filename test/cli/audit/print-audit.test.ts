import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditSamples } from '../../../src/cli/audit/audit-samples.ts';
import {
  printAuditCsv,
  printAuditJson,
  printAuditTable,
  type SamplesOf,
} from '../../../src/cli/audit/print-audit.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import { type Figures, readFigures } from '../../../src/reports/figures.ts';
import { type ExpectedWorld, readExpected } from '../../customers/support/expected-customers.ts';
import { fillWithRandomRecords } from '../../customers/support/random-fill.ts';
import { oracleFigures } from '../../support/oracle-figures.ts';
import { openTestDatabase, type TestDatabase } from '../../support/test-database.ts';

describe('a printed audit, of 250 random records', () => {
  let test: TestDatabase;
  let world: ExpectedWorld;
  let figures: Figures;
  const settings = { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' } as const;

  beforeAll(async () => {
    test = await openTestDatabase();
    const { database } = test;
    await fillWithRandomRecords(29, 250)(database);
    await database.customersV2.insertMany([
      { _id: 'formula', id: '@SUM(A1)', name: '=HYPERLINK("http://x", "y")', phone: '+91 98765 43211' },
      { _id: 'ansi', id: 'ansi', name: 'Red \u001b[31m\r\nline', phone: '-1+1' },
    ] as never[]);
    await sweepIndex(database, settings);
    figures = await readFigures(database, new Date());
    world = await readExpected(database);
  });
  afterAll(() => test.close());

  const samples =
    (limit: number): SamplesOf =>
    ({ filter }) =>
      auditSamples({ database: test.database, settings }, filter, limit);
  const printed = async (print: typeof printAuditTable, samplesOf: SamplesOf | null) => {
    let text = '';
    await print(
      async (part) => {
        text += part;
      },
      figures,
      samplesOf,
    );
    return text;
  };
  const expected = () => oracleFigures(world.customers, world.users, world.customersV2);

  it('as JSON has every count, equal to those counted independently, and as many samples', async () => {
    const { audit, totalSyncIssues, totalUniqueCustomers } = expected();
    const json = JSON.parse(await printed(printAuditJson, samples(1_000)));
    expect(json).toMatchObject({ totalSyncIssues, totalUniqueCustomers, asOf: figures.asOf.toISOString() });
    const counts = json.categories.map((line: { category: string; count: number }) => [
      line.category,
      line.count,
    ]);
    expect(Object.fromEntries(counts)).toEqual(audit);
    for (const line of json.categories) expect(line.samples).toHaveLength(line.count);
    const [linked] = json.categories;
    expect(linked).toMatchObject({
      filter: '{linkState: [LINKED]}',
      percent: expect.stringMatching(/^\d+\.\d%$/),
    });
    const known = world.customers.find(({ id }) => id === linked.samples[0].id)?.answer;
    expect(linked.samples[0]).toEqual({
      id: known?.id,
      name: known?.name,
      phone: known?.phone,
      email: known?.email,
      linkState: 'LINKED',
      userId: known?.link.userId,
      customerV2Id: known?.link.customerV2Id,
      conflictingIds: expect.arrayContaining(known?.link.conflictingIds ?? []),
    });
  });

  it('as JSON without samples names none', async () => {
    const json = JSON.parse(await printed(printAuditJson, null));
    expect(json.categories).toHaveLength(9);
    expect(json.categories[0]).not.toHaveProperty('samples');
  });

  it('as CSV has a line for each category', async () => {
    const rows: Record<string, string>[] = parse(await printed(printAuditCsv, null), { columns: true });
    expect(Object.fromEntries(rows.map((row) => [row.category, Number(row.count)]))).toEqual(
      expected().audit,
    );
    expect(rows.at(-1)).toMatchObject({ category: 'missingEmail', filter: '{missingEmail: true}' });
  });

  it('as CSV with samples has a line for each, which no spreadsheet takes for a formula', async () => {
    const limit = 201;
    const rows: Record<string, string>[] = parse(await printed(printAuditCsv, samples(limit)), {
      columns: true,
    });
    for (const [category, count] of Object.entries(expected().audit)) {
      expect(rows.filter((row) => row.category === category)).toHaveLength(Math.min(count, limit));
    }
    const cells = rows.flatMap((row) => Object.values(row));
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell) && !/^\+[\d ]+$/.test(cell))).toEqual([]);
    expect(rows).toContainEqual(
      expect.objectContaining({
        id: "'@SUM(A1)",
        name: `'=HYPERLINK("http://x", "y")`,
        phone: '+91 98765 43211',
      }),
    );
  });

  it('as tables has one line a customer, without what would colour a terminal or move its cursor', async () => {
    const { audit, totalSyncIssues } = expected();
    const tables = await printed(printAuditTable, samples(1_000));
    expect(tables).not.toContain('\u001b');
    expect(tables).not.toContain('\r');
    const rowOf = (label: string) => tables.split('\n').find((line) => line.includes(label));
    expect(rowOf('In conflict')).toMatch(new RegExp(` ${audit.conflicts} .*linkState: \\[CONFLICT\\]`));
    expect(rowOf('Not linked both ways')).toContain(` ${totalSyncIssues} `);
    expect(rowOf('Red  [31m line')).toContain('ORPHANED_V2');
  });
});
