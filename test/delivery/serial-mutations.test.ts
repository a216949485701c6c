import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

async function run(mutations: string) {
  const { data, errors } = await assignments.admin(`mutation { ${mutations} }`);
  expect(errors).toEqual([]);
  return data;
}

describe('a mutation shows what those before it in the same request have written', () => {
  it('of who delivers', async () => {
    const boy = await assignments.boy();
    const record = await assignments.record({ delivery_boy_id: boy.id });
    const update = (area: string) =>
      `updateCustomer(input: {id: "${record.id}", area: "${area}"}) {
        ... on CustomerUpdated { customer { deliveryBoy { id } } } }`;
    const { before, after } = await run(
      `before: ${update('Aundh')} setRole(userId: "${boy.id}", role: ANALYST) { id } after: ${update('Baner')}`,
    );
    expect(before.customer.deliveryBoy).toEqual({ id: boy.id });
    expect(after.customer.deliveryBoy).toBeNull();
  });

  it('of the customers of a delivery boy', async () => {
    const name = 'Two Of This Name';
    const [boy] = [await assignments.boy({ name }), await assignments.boy({ name })];
    const record = await assignments.record();
    const assign = (whom: string) =>
      `assignDeliveryBoy(input: {customer: "${record.id}", deliveryBoy: "${whom}"}) {
        ... on DeliveryBoyAmbiguous { candidates { id customers { nodes { id } } } } }`;
    const { before, after } = await run(
      `before: ${assign(name)} done: ${assign(boy?.id)} after: ${assign(name)}`,
    );
    const customers = ({ candidates }: { candidates: { id: string; customers: { nodes: unknown[] } }[] }) =>
      candidates.find(({ id }) => id === boy?.id)?.customers.nodes;
    expect(customers(before)).toEqual([]);
    expect(customers(after)).toEqual([{ id: record.id }]);
  });

  it('of the account of a login', async () => {
    const login = await assignments.login({ password_hash: 'none' });
    await assignments.record({ user_id: login.id, phone: login.phone, name: login.name });
    const update = (area: string) =>
      `updateCustomer(input: {id: "${login.id}", area: "${area}"}) {
        ... on CustomerUpdated { customer { canLogin login { mustChangePassword credentialsSentAt } } } }`;
    const { before, after } = await run(
      `before: ${update('Aundh')} resendCredentials(customerId: "${login.id}") { __typename } after: ${update('Baner')}`,
    );
    expect(before.customer).toMatchObject({ canLogin: false, login: { credentialsSentAt: null } });
    expect(after.customer).toMatchObject({ canLogin: true, login: { mustChangePassword: true } });
  });
});
