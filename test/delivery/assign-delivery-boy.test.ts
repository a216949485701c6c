import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Assignments, openAssignments } from './support/open-assignments.ts';

let assignments: Assignments;
beforeAll(async () => {
  assignments = await openAssignments();
});
afterAll(() => assignments?.close());
beforeEach(async () => {
  await assignments.newJournal();
  await assignments.newMessages();
});

describe('assignDeliveryBoy', () => {
  it('finds the customer by id, _id, e-mail, phone in any spelling and name, in any case', async () => {
    const { assign, storedBoy } = assignments;
    const record = await assignments.record({
      name: 'Renée O’Brien',
      phone: '97000 11111',
      email: 'renee@example.com',
    });
    const texts = [
      record.id,
      String(record._id),
      ' RENEE@example.com ',
      '+91 97000-11111',
      '09700011111',
      'renee  obrien',
    ];
    for (const text of texts) {
      const boy = await assignments.boy();
      const answer = await assign(text, boy.id);
      expect({ text, answer }).toMatchObject({
        answer: {
          __typename: 'DeliveryBoyAssigned',
          customer: { id: record.id, deliveryBoy: { id: boy.id, name: boy.name, phone: boy.phone } },
        },
      });
      expect(await storedBoy(record)).toBe(boy.id);
    }
    await assignments.expectIndexAsRebuilt();
  });

  it('finds the delivery boy by id, _id, e-mail, phone in any spelling and name, in any case', async () => {
    const boy = await assignments.boy({
      name: 'Zoë Müller',
      phone: '+91 97000 22222',
      email: 'Zoe@Example.com',
    });
    const texts = [boy.id, String(boy._id), 'zoe@example.com', '97000-22222', 'ZOE muller'];
    for (const text of texts) {
      const record = await assignments.record();
      const answer = await assignments.assign(record.id, text);
      expect({ text, answer }).toMatchObject({ answer: { customer: { deliveryBoy: { id: boy.id } } } });
      expect(await assignments.storedBoy(record)).toBe(boy.id);
    }
  });

  it('prefers the delivery boy where a customer of the same household has his phone or name', async () => {
    const boy = await assignments.boy({ name: 'Shared Name', phone: '97000 33333' });
    await assignments.login({ name: 'Shared Name', phone: '9700033333' });
    const record = await assignments.record();
    for (const text of ['97000 33333', 'Shared Name'])
      expect(await assignments.assign(record.id, text)).toMatchObject({
        customer: { deliveryBoy: { id: boy.id } },
      });
  });

  it('sets nothing but delivery_boy_id, journals before and after, and changes the index row with it', async () => {
    const { database, storedBoy } = assignments;
    const login = await assignments.login();
    const record = await assignments.record({ user_id: login.id });
    await database.db
      .collection('users')
      .updateOne({ id: login.id }, { $set: { customer_v2_id: record.id } });
    await assignments.sweep();
    const [one, other] = [await assignments.boy(), await assignments.boy()];
    await assignments.assign(record.id, one.id);
    await assignments.assign(record.id, other.id);
    const stored = await database.db.collection('customers_v2').findOne({ _id: record._id });
    expect(stored).toEqual({ ...record, delivery_boy_id: other.id });
    expect(await assignments.newJournal()).toEqual(
      [
        { before: null, after: one.id },
        { before: one.id, after: other.id },
      ].map((change) => ({
        action: 'DELIVERY_BOY_ASSIGNED',
        actor: 'admin-1',
        subjectIds: [record.id, login.id],
        changes: [{ field: 'customers_v2.delivery_boy_id', ...change }],
      })),
    );
    expect(await assignments.unassign(login.id)).toMatchObject({ previous: { id: other.id } });
    expect(await storedBoy(record)).toBeNull();
    expect(await assignments.newJournal()).toMatchObject([
      { action: 'DELIVERY_BOY_UNASSIGNED', changes: [{ before: other.id, after: null }] },
    ]);
    await assignments.expectIndexAsRebuilt();
  });

  it('writes nothing for who delivers already, nor for nobody who is taken away', async () => {
    const boy = await assignments.boy();
    const record = await assignments.record();
    await assignments.assign(record.id, boy.id);
    await assignments.newJournal();
    await assignments.newMessages();
    expect(await assignments.assign(record.id, boy.id)).toMatchObject({
      __typename: 'DeliveryBoyAssigned',
      previous: { id: boy.id },
    });
    const free = await assignments.record();
    expect(await assignments.unassign(free.id)).toMatchObject({
      __typename: 'DeliveryBoyAssigned',
      customer: { deliveryBoy: null },
      previous: null,
    });
    expect(await assignments.newJournal()).toEqual([]);
    expect(await assignments.newMessages()).toEqual([]);
    const { delivery_boy_id: untouched } = { delivery_boy_id: await assignments.storedBoy(free) };
    expect(untouched).toBeUndefined();
  });

  it('clears the id of somebody who does not exist, and calls nobody the previous one', async () => {
    const record = await assignments.record({ delivery_boy_id: 'nobody-at-all' });
    expect(await assignments.unassign(record.id)).toMatchObject({ previous: null });
    expect(await assignments.storedBoy(record)).toBeNull();
  });

  it.each(['active', 'trial', 'paused', 'inactive', 'on hold'])(
    'assigns a customer who is %s',
    async (status) => {
      const boy = await assignments.boy();
      const record = await assignments.record({ status });
      expect(await assignments.assign(record.id, boy.id)).toMatchObject({
        customer: { deliveryBoy: { id: boy.id } },
      });
    },
  );
});

