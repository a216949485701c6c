import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());

describe('an id that a login and a delivery record share', () => {
  it('means the delivery record, to every mutation and as customer(id:) has it', async () => {
    const boy = await assignments.boy();
    const id = 'shared-by-login-and-record';
    const login = await assignments.login({ id });
    const record = await assignments.record({ id });
    const { data } = await assignments.admin('query ($id: ID!) { customer(id: $id) { name } }', { id });
    expect(data.customer.name).toBe(record.name);
    const assigned = { __typename: 'DeliveryBoyAssigned', customer: { id, name: record.name } };
    expect(await assignments.assign(id, boy.id)).toMatchObject(assigned);
    expect(await assignments.storedBoy(record)).toBe(boy.id);
    expect(await assignments.unassign(id)).toMatchObject({ ...assigned, previous: { id: boy.id } });
    expect(await assignments.assignAll([{ customer: id, deliveryBoy: boy.id }])).toMatchObject([assigned]);
    expect(await assignments.storedBoy(record)).toBe(boy.id);
    // The other one is still found by all else.
    expect(await assignments.assign(login.email, boy.id)).toMatchObject({
      __typename: 'NoDeliveryRecord',
      customer: { name: login.name },
    });
  });

  it('means the delivery record also where the login is half of another customer', async () => {
    const boy = await assignments.boy();
    const id = 'shared-with-half-of-a-pair';
    const pair = await assignments.record({ user_id: id });
    await assignments.login({ id, customer_v2_id: pair.id });
    const record = await assignments.record({ id });
    expect(await assignments.assign(id, boy.id)).toMatchObject({ customer: { id, name: record.name } });
    expect(await assignments.storedBoy(pair)).toBeUndefined();
  });

  it('is ambiguous all the same where the text is somebody else’s name', async () => {
    const boy = await assignments.boy();
    const id = 'Rao';
    await assignments.login({ id });
    const record = await assignments.record({ id });
    const named = await assignments.record({ name: 'Rao' });
    const { candidates } = await assignments.assign('Rao', boy.id);
    expect(
      candidates
        .map(({ customer, matchedBy }: { customer: { id: string }; matchedBy: string[] }) => [
          customer.id,
          ...matchedBy,
        ])
        .toSorted(),
    ).toEqual(
      [
        [record.id, 'ID'],
        [named.id, 'NAME'],
      ].toSorted(),
    );
  });
});

