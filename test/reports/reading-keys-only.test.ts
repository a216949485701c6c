import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustomerIndexRow } from '../../src/customer-index/customer-index-row.ts';
import type { CustomerFilter } from '../../src/customers/customer-filter.ts';
import { indexFilter } from '../../src/customers/index-filter.ts';
import { pageRows } from '../../src/customers/page-rows.ts';
import { rowOrder } from '../../src/customers/row-order.ts';
import { readFigures } from '../../src/reports/figures.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('what reports read, of 2,000 rows', () => {
  let test: TestDatabase;
  const now = new Date('2026-03-01T10:00:00.000Z');
  const sent: Document[] = [];

  beforeAll(async () => {
    test = await openTestDatabase({ monitorCommands: true });
    test.client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'aggregate' && command.aggregate === 'customer_index') sent.push(command);
    });
    await test.database.users.insertOne({ _id: 'boy', id: 'boy', role: 'delivery_boy' } as never);
    await test.database.customerIndex.insertMany(Array.from({ length: 2_000 }, (_, n) => rowOf(n)));
  });
  afterAll(() => test.close());

  /** Everybody can log in but every hundredth, whose login is not usable, and the one behind, whose password is too old. */
  function rowOf(n: number): CustomerIndexRow {
    return {
      _id: `v2/s:${n}`,
      id: String(n),
      linkState: n % 2 === 0 ? 'LINKED' : 'HALF_LINKED',
      status: 'ACTIVE',
      hasLogin: true,
      hasDeliveryRecord: true,
      missingEmail: false,
      loginUsable: n % 100 !== 0,
      passwordExpiresAt: n % 100 === 1 ? new Date(now.getTime() - n) : null,
      deliveryBoyId: n % 4 === 0 ? 'boy' : null,
      createdAtKey: new Date(n),
      nameKey: String(n),
      area: n % 200 === 7 ? 'Baner' : null,
    } as CustomerIndexRow;
  }

  it('are keys of indexes and no rows, for every figure', async () => {
    sent.length = 0;
    expect(await readFigures(test.database, now)).toMatchObject({
      totalUniqueCustomers: 2_000,
      canLogin: 1_960,
      unassignedCustomers: 1_500,
      totalSyncIssues: 1_000,
    });
    expect(sent).toHaveLength(3);
    for (const { aggregate, pipeline, hint } of sent) {
      const explained = await test.db.command({
        explain: { aggregate, pipeline, ...(hint && { hint }), cursor: {} },
        verbosity: 'executionStats',
      });
      const examined = [...JSON.stringify(explained).matchAll(/"totalDocsExamined":(\d+)/g)].map(
        (match) => match[1],
      );
      expect(examined, JSON.stringify(pipeline)).toEqual(['0']);
    }
  });

  /** A page of a filter, and how many rows each command looks at that reads it. */
  async function readPage(filter: CustomerFilter, maxExamined = 1_000) {
    const context = { database: test.database, phoneRegion: 'IN', now, mayUseContacts: true } as const;
    const selection = await indexFilter(filter, context);
    const commands: Document[] = [];
    const note = ({ command }: { command: Document }) => commands.push(command);
    test.client.on('commandStarted', note);
    const wanted = {
      order: rowOrder(null),
      after: null,
      limit: 51,
      selected: new Set<string>(),
      maxExamined,
    };
    const rows = await pageRows(test.database, selection, wanted);
    test.client.off('commandStarted', note);
    const examined: number[] = [];
    for (const { lsid, $db, $clusterTime, ...explained } of commands) {
      const answer = await test.db.command({ explain: explained, verbosity: 'executionStats' });
      examined.push((answer.executionStats ?? answer.stages[0].$cursor.executionStats).totalDocsExamined);
    }
    return { rows: rows.length, examined };
  }

  it('are those rows alone that it lists, of the few who cannot log in among many who can', async () => {
    expect(await readPage({ canLogin: false })).toEqual({ rows: 40, examined: [20, 20] });
  });

  it('are those rows alone that it lists, of those without an area', async () => {
    expect(await readPage({ hasArea: false })).toEqual({ rows: 51, examined: [51] });
    expect(await readPage({ hasArea: false, isActive: true })).toEqual({ rows: 51, examined: [51] });
  });

  it('are a bounded number of rows of those with an area, and then all of them where they are few', async () => {
    const { rows, examined } = await readPage({ hasArea: true }, 100);
    expect(rows).toBe(10);
    expect(Math.max(...examined)).toBeLessThanOrEqual(101);
    await expect(readPage({ hasArea: true }, 9)).rejects.toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      details: { arguments: ['filter.hasArea'] },
    });
  });
});