describe('which record is written', () => {
  it('is the definitive one, found by the login of a pair, of whichever half the link is', async () => {
    const { database } = assignments;
    const boy = await assignments.boy();
    for (const side of ['both', 'login', 'record']) {
      const login = await assignments.login();
      const record = await assignments.record({
        name: login.name,
        ...(side !== 'login' && { user_id: login.id }),
      });
      if (side !== 'record')
        await database.db
          .collection('users')
          .updateOne({ id: login.id }, { $set: { customer_v2_id: record.id } });
      await assignments.sweep();
      const answer = await assignments.assign(login.email, boy.id);
      expect(answer).toMatchObject({
        customer: {
          id: record.id,
          deliveryBoy: { id: boy.id },
          link: { state: side === 'both' ? 'LINKED' : 'HALF_LINKED' },
        },
      });
      expect(await assignments.storedBoy(record)).toBe(boy.id);
    }
  });

  it('is that of a customer in conflict, who has one all the same', async () => {
    const boy = await assignments.boy();
    const record = await assignments.record({ user_id: new ObjectId() });
    expect(await assignments.assign(record.id, boy.id)).toMatchObject({
      customer: { id: record.id, link: { state: 'CONFLICT' }, deliveryBoy: { id: boy.id } },
    });
  });

  it('is none where another record shares the id', async () => {
    const boy = await assignments.boy();
    const id = 'shared-by-two';
    const [one, other] = [await assignments.record({ id }), await assignments.record({ id })];
    expect(await assignments.assign(one.email, boy.id)).toMatchObject({
      __typename: 'AssignmentRefused',
      code: 'CONFLICT',
      message: expect.stringContaining(one.name),
    });
    expect(await assignments.assign(String(one._id), boy.id)).toMatchObject({ code: 'CONFLICT' });
    for (const record of [one, other]) expect(await assignments.storedBoy(record)).toBeUndefined();
  });

  it('is none for a customer who has only a login', async () => {
    const boy = await assignments.boy();
    const login = await assignments.login();
    expect(await assignments.assign(login.phone, boy.id)).toMatchObject({
      __typename: 'NoDeliveryRecord',
      customer: { id: login.id, canLogin: true },
    });
  });

  it('is none for a login whose record is in dispute', async () => {
    const boy = await assignments.boy();
    const login = await assignments.login();
    await assignments.record({ user_id: login.id });
    await assignments.record({ user_id: `${login.id}-other` });
    await assignments.database.db
      .collection('users')
      .updateOne({ id: login.id }, { $set: { customer_v2_id: 'somebody-else' } });
    await assignments.sweep();
    expect(await assignments.assign(login.email, boy.id)).toMatchObject({
      __typename: 'AssignmentRefused',
      code: 'CONFLICT',
      message: expect.stringContaining(login.name),
    });
  });
});