describe('a uuid', () => {
  const upper = (id: string) => id.toUpperCase();
  const mixed = (id: string) => id.replace(/[a-f]/, (letter) => letter.toUpperCase());

  it('means its customer and its delivery boy in any case', async () => {
    const id = 'abcdefab-cdef-4abc-8def-abcdefabcdef';
    const boyId = 'fedcbafe-dcba-4fed-8cba-fedcbafedcba';
    const record = await assignments.record({ id });
    const boy = await assignments.boy({ id: boyId });
    for (const spelled of [upper, mixed]) {
      await assignments.unassign(record.id);
      expect(await assignments.assign(spelled(id), spelled(boyId))).toMatchObject({
        __typename: 'DeliveryBoyAssigned',
        customer: { id, deliveryBoy: { id: boy.id } },
      });
      expect(await assignments.storedBoy(record)).toBe(boyId);
    }
    const area = await assignments.record({ area: 'Upper Case Area' });
    expect(await assignments.assignArea('Upper Case Area', upper(boyId))).toMatchObject([
      { customer: { id: area.id, deliveryBoy: { id: boyId } } },
    ]);
    const { id: loginId } = await assignments.login({ id: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' });
    expect(await assignments.assign(record.id, upper(loginId))).toMatchObject({
      __typename: 'AssignmentRefused',
      message: expect.stringContaining('is a customer'),
    });
  });

  it('of which two are stored, in lower and upper case, means the one as typed', async () => {
    const boy = await assignments.boy();
    const id = 'dddddddd-cdef-4abc-8def-abcdefabcdef';
    const [one, other] = [await assignments.record({ id }), await assignments.record({ id: upper(id) })];
    expect(await assignments.assign(id, boy.id)).toMatchObject({ customer: { id } });
    expect(await assignments.storedBoy(other)).toBeUndefined();
    expect(await assignments.assign(upper(id), boy.id)).toMatchObject({ customer: { id: other.id } });
    const neither = await assignments.assign(mixed(id), boy.id);
    expect(
      neither.candidates.map(({ customer }: { customer: { id: string } }) => customer.id).toSorted(),
    ).toEqual([one.id, other.id].toSorted());
  });

  it('is found at once where the index does not know its record yet', async () => {
    const boy = await assignments.boy();
    const id = 'cccccccc-cdef-4abc-8def-abcdefabcdef';
    await assignments.database.db.collection('customers_v2').insertOne({ id, name: 'Just Now' });
    expect(await assignments.assign(upper(id), boy.id)).toMatchObject({ customer: { id } });
  });

  it('or an _id is found at once by either screen where the index does not know the record yet', async () => {
    const boy = await assignments.boy();
    const records = assignments.database.db.collection('customers_v2');
    const { insertedId } = await records.insertOne({ name: 'Just Now Without Id' });
    const id = insertedId.toHexString();
    const { data } = await assignments.admin(
      'query ($id: String!) { findCustomer(identifier: $id) { ... on CustomerFound { customer { id } matchedBy } } }',
      { id },
    );
    expect(data.findCustomer).toEqual({ customer: { id }, matchedBy: ['ID'] });
    expect(await assignments.assign(id, boy.id)).toMatchObject({ customer: { id } });
    expect(await assignments.storedBoy({ _id: insertedId })).toBe(boy.id);
  });

  it('is the only id of which case does not matter', async () => {
    const boy = await assignments.boy({ id: 'boy-with-a-plain-id' });
    const record = await assignments.record({ id: 'record-with-a-plain-id' });
    expect(await assignments.assign('RECORD-WITH-A-PLAIN-ID', boy.id)).toMatchObject({
      __typename: 'CustomerNotFound',
    });
    expect(await assignments.assign(record.id, 'BOY-WITH-A-PLAIN-ID')).toMatchObject({
      __typename: 'DeliveryBoyNotFound',
    });
  });
});

describe('a text that means no delivery boy', () => {
  beforeAll(async () => {
    await assignments.boy({
      id: 'uenal',
      name: 'Ünal Öz',
      email: 'unal.oz@milk.example',
      phone: '91234 50001',
    });
    await assignments.boy({
      id: 'sunil',
      name: 'Sunil Vishnu Jadhav',
      email: 'sunil@milk.example',
      phone: '91234 60002',
    });
    await assignments.boy({ id: 'gone', name: 'Gopal Kulkarni', is_active: false, phone: '91234 70003' });
    const twin = { name: 'Twin Waghmare', phone: null, email: null };
    await assignments.boy({ id: 'twin-id', ...twin });
    await assignments.boy({ id: 'twin-id', ...twin, name: 'Other Person' });
    await assignments.boy({ id: 'nameless', name: null, phone: null, email: null });
  });

  const nearMissesOf = async (text: string) => {
    const record = await assignments.record();
    const answer = await assignments.assign(record.id, text);
    expect(answer).toMatchObject({ __typename: 'DeliveryBoyNotFound', identifier: text });
    return answer.nearMisses as { matchedBy: string[]; deliveryBoy: Record<string, unknown> }[];
  };

  it.each([
    ['a typo', 'Ünal Özz', 'uenal', 'NAME'],
    ['a typo at the beginning', 'Zunil Vishnu Jadhav', 'sunil', 'NAME'],
    ['a part of the name', 'jadhav', 'sunil', 'NAME'],
    ['a part of the name with a typo', 'Jadav', 'sunil', 'NAME'],
    ['first and last name', 'Sunil Jadhav', 'sunil', 'NAME'],
    ['another order of the words', 'Jadhav Sunil Vishnu', 'sunil', 'NAME'],
    ['an initial', 'S Jadhav', 'sunil', 'NAME'],
    ['a word too many', 'Mr Ünal Öz', 'uenal', 'NAME'],
    ['the beginning of a word', 'Suni', 'sunil', 'NAME'],
    ['an e-mail with a typo', 'unal.ozz@milk.example', 'uenal', 'EMAIL'],
    ['an e-mail of another domain', 'sunil@milk.test', 'sunil', 'EMAIL'],
    ['a phone with a wrong digit', '+91 91234 60003', 'sunil', 'PHONE'],
    ['a phone with a digit too few', '9123460002'.slice(0, -1), 'sunil', 'PHONE'],
    ['a phone with two digits swapped', '91234 06002', 'sunil', 'PHONE'],
  ])('is answered with who is nearly meant: %s', async (_what, text, id, kind) => {
    const [nearest] = await nearMissesOf(text);
    expect(nearest).toMatchObject({ matchedBy: [kind], deliveryBoy: { id } });
  });

  it('shows the inactive ones as what they are, with what staff see of them', async () => {
    expect(await nearMissesOf('Gopal Kulkarny')).toEqual([
      {
        matchedBy: ['NAME'],
        deliveryBoy: {
          id: 'gone',
          name: 'Gopal Kulkarni',
          phone: '91234 70003',
          email: expect.any(String),
          isActive: false,
        },
      },
    ]);
  });

  it('shows an id that means each alone, at most five, and nobody who is far off or delivers no more', async () => {
    const [twin] = await nearMissesOf('Twin Wagmare');
    expect(ObjectId.isValid(String(twin?.deliveryBoy.id))).toBe(true);
    for (let at = 0; at < 7; at++) await assignments.boy({ name: `Prakash Number${at}` });
    expect(await nearMissesOf('Prakash Numbers')).toHaveLength(5);
    for (const text of ['Wolfgang', 'x', '!!!', 'z@milk.example', '99999 99999', '{"$ne": null}'])
      expect({ text, near: await nearMissesOf(text) }).toEqual({ text, near: [] });
    const left = await assignments.boy({ name: 'Leftover Person' });
    await assignments.database.db
      .collection('users')
      .updateOne({ id: left.id }, { $set: { role: 'customer' } });
    expect(await nearMissesOf('Leftover Persson')).toEqual([]);
  });

  it('is answered so in an area, and row by row, too', async () => {
    await assignments.record({ area: 'Near Area' });
    expect(await assignments.assignArea('Near Area', 'Ünal Özz')).toMatchObject([
      { __typename: 'DeliveryBoyNotFound', nearMisses: [{ deliveryBoy: { id: 'uenal' } }] },
    ]);
    const { id } = await assignments.record();
    const answers = await assignments.assignAll([
      { customer: id, deliveryBoy: 'Ünal Özz' },
      { customer: id, deliveryBoy: 'Sunil Vishnu Jadav' },
      { customer: id, deliveryBoy: 'Ünal Özz' },
    ]);
    expect(answers.map(({ nearMisses }) => nearMisses[0]?.deliveryBoy.id)).toEqual([
      'uenal',
      'sunil',
      'uenal',
    ]);
  });
});

it('several delivery boys are answered with what each matched on', async () => {
  const record = await assignments.record();
  const one = await assignments.boy({ name: 'Vivek Pawar', phone: '91234 80001' });
  const other = await assignments.boy({ name: 'VIVEK pawar', phone: '91234 80001', is_active: false });
  const third = await assignments.boy({ id: 'vivek pawar', name: 'Somebody' });
  const matches = (answer: Awaited<ReturnType<Assignments['assign']>>) => {
    expect(answer.__typename).toBe('DeliveryBoyAmbiguous');
    expect(answer.matches.map(({ deliveryBoy }: { deliveryBoy: object }) => deliveryBoy)).toEqual(
      answer.candidates,
    );
    return Object.fromEntries(
      answer.matches.map(
        ({ deliveryBoy, matchedBy }: { deliveryBoy: { id: string }; matchedBy: string[] }) => [
          deliveryBoy.id,
          matchedBy,
        ],
      ),
    );
  };
  expect(matches(await assignments.assign(record.id, 'vivek pawar'))).toEqual({
    [one.id]: ['NAME'],
    [other.id]: ['NAME'],
    [third.id]: ['ID'],
  });
  expect(matches(await assignments.assign(record.id, '+91 9123480001'))).toEqual({
    [one.id]: ['PHONE'],
    [other.id]: ['PHONE'],
  });
});
