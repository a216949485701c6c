import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Creation, login, openCreation, somebody } from './support/open-creation.ts';

/** Nothing tells the index of what the older application writes: change streams are off, and the next sweep is an hour away. */
let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
});
afterAll(() => creation?.close());

const users = () => creation.gateway.foreign.db.collection('users');

describe('a login that the older application has written a moment ago', () => {
  it.each([
    ['e-mail', { email: 'a.moment.ago@example.com' }, { email: ' A.Moment.Ago@example.com ' }, ['EMAIL']],
    ['phone', { phone: '9833300002' }, { phone: '+91 98333 00002' }, ['PHONE']],
  ])('is known by its %s in the usual spellings', async (_, stored, typed, matchedBy) => {
    await users().insertOne(login(stored));
    const { result } = await creation.create(somebody(typed));
    const found = result?.__typename === 'CustomerAlreadyExists' ? result.candidates : [];
    expect(found.flatMap((candidate) => candidate.matchedBy)).toEqual(matchedBy);
  });

  it('goes on being the only one that logs in by its e-mail and phone', async () => {
    const contact = { email: 'kept@example.com', phone: '9833300003' };
    await users().insertOne(login(contact));
    const { result } = await creation.create(somebody({ ...contact, onExisting: 'CREATE_SEPARATE' }));
    expect(result?.__typename).toBe('CustomerCreated');
    for (const identifier of Object.values(contact))
      expect(await creation.tryLogIn(identifier)).toBeTypeOf('function');
  });

  it('keeps its e-mail when somebody else is to have it', async () => {
    const other = await creation.created(somebody({ email: 'other.one@example.com' }));
    await users().insertOne(login({ email: 'wanted@example.com' }));
    const { data } = await creation.admin(
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }',
      { input: { id: other.id, email: 'wanted@example.com' } },
    );
    expect(data.updateCustomer.__typename).toBe('CustomerAlreadyExists');
    expect(await users().countDocuments({ email: 'wanted@example.com' })).toBe(1);
  });
});
