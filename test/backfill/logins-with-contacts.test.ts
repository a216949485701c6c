import { afterAll, beforeAll, expect, it } from 'vitest';
import { loginsWithContacts } from '../../src/backfill/logins-with-contacts.ts';
import { type DeliveryRecord, toDeliveryRecord } from '../../src/database/stored-documents.ts';
import { countsOf, type OpenBackfill, openBackfill } from './support/open-backfill.ts';

const shop = '022 2345 6789';
const sharedEmail = 'orders@example.com';

let backfill: OpenBackfill;
beforeAll(async () => {
  backfill = await openBackfill();
  const logins = (count: number, fields: (n: number) => Record<string, unknown>) =>
    Array.from({ length: count }, (_, n) => ({ role: 'customer', ...fields(n) }));
  const withoutLogin = (n: number, fields: Record<string, unknown>) => ({
    ...{ id: `d-${n}`, name: `Record ${n}`, status: 'active', address: '1 Long Street', area: 'Baner' },
    ...fields,
  });
  await backfill.add({
    users: [
      ...logins(600, (n) => ({ id: `shop-${n}`, name: `Walk-in ${n}`, phone: shop })),
      ...logins(600, (n) => ({ id: `mail-${n}`, name: `Ordered ${n}`, email: sharedEmail })),
      ...logins(1, () => ({ id: 'asha', name: 'Asha Rao', phone: '98765 43210' })),
    ],
    customersV2: [
      withoutLogin(1, { name: 'WALK-IN  599', phone: '+91 22 2345 6789' }),
      withoutLogin(2, { name: 'Somebody else', phone: shop }),
      withoutLogin(3, { name: 'Ordered 599', phone: '9876500003', email: sharedEmail }),
      withoutLogin(4, { name: 'Asha  rao', phone: '9876543210' }),
      withoutLogin(5, { phone: '9876500005' }),
    ],
  });
});
afterAll(() => backfill?.close());

it('of a contact that hundreds share only some logins are read, and whoever has the name of the record', async () => {
  const stored = await backfill.opened.db.collection('customers_v2').find().toArray();
  const orphans = stored.map((record) => ({
    delivery: toDeliveryRecord(record) as DeliveryRecord & { id: string },
    linkBefore: null,
  }));
  const { settings } = backfill.dependencies.customers;
  const found = await loginsWithContacts(backfill.database, orphans, settings);
  expect(found.length).toBeLessThan(600);
  const ids = found.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['shop-599', 'mail-599', 'asha']));
});

it('a backfill decides by them as by all', async () => {
  const job = await backfill.run();
  expect(countsOf(job)).toMatchObject({ created: 2, errors: 3 });
  expect(await backfill.failures(job.id)).toEqual(
    ['d-1', 'd-3', 'd-4'].map((customerId) => ({ customerId, code: 'MATCHES_EXISTING_LOGIN' })),
  );
  const made = await backfill.database.users.find({ customer_v2_id: 'd-2' }).toArray();
  expect(made).toMatchObject([{ name: 'Somebody else', phone: null }]);
});
