import { getNamedType, isInputObjectType } from 'graphql';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { secretIn } from '../support/inbox.ts';
import { emittedSchema, everyRootOperation } from '../support/root-fields.ts';
import { until } from '../watcher/support/watched-database.ts';
import {
  type AttackedGateway,
  newPassword,
  openAttackedGateway,
  password,
  secretWord,
} from './support/attacked-gateway.ts';

let gateway: AttackedGateway;
let admin: GraphqlClient;
beforeAll(async () => {
  gateway = await openAttackedGateway();
  admin = await gateway.clientOf('admin@example.com');
});
afterAll(() => gateway?.close());
beforeEach(() => gateway.foreign.throttles.deleteMany({}));

const customerFields = 'id name phone email address area delivery { address } link { state }';
const mine = `{ me { name customer { ${customerFields} } } }`;
const byId = `query ($id: ID!) { customer(id: $id) { ${customerFields} } }`;

/** What somebody who is logged in reads of a record, by whatever way. */
async function everythingSeen(client: GraphqlClient, ids: readonly string[]): Promise<string> {
  const answers = [await client(mine)];
  for (const id of ids) answers.push(await client(byId, { id }));
  return JSON.stringify(answers.map(({ data }) => data));
}

describe('an account registered by a stranger', () => {
  it.each([
    ['with the victim’s phone', 'squat1', '9845500001', { phone: '9845500001' }],
    [
      'with phone@delivery.local and the victim’s phone',
      'squat2',
      '9845500002',
      { phone: '+91 98455 00002', email: '9845500002@delivery.local' },
    ],
  ])(
    '%s reads nothing of the victim’s record, before and after it was linked',
    async (_how, id, phone, fields) => {
      const record = await gateway.addRecord(`${id}-record`, { phone, email: `${id}@owner.example` });
      await gateway.signUp(id, fields);
      const identifier = 'email' in fields ? phone : `${id}@example.com`;
      const ids = [id, `${id}-record`, String(record._id)];
      const before = await gateway.clientOf(identifier);
      expect(await everythingSeen(before, ids)).not.toContain(secretWord);

      // A reckless admin believes that both are one person.
      const linked = await admin(
        'mutation ($u: ID!, $v: ID!) { linkCustomer(userId: $u, customerV2Id: $v) { link { state } } }',
        { u: id, v: `${id}-record` },
      );
      expect(linked.data?.linkCustomer).toMatchObject({ link: { state: 'LINKED' } });
      expect((await before('{ me { id } }')).code).toBe('UNAUTHENTICATED');
      const again = await gateway.clientOf(identifier);
      expect(await everythingSeen(again, ids)).not.toContain(secretWord);
      expect((await again('mutation { confirmLink(code: "ABCDEFGH") { id } }')).code).toBe(
        'INVALID_OR_EXPIRED_TOKEN',
      );

      // The owner of the record alone holds what opens it.
      const code = secretIn(await gateway.messageTo(`${id}@owner.example`, { kind: 'LINK_CODE' }));
      await again('mutation ($c: String!) { confirmLink(code: $c) { id } }', { c: code });
      expect(await everythingSeen(again, ids)).toContain(secretWord);
    },
  );

  it('with phone@delivery.local alone can neither log in nor have a password sent', async () => {
    await gateway.signUp('squat3', { email: '9845500003@delivery.local', phone: null });
    expect(await gateway.tryLogIn('9845500003@delivery.local')).toBe('INVALID_CREDENTIALS');
    expect(await gateway.tryLogIn('9845500003')).toBe('INVALID_CREDENTIALS');
    await gateway.forgot('9845500003@delivery.local');
    await until(
      async () => (await gateway.foreign.recoveryRequests.countDocuments()) === 0,
      'the end of the request',
    );
    expect(await gateway.foreign.notifications.countDocuments({ destination: /9845500003/ })).toBe(0);
  });

  it('is no customer to be adopted unasked: who creates the victim is told, and nothing is written', async () => {
    await gateway.addRecord('squat4-record', { phone: '9845500004' });
    await gateway.signUp('squat4', { phone: '9845500004' });
    const before = await gateway.records();
    const answer = await admin(
      `mutation { createCustomer(input: { name: "Victim", phone: "98455 00004", address: "x", area: "y" }) { __typename } }`,
    );
    expect(answer.data.createCustomer.__typename).toBe('CustomerAlreadyExists');
    expect(await gateway.changedSince(before)).toEqual([]);
  });

  it('with the phone of a victim’s login resets its own password at most', async () => {
    const victimId = crypto.randomUUID();
    await gateway.signUp(victimId, { phone: '9845500005', email: '9845500005@delivery.local', name: 'Vera' });
    await gateway.signUp('squat5', { phone: '9845500005', name: 'Mallory' });
    const victim = await gateway.clientOf(victimId);
    await gateway.forgot('9845500005');
    // The phone is in the victim's hand; the stranger's own address gets the link of the stranger's login.
    const sms = await gateway.messageTo('+919845500005', { kind: 'PASSWORD_RESET_CODE' });
    const link = await gateway.messageTo('squat5@example.com', { kind: 'PASSWORD_RESET' });
    expect(await gateway.tryReset(secretIn(sms), 'squat5@example.com')).toBe('INVALID_OR_EXPIRED_TOKEN');
    const token = new URL(secretIn(link)).searchParams.get('token') ?? '';
    expect(await gateway.tryReset(token, '9845500005')).toBe('changed');
    expect(await gateway.tryLogIn('squat5@example.com', newPassword)).toBe('session');
    expect((await victim('{ me { name } }')).data.me.name).toBe('Vera');
  });
});

