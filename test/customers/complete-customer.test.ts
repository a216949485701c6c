import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlAnswer } from '../support/graphql-client.ts';
import { expectToLogInAsTold } from './support/creation-checks.ts';
import { type CustomerAnswer, everyCustomerField } from './support/customer-answer.ts';
import {
  type Creation,
  login,
  openCreation,
  password,
  record,
  somebody,
  uuidForm,
} from './support/open-creation.ts';

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
});
afterAll(() => creation?.close());

const users = () => creation.gateway.foreign.db.collection('users');
const records = () => creation.gateway.foreign.db.collection('customers_v2');

async function createLogin(customerId: unknown): Promise<GraphqlAnswer & { customer: CustomerAnswer }> {
  const answer = await creation.admin(
    `mutation ($id: ID!) { createLogin(customerId: $id) { ...EveryCustomerField } } ${everyCustomerField}`,
    { id: customerId },
  );
  return { ...answer, customer: answer.data?.createLogin ?? null };
}

async function createRecord(
  customerId: unknown,
  place: { address?: string; area?: string } = {},
): Promise<GraphqlAnswer & { customer: CustomerAnswer }> {
  const answer = await creation.admin(
    `mutation ($id: ID!, $address: String!, $area: String!) {
      createDeliveryRecord(customerId: $id, address: $address, area: $area) { ...EveryCustomerField }
    } ${everyCustomerField}`,
    { id: customerId, address: '9 New Road', area: 'Wakad', ...place },
  );
  return { ...answer, customer: answer.data?.createDeliveryRecord ?? null };
}

/** Expects the refusal of each id, and the database to be what it was. */
async function expectRefusals(mutation: typeof createLogin, ids: readonly unknown[], code: string) {
  const before = await creation.everything();
  for (const id of ids) expect({ id, code: (await mutation(id)).code }).toEqual({ id, code });
  expect(await creation.everything()).toEqual(before);
}

let gone = 0;

/** A pair, and what the links of both halves say of it. */
async function addPair(links: (u: Document, d: Document) => [Document, Document]): Promise<[string, string]> {
  gone += 1;
  const { phone } = somebody();
  const [u, d] = [login({ phone }), record({ phone })];
  const [user, delivery] = links(u, d);
  await creation.add({ users: [{ ...u, ...user }], customersV2: [{ ...d, ...delivery }] });
  return [u.id, d.id];
}

/** Of every state but the two orphaned ones, a login and a delivery record. */
async function everyOtherState(): Promise<{ logins: string[]; deliveries: string[] }> {
  const pairs = [
    await addPair((u, d) => [{ customer_v2_id: d.id }, { user_id: u.id }]),
    await addPair((_, d) => [{ customer_v2_id: d.id }, {}]),
    await addPair((u) => [{}, { user_id: u.id }]),
    await addPair(() => [{ customer_v2_id: `gone-${gone}` }, { user_id: `gone-${gone}` }]),
    await addPair((u) => [{ customer_v2_id: `gone-${gone}` }, { user_id: u.id }]),
    await addPair(() => [{ customer_v2_id: 4711 }, { user_id: true }]),
  ];
  return { logins: pairs.map(([id]) => id), deliveries: pairs.map(([, id]) => id) };
}

