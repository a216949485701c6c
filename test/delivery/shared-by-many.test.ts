import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { person } from '../customers/support/open-app.ts';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

function logins(count: number, prefix: string, fields: Document): Document[] {
  return Array.from({ length: count }, (_, at) =>
    person(`${prefix}-${at}`, { phone: null, email: `${prefix}.${at}@example.com`, ...fields }),
  );
}

describe('a delivery boy', () => {
  it('is found by a phone that dozens of customers’ logins have as well', async () => {
    const phone = '98111 20001';
    await assignments.add({ users: logins(40, 'household', { phone }) });
    const boy = await assignments.boy({ phone });
    const record = await assignments.record();
    expect(await assignments.assign(record.id, phone)).toMatchObject({
      __typename: 'DeliveryBoyAssigned',
      customer: { deliveryBoy: { id: boy.id } },
    });
    const area = await assignments.record({ area: 'Of A Shared Phone' });
    expect(await assignments.assignArea('Of A Shared Phone', phone)).toMatchObject([
      { __typename: 'DeliveryBoyAssigned', customer: { id: area.id } },
    ]);
    await assignments.boy({ phone });
    expect(await assignments.assign(record.id, phone)).toMatchObject({
      __typename: 'DeliveryBoyAmbiguous',
      candidates: [{}, {}],
    });
  });

  it('is found beside another row’s name that dozens of delivery boys have', async () => {
    await assignments.add({
      users: logins(50, 'namesake', { role: 'delivery_boy', name: 'Aaa Common' }),
    });
    const boy = await assignments.boy({ name: 'Zzz Single' });
    const [one, other] = await assignments.records(2);
    const answers = await assignments.assignAll([
      { customer: one?.id, deliveryBoy: 'Aaa Common' },
      { customer: other?.id, deliveryBoy: 'Zzz Single' },
    ]);
    expect(answers[0]?.candidates).toHaveLength(20);
    expect(answers).toMatchObject([
      { __typename: 'DeliveryBoyAmbiguous' },
      { __typename: 'DeliveryBoyAssigned', customer: { deliveryBoy: { id: boy.id } } },
    ]);
  });

  it('is not chosen of two who share a phone because dozens of customers have it too', async () => {
    const phone = '98111 20005';
    await assignments.boy({ phone });
    await assignments.add({ users: logins(30, 'between', { phone }) });
    await assignments.boy({ phone });
    const record = await assignments.record();
    expect(await assignments.assign(record.id, phone)).toMatchObject({
      __typename: 'DeliveryBoyAmbiguous',
      candidates: [{}, {}],
    });
    expect(await assignments.storedBoy(record)).toBeUndefined();
  });

  it('is told from whoever is none, beside other rows’ phones and names that dozens have', async () => {
    const phone = '98111 20002';
    await assignments.add({ users: logins(80, 'crowd', { phone }) });
    await assignments.add({ users: logins(80, 'many', { name: 'Aaa Many' }) });
    const analyst = await assignments.boy({ role: 'analyst', phone: '98111 30001' });
    const someone = await assignments.login({ name: 'Zzz Only One' });
    const records = await assignments.records(2);
    const refusals = async (...texts: string[]) => {
      const answers = await assignments.assignAll(
        texts.map((deliveryBoy, at) => ({ customer: records[at]?.id, deliveryBoy })),
      );
      return answers.map(({ code, message }) => `${code} ${message}`);
    };
    expect(await refusals(phone, analyst.phone)).toEqual([
      expect.stringMatching(/^CONFLICT .* is a customer/),
      expect.stringMatching(/^CONFLICT .* is an analyst/),
    ]);
    expect(await refusals('Aaa Many', someone.name)).toEqual([
      expect.stringMatching(/^CONFLICT .* is a customer/),
      expect.stringMatching(/^CONFLICT Zzz Only One is a customer/),
    ]);
  });
});

describe('a customer', () => {
  it('whom the index does not know yet is found beside another row’s phone that dozens have', async () => {
    const boy = await assignments.boy();
    const phone = '98111 20003';
    await assignments.records(80, { phone });
    const id = 'stored-a-moment-ago';
    await assignments.database.db.collection('customers_v2').insertOne({ id, name: 'Just Now' });
    const answers = await assignments.assignAll([
      { customer: phone, deliveryBoy: boy.id },
      { customer: id, deliveryBoy: boy.id },
    ]);
    expect(answers).toMatchObject([
      { __typename: 'CustomerAmbiguous', totalCandidates: 80 },
      { __typename: 'DeliveryBoyAssigned', customer: { id } },
    ]);
  });

  it('is not taken for the only one while the index names others who have left the phone', async () => {
    const boy = await assignments.boy();
    const phone = '98111 20004';
    const records = await assignments.records(40, { phone });
    const { db } = assignments.database;
    // The older application: all but the first and the last of them have another phone by now.
    const left = records.slice(1, -1).map(({ id }) => id);
    await db.collection('customers_v2').updateMany({ id: { $in: left } }, { $set: { phone: null } });
    expect(await assignments.assign(phone, boy.id)).toMatchObject({ __typename: 'CustomerAmbiguous' });
    expect(await assignments.storedBoy(records[0] ?? {})).toBeUndefined();
    const found = await assignments.admin(
      'query ($phone: String!) { findCustomer(identifier: $phone) { __typename } }',
      { phone },
    );
    expect(found.data.findCustomer.__typename).toBe('CustomerAmbiguous');
  });
});