describe('a link that is no text', () => {
  it.each<[string, string, (id: string) => unknown]>([
    ['an ObjectId', new ObjectId().toHexString(), (id) => new ObjectId(id)],
    ['an ObjectId, as Extended JSON', new ObjectId().toHexString(), (id) => ({ $oid: id })],
    ['a number', '4711', Number],
    ['a query operator', 'operator', () => ({ $gt: '' })],
    ['a list', 'listed', (id) => [id]],
  ])('on either side opens nothing: %s', async (_what, id, linkOf) => {
    await gateway.addRecord(id, { user_id: `claims-${id}` });
    await gateway.signUp(`claims-${id}`, { customer_v2_id: linkOf(id) });
    await gateway.addRecord(`claims-${id}`, { user_id: linkOf(id) });
    await gateway.signUp(id, { customer_v2_id: `claims-${id}` });
    for (const email of [`${id}@example.com`, `claims-${id}@example.com`]) {
      const client = await gateway.clientOf(email);
      expect(await everythingSeen(client, [id, `claims-${id}`])).not.toContain(secretWord);
    }
  });

  it('that is text does open it, so that the checks above could fail', async () => {
    await gateway.addRecord('text-record', { user_id: 'text' });
    await gateway.signUp('text', { customer_v2_id: 'text-record' });
    const client = await gateway.clientOf('text@example.com');
    expect(await everythingSeen(client, ['text'])).toContain(secretWord);
  });
});
describe('a phone that two logins have', () => {
  it.each([
    ['a household', { email: null }],
    ['a number that somebody else has by now', { email: 'former@example.com' }],
  ])('is never the first match: %s', async (how, fields) => {
    const phone = how === 'a household' ? '9845500011' : '9845500012';
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    await gateway.signUp(one, { name: 'Former', phone, ...fields });
    await gateway.signUp(two, { name: 'Present', phone: `+91 ${phone}`, email: `${phone}@delivery.local` });
    // Both have this password, and so would be logged in by either match.
    for (const spelled of [phone, `+91${phone}`, `0${phone}`]) {
      expect(await gateway.tryLogIn(spelled)).toBe('INVALID_CREDENTIALS');
    }
    await gateway.forgot(phone);
    // Of a login with an e-mail the phone learns nothing: its link goes there.
    const isShared = fields.email === null;
    const sent = await gateway.messageTo(`+91${phone}`, {
      kind: isShared ? 'PASSWORD_RESET_SHARED' : 'PASSWORD_RESET_CODE',
    });
    const code = isShared ? (/Present ([A-Z0-9]{8})\b/.exec(sent.text)?.[1] ?? '') : secretIn(sent);
    // A code is of the login that it was made for, whomever else the phone would mean.
    expect(await gateway.tryReset(code, one)).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(await gateway.tryReset(code, phone)).toBe('changed');
    expect(await gateway.tryLogIn(two, newPassword)).toBe('session');
    expect(await gateway.tryLogIn(one, newPassword)).toBe('INVALID_CREDENTIALS');
    expect(await gateway.tryLogIn(one)).toBe('session');
    expect(await gateway.tryLogIn(phone, newPassword)).toBe('INVALID_CREDENTIALS');
  });
});

describe('an operator’s account linked as a customer', () => {
  it.each(['admin', 'analyst', 'delivery_boy'])(
    'is no customer, and reads no record as its own: %s',
    async (role) => {
      const id = `linked-${role}`;
      await gateway.addRecord(`${id}-record`, { user_id: id });
      await gateway.signUp(id, { role, customer_v2_id: `${id}-record` });
      const client = await gateway.clientOf(`${id}@example.com`);
      const { data } = await client(mine);
      expect(data.me.customer).toBeNull();
      const seen = await admin(
        'query ($id: ID!) { customer(id: $id) { link { state } canLogin login { userId } } }',
        {
          id: `${id}-record`,
        },
      );
      expect(seen.data.customer).toEqual({ link: { state: 'CONFLICT' }, canLogin: false, login: null });
    },
  );

  it('cannot be made by the API: neither by linking staff, nor by making staff of who is linked', async () => {
    await gateway.addRecord('free-record');
    await gateway.signUp('boy', { role: 'delivery_boy', phone: '9845500021' });
    await gateway.addRecord('pair-record', { user_id: 'pair' });
    await gateway.signUp('pair', { customer_v2_id: 'pair-record' });
    const before = await gateway.records();
    const linking = await admin(
      'mutation { linkCustomer(userId: "boy", customerV2Id: "free-record") { id } }',
    );
    expect(linking.code).toBe('CONFLICT');
    const promoted = await admin('mutation { setRole(userId: "pair", role: DELIVERY_BOY) { id } }');
    expect(promoted.code).toBe('CONFLICT');
    // Who works here may be a customer as well: by a login of their own, which takes nothing from this one.
    const created = await admin(
      `mutation { createCustomer(input: { name: "Boy", phone: "98455 00021", address: "x", area: "y", onExisting: ADOPT }) { ... on CustomerCreated { customer { login { userId role } } } } }`,
    );
    expect(created.data.createCustomer.customer.login).toMatchObject({ role: 'CUSTOMER' });
    const changed = await gateway.changedSince(before);
    expect(changed.filter((name) => [...before.keys()].includes(name))).toEqual([]);
  });
});