describe('who is not meant', () => {
  it('several customers are answered with what each matched on, and none is written', async () => {
    const boy = await assignments.boy();
    const [one, other] = [
      await assignments.record({ name: 'Twice There', phone: '97111 00001' }),
      await assignments.record({ name: 'TWICE there', phone: '97111 00001' }),
    ];
    const byName = await assignments.assign('twice there', boy.id);
    expect(byName).toMatchObject({
      __typename: 'CustomerAmbiguous',
      identifier: 'twice there',
      totalCandidates: 2,
    });
    const candidates = (answer: typeof byName) =>
      answer.candidates
        .map(({ customer, matchedBy }: { customer: { id: string }; matchedBy: string[] }) => [
          customer.id,
          ...matchedBy,
        ])
        .toSorted();
    expect(candidates(byName)).toEqual(
      [
        [one.id, 'NAME'],
        [other.id, 'NAME'],
      ].toSorted(),
    );
    expect(candidates(await assignments.assign('+919711100001', boy.id))).toEqual(
      [
        [one.id, 'PHONE'],
        [other.id, 'PHONE'],
      ].toSorted(),
    );
    for (const record of [one, other]) expect(await assignments.storedBoy(record)).toBeUndefined();
  });

  it('nobody is answered with near misses', async () => {
    const boy = await assignments.boy();
    const record = await assignments.record({ name: 'Maheshwari Deshpande' });
    expect(await assignments.assign('Maheshwary Deshpande', boy.id)).toMatchObject({
      __typename: 'CustomerNotFound',
      identifier: 'Maheshwary Deshpande',
      nearMisses: [{ matchedBy: ['NAME'], customer: { id: record.id } }],
    });
  });

  it('several delivery boys are answered with ids that name each alone', async () => {
    const record = await assignments.record();
    const name = 'Also Twice';
    const [one, other] = [await assignments.boy({ name }), await assignments.boy({ name, is_active: false })];
    const answer = await assignments.assign(record.id, 'also twice');
    expect(answer).toMatchObject({ __typename: 'DeliveryBoyAmbiguous', identifier: 'also twice' });
    expect(answer.candidates.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      [one.id, other.id].toSorted(),
    );
    expect(await assignments.assign(record.id, one.id)).toMatchObject({
      customer: { deliveryBoy: { id: one.id } },
    });

    const id = 'twins-of-one-id';
    const twins = [await assignments.boy({ id }), await assignments.boy({ id })];
    const answered = await assignments.assign(record.id, id);
    expect(answered.candidates.map((twin: { id: string }) => twin.id).toSorted()).toEqual(
      twins.map(({ _id }) => String(_id)).toSorted(),
    );
    for (const twin of twins)
      expect(await assignments.assign(record.id, twin.name)).toMatchObject({
        __typename: 'AssignmentRefused',
        code: 'CONFLICT',
        message: expect.stringContaining(twin.name),
      });
    expect(await assignments.storedBoy(record)).toBe(one.id);
  });

  it('no delivery boy is answered with the text', async () => {
    const record = await assignments.record();
    expect(await assignments.assign(record.id, 'No Such Boy')).toEqual({
      __typename: 'DeliveryBoyNotFound',
      identifier: 'No Such Boy',
      nearMisses: [],
    });
  });

  it('one who is inactive is refused by name', async () => {
    const record = await assignments.record();
    const boy = await assignments.boy({ is_active: false });
    for (const text of [boy.id, boy.name, boy.phone])
      expect(await assignments.assign(record.id, text)).toMatchObject({
        __typename: 'AssignmentRefused',
        code: 'CONFLICT',
        message: expect.stringContaining(`${boy.name} (delivery boy)`),
      });
    expect(await assignments.storedBoy(record)).toBeUndefined();
  });

  it.each([
    ['a customer', 'customer'],
    ['an admin', 'admin'],
    ['an analyst', 'analyst'],
    ['of a role that is not known', 'gardener'],
  ])('somebody who is %s is refused by name and role', async (text, role) => {
    const record = await assignments.record();
    const other = await assignments.login({ role });
    for (const identifier of [other.id, other.email, other.phone, other.name])
      expect({ identifier, answer: await assignments.assign(record.id, identifier) }).toMatchObject({
        answer: {
          __typename: 'AssignmentRefused',
          code: 'CONFLICT',
          message: expect.stringContaining(`${other.name} is ${text}`),
        },
      });
    expect(await assignments.storedBoy(record)).toBeUndefined();
  });

  it('a login is no customer of staff, and a staff id assigns nobody', async () => {
    const boy = await assignments.boy();
    expect(await assignments.assign('admin-2', boy.id)).toMatchObject({ __typename: 'CustomerNotFound' });
  });
});

describe('bad input', () => {
  it.each([
    ['empty text', '   ', 'customer'],
    ['text of 10 kB', 'x'.repeat(10_000), 'customer'],
    ['empty text', '', 'deliveryBoy'],
    ['text of 10 kB', 'y'.repeat(10_000), 'deliveryBoy'],
  ])('%s is BAD_USER_INPUT that names the field', async (_what, text, field) => {
    const record = await assignments.record();
    const input = { customer: record.id, deliveryBoy: record.id, [field]: text };
    const answer = await assignments.assign(input.customer, input.deliveryBoy);
    expect(answer).toMatchObject({ __typename: 'Error', code: 'BAD_USER_INPUT', field });
  });

  it('an operator of the database where a text belongs is refused, and as a text it finds nobody', async () => {
    const boy = await assignments.boy();
    const { code, data } = await assignments.admin(
      'mutation ($c: String!, $b: String!) { assignDeliveryBoy(input: {customer: $c, deliveryBoy: $b}) { __typename } }',
      { c: { $ne: null }, b: boy.id },
    );
    expect({ code, data }).toEqual({ code: 'BAD_USER_INPUT', data: null });
    for (const text of ['{"$ne": null}', '.*', '$where'])
      expect(await assignments.assign(text, boy.id)).toMatchObject({ __typename: 'CustomerNotFound' });
    const record = await assignments.record();
    expect(await assignments.assign(record.id, '{"$ne": null}')).toMatchObject({
      __typename: 'DeliveryBoyNotFound',
    });
    expect(await assignments.newJournal()).toEqual([]);
  });
});
