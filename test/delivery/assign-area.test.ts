import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExpected } from '../customers/support/expected-customers.ts';
import { randomRecords } from '../support/random-records.ts';
import { type Assignments, deliveryRecord, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

/** Replaces everybody but the admins by random records. */
async function storeWorld(seed: number, size: number): Promise<void> {
  const { db } = assignments.database;
  for (const index of [db.collection('users'), db.collection('customers_v2')])
    await index.dropIndex('gateway_unique_link').catch(() => {});
  await db.collection('users').deleteMany({ role: { $ne: 'admin' } });
  await db.collection('customers_v2').deleteMany({});
  await assignments.add(randomRecords(seed, size));
}

describe('assignArea', () => {
  it.each([11, 12, 13])(
    'assigns exactly whom the oracle finds in the area, and touches nobody else (random world %i)',
    async (seed) => {
      await storeWorld(seed, 160);
      const boy = await assignments.boy();
      const { database } = assignments;
      for (const onlyUnassigned of [undefined, false]) {
        const before = await readExpected(database);
        const areas = new Set(before.customers.map(({ area }) => area).filter((area) => area !== null));
        const [area = ''] = [...areas].toSorted().slice(seed % 3);
        const wanted = before.customers.filter(
          (customer) => customer.area === area && (onlyUnassigned === false || !customer.hasDeliveryBoy),
        );
        expect(wanted.length).toBeGreaterThan(3);
        const answers = await assignments.assignArea(area, boy.id, onlyUnassigned);
        const after = await readExpected(database);
        const changed = after.customersV2.filter((record, at) => {
          const { delivery_boy_id: _was, ...rest } = before.customersV2[at] ?? {};
          const { delivery_boy_id: is, ...restNow } = record;
          expect(restNow).toEqual(rest);
          // Some are no text.
          return JSON.stringify(is) !== JSON.stringify(_was);
        });
        // A record whose id another one has is answered, but not written.
        const refusedOnes = answers.filter(({ __typename }) => __typename === 'AssignmentRefused');
        const shared = wanted.filter(
          ({ delivery }) =>
            typeof delivery?.id === 'string' &&
            delivery.id !== '' &&
            before.customersV2.filter(({ id }) => id === delivery.id).length > 1,
        );
        expect(refusedOnes).toHaveLength(shared.length);
        const written = wanted.filter((customer) => !shared.includes(customer));
        expect(
          answers
            .filter(({ __typename }) => __typename === 'DeliveryBoyAssigned')
            .map(({ customer }) => customer.id)
            .toSorted(),
        ).toEqual(written.map(({ id }) => id).toSorted());
        expect(changed.map(({ _id }) => String(_id)).toSorted()).toEqual(
          written
            .filter(({ delivery }) => delivery?.delivery_boy_id !== boy.id)
            .map(({ delivery }) => String(delivery?._id))
            .toSorted(),
        );
        for (const { answer, delivery } of after.customers)
          if (written.some((customer) => String(customer.delivery?._id) === String(delivery?._id)))
            expect(answer.deliveryBoy?.id).toBe(boy.id);
      }
      await assignments.expectIndexAsRebuilt();
    },
  );

  it('compares the area letter by letter, as the filter of customers does', async () => {
    const boy = await assignments.boy();
    const exact = await assignments.record({ area: 'Lohegaon' });
    const other = await assignments.record({ area: 'lohegaon' });
    const answers = await assignments.assignArea('Lohegaon', boy.id);
    expect(answers.map(({ customer }) => customer.id)).toEqual([exact.id]);
    expect(await assignments.storedBoy(other)).toBeUndefined();
    expect(await assignments.assignArea('Nowhere', boy.id)).toEqual([]);
  });

  it('leaves whoever is assigned alone unless told otherwise, also where that is known to the record alone', async () => {
    const [boy, other] = [await assignments.boy(), await assignments.boy()];
    const area = 'Undri';
    const free = await assignments.record({ area, name: 'A Free' });
    const taken = await assignments.record({ area, name: 'B Taken', delivery_boy_id: other.id });
    const orphaned = await assignments.record({ area, name: 'C Orphaned', delivery_boy_id: 'gone' });
    const fresh = await assignments.record({ area, name: 'D Fresh' });
    const moved = await assignments.record({ area, name: 'E Moved' });
    const { db } = assignments.database;
    await db.collection('customers_v2').updateOne({ id: fresh.id }, { $set: { delivery_boy_id: other.id } });
    await db.collection('customers_v2').updateOne({ id: moved.id }, { $set: { area: 'Elsewhere' } });
    const answers = await assignments.assignArea(area, boy.id);
    expect(answers.map(({ customer, previous }) => [customer.id, previous?.id ?? null])).toEqual([
      [free.id, null],
      [orphaned.id, null],
    ]);
    await assignments.sweep();
    const all = await assignments.assignArea(area, boy.id, false);
    expect(all.map(({ customer, previous }) => [customer.id, previous?.id ?? null])).toEqual([
      [free.id, boy.id],
      [taken.id, other.id],
      [orphaned.id, boy.id],
      [fresh.id, other.id],
    ]);
  });

  it('answers once when the delivery boy is not to be had, and writes nothing', async () => {
    const area = 'Wagholi';
    const record = await assignments.record({ area });
    const gone = await assignments.boy({ is_active: false });
    for (const [text, typename] of [
      ['No Such Boy', 'DeliveryBoyNotFound'],
      [gone.id, 'AssignmentRefused'],
      ['admin-2', 'AssignmentRefused'],
    ]) {
      const answers = await assignments.assignArea(area, text);
      expect(answers.map(({ __typename }) => __typename)).toEqual([typename]);
    }
    expect(await assignments.storedBoy(record)).toBeUndefined();
  });

  it('refuses an area of more than 2,000 with the number, before anything is done', async () => {
    const boy = await assignments.boy();
    const area = 'Everywhere';
    const records: Document[] = Array.from({ length: 2_001 }, (_, at) =>
      deliveryRecord(at, { area, phone: null, email: null }),
    );
    await assignments.add({ customersV2: records });
    const { code, errors } = await assignments.admin(
      'mutation ($area: String!, $boy: String!) { assignArea(area: $area, deliveryBoy: $boy) { __typename } }',
      { area, boy: boy.id },
    );
    expect(code).toBe('QUERY_TOO_EXPENSIVE');
    expect(errors[0]?.message).toContain('2001');
    expect(await assignments.database.customerIndex.countDocuments({ deliveryBoyId: boy.id })).toBe(0);
  });

  it.each([
    ['', 'x', 'area'],
    ['x'.repeat(10_000), 'x', 'area'],
    ['x', ' ', 'deliveryBoy'],
    ['x', 'x'.repeat(10_000), 'deliveryBoy'],
  ])('refuses bad input and names the argument (%#)', async (area, boy, argument) => {
    const { code, errors } = await assignments.admin(
      'mutation ($area: String!, $boy: String!) { assignArea(area: $area, deliveryBoy: $boy) { __typename } }',
      { area, boy },
    );
    expect({ code, argument: errors[0]?.extensions.argument }).toEqual({ code: 'BAD_USER_INPUT', argument });
  });
});