describe('createLogin', () => {
  it('gives a delivery record a login of its own name, phone and e-mail, and sends it credentials', async () => {
    const { phone } = somebody();
    const kept = await creation.addOrphan('record', { phone }, { name: 'Leela', email: 'Leela@Example.com' });
    const { customer, errors } = await createLogin(kept.id);
    expect(errors).toEqual([]);
    expect(customer).toMatchObject({
      id: kept.id,
      name: 'Leela',
      link: { state: 'LINKED', customerV2Id: kept.id, conflictingIds: [] },
      login: { role: 'CUSTOMER', isActive: true, mustChangePassword: true },
      canLogin: true,
      loginBlockers: [],
      differences: [],
    });
    const pair = await creation.stored(customer);
    expect(pair.record).toEqual({ ...kept, _id: expect.anything(), user_id: pair.user.id });
    expect(pair.user).toMatchObject({
      name: 'Leela',
      phone,
      role: 'customer',
      is_active: true,
      customer_v2_id: kept.id,
    });
    expect(pair.user.id).toMatch(uuidForm);
    expect(pair.user.email.toLowerCase()).toBe('leela@example.com');
    expect(pair.notifications.map(({ kind, destination }) => [kind, destination.toLowerCase()])).toEqual([
      ['CREDENTIALS', 'leela@example.com'],
    ]);
    expect(pair.journal).toMatchObject([
      { actor: creation.adminId, action: 'LOGIN_CREATED', subjectId: kept.id },
    ]);
    await expectToLogInAsTold(creation, pair.user);
    await expectRefusals(createLogin, [kept.id, pair.user.id], 'CONFLICT');
  });

  it('works without an e-mail, or with a placeholder for one: by SMS', async () => {
    for (const email of [undefined, null, '', 'someone@delivery.local']) {
      const { phone } = somebody();
      const kept = await creation.addOrphan('record', { phone: `0${phone}` }, { email });
      const { customer } = await createLogin(kept.id);
      const { user, notifications } = await creation.stored(customer);
      expect(user.email).toMatch(/@delivery\.local$/);
      expect(notifications).toMatchObject([{ channel: 'SMS', destination: `+91${phone}` }]);
    }
  });

  it('works without a phone, where there is an e-mail', async () => {
    const kept = await creation.addOrphan('record', {}, { email: 'only.mail@example.com', phone: 'none' });
    const { customer } = await createLogin(kept.id);
    expect(customer).toMatchObject({ link: { state: 'LINKED' }, canLogin: true });
    await expectToLogInAsTold(creation, (await creation.stored(customer)).user);
  });

  it('leaves whoever has the same phone or e-mail as they are: their password opens their login still', async () => {
    const person = somebody({ email: 'shared.by.two@example.com' });
    const other = await creation.addOrphan('login', person, { email: 'shared.by.two@example.com' });
    const kept = await creation.addOrphan('record', person, { email: 'Shared.By.Two@example.com' });
    const { customer } = await createLogin(kept.id);
    expect(await users().findOne({ id: other.id })).toEqual(other);
    expect(await creation.tryLogIn(person.phone)).toBeTypeOf('function');
    expect(await creation.tryLogIn('shared.by.two@example.com')).toBeTypeOf('function');
    await expectToLogInAsTold(creation, (await creation.stored(customer)).user);
  });

  it('is refused to a record that has neither phone nor e-mail, and nothing is written', async () => {
    const nowhere = [
      await creation.addOrphan('record', {}),
      await creation.addOrphan('record', { phone: 'no phone' }, { email: 'x@delivery.local' }),
      await creation.addOrphan('record', { phone: '' }, { email: '' }),
    ];
    await expectRefusals(
      createLogin,
      nowhere.map(({ id }) => id),
      'CONFLICT',
    );
  });

  it('is refused in every state but ORPHANED_V2, by the id of either half, and nothing is written', async () => {
    const { logins, deliveries } = await everyOtherState();
    const legacy = await creation.addOrphan('login', somebody());
    await expectRefusals(createLogin, [...logins, ...deliveries, legacy.id], 'CONFLICT');
  });

  it('of nobody is not found', async () => {
    await expectRefusals(createLogin, ['nobody', '', 'admin-1', '{"$ne":null}'], 'NOT_FOUND');
  });
});

