import { type Document, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredNotification } from '../../src/database/collections.ts';
import { recordKey } from '../../src/database/stored-documents.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { type OpenApp, openApp, person } from './support/open-app.ts';

let app: OpenApp;
let admin: GraphqlClient;
let analyst: GraphqlClient;
let people = 0;
beforeAll(async () => {
  app = await openApp();
  await app.add({ users: [person('admin', { role: 'admin' }), person('analyst', { role: 'analyst' })] });
  [admin, analyst] = [await app.logIn('admin@example.com'), await app.logIn('analyst@example.com')];
});
afterAll(() => app?.close());

const minuteMs = 60_000;
const query = `query ($identifier: String!) { loginDiagnosis(identifier: $identifier) {
  identifier
  lookup {
    __typename
    ... on CustomerFound { matchedBy customer { id canLogin loginBlockers } }
    ... on CustomerAmbiguous { totalCandidates candidates { customer { id } } }
    ... on CustomerNotFound { nearMisses { customer { id } } }
  }
  blockers { blocker explanation fix }
  loginNames
  hints
} }`;

interface Step {
  blocker: string;
  explanation: string;
  fix: string;
}

async function diagnose(identifier: string, client = admin) {
  const { data, errors } = await client(query, { identifier });
  expect(errors).toEqual([]);
  return data.loginDiagnosis as {
    identifier: string;
    lookup: Document;
    blockers: Step[];
    loginNames: string[];
    hints: string[];
  };
}

