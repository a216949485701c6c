import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

/** A delivery record from which a chain of links leads to who delivers it: D→U→other D→B. */
async function tangled() {
  const boy = await assignments.boy();
  const [id, otherId, loginId] = [randomUUID(), randomUUID(), randomUUID()];
  const record = await assignments.record({ id, user_id: loginId, delivery_boy_id: boy.id });
  await assignments.login({ id: loginId, customer_v2_id: otherId });
  await assignments.record({ id: otherId, user_id: boy.id });
  return { boy, record };
}

describe('a delivery boy to whom wrong links lead from a customer of theirs', () => {
  it('is shown as whoever delivers', async () => {
    const { boy, record } = await tangled();
    const { data } = await assignments.admin(
      'query ($id: ID!) { customer(id: $id) { id link { state } deliveryBoy { id name phone } } }',
      { id: record.id },
    );
    expect(data.customer).toEqual({
      id: record.id,
      link: { state: 'CONFLICT' },
      deliveryBoy: { id: boy.id, name: boy.name, phone: boy.phone },
    });
  });

  it('can be taken away and assigned', async () => {
    const { boy, record } = await tangled();
    expect(await assignments.unassign(record.id)).toMatchObject({
      __typename: 'DeliveryBoyAssigned',
      previous: { id: boy.id },
    });
    expect(await assignments.assign(record.id, boy.id)).toMatchObject({
      __typename: 'DeliveryBoyAssigned',
      customer: { id: record.id, deliveryBoy: { id: boy.id, name: boy.name } },
    });
    expect(await assignments.storedBoy(record)).toBe(boy.id);
  });

  it('can be assigned where the index does not know the customer yet', async () => {
    const boy = await assignments.boy();
    const id = randomUUID();
    await assignments.database.db
      .collection('customers_v2')
      .insertOne({ id, name: 'Just Now', user_id: boy.id });
    expect(await assignments.assign(id, boy.id)).toMatchObject({
      __typename: 'DeliveryBoyAssigned',
      customer: { id, deliveryBoy: { id: boy.id } },
    });
  });
});
