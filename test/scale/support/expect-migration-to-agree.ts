import { performance } from 'node:perf_hooks';
import { expect } from 'vitest';
import { readFigures } from '../../../src/reports/figures.ts';
import { linkageAudit } from '../../../src/reports/linkage-audit.ts';
import { expectedBackfill } from '../../backfill/support/expected-backfill.ts';
import { countsOf, type OpenBackfill, openBackfill } from '../../backfill/support/open-backfill.ts';
import { oracleCustomers } from '../../support/oracle.ts';
import { oracleFigures } from '../../support/oracle-figures.ts';
import { oracleAddressOfId } from '../../support/oracle-values.ts';
import { randomRecords } from '../../support/random-records.ts';
import { expectWalksToAgree } from './expect-walks-to-agree.ts';

/**
 * Takes a snapshot of `size` messy records through the whole migration and compares it with what the rules alone make of the
 * same documents: every customer and its link state, every figure, and of the backfill every login and every failure.
 */
export async function expectMigrationToAgree(size: number, seed: number): Promise<void> {
  const backfill = await openBackfill();
  const timed = stopwatch();
  try {
    const records = randomRecords(seed, size);
    timed('generated');
    await backfill.add(records);
    timed('stored and indexed');
    await expectWorldToAgree(backfill);
    timed('states and figures compared');
    const refused = await expectWalksToAgree(backfill.opened, seed);
    timed(`lists walked (${refused} combinations of filters refused)`);

    const expected = expectedBackfill(records.users, records.customersV2);
    timed('logins expected');
    const job = await backfill.run();
    const { created, skipped, failures } = expected;
    timed(`backfilled (${created.length} logins)`);
    expect(job.state).toBe('SUCCEEDED');
    expect(countsOf(job)).toEqual({
      total: records.customersV2.length,
      processed: records.customersV2.length,
      created: created.length,
      skipped: skipped.length,
      errors: failures.length,
    });
    expectSame(
      (await backfill.failures(job.id)).map(({ customerId, code }) => `${customerId} ${code}`),
      failures.map(({ customerId, code }) => `${customerId} ${code}`),
    );
    expectSame(await claimedByMade(backfill, job.id), created);
    await expectWorldToAgree(backfill);
    timed('states and figures compared');

    const again = await backfill.run();
    expect(countsOf(again)).toMatchObject({ created: 0, errors: failures.length });
    timed('run again');
  } finally {
    await backfill.close();
  }
}

/** Addresses and states of all customers, and all figures, as the index tells them and as the documents do. */
async function expectWorldToAgree({ database, opened }: OpenBackfill): Promise<void> {
  const now = new Date();
  const users = await opened.db.collection('users').find().toArray();
  const customersV2 = await opened.db.collection('customers_v2').find().toArray();
  const pending = await database.accounts.find({ credentialsPending: true }).toArray();
  const customers = oracleCustomers(users, customersV2, {
    accounts: new Map(
      pending.map(({ _id }) => [_id, { passwordExpiresAt: null, credentialsPending: true }] as const),
    ),
    phoneRegion: 'IN',
    legacyTimezone: 'UTC',
    now,
  });
  const rows = await database.customerIndex.find({}, { projection: { id: 1, linkState: 1 } }).toArray();
  expectSame(
    rows.map(({ id, linkState }) => `${id} ${linkState}`),
    customers.map(({ id, linkState }) => `${id} ${linkState}`),
  );
  const figures = await readFigures(database, now);
  const { audit, ...others } = oracleFigures(customers, users, customersV2);
  const { legacyCustomers, v2Customers, linkedCustomers, totalUniqueCustomers } = others;
  const { activeCustomers, unassignedCustomers, missingEmail, totalSyncIssues } = others;
  expect(figures).toMatchObject({
    ...{ legacyCustomers, v2Customers, linkedCustomers, totalUniqueCustomers },
    ...{ activeCustomers, unassignedCustomers, missingEmail, totalSyncIssues },
  });
  const counted = linkageAudit(figures);
  for (const [name, count] of Object.entries(audit)) {
    expect(counted[name as keyof typeof audit], name).toMatchObject({ count });
  }
}

async function claimedByMade({ database, opened }: OpenBackfill, jobId: string): Promise<string[]> {
  const made = await database.accounts.find({ createdByJob: jobId }, { projection: { _id: 1 } }).toArray();
  const keys = new Set(made.map(({ _id }) => _id));
  const users = await opened.db
    .collection('users')
    .find({}, { projection: { customer_v2_id: 1 } })
    .toArray();
  return users
    .filter(({ _id }) => keys.has(oracleAddressOfId(_id)))
    .map(({ customer_v2_id }) => String(customer_v2_id));
}

/** Of a million entries only those are told that differ. */
function expectSame(actual: readonly string[], expected: readonly string[]): void {
  const missing = [...expected].sort();
  const surplus: string[] = [];
  let place = 0;
  const left: string[] = [];
  for (const entry of [...actual].sort()) {
    while (place < missing.length && (missing[place] ?? '') < entry) left.push(missing[place++] ?? '');
    if (missing[place] === entry) place++;
    else surplus.push(entry);
  }
  left.push(...missing.slice(place));
  expect({ left: left.slice(0, 20), surplus: surplus.slice(0, 20) }).toEqual({ left: [], surplus: [] });
}

function stopwatch(): (step: string) => void {
  let at = performance.now();
  return (step) => {
    const now = performance.now();
    console.info(`${((now - at) / 1000).toFixed(1).padStart(7)} s  ${step}`);
    at = now;
  };
}
