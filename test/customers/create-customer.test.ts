import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepIndex } from '../../src/customer-index/sweep-index.ts';
import {
  type Creation,
  openCreation,
  type StoredPair,
  somebody,
  spellings,
  uuidForm,
} from './support/open-creation.ts';

const dayMs = 24 * 60 * 60_000;
const own = '{ me { mustChangePassword linkConfirmationPending customer { id address delivery { area } } } }';
const change = `mutation ($old: String!, $new: String!) {
  changePassword(currentPassword: $old, newPassword: $new) { accessToken mustChangePassword }
}`;

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation({ LEGACY_TIMEZONE: 'Asia/Kolkata' });
});
afterAll(() => creation?.close());

describe('somebody whom nobody knows, with an e-mail', () => {
  const input = somebody({
    phone: '+91 98333-00001',
    email: 'Meera.Iyer@Example.com',
    deliveryBoyId: 'boy-1',
  });
  const startedAt = Date.now();
  let pair: StoredPair;
  let clear: string;
  beforeAll(async () => {
    const { errors, result } = await creation.create(input);
    expect(errors).toEqual([]);
    expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: false });
    if (result?.__typename !== 'CustomerCreated') return;
    pair = await creation.stored(result.customer);
  });

  it('gets a login and a delivery record with uuids, each naming the other', () => {
    expect(pair.user.id).toMatch(uuidForm);
    expect(pair.record.id).toMatch(uuidForm);
    expect(pair.user.id).not.toBe(pair.record.id);
    expect(pair.user.customer_v2_id).toBe(pair.record.id);
    expect(pair.record.user_id).toBe(pair.user.id);
  });

  it('is stored under the names and in the formats of the older application', () => {
    expect(pair.user).toMatchObject({
      name: input.name,
      role: 'customer',
      is_active: true,
      phone: input.phone,
    });
    expect(pair.user.email.toLowerCase()).toBe('meera.iyer@example.com');
    expect(pair.user.password_hash).toMatch(/^\$2[aby]\$04\$[./A-Za-z0-9]{53}$/);
    expect(pair.record).toMatchObject({
      name: input.name,
      phone: input.phone,
      address: '12 Lake Road',
      area: 'Baner',
      status: 'active',
      delivery_boy_id: 'boy-1',
    });
    expect(pair.record.email.toLowerCase()).toBe('meera.iyer@example.com');
    expect(typeof pair.record.created_at).toBe('string');
    expect(Object.keys(pair.user)).not.toContain('must_change_password');
  });

  it('is a customer at once: by either id, by phone, e-mail and name, and in the list', async () => {
    const identifiers = [pair.user.id, pair.record.id, '098333-00001', 'MEERA.IYER@EXAMPLE.COM', input.name];
    for (const identifier of identifiers) {
      const { data } = await creation.admin(
        'query ($i: String!) { findCustomer(identifier: $i) { ... on CustomerFound { customer { id link { state } } } } }',
        { i: identifier },
      );
      expect({ identifier, found: data.findCustomer.customer }).toEqual({
        identifier,
        found: { id: pair.record.id, link: { state: 'LINKED' } },
      });
    }
    const { data } = await creation.admin(
      '{ customers(filter: { search: "meera", linkState: LINKED, canLogin: true, status: ACTIVE, deliveryBoyId: "boy-1" }) { nodes { id createdAt deliveryBoy { name } } } }',
    );
    expect(data.customers.nodes).toEqual([
      { id: pair.record.id, createdAt: expect.any(String), deliveryBoy: { name: 'Boy' } },
    ]);
  });

  it('was made now, whatever zone stored times are read in', async () => {
    const { data } = await creation.admin('query ($id: ID!) { customer(id: $id) { createdAt } }', {
      id: pair.record.id,
    });
    const createdAt = Date.parse(data.customer.createdAt);
    expect(createdAt).toBeGreaterThan(startedAt - 1_000);
    expect(createdAt).toBeLessThan(Date.now() + 1_000);
  });

  it('has a temporary password that must be changed and holds for seven days', () => {
    expect(pair.account).toMatchObject({ mustChangePassword: true });
    const expiresAt = pair.account?.passwordExpiresAt?.getTime() ?? 0;
    expect(expiresAt).toBeGreaterThan(startedAt + 7 * dayMs - 1_000);
    expect(expiresAt).toBeLessThan(Date.now() + 7 * dayMs);
  });

  it('is sent one message, which alone knows the password', async () => {
    expect(pair.notifications).toHaveLength(1);
    expect(pair.notifications[0]).toMatchObject({ kind: 'CREDENTIALS', channel: 'EMAIL' });
    expect(pair.notifications[0]?.destination.toLowerCase()).toBe('meera.iyer@example.com');
    const { message, password } = await creation.credentialsOf(pair.user);
    expect(message.to).toBe(pair.notifications[0]?.destination);
    clear = password;
    expect(clear).toMatch(/^[A-HJKMNP-Za-hjkmnp-z2-9]{12}$/);
    await sleep(50);
    const stored = JSON.stringify(await creation.everything());
    expect(stored).toContain(pair.user.password_hash);
    expect(stored).not.toContain(clear);
    const [sent] = await creation.gateway.foreign.notifications
      .find({ loginKey: String(pair.user._id) })
      .toArray();
    expect(sent).toMatchObject({ state: 'SENT', secrets: null });
  });

  it('is in the journal with who did it, and without a secret', async () => {
    expect(pair.journal).toHaveLength(1);
    expect(pair.journal[0]).toMatchObject({ actor: creation.adminId, action: 'CUSTOMER_CREATED' });
    expect(pair.journal[0]?.subjectIds.toSorted()).toEqual([pair.user.id, pair.record.id].toSorted());
    const text = JSON.stringify(pair.journal);
    expect(text).toContain('12 Lake Road');
    expect(text).not.toContain('$2b$');
    expect(text).not.toContain('password');
    const { data } = await creation.admin(
      'query ($id: ID!) { auditEvents(subjectId: $id) { nodes { actor action subjectId } } }',
      { id: pair.user.id },
    );
    expect(data.auditEvents.nodes).toEqual([
      { actor: creation.adminId, action: 'CUSTOMER_CREATED', subjectId: pair.record.id },
    ]);
  });

  it('logs in with it, can do nothing but choose a password, and then reads the own record', async () => {
    const session = await creation.tryLogIn('+919833300001', clear);
    if (typeof session === 'string') throw new Error(session);
    expect((await session('{ findCustomer(identifier: "x") { __typename } }')).code).toMatch(
      /PASSWORD_CHANGE_REQUIRED/,
    );
    expect(
      (await session(`query ($id: ID!) { customer(id: $id) { id } }`, { id: pair.record.id })).code,
    ).toBe('PASSWORD_CHANGE_REQUIRED');
    const again = await session(
      'mutation ($old: String!) { login(identifier: "+919833300001", password: $old) { accessToken viewer { mustChangePassword customer { id } } } }',
      { old: clear },
    );
    expect(again).toMatchObject({
      code: 'PASSWORD_CHANGE_REQUIRED',
      data: {
        login: {
          accessToken: expect.any(String),
          viewer: { mustChangePassword: true, customer: null },
        },
      },
    });
    const { data, errors } = await session(change, { old: clear, new: 'quiet-lantern-meadow-31' });
    expect(errors).toEqual([]);
    expect(data.changePassword.mustChangePassword).toBe(false);
    const later = await creation.tryLogIn('meera.iyer@example.com', 'quiet-lantern-meadow-31');
    if (typeof later === 'string') throw new Error(later);
    expect((await later(own)).data.me).toEqual({
      mustChangePassword: false,
      linkConfirmationPending: false,
      customer: { id: pair.record.id, address: '12 Lake Road', delivery: { area: 'Baner' } },
    });
    expect(await creation.tryLogIn('meera.iyer@example.com', clear)).toBe('INVALID_CREDENTIALS');
  });
});

