import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

it('whose role is a list is no delivery boy, to filters and figures as to whoever is shown', async () => {
  const listed = await assignments.boy({ role: ['delivery_boy'] });
  const boy = await assignments.boy();
  const served = await assignments.record({ delivery_boy_id: boy.id });
  const unserved = await assignments.record({ delivery_boy_id: listed.id });
  const { data } = await assignments.admin(
    `query ($listed: ID!) {
      with: customers(filter: {hasDeliveryBoy: true}) { ...Who }
      without: customers(filter: {hasDeliveryRecord: true, hasDeliveryBoy: false}) { ...Who }
      his: customers(filter: {deliveryBoyId: $listed}) { ...Who }
      dashboard { unassignedCustomers }
    }
    fragment Who on CustomerConnection { nodes { id deliveryBoy { id } } count { value } }`,
    { listed: listed.id },
  );
  expect(data).toEqual({
    with: { nodes: [{ id: served.id, deliveryBoy: { id: boy.id } }], count: { value: 1 } },
    without: { nodes: [{ id: unserved.id, deliveryBoy: null }], count: { value: 1 } },
    his: { nodes: [], count: { value: 0 } },
    dashboard: { unassignedCustomers: 1 },
  });
});
