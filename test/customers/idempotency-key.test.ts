import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CreateInput,
  type Creation,
  openCreation,
  somebody,
  uuidForm,
} from './support/open-creation.ts';

const dayMs = 24 * 60 * 60_000;

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
});
afterAll(() => creation?.close());

describe('the same key', () => {
  const withKey = (key: string, fields: CreateInput = {}) => somebody({ idempotencyKey: key, ...fields });
  const admin = (client: string) =>
    creation.gateway.logIn(`${client}@example.com`, 'saffron-kettle-harbour-27');

  it('answers with the first answer, and writes nothing twice', async () => {
    const input = withKey('key-1', { email: 'key.one@example.com' });
    const first = await creation.create(input);
    expect(first.result?.__typename).toBe('CustomerCreated');
    const before = await creation.everything();
    const again = await creation.create(input);
    expect(again.errors).toEqual([]);
    expect(again.result).toMatchObject({
      adopted: false,
      credentialsSentTo: ['k***@example.com'],
      customer: { link: (first.result as { customer: { link: object } }).customer.link },
    });
    const explicit = await creation.create({ ...input, status: 'ACTIVE', onExisting: 'ASK' });
    expect(explicit.errors).toEqual([]);
    expect(await creation.everything()).toEqual(before);
  });

  it('twenty times at once makes one customer, and every answer is that one', async () => {
    const input = withKey('key-2');
    const answers = await Promise.all(Array.from({ length: 20 }, () => creation.create(input)));
    const ids = answers.map(({ result, code }) =>
      result?.__typename === 'CustomerCreated' ? result.customer.id : (code ?? result?.__typename),
    );
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(uuidForm);
    const { db } = creation.gateway.foreign;
    expect(await db.collection('users').countDocuments({ phone: input.phone })).toBe(1);
    expect(await db.collection('customers_v2').countDocuments({ phone: input.phone })).toBe(1);
    expect(await db.collection('notifications').countDocuments({ destination: `+91${input.phone}` })).toBe(1);
  });

  it('with another input is refused, and writes nothing', async () => {
    const input = withKey('key-3');
    await creation.created(input);
    const before = await creation.everything();
    for (const other of [withKey('key-3'), { ...input, area: 'Aundh' }, { ...input, onExisting: 'ADOPT' }]) {
      const { errors } = await creation.create(other);
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'idempotencyKey' });
    }
    expect(await creation.everything()).toEqual(before);
  });

  it('of a customer who was deleted since is answered, though there is nobody to show', async () => {
    const input = withKey('key-8');
    const { link } = await creation.created(input);
    const { db } = creation.gateway.foreign;
    await db.collection('users').deleteOne({ id: link.userId });
    await db.collection('customers_v2').deleteOne({ id: link.customerV2Id });
    await creation.gateway.sweep();
    expect((await creation.create(input)).code).toMatch(/^(CONFLICT|NOT_FOUND)$/);
  });

  it('whose call was refused is still free', async () => {
    const input = withKey('key-4', { deliveryBoyId: 'nobody' });
    expect((await creation.create(input)).code).toBe('BAD_USER_INPUT');
    expect((await creation.create({ ...input, deliveryBoyId: 'boy-1' })).result?.__typename).toBe(
      'CustomerCreated',
    );
  });

  it('twice in one import, of two people, refuses the second alone, and says what became of everybody', async () => {
    const [first, second, third] = [withKey('key-9'), withKey('key-9'), withKey('key-10')];
    const { data, errors } = await creation.admin(
      'mutation ($input: [CreateCustomerInput!]!) { importCustomers(input: $input) { result { __typename } error { code field } } }',
      { input: [first, second, third] },
    );
    expect(errors).toEqual([]);
    const created = { result: { __typename: 'CustomerCreated' }, error: null };
    const refused = { result: null, error: { code: 'BAD_USER_INPUT', field: 'idempotencyKey' } };
    expect(data.importCustomers).toEqual([created, refused, created]);
  });

  it('of another admin is another key', async () => {
    const second = await admin('second.admin');
    const first = await creation.create(withKey('key-5'));
    const other = await creation.create(withKey('key-5'), second);
    expect([first, other].map(({ result }) => result?.__typename)).toEqual([
      'CustomerCreated',
      'CustomerCreated',
    ]);
  });

  it('holds for 24 hours, and is free then', async () => {
    const input = withKey('key-6');
    const first = await creation.created(input);
    creation.clock.aheadMs = dayMs - 60_000;
    const again = await creation.create(input, await admin('admin'));
    expect(again.result).toMatchObject({ customer: { id: first.id } });
    creation.clock.aheadMs = dayMs + 60_000;
    const client = await admin('admin');
    expect((await creation.create(input, client)).result?.__typename).toBe('CustomerAlreadyExists');
    expect((await creation.create(withKey('key-7'), client)).result?.__typename).toBe('CustomerCreated');
    const other = withKey('key-5');
    expect((await creation.create(other, client)).result?.__typename).toBe('CustomerCreated');
    creation.clock.aheadMs = 0;
  });
});
