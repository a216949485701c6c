import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { candidatesOf, expectNamed, expectRefused, expectToLogInAsTold } from './support/creation-checks.ts';
import {
  type CreateInput,
  type Creation,
  login,
  openCreation,
  password,
  passwordHash,
  record,
  somebody,
  uuidForm,
} from './support/open-creation.ts';

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
});
afterAll(() => creation?.close());

const own = '{ me { linkConfirmationPending customer { id delivery { address } } } }';
const users = () => creation.gateway.foreign.db.collection('users');
const records = () => creation.gateway.foreign.db.collection('customers_v2');

describe('ADOPT', () => {
  const adopt = (fields: CreateInput = {}) => somebody({ onExisting: 'ADOPT', ...fields });

  it('of nobody creates', async () => {
    const { result } = await creation.create(adopt());
    expect(result).toMatchObject({ __typename: 'CustomerCreated', adopted: false });
  });

  it('completes a delivery record: it keeps what it holds, and gets a login', async () => {
    const person = adopt({ name: 'Typed Now', status: 'PAUSED', deliveryBoyId: null });
    const kept = await creation.addOrphan('record', person, {
      status: 'trial',
      delivery_boy_id: 'boy-1',
      note: 'gate 4',
    });
    const { result, errors } = await creation.create(person);
    expect(errors).toEqual([]);
    expect(result).toMatchObject({
      adopted: true,
      credentialsSentTo: [expect.any(String)],
      customer: { id: kept.id, link: { state: 'LINKED' }, canLogin: true, deliveryBoy: { id: 'boy-1' } },
    });
    if (result?.__typename !== 'CustomerCreated') return;
    const pair = await creation.stored(result.customer);
    expect(pair.record).toEqual({ ...kept, _id: expect.anything(), user_id: pair.user.id });
    expect(pair.user).toMatchObject({ role: 'customer', is_active: true, customer_v2_id: kept.id });
    expect(pair.user.id).toMatch(uuidForm);
    expect(pair.notifications.map(({ kind }) => kind)).toEqual(['CREDENTIALS']);
    expect(pair.journal).toHaveLength(1);
    expect(pair.journal[0]).toMatchObject({ actor: creation.adminId, subjectId: kept.id });
    const sent = await creation.credentialsOf(pair.user);
    const session = await creation.tryLogIn(sent.loginName, sent.password);
    expect(session).toBeTypeOf('function');
  });

  it('completes a login: it keeps id, password and role, and reads the delivery half after a code', async () => {
    const email = 'adopted.login@example.com';
    const person = adopt({ email: 'delivery.contact@example.com' });
    const kept = await creation.addOrphan('login', person, { email, legacy: { points: 7 } });
    const session = await creation.gateway.logIn(email, password);
    expect((await session(own)).data.me.customer.id).toBe(kept.id);

    const { result, errors } = await creation.create(person);
    expect(errors).toEqual([]);
    expect(result).toMatchObject({
      adopted: true,
      credentialsSentTo: [],
      customer: { link: { state: 'LINKED', userId: kept.id }, status: 'ACTIVE', address: person.address },
    });
    if (result?.__typename !== 'CustomerCreated') return;
    const pair = await creation.stored(result.customer);
    expect(pair.user).toEqual({ ...kept, _id: expect.anything(), customer_v2_id: pair.record.id });
    expect(pair.record).toMatchObject({
      name: person.name,
      phone: person.phone,
      address: person.address,
      area: person.area,
      status: 'active',
      user_id: kept.id,
    });
    expect(pair.record.id).toMatch(uuidForm);

    expect(await session(own)).toMatchObject({ code: 'UNAUTHENTICATED', data: { me: null } });
    const again = await creation.gateway.logIn(email, password);
    expect((await again(own)).data.me).toEqual({
      linkConfirmationPending: true,
      customer: { id: kept.id, delivery: null },
    });
    const told = pair.notifications.map(({ kind, destination }) => [kind, destination]).toSorted();
    expect(told).toEqual([
      ['LINK_CODE', 'delivery.contact@example.com'],
      ['LOGIN_ADOPTED', email],
    ]);
    const code = await codeFor('delivery.contact@example.com');
    const confirmed = await again('mutation ($code: String!) { confirmLink(code: $code) { id } }', { code });
    expect(confirmed.errors).toEqual([]);
    expect((await again(own)).data.me).toEqual({
      linkConfirmationPending: false,
      customer: { id: pair.record.id, delivery: { address: person.address } },
    });
  });

  async function codeFor(destination: string): Promise<string> {
    const { text } = await creation.gateway.messageTo(destination, { kind: 'LINK_CODE' });
    const code = /\b[A-HJKMNP-Z2-9]{8}\b/.exec(text)?.[0];
    if (code === undefined) throw new Error(text);
    return code;
  }

  it('of several wants to know which, completes that one, and leaves the others as they are', async () => {
    const person = adopt();
    const legacy = await creation.addOrphan('login', person);
    const [one, other] = [
      await creation.addOrphan('record', person),
      await creation.addOrphan('record', person),
    ];
    await expectNamed(
      creation,
      person,
      [
        { id: one.id, state: 'ORPHANED_V2' },
        { id: other.id, state: 'ORPHANED_V2' },
        { id: legacy.id, state: 'ORPHANED_USER' },
      ].map((candidate) => ({ ...candidate, matchedBy: ['PHONE'] })),
    );
    const { result } = await creation.create({ ...person, adoptCustomerId: other.id });
    expect(result).toMatchObject({ adopted: true, customer: { id: other.id, link: { state: 'LINKED' } } });
    expect(await records().findOne({ id: one.id })).toEqual(one);
    expect(await users().findOne({ id: legacy.id })).toEqual(legacy);
    expect(await creation.tryLogIn(person.phone)).toBeTypeOf('function');
  });

  it('of one who is named by id completes that one', async () => {
    const person = adopt();
    const kept = await creation.addOrphan('record', person);
    const { result } = await creation.create({ ...person, adoptCustomerId: kept.id });
    expect(result).toMatchObject({ adopted: true, customer: { id: kept.id } });
  });

  it('of somebody who has neither this phone nor this e-mail is refused', async () => {
    const person = adopt();
    const stranger = await creation.addOrphan('record', somebody());
    const naming = (ids: string[]) => ids.map((adoptCustomerId) => ({ ...person, adoptCustomerId }));
    await expectRefused(creation, naming([stranger.id]), 'adoptCustomerId');
    await creation.addOrphan('record', person);
    await expectRefused(creation, naming([stranger.id, 'nobody-at-all', 'admin-1']), 'adoptCustomerId');
  });

  describe.each(['alone', 'named by id'])('never overwrites a link (%s)', (how) => {
    const gone = () => `gone-${Math.random()}`;
    const rival = () => login({ id: `rival-${Math.random()}`, email: `rival${Math.random()}@example.com` });
    it.each([
      [
        'LINKED',
        (u: Document, d: Document) => [
          { ...u, customer_v2_id: d.id },
          { ...d, user_id: u.id },
        ],
      ],
      ['HALF_LINKED', (u: Document, d: Document) => [{ ...u, customer_v2_id: d.id }, d]],
      ['HALF_LINKED', (u: Document, d: Document) => [u, { ...d, user_id: u.id }]],
      ['DANGLING', (_: Document, d: Document) => [rival(), { ...d, user_id: gone() }]],
      [
        'CONFLICT',
        (u: Document, d: Document) => [
          { ...u, customer_v2_id: gone() },
          { ...d, user_id: u.id },
        ],
      ],
      ['CONFLICT', (_: Document, d: Document) => [rival(), { ...d, user_id: 4711 }]],
      ['CONFLICT', (u: Document, d: Document) => [{ ...u, role: 'admin', customer_v2_id: d.id }, d]],
    ])('of %s %#', async (state, pairOf) => {
      const person = adopt();
      const stored = record({ phone: person.phone });
      const [user = {}, delivery = {}] = pairOf(rival(), stored);
      await creation.add({ users: [user], customersV2: [delivery] });
      const before = await creation.everything();
      const { result, code } = await creation.create({
        ...person,
        ...(how !== 'alone' && { adoptCustomerId: stored.id }),
      });
      if (how === 'alone')
        expect(candidatesOf(result)).toEqual([{ id: stored.id, matchedBy: ['PHONE'], state }]);
      else
        expect([code, result?.__typename]).toContainEqual(
          expect.stringMatching(/CONFLICT|CustomerAlreadyExists/),
        );
      expect(await creation.everything()).toEqual(before);
    });
  });

  it('of a login whose link is dangling is refused, too', async () => {
    const person = adopt();
    const stored = await creation.addOrphan('login', person, { customer_v2_id: 'never-there' });
    await expectNamed(creation, person, [{ id: stored.id, matchedBy: ['PHONE'], state: 'DANGLING' }]);
  });

  it.each([
    ['without a hash', { password_hash: undefined }],
    ['with a hash of another kind', { password_hash: '$argon2id$v=19$m=65536,t=3,p=4$abc$def' }],
  ])(
    'of a login %s sends credentials to its own contact, not to the one that was typed',
    async (_, fields) => {
      const person = adopt({ email: `typed.${Math.random()}@example.com` });
      const email = `own.${Math.random()}@example.com`;
      const kept = await creation.addOrphan('login', person, { email, ...fields });
      const { result } = await creation.create(person);
      expect(result).toMatchObject({
        adopted: true,
        credentialsSentTo: ['o***@example.com'],
        customer: { canLogin: true, loginBlockers: [], login: { userId: kept.id, mustChangePassword: true } },
      });
      if (result?.__typename !== 'CustomerCreated') return;
      const { user, notifications } = await creation.stored(result.customer);
      const credentials = notifications.filter(({ kind }) => kind === 'CREDENTIALS');
      expect(credentials.map(({ destination }) => destination)).toEqual([email]);
      await expectToLogInAsTold(creation, user);
    },
  );

  it('of a login whose temporary password has expired gives it another', async () => {
    const customer = await creation.created(somebody());
    const { user } = await creation.stored(customer);
    await users().updateOne({ id: user.id }, { $set: { customer_v2_id: null } });
    await records().deleteOne({ id: customer.id });
    await creation.gateway.sweep();
    const old = await creation.credentialsOf(user);
    creation.clock.aheadMs = 8 * 24 * 60 * 60_000;
    const admin = await creation.gateway.logIn('admin@example.com', password);
    const { result } = await creation.create(adopt({ phone: user.phone }), admin);
    expect(result).toMatchObject({ adopted: true, customer: { canLogin: true, loginBlockers: [] } });
    if (result?.__typename !== 'CustomerCreated') return;
    const sent = await creation.credentialsOf(user);
    expect(sent.password).not.toBe(old.password);
    expect(await creation.tryLogIn(sent.loginName, sent.password)).toBeTypeOf('function');
    expect(await creation.tryLogIn(old.loginName, old.password)).toBe('INVALID_CREDENTIALS');
    creation.clock.aheadMs = 0;
  });

  it.each([
    ['a password', { password_hash: passwordHash }],
    ['none', { password_hash: null }],
  ])('of an inactive login with %s leaves it inactive, and sends it no credentials', async (_, fields) => {
    const person = adopt();
    const kept = await creation.addOrphan('login', person, { is_active: false, ...fields });
    const { result } = await creation.create(person);
    expect(result).toMatchObject({
      adopted: true,
      credentialsSentTo: [],
      customer: { canLogin: false, loginBlockers: expect.arrayContaining(['INACTIVE']) },
    });
    if (result?.__typename !== 'CustomerCreated') return;
    const pair = await creation.stored(result.customer);
    expect(pair.user).toMatchObject({ id: kept.id, is_active: false, password_hash: fields.password_hash });
    expect(pair.notifications.map(({ kind }) => kind)).not.toContain('CREDENTIALS');
  });

  it.each([
    ['no phone', { phone: undefined }, {}],
    ['a phone that is none', { phone: 'ask wife' }, { phone: 'ask wife' }],
    ['a status of its own', { status: 'on holiday till May' }, { status: 'OTHER' }],
    ['the status inactive', { status: 'inactive' }, { status: 'INACTIVE' }],
    ['no status and no address', { status: undefined, address: '', area: null }, {}],
  ])('of a delivery record with %s leaves it so, and gives it a login', async (_, fields, shown) => {
    const email = `odd.${Math.random()}@example.com`;
    const person = adopt({ email });
    const kept = await creation.addOrphan('record', person, { email: email.toUpperCase(), ...fields });
    const { result } = await creation.create(person);
    expect(result).toMatchObject({ adopted: true, customer: { id: kept.id, canLogin: true, ...shown } });
    if (result?.__typename !== 'CustomerCreated') return;
    const pair = await creation.stored(result.customer);
    const unset = { phone: kept.phone ?? null, status: kept.status ?? null };
    expect(pair.record).toEqual({ ...kept, ...unset, _id: expect.anything(), user_id: pair.user.id });
    await expectToLogInAsTold(creation, pair.user);
  });

  it('of a delivery record by its phone, for somebody with another e-mail, opens it only to its own contact', async () => {
    const person = adopt({ email: 'newcomer@example.com' });
    const kept = await creation.addOrphan('record', person, { email: 'owner@example.com' });
    const { user, notifications } = await creation.stored(await creation.created(person));
    const told = notifications.map(({ kind, destination }) => [kind, destination]).toSorted();
    expect(told).toEqual([
      ['CREDENTIALS', 'newcomer@example.com'],
      ['LINK_CODE', 'owner@example.com'],
    ]);
    const session = await loggedInAsTold(user);
    expect((await session(own)).data.me).toEqual({
      linkConfirmationPending: true,
      customer: { id: user.id, delivery: null },
    });
    const code = await codeFor('owner@example.com');
    await session('mutation ($code: String!) { confirmLink(code: $code) { id } }', { code });
    expect((await session(own)).data.me.customer).toMatchObject({ id: kept.id });
  });

  /** A session of somebody who was sent a temporary password and has chosen another. */
  async function loggedInAsTold(user: Document): Promise<GraphqlClient> {
    const { loginName, password: temporary } = await creation.credentialsOf(user);
    const first = await creation.tryLogIn(loginName, temporary);
    if (typeof first === 'string') throw new Error(first);
    const chosen = 'quiet-lantern-meadow-31';
    const change = `mutation { changePassword(currentPassword: "${temporary}", newPassword: "${chosen}") { expiresAt } }`;
    expect((await first(change)).errors).toEqual([]);
    return creation.gateway.logIn(loginName, chosen);
  }
});
