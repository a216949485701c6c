import type { Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordKey } from '../../src/database/stored-documents.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { everyCustomerField } from './support/customer-answer.ts';
import { type OpenApp, openApp, person } from './support/open-app.ts';

const mutation = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename
  ... on CustomerUpdated { customer { ...EveryCustomerField } }
  ... on CustomerAlreadyExists { candidates { matchedBy customer { id name phone } } }
} } ${everyCustomerField}`;

let app: OpenApp;
let admin: GraphqlClient;
beforeAll(async () => {
  app = await openApp();
  await app.add({ users: [person('staff', { role: 'admin', phone: '9000000001' })] });
  admin = await app.logIn('staff@example.com');
});
afterAll(() => app?.close());

let people = 0;
beforeEach(async () => {
  people += 1;
  app.clock.ms += 1_000;
  await app.newMessages();
  await app.newJournal();
});

/** Phones and e-mails that nobody else here has. */
const phone = (offset = 0) => `98${String(10_000_000 + people * 100 + offset)}`;
const email = (offset = 0) => `person${people}.${offset}@mail.example.org`;

interface Person {
  readonly userId: string;
  readonly recordId: string;
}

async function addPair(login: Document = {}, record: Document = {}, offset = 0): Promise<Person> {
  const [userId, recordId] = [`user-${people}-${offset}`, `record-${people}-${offset}`];
  const contact = { name: 'Asha Rao', phone: phone(offset), email: email(offset) };
  await app.add({
    users: [person(userId, { ...contact, customer_v2_id: recordId, ...login })],
    customersV2: [
      {
        id: recordId,
        ...contact,
        address: '1 Lake Road',
        area: 'Lakeside',
        status: 'active',
        user_id: userId,
        notes: 'of the older application',
        ...record,
      },
    ],
  });
  return { userId, recordId };
}

async function addLogin(login: Document = {}, offset = 0): Promise<string> {
  const id = `lone-user-${people}-${offset}`;
  await app.add({ users: [person(id, { phone: phone(offset), email: email(offset), ...login })] });
  return id;
}

async function addRecord(record: Document = {}, offset = 0): Promise<string> {
  const id = `lone-record-${people}-${offset}`;
  await app.add({
    customersV2: [{ id, name: 'Asha Rao', phone: phone(offset), status: 'active', ...record }],
  });
  return id;
}

const userOf = (id: string) => app.database.users.findOne({ id });
const recordOf = (id: string) => app.database.customersV2.findOne({ id });
const update = (input: Document) => admin(mutation, { input });

async function updated(input: Document) {
  const { data, errors } = await update(input);
  expect(errors).toEqual([]);
  expect(data.updateCustomer.__typename).toBe('CustomerUpdated');
  return data.updateCustomer.customer;
}

/** The whole database, but for who is logged in and what is counted. */
async function everything(): Promise<string> {
  const names = ['users', 'customers_v2', 'accounts', 'customer_index', 'customer_index_records', 'journal'];
  const more = ['notifications', 'tokens', 'claims'];
  const collections = [...names, ...more].map((name) => app.database.db.collection(name).find().toArray());
  return JSON.stringify(await Promise.all(collections));
}

async function expectNothingWritten(input: Document, refusal: { code: string; field?: string }) {
  const before = await everything();
  const { errors } = await update(input);
  expect(errors[0]?.extensions).toMatchObject(refusal);
  expect(await everything()).toBe(before);
  return errors[0]?.message;
}

describe('name, phone and e-mail', () => {
  it('change on both halves of a pair, each in one transaction with its journal entry and index row', async () => {
    const { userId, recordId } = await addPair();
    const [before, after] = [phone(), phone(1)];
    const customer = await updated({
      id: userId,
      name: 'Asha R. Rao',
      phone: `+91 ${after.slice(0, 5)} ${after.slice(5)}`,
      email: `New.${email(1)}`,
    });
    expect(customer).toMatchObject({
      id: recordId,
      name: 'Asha R. Rao',
      phoneE164: `+91${after}`,
      differences: [],
    });
    const values = {
      name: 'Asha R. Rao',
      phone: `+91 ${after.slice(0, 5)} ${after.slice(5)}`,
      email: `New.${email(1)}`,
    };
    expect(await userOf(userId)).toMatchObject({ ...values, customer_v2_id: recordId, role: 'customer' });
    expect(await recordOf(recordId)).toMatchObject({
      ...values,
      user_id: userId,
      address: '1 Lake Road',
      notes: 'of the older application',
    });
    const change = (field: string, from: string, to: string) => ({ field, before: from, after: to });
    expect(await app.newJournal()).toEqual([
      {
        action: 'CUSTOMER_UPDATED',
        actor: 'staff',
        subjectIds: [recordId, userId],
        changes: expect.arrayContaining([
          change('users.name', 'Asha Rao', values.name),
          change('customers_v2.name', 'Asha Rao', values.name),
          change('users.phone', before, values.phone),
          change('customers_v2.phone', before, values.phone),
          change('users.email', email(), values.email),
          change('customers_v2.email', email(), values.email),
        ]),
      },
    ]);
    const found = await admin(
      'query ($i: String!) { findCustomer(identifier: $i) { ... on CustomerFound { customer { id } } } }',
      {
        i: after,
      },
    );
    expect(found.data.findCustomer.customer.id).toBe(recordId);
    const indexed = await everything();
    await app.sweep();
    expect(await everything()).toBe(indexed);
  });

  it('change on the half that holds them, and stay out of the one that does not', async () => {
    const { userId, recordId } = await addPair({ phone: null }, { name: null, email: null });
    await updated({ id: recordId, name: 'Other Name', phone: phone(1), email: email(1) });
    expect(await userOf(userId)).toMatchObject({ name: 'Other Name', phone: null, email: email(1) });
    expect(await recordOf(recordId)).toMatchObject({ name: null, phone: phone(1), email: null });
  });

  it('go to the delivery record when neither half has them, and in the place of a placeholder', async () => {
    const { userId, recordId } = await addPair(
      { phone: null, email: '12345@delivery.local' },
      { phone: '', email: null },
    );
    await updated({ id: userId, phone: phone(1), email: email(1) });
    expect(await userOf(userId)).toMatchObject({ phone: null, email: email(1) });
    expect(await recordOf(recordId)).toMatchObject({ phone: phone(1), email: email(1) });
  });

  it('of a customer who has only a login change there', async () => {
    const id = await addLogin({ phone: null });
    const customer = await updated({ id, name: 'Only Login', phone: phone(1) });
    expect(customer).toMatchObject({
      id,
      name: 'Only Login',
      phone: phone(1),
      link: { state: 'ORPHANED_USER' },
    });
  });

  it('of a disputed record change there alone', async () => {
    const { recordId, userId } = await addPair({}, { user_id: 'nobody' });
    const customer = await updated({ id: recordId, name: 'Disputed' });
    expect(customer).toMatchObject({ id: recordId, name: 'Disputed', link: { state: 'CONFLICT' } });
    expect(await userOf(userId)).toMatchObject({ name: 'Asha Rao' });
  });

  it('let the customer log in by the new ones at once, and no longer by the old ones', async () => {
    await addPair();
    await updated({ id: `user-${people}-0`, phone: phone(1), email: email(1) });
    await expect(app.logIn(phone(1))).resolves.toBeDefined();
    await expect(app.logIn(email(1))).resolves.toBeDefined();
    await expect(app.logIn(phone())).rejects.toThrow();
    await expect(app.logIn(email())).rejects.toThrow();
  });
});

describe('address, area and status', () => {
  it('change on the delivery record, and null clears the first two', async () => {
    const { userId, recordId } = await addPair();
    const customer = await updated({ id: userId, address: '2 Hill\nRoad', area: null, status: 'PAUSED' });
    expect(customer).toMatchObject({
      address: '2 Hill\nRoad',
      area: null,
      status: 'PAUSED',
      isActive: false,
    });
    expect(await recordOf(recordId)).toMatchObject({ address: '2 Hill\nRoad', area: null, status: 'paused' });
    expect(await updated({ id: recordId, address: null })).toMatchObject({ address: null });
    const [first] = await app.newJournal();
    expect(first?.changes).toEqual([
      { field: 'customers_v2.address', before: '1 Lake Road', after: '2 Hill\nRoad' },
      { field: 'customers_v2.area', before: 'Lakeside', after: null },
      { field: 'customers_v2.status', before: 'active', after: 'paused' },
    ]);
  });

  it('of a customer who has only a login are refused, with the name of what makes a delivery record', async () => {
    const id = await addLogin();
    for (const change of [{ address: '2 Hill Road' }, { area: 'Hillside' }, { status: 'ACTIVE' }]) {
      const [field] = Object.keys(change);
      const message = await expectNothingWritten(
        { id, name: 'Other', ...change },
        { code: 'CONFLICT', field: field ?? '' },
      );
      expect(message).toContain('createDeliveryRecord');
    }
  });
});

describe('an update that changes nothing', () => {
  it('writes nothing at all', async () => {
    const { userId } = await addPair();
    for (const input of [
      { id: userId },
      { id: userId, name: 'Asha Rao', phone: phone(), email: email(), area: 'Lakeside', status: 'ACTIVE' },
    ]) {
      const before = await everything();
      expect(await updated(input)).toMatchObject({ name: 'Asha Rao' });
      expect(await everything()).toBe(before);
    }
  });
});

describe('bad input', () => {
  let userId: string;
  beforeAll(async () => {
    ({ userId } = await addPair({}, {}, 90));
  });

  it.each([
    ['name', { name: ' ' }],
    ['name', { name: null }],
    ['name', { name: 'a'.repeat(201) }],
    ['name', { name: 'Asha\u0000' }],
    ['phone', { phone: '12345' }],
    ['phone', { phone: '' }],
    ['phone', { phone: '9876543210@delivery.local' }],
    ['email', { email: 'asha@' }],
    ['email', { email: '9876543210@delivery.local' }],
    ['email', { email: 'X@DELIVERY.LOCAL' }],
    ['address', { address: ' ' }],
    ['address', { address: 'a'.repeat(501) }],
    ['area', { area: 'a'.repeat(101) }],
    ['status', { status: null }],
    ['onExisting', { onExisting: 'ADOPT' }],
  ])('names the field %s, and writes nothing: %j', async (field, change) => {
    await expectNothingWritten(
      { id: userId, area: 'Hillside', ...change },
      { code: 'BAD_USER_INPUT', field },
    );
  });

  it('knows no links, roles or passwords', async () => {
    for (const smuggled of [
      'role',
      'customer_v2_id',
      'userId',
      'passwordHash',
      'isActive',
      'mustChangePassword',
    ]) {
      const { code } = await update({ id: userId, name: 'Other', [smuggled]: 'admin' });
      expect({ smuggled, code }).toEqual({ smuggled, code: 'BAD_USER_INPUT' });
    }
    expect(await userOf(userId)).toMatchObject({ name: 'Asha Rao', role: 'customer' });
  });

  it('of an unknown id, or of a staff login, is NOT_FOUND', async () => {
    for (const id of ['nobody', '', 'x'.repeat(300), 'staff']) {
      expect((await update({ id, name: 'Other' })).code).toBe('NOT_FOUND');
    }
    expect(await userOf('staff')).toMatchObject({ name: 'Login staff' });
  });
});

describe('a contact that is cleared', () => {
  it('leaves the login reachable by the other one', async () => {
    const { userId, recordId } = await addPair();
    expect(await updated({ id: userId, phone: null })).toMatchObject({ phone: null });
    expect(await userOf(userId)).toMatchObject({ phone: null, email: email() });
    expect(await recordOf(recordId)).toMatchObject({ phone: null, email: email() });
    await expectNothingWritten({ id: userId, email: null }, { code: 'BAD_USER_INPUT', field: 'email' });
  });

  it('becomes a placeholder in the login when it is the e-mail, and its old address is told', async () => {
    const { userId, recordId } = await addPair();
    expect(await updated({ id: userId, email: null })).toMatchObject({ email: null });
    expect(await userOf(userId)).toMatchObject({ email: `${phone()}@delivery.local`, phone: phone() });
    expect((await recordOf(recordId))?.email).toBeNull();
    expect(await app.newMessages()).toMatchObject([
      {
        kind: 'EMAIL_REMOVED',
        destination: email(),
        values: { name: 'Asha Rao', loginName: `+91${phone()}` },
      },
    ]);
    const [entry] = await app.newJournal();
    expect(entry?.changes).toContainEqual({ field: 'users.email', before: email(), after: null });
    await expectNothingWritten({ id: userId, phone: null }, { code: 'BAD_USER_INPUT', field: 'phone' });
  });

  it('becomes a placeholder of its own where another login has the usual one', async () => {
    await addLogin({ email: `${phone()}@delivery.local`, phone: '0' }, 5);
    const { userId } = await addPair();
    await updated({ id: userId, email: null });
    const stored = String((await userOf(userId))?.email);
    expect(stored).toMatch(new RegExp(`^${phone()}\\..+@delivery\\.local$`));
  });

  it('is refused when both are cleared at once, and when there is only a placeholder beside it', async () => {
    const { userId } = await addPair();
    await expectNothingWritten({ id: userId, phone: null, email: null }, { code: 'BAD_USER_INPUT' });
    const id = await addLogin({ email: 'x@delivery.local' }, 7);
    await expectNothingWritten({ id, phone: null }, { code: 'BAD_USER_INPUT', field: 'phone' });
  });

  it('may be both of a delivery record that has no login', async () => {
    const id = await addRecord({ email: email() });
    expect(await updated({ id, phone: null, email: null })).toMatchObject({ phone: null, email: null });
  });
});

describe('a login whose e-mail is changed', () => {
  it('is told at its old address, and what it had asked for itself is void', async () => {
    const { userId } = await addPair();
    const client = await app.logIn(email());
    const asked = await client(
      'mutation { setEmail(email: "wanted@mail.example.org", currentPassword: "saffron-kettle-harbour-27") { pendingEmail } }',
    );
    expect(asked.errors).toEqual([]);
    await app.newMessages();
    await updated({ id: userId, email: email(1) });
    expect(await app.newMessages()).toMatchObject([
      {
        kind: 'EMAIL_CHANGED',
        channel: 'EMAIL',
        destination: email(),
        values: { name: 'Asha Rao', newEmail: 'p***@mail.example.org' },
      },
    ]);
    const key = recordKey((await userOf(userId))?._id);
    expect(await app.database.tokens.find({ loginKey: key }).toArray()).toEqual([]);
    expect(await app.database.accounts.findOne({ _id: key })).toMatchObject({ pendingEmail: null });
    expect((await client('{ me { email pendingEmail } }')).data.me).toEqual({
      email: email(1),
      pendingEmail: null,
    });
  });

  it('is told by SMS where it had none', async () => {
    const { userId } = await addPair({ email: 'none@delivery.local' }, { email: null });
    await updated({ id: userId, email: email(1), phone: phone(1) });
    expect(await app.newMessages()).toMatchObject([
      { kind: 'EMAIL_CHANGED', channel: 'SMS', destination: `+91${phone()}` },
    ]);
  });

  it('keeps the credentials that are on their way to it', async () => {
    const { userId } = await addPair();
    const key = recordKey((await userOf(userId))?._id);
    const waiting = {
      _id: `credentials-${people}`,
      kind: 'CREDENTIALS',
      channel: 'EMAIL' as const,
      destination: email(),
      loginKey: key,
      subjectIds: [userId],
      values: {},
      secrets: null,
      state: 'PENDING' as const,
      attempts: 0,
      nextAttemptAt: new Date(),
      holder: null,
      createdAt: new Date(),
      sentAt: null,
      expiresAt: null,
      lastError: null,
    };
    await app.database.notifications.insertOne(waiting);
    await updated({ id: userId, email: email(1), phone: phone(1) });
    expect(await app.database.notifications.findOne({ _id: waiting._id })).toMatchObject({
      state: 'PENDING',
    });
  });
});

describe('a phone or e-mail that others have', () => {
  it('is not written: the answer names who has it, and what else agrees', async () => {
    const { userId } = await addPair();
    const other = await addPair({}, {}, 1);
    const lone = await addRecord({ name: 'Meena Iyer', email: email(1) }, 2);
    const before = await everything();
    const { data, errors } = await update({
      id: userId,
      phone: `0${phone(1)}`,
      email: email(1).toUpperCase(),
    });
    expect(errors).toEqual([]);
    expect(data.updateCustomer).toEqual({
      __typename: 'CustomerAlreadyExists',
      candidates: expect.arrayContaining([
        {
          matchedBy: ['EMAIL', 'PHONE', 'NAME'],
          customer: { id: other.recordId, name: 'Asha Rao', phone: phone(1) },
        },
        { matchedBy: ['EMAIL'], customer: { id: lone, name: 'Meena Iyer', phone: phone(2) } },
      ]),
    });
    expect(data.updateCustomer.candidates).toHaveLength(2);
    expect(await everything()).toBe(before);
  });

  it('with CREATE_SEPARATE goes to the delivery record only: nobody could log in by it any more', async () => {
    const { userId, recordId } = await addPair();
    await addPair({}, {}, 1);
    const input = { id: userId, phone: phone(1), email: email(1), onExisting: 'CREATE_SEPARATE' };
    expect(await updated(input)).toMatchObject({ phone: phone(1), email: email(1) });
    expect(await userOf(userId)).toMatchObject({ phone: phone(), email: email() });
    expect(await recordOf(recordId)).toMatchObject({ phone: phone(1), email: email(1) });
    await expect(app.logIn(phone(1))).resolves.toBeDefined();
    await expect(app.logIn(phone())).resolves.toBeDefined();
  });

  it('with CREATE_SEPARATE goes to both halves when only a delivery record has it', async () => {
    const { userId, recordId } = await addPair();
    await addRecord({}, 1);
    await updated({ id: userId, phone: phone(1), onExisting: 'CREATE_SEPARATE' });
    expect(await userOf(userId)).toMatchObject({ phone: phone(1) });
    expect(await recordOf(recordId)).toMatchObject({ phone: phone(1) });
  });

  it('is refused to a customer who has only a login', async () => {
    const id = await addLogin();
    await addPair({}, {}, 1);
    for (const [field, value] of [
      ['phone', phone(1)],
      ['email', email(1)],
    ] as const) {
      await expectNothingWritten(
        { id, [field]: value, onExisting: 'CREATE_SEPARATE' },
        { code: 'CONFLICT', field },
      );
    }
  });

  it('is never written to the login when it is staff who have it', async () => {
    const id = await addLogin({}, 2);
    await expectNothingWritten({ id, phone: '9000000001' }, { code: 'CONFLICT', field: 'phone' });
    const { userId, recordId } = await addPair();
    await updated({ id: userId, phone: '9000000001' });
    expect(await userOf(userId)).toMatchObject({ phone: phone() });
    expect(await recordOf(recordId)).toMatchObject({ phone: '9000000001' });
    await expect(app.logIn('9000000001')).resolves.toBeDefined();
  });

  it('is no matter when the customer has it already, in another spelling or on the other half', async () => {
    const { userId, recordId } = await addPair({ phone: phone(4) });
    await addRecord({}, 0);
    await updated({ id: userId, phone: `+91${phone()}` });
    expect(await userOf(userId)).toMatchObject({ phone: `+91${phone()}` });
    expect(await recordOf(recordId)).toMatchObject({ phone: `+91${phone()}` });
  });

  it('is given to one of ten who ask for it at once', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, (_, at) => addPair({}, {}, at)));
    const wanted = phone(50);
    const answers = await Promise.all(ids.map(({ userId }) => update({ id: userId, phone: wanted })));
    const names = answers.map(({ data, code }) => code ?? data.updateCustomer.__typename);
    expect(names.filter((name) => name === 'CustomerUpdated')).toHaveLength(1);
    expect(names.filter((name) => name === 'CustomerAlreadyExists')).toHaveLength(9);
    expect(await app.database.users.countDocuments({ phone: wanted })).toBe(1);
    expect(await app.database.customersV2.countDocuments({ phone: wanted })).toBe(1);
  });
});

describe('at the same time', () => {
  it('two updates of one customer both happen, and the journal tells them in their order', async () => {
    const { userId, recordId } = await addPair();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        update(at % 2 === 0 ? { id: userId, name: `Name ${at}` } : { id: recordId, area: `Area ${at}` }),
      ),
    );
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => []));
    const entries = await app.newJournal();
    expect(entries).toHaveLength(10);
    const last = async (field: string) => {
      const changes = entries.flatMap((entry) => entry.changes.filter((change) => change.field === field));
      const befores = new Set(changes.map((change) => change.before));
      expect(befores.size).toBe(changes.length);
      return changes.map((change) => change.after).filter((after) => !befores.has(after));
    };
    const record = await recordOf(recordId);
    expect(await last('customers_v2.name')).toEqual([record?.name]);
    expect(await last('customers_v2.area')).toEqual([record?.area]);
    expect(await userOf(userId)).toMatchObject({ name: record?.name });
  });

  it('what the older application writes is kept', async () => {
    const { userId, recordId } = await addPair();
    const foreign = Array.from({ length: 10 }, (_, at) =>
      app.database.customersV2.updateOne({ id: recordId }, { $set: { address: `${at} Foreign Street` } }),
    );
    const own = Array.from({ length: 10 }, (_, at) => update({ id: userId, area: `Area ${at}` }));
    for (const { errors } of await Promise.all(own)) expect(errors).toEqual([]);
    await Promise.all(foreign);
    expect(await recordOf(recordId)).toMatchObject({
      address: '9 Foreign Street',
      area: expect.stringMatching(/^Area \d$/),
      user_id: userId,
    });
  });
});

describe('a link that waits for its code', () => {
  it('takes no code that was sent to a contact which the record no longer has', async () => {
    const { userId, recordId } = await addPair({}, { user_id: null, email: null, phone: phone(3) });
    const client = await app.logIn(email());
    await client('mutation { requestLinkCode { message } }');
    const [message] = await app.newMessages();
    expect(message?.destination).toBe(`+91${phone(3)}`);
    await updated({ id: recordId, area: 'Hillside' });
    const key = recordKey((await userOf(userId))?._id);
    expect(await app.database.tokens.countDocuments({ loginKey: key })).toBe(1);

    await updated({ id: recordId, phone: phone(4) });
    expect(await app.database.notifications.findOne({ _id: message?._id ?? '' })).toMatchObject({
      state: 'CANCELLED',
      secrets: null,
    });
    const confirm = 'mutation ($code: String!) { confirmLink(code: $code) { id } }';
    const { code } = await client(confirm, { code: message?.secrets?.code });
    expect(code).toBe('INVALID_OR_EXPIRED_TOKEN');

    app.clock.ms += 60_000;
    await client('mutation { requestLinkCode { message } }');
    const [second] = await app.newMessages();
    expect(second?.destination).toBe(`+91${phone(4)}`);
    expect((await client(confirm, { code: second?.secrets?.code })).errors).toEqual([]);
  });
});

it('is for admins alone', async () => {
  const { userId } = await addPair();
  const customer = await app.logIn(email());
  const { code } = await customer(mutation, { input: { id: userId, name: 'Other' } });
  expect(code).toBe('FORBIDDEN');
  expect(await userOf(userId)).toMatchObject({ name: 'Asha Rao' });
});
