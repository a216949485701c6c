import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { readFigures } from '../../../src/reports/figures.ts';
import { linkageAudit } from '../../../src/reports/linkage-audit.ts';
import { expectedBackfill } from '../../backfill/support/expected-backfill.ts';
import { countsOf, type OpenBackfill, openBackfill } from '../../backfill/support/open-backfill.ts';
import { type OracleCustomer, oracleCustomers } from '../../support/oracle.ts';
import { oracleFigures } from '../../support/oracle-figures.ts';
import { oracleAddressOfId } from '../../support/oracle-values.ts';
import { randomRecords } from '../../support/random-records.ts';
import { expectExportToAgree } from './expect-export-to-agree.ts';
import { expectSame } from './expect-same.ts';
import { expectWalksToAgree } from './expect-walks-to-agree.ts';

/**
 * Takes a snapshot of `size` messy records through the whole migration and compares it with what the rules alone make of the
 * same documents: every customer and its link state, every figure, and of the backfill every login and every failure.
 */
export async function expectMigrationToAgree(size: number, seed: number): Promise<void> {
  const backfill = await openBackfill();
  const timed = stopwatch();
  try {
    const failures = await expectFirstRunToAgree(backfill, { size, seed, timed });
    const again = await backfill.run();
    expect(countsOf(again)).toMatchObject({ created: 0, errors: failures });
    timed('run again');
  } finally {
    // Tens of millions of entries are removed for minutes, in which the server answers nobody; its files go with it.
    await backfill.close({ keepData: process.env.TEST_MONGODB_URI === undefined });
  }
}

/**
 * Whatever is compared is let go of here: what the rules make of a million records takes gigabytes.
 *
 * @returns How many records could get no login.
 */
async function expectFirstRunToAgree(
  backfill: OpenBackfill,
  { size, seed, timed }: { size: number; seed: number; timed: (step: string) => void },
): Promise<number> {
  const records = await whileNobodyAsks(backfill, () => randomRecords(seed, size));
  timed('generated');
  await backfill.add(records);
  timed('stored and indexed');
  const customers = await expectWorldToAgree(backfill);
  timed('states and figures compared');
  const { rows, seconds, peakBytes } = await expectExportToAgree(backfill.opened, customers);
  timed(`exported (${rows} rows in ${seconds.toFixed(0)} s, at most ${Math.round(peakBytes / 1e6)} MB)`);
  const refused = await expectWalksToAgree(backfill.opened, customers, seed);
  timed(`lists walked (${refused} combinations of filters refused)`);

  const expected = await whileNobodyAsks(backfill, () =>
    expectedBackfill(records.users, records.customersV2),
  );
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
  return failures.length;
}

/** Addresses and states of all customers, and all figures, as the index tells them and as the documents do. */
async function expectWorldToAgree(backfill: OpenBackfill): Promise<OracleCustomer[]> {
  const { database, opened } = backfill;
  const now = new Date();
  const users = await opened.db.collection('users').find().toArray();
  const customersV2 = await opened.db.collection('customers_v2').find().toArray();
  const pending = await database.accounts.find({ credentialsPending: true }).toArray();
  const accounts = new Map(
    pending.map(({ _id }) => [_id, { passwordExpiresAt: null, credentialsPending: true }] as const),
  );
  const options = { accounts, phoneRegion: 'IN', legacyTimezone: 'UTC', now } as const;
  const { customers, ofOracle } = await whileNobodyAsks(backfill, () => {
    const made = oracleCustomers(users, customersV2, options);
    return { customers: made, ofOracle: oracleFigures(made, users, customersV2) };
  });
  const rows = await database.customerIndex.find({}, { projection: { id: 1, linkState: 1 } }).toArray();
  await whileNobodyAsks(backfill, () =>
    expectSame(
      rows.map(({ id, linkState }) => `${id} ${linkState}`),
      customers.map(({ id, linkState }) => `${id} ${linkState}`),
    ),
  );
  const figures = await readFigures(database, now);
  const { audit, ...others } = ofOracle;
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
  return customers;
}

/**
 * Computes for minutes, maybe, while nothing is asked of the database: the driver takes that time for silence of the server,
 * and breaks off whatever is under way when it is over.
 */
async function whileNobodyAsks<Result>({ database }: OpenBackfill, compute: () => Result): Promise<Result> {
  const result = compute();
  for (let attempt = 0; ; attempt++) {
    await sleep(200);
    try {
      await database.db.command({ ping: 1 });
      return result;
    } catch (error) {
      if (attempt === 30) throw error;
    }
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

function stopwatch(): (step: string) => void {
  let at = performance.now();
  return (step) => {
    const now = performance.now();
    console.info(`${((now - at) / 1000).toFixed(1).padStart(7)} s  ${step}`);
    at = now;
  };
}