describe('somebody without an e-mail', () => {
  it('gets a placeholder for one, an SMS, and logs in by phone', async () => {
    const input = somebody({ phone: '98333 00002' });
    const { result } = await creation.create(input);
    expect(result).toMatchObject({
      __typename: 'CustomerCreated',
      credentialsSentTo: [expect.stringMatching(/^\*+0002$/)],
      customer: {
        email: null,
        canLogin: true,
        loginBlockers: [],
        link: { state: 'LINKED' },
        login: { mustChangePassword: true, isActive: true, role: 'CUSTOMER' },
      },
    });
    if (result?.__typename !== 'CustomerCreated') return;
    const pair = await creation.stored(result.customer);
    expect(pair.user.email).toMatch(/^\+?(91)?9833300002@delivery\.local$/);
    expect(pair.record.email ?? null).toBeNull();
    expect(pair.notifications).toHaveLength(1);
    expect(pair.notifications[0]).toMatchObject({ channel: 'SMS', destination: '+919833300002' });
    const { password, loginName } = await creation.credentialsOf(pair.user);
    for (const identifier of ['9833300002', loginName]) {
      expect(await creation.tryLogIn(identifier, password)).toBeTypeOf('function');
    }
  });

  it('and with a phone that takes no SMS is created all the same, and told nothing', async () => {
    const { result } = await creation.create(somebody({ phone: '020 2567 8901' }));
    expect(result).toMatchObject({ __typename: 'CustomerCreated', credentialsSentTo: [] });
    if (result?.__typename !== 'CustomerCreated') return;
    const pair = await creation.stored(result.customer);
    expect(pair.notifications).toEqual([]);
    expect(pair.record.user_id).toBe(pair.user.id);
  });
});

