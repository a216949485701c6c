import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GraphqlAnswer } from '../support/graphql-client.ts';
import { type Creation, openCreation, passwordHash, record, somebody } from './support/open-creation.ts';

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
});
afterAll(() => creation?.close());

const users = () => creation.gateway.foreign.db.collection('users');
const records = () => creation.gateway.foreign.db.collection('customers_v2');

/** Does something after the customer was read, and before anything is written: while the password is hashed. */
async function meanwhile(change: () => Promise<unknown>, ask: () => Promise<GraphqlAnswer>) {
  const { hasher } = creation.gateway.app.accounts;
  const hash = hasher.hashInTurn.bind(hasher);
  const hashing = vi.spyOn(hasher, 'hashInTurn').mockImplementationOnce(async (typed) => {
    await change();
    return hash(typed);
  });
  const answer = await ask();
  expect(hashing).toHaveBeenCalledOnce();
  hashing.mockRestore();
  return answer.code;
}

const sentTo = (phone: string) =>
  creation.gateway.foreign.notifications.countDocuments({ destination: `+91${phone}` });

describe('a delivery record that gets a login', () => {
  const createLogin = (id: unknown) =>
    creation.admin('mutation ($id: ID!) { createLogin(customerId: $id) { id } }', { id });

  it('and another phone meanwhile gets none of the old phone, and nothing is sent there', async () => {
    const [before, after] = [somebody().phone, somebody().phone];
    const { id } = await creation.addOrphan('record', { phone: before });
    const code = await meanwhile(
      () => records().updateOne({ id }, { $set: { phone: after } }),
      () => createLogin(id),
    );
    expect(code).toBe('CONFLICT');
    expect(await users().countDocuments({ phone: before })).toBe(0);
    expect(await sentTo(before)).toBe(0);
    expect((await createLogin(id)).code).toBeUndefined();
    expect(await users().countDocuments({ phone: after })).toBe(1);
  });

  it('and is claimed by another login meanwhile stays with that one', async () => {
    const { phone } = somebody();
    const { id } = await creation.addOrphan('record', { phone });
    const code = await meanwhile(
      () => creation.addOrphan('login', {}, { customer_v2_id: id }),
      () => createLogin(id),
    );
    expect(code).toBe('CONFLICT');
    expect(await users().countDocuments({ customer_v2_id: id })).toBe(1);
    expect(await records().findOne({ id })).not.toHaveProperty('user_id');
  });
});

describe('a login without a password that gets a delivery record', () => {
  const createRecord = (id: unknown) =>
    creation.admin(
      'mutation ($id: ID!) { createDeliveryRecord(customerId: $id, address: "1 New Road", area: "Wakad") { id } }',
      { id },
    );

  /** What became of the login, whatever was done to it meanwhile. */
  async function changed(change: (id: string, phone: string) => Promise<unknown>): Promise<Document | null> {
    const { phone } = somebody();
    const { id } = await creation.addOrphan('login', { phone }, { password_hash: null, email: null });
    const code = await meanwhile(
      () => change(id, phone),
      () => createRecord(id),
    );
    expect(code).toBe('CONFLICT');
    expect(await sentTo(phone)).toBe(0);
    return users().findOne({ id });
  }

  it('keeps the password that was chosen meanwhile', async () => {
    const stored = await changed((id) =>
      users().updateOne({ id }, { $set: { password_hash: passwordHash } }),
    );
    expect(stored).toMatchObject({ password_hash: passwordHash });
    expect(stored?.customer_v2_id ?? null).toBeNull();
  });

  it('is not let in when it was switched off meanwhile', async () => {
    const stored = await changed((id) => users().updateOne({ id }, { $set: { is_active: false } }));
    expect(stored).toMatchObject({ password_hash: null });
  });

  it('is told nothing where it had another phone meanwhile', async () => {
    const { phone } = somebody();
    const stored = await changed((id) => users().updateOne({ id }, { $set: { phone } }));
    expect(stored).toMatchObject({ phone, password_hash: null });
  });

  it('gets none of its own when another record claims it meanwhile', async () => {
    const stored = await changed((user_id) => records().insertOne(record({ user_id })));
    expect(await records().countDocuments({ user_id: stored?.id })).toBe(1);
  });
});
