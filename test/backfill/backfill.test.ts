import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackfillJob } from '../../src/backfill/backfill-job.ts';
import { sweepIndex } from '../../src/customer-index/sweep-index.ts';
import { oracleLinks } from '../support/oracle-links.ts';
import { type RandomRecords, randomRecords } from '../support/random-records.ts';
import { type ExpectedBackfill, expectedBackfill } from './support/expected-backfill.ts';
import { countsOf, type OpenBackfill, openBackfill } from './support/open-backfill.ts';

describe('a backfill of 400 messy records', () => {
  let backfill: OpenBackfill;
  let records: RandomRecords;
  let expected: ExpectedBackfill;
  let job: BackfillJob;
  beforeAll(async () => {
    backfill = await openBackfill();
    records = randomRecords(6, 400);
    await backfill.add(records);
    expected = expectedBackfill(records.users, records.customersV2);
    job = await backfill.run();
  });
  afterAll(() => backfill.close());

  it('counts what the rules say, and created + skipped + errors is the total', () => {
    expect(job).toMatchObject({ state: 'SUCCEEDED', error: null });
    const { created, skipped, failures } = expected;
    expect(countsOf(job)).toEqual({
      total: created.length + skipped.length + failures.length,
      processed: records.customersV2.length,
      created: created.length,
      skipped: skipped.length,
      errors: failures.length,
    });
  });

  it('refuses whom the rules refuse, for their reasons, in order', async () => {
    expect(await backfill.failures(job.id)).toEqual(expected.failures);
    expect(new Set(expected.failures.map(({ code }) => code)).size).toBe(6);
  });

  it('gives a login to whom the rules give one, linked both ways', async () => {
    const users = await backfill.opened.db.collection('users').find().toArray();
    const customersV2 = await backfill.opened.db.collection('customers_v2').find().toArray();
    const before = new Set(records.users.map((user) => String(user._id)));
    const made = oracleLinks(users, customersV2).filter(
      ({ login }) => login !== null && !before.has(String(login._id)),
    );
    expect(made.map(({ id }) => id).sort()).toEqual([...expected.created].sort());
    expect(new Set(made.map(({ linkState }) => linkState))).toEqual(new Set(['LINKED']));
    const withoutPhone = made.filter(
      ({ login, delivery }) => login?.phone === null && delivery?.phone != null,
    );
    for (const id of expected.withoutPhone) expect(withoutPhone.map((link) => link.id)).toContain(id);
    for (const { login, delivery } of made) {
      expect(login).toMatchObject({ role: 'customer', password_hash: null, name: String(delivery?.name) });
      expect(login?.is_active).toBe(
        String(delivery?.status ?? '')
          .trim()
          .toLowerCase() === 'active',
      );
      const account = await backfill.database.accounts.findOne({
        createdByJob: job.id,
        _id: String(login?._id),
      });
      expect(account).toMatchObject({ credentialsPending: true, madeAs: expect.anything() });
    }
  });

  it('leaves the index as a sweep would make it', async () => {
    const report = await sweepIndex(backfill.database, backfill.dependencies.customers.settings);
    expect(report.changed).toBe(0);
    const before = await backfill.database.customerIndex.find().sort({ _id: 1 }).toArray();
    await sweepIndex(backfill.database, backfill.dependencies.customers.settings, { everything: true });
    expect(await backfill.database.customerIndex.find().sort({ _id: 1 }).toArray()).toEqual(before);
  });

  it('creates nothing when it is run a second time', async () => {
    const users = await backfill.database.users.countDocuments();
    const again = await backfill.run();
    expect(countsOf(again)).toEqual({
      ...countsOf(job),
      created: 0,
      skipped: expected.skipped.length + expected.created.length,
    });
    expect(await backfill.failures(again.id)).toEqual(expected.failures);
    expect(await backfill.database.users.countDocuments()).toBe(users);
  });
});