describe('the values of a new customer', () => {
  it.each([
    { name: 'Zoë Müller 🚴', address: "O'Brien & Sons <b>", area: 'कोथरूड', status: 'TRIAL' },
    { name: '$where: {"$gt": ""}', address: '../../etc\\n', area: '__proto__', status: 'PAUSED' },
    { name: 'null', address: '0', area: 'undefined', status: 'INACTIVE' },
  ])('are kept as typed, and whatever the status, the login is active: %o', async (values) => {
    const customer = await creation.created(somebody(values));
    expect(customer).toMatchObject({ ...values, canLogin: true });
    const { user, record } = await creation.stored(customer);
    const { status, ...typed } = values;
    expect(record).toMatchObject({ ...typed, status: status.toLowerCase() });
    expect(user).toMatchObject({ name: values.name, is_active: true });
  });

  it('are the same person’s in whatever spelling the phone is typed', async () => {
    const phone = '9833300010';
    const first = await creation.created(somebody({ phone: spellings(phone)[3] }));
    expect(first.phoneE164).toBe(`+91${phone}`);
    for (const spelling of spellings(phone)) {
      const { result } = await creation.create(somebody({ phone: spelling }));
      expect({ spelling, result }).toMatchObject({
        spelling,
        result: { candidates: [{ matchedBy: ['PHONE'], customer: { id: first.id } }] },
      });
    }
  });

  it('of a person abroad hold the country code', async () => {
    const customer = await creation.created(somebody({ phone: '+44 7400 123456' }));
    expect(customer.phoneE164).toBe('+447400123456');
  });
});

it('the index that all this has written is the one that a rebuild makes', async () => {
  const written = await creation.everything();
  const settings = { defaultPhoneRegion: 'IN', legacyTimezone: 'Asia/Kolkata' } as const;
  const { foreign } = creation.gateway;
  await foreign.customerIndex.deleteMany({});
  await foreign.indexedRecords.deleteMany({});
  await sweepIndex(foreign, settings, { everything: true });
  const rebuilt = await creation.everything();
  expect(written.customer_index?.length).toBeGreaterThan(6);
  expect(rebuilt.customer_index).toEqual(written.customer_index);
  expect(rebuilt.customer_index_records).toEqual(written.customer_index_records);
});
