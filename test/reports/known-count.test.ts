import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CustomerIndexRow } from '../../src/customer-index/customer-index-row.ts';
import { countRows } from '../../src/customers/count-rows.ts';
import type { CustomerFilter } from '../../src/customers/customer-filter.ts';
import { indexFilter } from '../../src/customers/index-filter.ts';
import { knownCount } from '../../src/reports/known-count.ts';
import { createRecentFigures } from '../../src/reports/recent-figures.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
const now = new Date('2026-03-01T10:00:00.000Z');
const size = 10_500;
beforeAll(async () => {
  test = await openTestDatabase();
  const rows = Array.from({ length: size }, (_, n) => ({
    _id: `v2/s:${n}`,
    linkState: 'ORPHANED_V2',
    status: n < 100 ? 'PAUSED' : 'ACTIVE',
    area: 'Baner',
    hasLogin: false,
    hasDeliveryRecord: true,
    missingEmail: true,
    loginUsable: false,
    passwordExpiresAt: null,
    deliveryBoyId: null,
    createdAtKey: new Date(n),
    nameKey: String(n),
  }));
  await test.database.customerIndex.insertMany(rows as unknown as CustomerIndexRow[]);
});
afterAll(() => test.close());

const count = async (filter: CustomerFilter | null, isKnown = true) => {
  const selection = await indexFilter(filter ?? {}, {
    database: test.database,
    phoneRegion: 'IN',
    now,
    mayUseContacts: true,
  });
  const known = knownCount(createRecentFigures({ database: test.database, now: () => now }));
  return countRows(test.database, selection, {
    filter,
    maxExamined: 3_000,
    known: isKnown ? known : undefined,
  });
};

it.each<[string, CustomerFilter | null, number]>([
  ['of everybody', null, size],
  ['of a search for nothing', { search: ' ' }, size],
  ['of a figure, and a search for nothing', { search: '\n', missingEmail: true }, size],
  ['of a filter with a figure', { missingEmail: true }, size],
  ['of several of these', { status: ['ACTIVE'], hasLogin: false, hasDeliveryRecord: true }, size - 100],
  ['of those who cannot log in', { canLogin: false }, size],
  ['of those to whom nobody delivers', { hasDeliveryBoy: false, hasDeliveryRecord: true }, size],
])('a count beyond 10,000 is exact %s', async (_, filter, value) => {
  expect(await count(filter)).toEqual({ value, precision: 'EXACT' });
});

it('a count is at least 10,000 of what no report counts, and of everybody exact all the same', async () => {
  expect(await count({ area: ['Baner'] })).toEqual({ value: 10_000, precision: 'AT_LEAST' });
  expect(await count({ missingEmail: true }, false)).toEqual({ value: 10_000, precision: 'AT_LEAST' });
  expect(await count(null, false)).toEqual({ value: size, precision: 'EXACT' });
  expect(await count({ status: ['PAUSED'] })).toEqual({ value: 100, precision: 'EXACT' });
});

it('a count that would look at too much is at least what it has found', async () => {
  expect(await count({ area: ['Baner'], canLogin: false, hasDeliveryBoy: false })).toEqual({
    value: expect.toSatisfy((found: number) => found > 1_000 && found <= 3_001),
    precision: 'AT_LEAST',
  });
});