describe('whoever is meant', () => {
  it.each([
    ['an e-mail in any case', ({ login }: Pair) => ` ${String(login.email).toUpperCase()} `, 'EMAIL'],
    [
      'a phone in any spelling',
      ({ login }: Pair) => `0${String(login.phone).slice(0, 5)}-${String(login.phone).slice(5)}`,
      'PHONE',
    ],
    ['a name', ({ delivery }: Pair) => String(delivery.name).toLowerCase(), 'NAME'],
    ['the id of the login', ({ login }: Pair) => login.id, 'ID'],
    ['the id of the delivery record', ({ delivery }: Pair) => delivery.id, 'ID'],
  ])('is found by %s', async (_, said, kind) => {
    const pair = await addPair();
    const found = await diagnose(said(pair));
    expect(found.identifier).toBe(said(pair).trim());
    expect(found.lookup).toMatchObject({
      __typename: 'CustomerFound',
      matchedBy: [kind],
      customer: { id: pair.delivery.id },
    });
  });

  it('is not guessed at: for several, and for nobody, there are no blockers', async () => {
    const name = 'Twice There';
    await addPair({ is_active: false }, { name });
    await addPair({ is_active: false }, { name });
    const several = await diagnose(name);
    expect(several.lookup).toMatchObject({ __typename: 'CustomerAmbiguous', totalCandidates: 2 });
    const nobody = await diagnose('nobody.at.all@example.com');
    expect(nobody.lookup.__typename).toBe('CustomerNotFound');
    for (const { blockers, loginNames, hints } of [several, nobody]) {
      expect([blockers, loginNames, hints.length]).toEqual([[], [], 1]);
    }
  });

  it('has to be said: empty and endless text is refused', async () => {
    for (const identifier of [' ', 'x'.repeat(321)]) {
      const { code } = await admin(query, { identifier });
      expect(code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('each blocker is told with its times, and its fix removes it', () => {
  it('INACTIVE, with who made it so and when', async () => {
    const { login } = await addPair();
    await later(minuteMs);
    const off = await admin(`mutation { setLoginActive(userId: "${login.id}", active: false) { userId } }`);
    expect(off.errors).toEqual([]);
    const step = await onlyStep(login.id, 'INACTIVE');
    expect(step.explanation).toContain(`admin made it so ${moment()}`);
    expect(step.fix).toBe(
      `mutation { setLoginActive(userId: "${login.id}", active: true) { userId isActive } }`,
    );
    await mend(step);
    expect(await blockersOf(login.id)).toEqual([]);
  });

  it('NO_PASSWORD', async () => {
    const { login, delivery } = await addPair({ password_hash: 'rubbish' });
    const step = await onlyStep(login.id, 'NO_PASSWORD');
    expect(step.explanation).toContain('No message with credentials is known.');
    expect(step.fix).toBe(`mutation { resendCredentials(customerId: "${delivery.id}") { message } }`);
    await mend(step);
    expect(await blockersOf(login.id)).toEqual([]);
  });

  it('CREDENTIALS_NOT_SENT, which goes with NO_PASSWORD', async () => {
    const { login, key } = await addPair({ password_hash: undefined });
    await setAccount(key, { credentialsPending: true });
    const { blockers } = await diagnose(login.id);
    expect(blockers.map(({ blocker }) => blocker)).toEqual(['NO_PASSWORD', 'CREDENTIALS_NOT_SENT']);
    await mend(blockers[1]);
    expect(await blockersOf(login.id)).toEqual([]);
  });

  it('TEMPORARY_PASSWORD_EXPIRED, with when it did and what became of its message', async () => {
    const { login, key, delivery } = await addPair({ password_hash: undefined });
    await mend({ fix: `mutation { resendCredentials(customerId: "${delivery.id}") { message } }` });
    const sentAt = new Date(app.clock.ms);
    await setMessage(key, { state: 'SENT', sentAt });
    await setAccount(key, { passwordExpiresAt: new Date(app.clock.ms + minuteMs) });
    await later(minuteMs);
    const step = await onlyStep(login.id, 'TEMPORARY_PASSWORD_EXPIRED');
    expect(step.explanation).toContain(`expired ${moment()}`);
    expect(step.explanation).toContain(
      `Credentials for ${login.email} were sent ${moment(sentAt)}, and the provider took them.`,
    );
    await mend(step);
    expect(await blockersOf(login.id)).toEqual([]);
  });

  it('LOCKED, here and nowhere else, with until when', async () => {
    const { login, key } = await addPair();
    const lockedUntil = new Date(app.clock.ms + 4 * minuteMs);
    await setAccount(key, { failures: 12, lockedUntil });
    const { lookup } = await diagnose(login.id);
    expect(lookup.customer).toMatchObject({ canLogin: true, loginBlockers: [] });
    const step = await onlyStep(login.id, 'LOCKED');
    expect(step.explanation).toContain('After 12 wrong passwords in a row');
    expect(step.explanation).toContain(`until ${moment(lockedUntil)}`);
    await mend(step);
    expect(await blockersOf(login.id)).toEqual([]);
    await setAccount(key, { failures: 12, lockedUntil });
    await later(4 * minuteMs);
    expect(await blockersOf(login.id)).toEqual([]);
  });

  it('NO_LOGIN', async () => {
    const delivery = await addDelivery();
    const step = await onlyStep(delivery.id, 'NO_LOGIN');
    expect(step.fix).toBe(`mutation { createLogin(customerId: "${delivery.id}") { id } }`);
    await mend(step);
    expect(await blockersOf(delivery.id)).toEqual([]);
  });

  it('all of a customer, in the order in which they are told, and the first two that one fix removes by either', async () => {
    const { login, key } = await addPair({ is_active: false, password_hash: undefined });
    await setAccount(key, {
      credentialsPending: true,
      failures: 11,
      lockedUntil: new Date(app.clock.ms + minuteMs),
    });
    const { blockers } = await diagnose(login.id);
    expect(blockers.map(({ blocker }) => blocker)).toEqual([
      'INACTIVE',
      'NO_PASSWORD',
      'CREDENTIALS_NOT_SENT',
      'LOCKED',
    ]);
    await mend(blockers[0]);
    await mend(blockers[1]);
    expect(await blockersOf(login.id)).toEqual([]);
  });

  it('that depends on another by itself: credentials make an inactive login active first', async () => {
    const { login } = await addPair({ is_active: false, password_hash: undefined });
    const { blockers } = await diagnose(login.id);
    await mend(blockers.find(({ blocker }) => blocker === 'NO_PASSWORD'));
    expect(await blockersOf(login.id)).toEqual([]);
  });
});

describe('where nothing can be sent, the fix asks for a contact', () => {
  it('for credentials', async () => {
    const nowhere = { email: '1@delivery.local', phone: '080 2222 3333' };
    const { login } = await addPair({ ...nowhere, password_hash: undefined }, { phone: null });
    const step = await onlyStep(login.id, 'NO_PASSWORD');
    expect(step.explanation).toContain('Nothing can be sent to this customer');
    await mend(step, { phone: newPhone() });
    expect(await blockersOf(login.id)).toEqual([]);
  });

  it('for a login', async () => {
    const delivery = await addDelivery({ phone: 'none', email: null });
    const step = await onlyStep(delivery.id, 'NO_LOGIN');
    expect(step.fix).toMatch(/^mutation \(\$phone: String!\) \{ updateCustomer/);
    await mend(step, { phone: newPhone() });
    expect(await blockersOf(delivery.id)).toEqual([]);
  });
});

describe('a delivery record whose links are in the way of a login', () => {
  // As in a database that was so before the gateway came: there the unique indexes wait.
  beforeAll(async () => {
    await app.database.users.dropIndex('gateway_unique_link');
    await app.database.customersV2.dropIndex('gateway_unique_link');
  });

  it('that names nobody is given one of its own', async () => {
    for (const user_id of ['gone', new ObjectId(), 17]) {
      const delivery = await addDelivery({ user_id });
      await mend(await onlyStep(delivery.id, 'NO_LOGIN'));
      expect(await blockersOf(delivery.id)).toEqual([]);
    }
  });

  it('is linked to the one login of a customer that claims it, beside an operator', async () => {
    const delivery = await addDelivery();
    const [own, operator] = await addLogins(
      { customer_v2_id: delivery.id },
      { customer_v2_id: delivery.id, role: 'admin' },
    );
    const step = await onlyStep(delivery.id, 'NO_LOGIN');
    expect(step.explanation).toContain(`The login of role admin ${operator?.id} claims this record`);
    await mend(step);
    const { lookup, blockers } = await diagnose(delivery.id);
    expect(lookup.customer.id).toBe(delivery.id);
    expect(blockers).toEqual([]);
    expect(await app.database.users.findOne({ id: own?.id })).toMatchObject({ customer_v2_id: delivery.id });
  });

  it('and that several logins claim is linked to the one that a person names', async () => {
    const delivery = await addDelivery();
    const [first, second] = await addLogins({ customer_v2_id: delivery.id }, { customer_v2_id: delivery.id });
    const step = await onlyStep(delivery.id, 'NO_LOGIN');
    expect(step.explanation).toContain(`${first?.id} or ${second?.id}`);
    await mend(step, { userId: second?.id });
    expect(await app.database.customersV2.findOne({ id: delivery.id })).toMatchObject({
      user_id: second?.id,
    });
    expect(await blockersOf(delivery.id)).toEqual([]);
  });

  it('leaves a login that is linked to another record where it is', async () => {
    const other = await addPair();
    const delivery = await addDelivery({ user_id: other.login.id });
    await mend(await onlyStep(delivery.id, 'NO_LOGIN'));
    expect(await blockersOf(delivery.id)).toEqual([]);
    expect(await app.database.users.findOne({ id: other.login.id })).toMatchObject({
      customer_v2_id: other.delivery.id,
    });
  });

  it('says so when no operation can help: its id is missing', async () => {
    const delivery = await addDelivery({ id: undefined });
    const step = await onlyStep(String(delivery.name), 'NO_LOGIN');
    expect(step.fix).toMatch(/^# .*needs an id of its own/);
  });
});

describe('beside the blockers it is told', () => {
  it('what can be typed: a phone that a household shares cannot', async () => {
    const phone = newPhone();
    const { login } = await addPair({ email: '2@delivery.local', phone });
    const [other] = await addLogins({ phone });
    const shared = await diagnose(login.id);
    expect(shared.loginNames).toEqual([login.id]);
    expect(shared.hints.join(' ')).toContain(
      `Nobody can log in by the phone +91${phone}: another login has it too.`,
    );
    expect(shared.hints.join(' ')).toContain(`by the id of the login, ${login.id}`);
    expect((await diagnose(String(other?.email))).loginNames).toEqual([other?.email, other?.id]);
    const { login: alone } = await addPair();
    expect((await diagnose(alone.id)).loginNames).toEqual([alone.email, `+91${alone.phone}`, alone.id]);
  });

  it('that a login cannot be reached, and so cannot reset its password', async () => {
    const { login } = await addPair({ email: '3@delivery.local', phone: '080 2222 3333' });
    const { blockers, hints } = await diagnose(login.id);
    expect(blockers).toEqual([]);
    expect(hints.join(' ')).toContain('neither by e-mail nor by SMS');
  });

  it.each([
    ['waits', { state: 'PENDING' }, /wait to be sent since/],
    [
      'is tried again',
      { state: 'PENDING', attempts: 2, lastError: refusal() },
      /refused .*REFUSED \(No such person\); tried 2 times, next/,
    ],
    [
      'was refused for good',
      { state: 'DEAD', attempts: 5, lastError: refusal() },
      /could not be delivered: REFUSED[\s\S]*never received it/,
    ],
    ['was withdrawn', { state: 'CANCELLED' }, /withdrawn/],
  ] as const)('what became of a temporary password whose message %s', async (_, fields, told) => {
    const { login, key, delivery } = await addPair({ password_hash: undefined });
    await mend({ fix: `mutation { resendCredentials(customerId: "${delivery.id}") { message } }` });
    await setMessage(key, fields);
    const { blockers, hints } = await diagnose(login.id);
    expect(blockers).toEqual([]);
    expect(hints.join('\n')).toMatch(told);
  });

  it('how a message that was refused is sent again: that works', async () => {
    const { login, key, delivery } = await addPair({ password_hash: undefined });
    await mend({ fix: `mutation { resendCredentials(customerId: "${delivery.id}") { message } }` });
    await setMessage(key, { state: 'DEAD', attempts: 5, lastError: refusal() });
    const told = (await diagnose(login.id)).hints.join(' ');
    const again = /resendNotification\(id: "[^"]+"\)/.exec(told)?.[0];
    await mend({ fix: `mutation { ${again} { message } }` });
    expect((await diagnose(login.id)).hints.join(' ')).toContain('wait to be sent');
  });

  it('that nothing is in the way, and how many passwords were wrong', async () => {
    const { login, key } = await addPair();
    await setAccount(key, { failures: 3 });
    const { hints } = await diagnose(login.id);
    expect(hints.join(' ')).toMatch(/Nothing is in the way.*\/reset-password/);
    expect(hints.join(' ')).toContain('3 wrong passwords in a row so far.');
  });
});

describe('an analyst', () => {
  it('finds nobody by phone or e-mail', async () => {
    const { login } = await addPair();
    for (const identifier of [login.email, login.phone]) {
      const { lookup, blockers } = await diagnose(identifier, analyst);
      expect([lookup.__typename, blockers]).toEqual(['CustomerNotFound', []]);
    }
  });

  it('reads no contact in any text, whatever is in the way', async () => {
    const phone = newPhone();
    const { login, key, delivery } = await addPair({ phone, password_hash: undefined });
    await addLogins({ phone });
    await mend({ fix: `mutation { resendCredentials(customerId: "${delivery.id}") { message } }` });
    await setMessage(key, { state: 'DEAD', lastError: refusal(`550 ${login.email} is unknown`) });
    for (const passwordExpiresAt of [new Date(app.clock.ms + minuteMs), new Date(0)]) {
      await setAccount(key, { passwordExpiresAt });
      const told = JSON.stringify(await diagnose(login.id, analyst));
      expect(told).not.toContain(login.email);
      expect(told).not.toContain(phone);
      expect(told).toContain('***@e***.com');
    }
    await admin(`mutation { setLoginActive(userId: "${login.id}", active: false) { userId } }`);
    const { blockers } = await diagnose(login.id, analyst);
    expect(blockers[0]).toMatchObject({ blocker: 'INACTIVE' });
    expect(blockers[0]?.explanation).not.toContain('admin');
  });
});

it('writes nothing', async () => {
  const { login } = await addPair({ is_active: false, password_hash: undefined });
  const everything = async () => {
    const collections = await app.database.db.listCollections({}, { nameOnly: true }).toArray();
    const named = collections.map(({ name }) => name).sort();
    return Promise.all(named.map((name) => app.database.db.collection(name).find().toArray()));
  };
  const before = await everything();
  await diagnose(login.id);
  expect(await everything()).toEqual(before);
});

type Pair = Awaited<ReturnType<typeof addPair>>;

/** A customer of both halves, linked. */
async function addPair(loginFields: Document = {}, deliveryFields: Document = {}) {
  people += 1;
  const _id = new ObjectId();
  const delivery = { ...record(), ...deliveryFields };
  const own = { email: `u${people}@example.com`, phone: newPhone(), customer_v2_id: delivery.id };
  const login: Document & { id: string } = { ...person('', own), ...loginFields, id: uuid(), _id };
  await app.add({ users: [login], customersV2: [{ ...delivery, user_id: login.id }] });
  return { login, delivery, key: recordKey(_id) };
}

async function addDelivery(fields: Document = {}) {
  people += 1;
  const delivery = { ...record(), ...fields };
  await app.add({ customersV2: [delivery] });
  return delivery;
}

async function addLogins(...fields: Document[]) {
  const users = fields.map((some) => {
    people += 1;
    return person(uuid(), { email: `u${people}@example.com`, ...some });
  });
  await app.add({ users });
  return users;
}

function record(): Document & { id: string } {
  return {
    id: uuid(),
    name: `Delivery ${people}`,
    phone: newPhone(),
    address: '1 Old Street',
    area: 'Old Town',
    status: 'active',
    created_at: '2023-05-05T05:05:05',
  };
}

function uuid(): string {
  return crypto.randomUUID();
}

let phones = 0;
function newPhone(): string {
  phones += 1;
  return `98450${10_000 + phones}`;
}

function refusal(message = 'No such person') {
  return { code: 'REFUSED', message, at: new Date('2026-03-01T09:00:00Z') };
}

async function onlyStep(identifier: string, blocker: string): Promise<Step> {
  const { blockers } = await diagnose(identifier);
  expect(blockers.map((step) => step.blocker)).toEqual([blocker]);
  return blockers[0] as Step;
}

async function blockersOf(identifier: string): Promise<string[]> {
  return (await diagnose(identifier)).blockers.map(({ blocker }) => blocker);
}

/** Runs a fix as it is pasted. */
async function mend(step: Pick<Step, 'fix'> | undefined, variables?: Record<string, unknown>): Promise<void> {
  const { errors } = await admin(step?.fix ?? '', variables);
  expect({ fix: step?.fix, errors }).toEqual({ fix: step?.fix, errors: [] });
}

async function setAccount(key: string, fields: Document): Promise<void> {
  await app.database.accounts.updateOne({ _id: key }, { $set: fields }, { upsert: true });
  await app.sweep();
}

async function setMessage(loginKey: string, fields: Partial<StoredNotification>): Promise<void> {
  const { matchedCount } = await app.database.notifications.updateOne(
    { loginKey, kind: 'CREDENTIALS' },
    { $set: fields },
  );
  expect(matchedCount).toBe(1);
}

async function later(ms: number): Promise<void> {
  app.clock.ms += ms;
  // Tokens last 15 minutes: everybody logs in again.
  [admin, analyst] = [await app.logIn('admin@example.com'), await app.logIn('analyst@example.com')];
}

function moment(at = new Date(app.clock.ms)): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