describe('values that nobody may set', () => {
  const forbidden = [
    'role',
    'customer_v2_id',
    'customerV2Id',
    'user_id',
    'must_change_password',
    'mustChangePassword',
  ];
  /** For admins, and each the very purpose of the operation. */
  const purposes = ['createStaff.role', 'setRole.role', 'linkCustomer.customerV2Id'];

  it('are arguments of nothing', () => {
    const found = Object.values(emittedSchema().getMutationType()?.getFields() ?? {}).flatMap(
      ({ name, args }) =>
        args.flatMap(({ name: argument, type }) => {
          const named = getNamedType(type);
          const inner = isInputObjectType(named) ? Object.keys(named.getFields()) : [];
          return [argument, ...inner].map((field) => `${name}.${field}`);
        }),
    );
    expect(found.length).toBeGreaterThan(60);
    expect(found.filter((each) => forbidden.includes(each.split('.')[1] ?? '')).sort()).toEqual(
      purposes.sort(),
    );
  });

  it.each(forbidden)('are refused with the input that carries them: %s', async (field) => {
    await gateway.signUp(`set-${field}`);
    const client = await gateway.clientOf(`set-${field}@example.com`);
    const before = await gateway.records();
    const input = { name: 'N', phone: '9845500031', address: 'x', area: 'y', [field]: 'admin' };
    const creating = await admin(
      'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename } }',
      { input },
    );
    expect(creating.code).toBe('BAD_USER_INPUT');
    const updating = await admin(
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }',
      { input: { id: `set-${field}`, [field]: 'admin' } },
    );
    expect(updating.code).toBe('BAD_USER_INPUT');
    const own = await client(
      `mutation { setEmail(email: "other@example.com", currentPassword: "${password}", ${field}: "admin") { id } }`,
    );
    expect(own.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const changing = await client(
      `mutation { changePassword(currentPassword: "${password}", newPassword: "${newPassword}", ${field}: "admin") { expiresAt } }`,
    );
    expect(changing.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await gateway.changedSince(before)).toEqual([]);
  });
});

describe('another customer’s id', () => {
  it('in any operation that a customer may ask for reads and changes nothing of theirs', async () => {
    const victim = crypto.randomUUID();
    await gateway.addRecord('owned-record', { user_id: victim });
    await gateway.signUp(victim, { phone: '9845500041', email: null, customer_v2_id: 'owned-record' });
    await gateway.signUp('thief', { phone: '9845500042' });
    const thief = await gateway.clientOf('thief@example.com');
    const before = await gateway.records();
    for (const id of [victim, 'owned-record']) {
      expect((await thief(byId, { id })).data).toEqual({ customer: null });
      for (const { field, text } of everyRootOperation(emittedSchema())) {
        // Ends the session that asks, and has no id.
        if (field === 'logout') continue;
        const answer = await thief(text.replaceAll('"no-such-thing"', JSON.stringify(id)));
        expect(JSON.stringify(answer.data), text).not.toContain(secretWord);
        if (harmless.includes(field)) continue;
        expect(answer.code, text).toBeTypeOf('string');
      }
    }
    expect(await gateway.changedSince(before)).toEqual([]);
  });

  it('beside a code of one’s own resets nobody', async () => {
    const [victim, thief] = [crypto.randomUUID(), crypto.randomUUID()];
    await gateway.signUp(victim, { phone: '9845500043', email: null });
    await gateway.signUp(thief, { phone: '9845500044', email: null });
    await gateway.forgot('9845500044');
    const code = secretIn(await gateway.messageTo('+919845500044', { kind: 'PASSWORD_RESET_CODE' }));
    for (const identifier of [victim, '9845500043']) {
      expect(await gateway.tryReset(code, identifier)).toBe('INVALID_OR_EXPIRED_TOKEN');
    }
    expect(await gateway.tryLogIn(victim)).toBe('session');
    expect(await gateway.tryReset(code, thief)).toBe('changed');
  });
});

/** They answer without an error to whoever asks: about the asker alone, or with a null. */
const harmless = ['me', 'customer', 'forgotPassword'];