describe('createDeliveryRecord', () => {
  it('gives a login a delivery record of its own name, phone and e-mail; id, password and role stay', async () => {
    const { phone } = somebody();
    const kept = await creation.addOrphan('login', { phone }, { name: 'Gopal', email: 'Gopal@Example.com' });
    const { customer, errors } = await createRecord(kept.id);
    expect(errors).toEqual([]);
    expect(customer).toMatchObject({
      name: 'Gopal',
      address: '9 New Road',
      area: 'Wakad',
      status: 'ACTIVE',
      link: { state: 'LINKED', userId: kept.id, conflictingIds: [] },
      systems: expect.arrayContaining(['USERS', 'CUSTOMERS_V2']),
      canLogin: true,
      billingIssues: [],
      differences: [],
    });
    const pair = await creation.stored(customer);
    expect(pair.user).toEqual({ ...kept, _id: expect.anything(), customer_v2_id: pair.record.id });
    expect(pair.record).toMatchObject({ name: 'Gopal', phone, status: 'active', user_id: kept.id });
    expect(pair.record.id).toMatch(uuidForm);
    expect(pair.record.email.toLowerCase()).toBe('gopal@example.com');
    expect(typeof pair.record.created_at).toBe('string');
    expect(pair.notifications.filter(({ kind }) => kind === 'CREDENTIALS')).toEqual([]);
    expect(pair.journal).toMatchObject([{ actor: creation.adminId, action: 'DELIVERY_RECORD_CREATED' }]);
    expect(await creation.tryLogIn('gopal@example.com', password)).toBeTypeOf('function');
    for (const id of [kept.id, pair.record.id]) {
      const { data } = await creation.admin('query ($id: ID!) { customer(id: $id) { id } }', { id });
      expect(data.customer).toEqual({ id: pair.record.id });
    }
    await expectRefusals(createRecord, [kept.id, pair.record.id], 'CONFLICT');
  });

  it('copies no placeholder into the delivery record', async () => {
    const { phone } = somebody();
    const kept = await creation.addOrphan('login', { phone }, { email: `${phone}@delivery.local` });
    const { customer } = await createRecord(kept.id);
    expect(customer.email).toBeNull();
    expect((await creation.stored(customer)).record.email ?? null).toBeNull();
  });

  it('works for an inactive login, which stays so', async () => {
    const kept = await creation.addOrphan('login', somebody(), { is_active: false });
    const { customer } = await createRecord(kept.id);
    expect(customer).toMatchObject({ link: { state: 'LINKED' }, canLogin: false });
    expect(await users().findOne({ id: kept.id })).toMatchObject({ is_active: false });
  });

  it('is refused in every state but ORPHANED_USER, by the id of either half, and nothing is written', async () => {
    const { logins, deliveries } = await everyOtherState();
    const orphan = await creation.addOrphan('record', somebody());
    await expectRefusals(createRecord, [...logins, ...deliveries, orphan.id], 'CONFLICT');
  });

  it('of nobody, and of staff, is not found', async () => {
    await expectRefusals(createRecord, ['nobody', '', 'admin-1', 'boy-1'], 'NOT_FOUND');
  });

  it('wants an address and an area that can be stored, and names the one that is wrong', async () => {
    const kept = await creation.addOrphan('login', somebody());
    const before = await creation.everything();
    for (const [argument, value] of [
      ['address', ' '],
      ['address', 'a'.repeat(501)],
      ['address', 'a\u0000'],
      ['area', ''],
      ['area', 'a'.repeat(101)],
    ] as const) {
      const { errors } = await createRecord(kept.id, { [argument]: value });
      const { code, ...named } = errors[0]?.extensions ?? { code: undefined };
      expect(code).toBe('BAD_USER_INPUT');
      expect(Object.values(named)).toContain(argument);
    }
    expect(await creation.everything()).toEqual(before);
  });

  it('ten times at once makes one', async () => {
    const person = somebody();
    const kept = await creation.addOrphan('login', person);
    const answers = await Promise.all(Array.from({ length: 10 }, () => createRecord(kept.id)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined, 'CONFLICT']));
    const made = await records().find({ user_id: kept.id }).toArray();
    expect(made).toHaveLength(1);
    expect(await users().findOne({ id: kept.id })).toMatchObject({ customer_v2_id: made[0]?.id });
  });
});
