import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Creation, login, openCreation, record, somebody } from './support/open-creation.ts';

/** The shop's own phone, which stands in the records of everybody who gave none. */
const shared = somebody().phone;
const sharers = 300;
let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
  await creation.add({
    users: [
      login({ name: 'Has The Address', email: 'has.the.address@example.com' }),
      login({ name: 'Has The Phone', phone: shared }),
    ],
    customersV2: [
      ...Array.from({ length: sharers }, (_, at) => record({ name: `Sharer ${at}`, phone: shared })),
      record({ name: 'Last Of All', phone: shared }),
    ],
  });
});
afterAll(() => creation?.close());

it('of a phone that hundreds share, whoever has the e-mail or the name too is named first', async () => {
  const { result } = await creation.create(
    somebody({ name: 'Last Of All', phone: shared, email: 'has.the.address@example.com' }),
  );
  if (result?.__typename !== 'CustomerAlreadyExists') throw new Error('Nobody was named.');
  const matched = result.candidates.map(({ matchedBy }) => matchedBy);
  expect(matched.slice(0, 3)).toEqual([['EMAIL'], ['PHONE', 'NAME'], ['PHONE']]);
});

it('what another login logs in by is not given to a new one, however many share its phone', async () => {
  const { result } = await creation.create(
    somebody({ phone: shared, email: 'has.the.address@example.com', onExisting: 'CREATE_SEPARATE' }),
  );
  expect(result?.__typename).toBe('CustomerCreated');
  const users = creation.gateway.foreign.db.collection('users');
  expect(await users.countDocuments({ email: 'has.the.address@example.com' })).toBe(1);
  expect(await users.countDocuments({ phone: shared })).toBe(1);
});

it('whom an admin names is adopted, however many share the phone', async () => {
  const chosen = await creation.addOrphan('record', { phone: shared }, { name: 'Chosen' });
  const { result } = await creation.create(
    somebody({ phone: shared, onExisting: 'ADOPT', adoptCustomerId: chosen.id }),
  );
  expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: true });
});
