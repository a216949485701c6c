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

it('whom an admin names is adopted, however many have the same phone and name', async () => {
  const phone = somebody().phone;
  await creation.add({
    customersV2: Array.from({ length: sharers }, () => record({ name: 'Walk In', phone })),
  });
  const chosen = await creation.addOrphan('record', { phone }, { name: 'Walk In' });
  const { result } = await creation.create(
    somebody({ name: 'Walk In', phone, onExisting: 'ADOPT', adoptCustomerId: chosen.id }),
  );
  expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: true });
});

it('of hundreds who share a phone nobody is adopted unnamed, though only one of those who were read can be', async () => {
  const phone = somebody().phone;
  const pairs = Array.from({ length: sharers }, () => {
    const [user, delivery] = [login({ phone }), record({ phone })];
    return { user: { ...user, customer_v2_id: delivery.id }, delivery: { ...delivery, user_id: user.id } };
  });
  const users = pairs.map(({ user }) => user);
  const deliveries = pairs.map(({ delivery }) => delivery);
  const orphans = [record({ phone }), record({ phone })];
  await creation.add({ users, customersV2: [...orphans.slice(1), ...deliveries] });
  await creation.add({ customersV2: orphans.slice(0, 1) });
  const { result } = await creation.create(somebody({ phone, onExisting: 'ADOPT' }));
  expect(result?.__typename).toBe('CustomerAlreadyExists');
});

it('of many households none is known by a part of its members', async () => {
  const households = Array.from({ length: 51 }, () => somebody().phone);
  const members = 7;
  await creation.add({
    customersV2: households.flatMap((phone) => Array.from({ length: members }, () => record({ phone }))),
  });
  const { data, errors } = await creation.admin(
    `mutation ($input: [CreateCustomerInput!]!) {
      importCustomers(input: $input) { result { __typename ... on CustomerAlreadyExists { candidates { matchedBy } } } }
    }`,
    { input: households.map((phone) => somebody({ phone, onExisting: 'ADOPT' })) },
  );
  expect(errors).toEqual([]);
  const answers: { result: { __typename: string; candidates: unknown[] } }[] = data.importCustomers;
  const known = answers.map(({ result }) => result.candidates?.length ?? result.__typename);
  expect(known).toEqual(households.map(() => members));
});
