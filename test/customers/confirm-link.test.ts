import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordKey } from '../../src/database/stored-documents.ts';
import type { GraphqlClient } from '../support/graphql-client.ts';
import { everyCustomerField } from './support/customer-answer.ts';
import { type OpenApp, openApp, person } from './support/open-app.ts';

const own = `{ me { id linkConfirmationPending customer { ...EveryCustomerField } } } ${everyCustomerField}`;
const byId = `query ($id: ID!) { customer(id: $id) { ...EveryCustomerField } } ${everyCustomerField}`;
const confirm = `mutation ($code: String!) { confirmLink(code: $code) {
  id role linkConfirmationPending customer { ...EveryCustomerField }
} } ${everyCustomerField}`;
const request = 'mutation { requestLinkCode { message } }';

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app?.close());

/** Of every delivery record here; nobody may read it who has not proved that it is theirs. */
const secrets = ['Secret', '97654', 'hidden@', '2031'];
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
let people = 0;

interface Pair {
  readonly userId: string;
  readonly recordId: string;
  readonly email: string;
  readonly phone: string;
  readonly client: GraphqlClient;
}

/** A login and a delivery record; LINKED ones wait for a code because somebody else has joined them. */
async function addPair(link: 'LINKED' | 'HALF_LINKED', record: object = {}): Promise<Pair> {
  people += 1;
  const userId = `user-${people}`;
  const recordId = `record-${people}`;
  const phone = `97654${43_000 + people}`;
  const email = `hidden@${recordId}.example.org`;
  await app.add({
    users: [person(userId, { customer_v2_id: recordId })],
    customersV2: [
      {
        id: recordId,
        name: 'Secret Name',
        phone,
        email,
        address: '7 Secret Street',
        area: 'Secret Park',
        status: 'paused',
        created_at: '2031-01-01T00:00:00',
        user_id: link === 'LINKED' ? userId : null,
        ...record,
      },
    ],
  });
  if (link === 'LINKED') {
    const [user, stored] = await stores(userId, recordId);
    await app.database.accounts.updateOne(
      { _id: recordKey(user?._id) },
      { $set: { unconfirmedDeliveryKeys: [recordKey(stored?._id)] } },
      { upsert: true },
    );
  }
  return { userId, recordId, email, phone, client: await app.logIn(`${userId}@example.com`) };
}

async function stores(userId: string, recordId: string) {
  return [
    await app.database.users.findOne({ id: userId }),
    await app.database.customersV2.findOne({ id: recordId }),
  ];
}

/** Asks for a code and reads it where the delivery record's owner would. */
async function receiveCode(pair: Pair): Promise<string> {
  await app.newMessages();
  const { errors } = await pair.client(request);
  expect(errors).toEqual([]);
  const [message, ...more] = await app.newMessages();
  expect(more).toEqual([]);
  return message?.secrets?.code ?? '';
}

async function isHidden(pair: Pair): Promise<boolean> {
  const { data } = await pair.client('{ me { linkConfirmationPending } }');
  return data.me.linkConfirmationPending;
}

describe('until the code was entered', () => {
  it.each(['LINKED', 'HALF_LINKED'] as const)(
    'the login of a %s pair reads nothing of the delivery half, by whatever way',
    async (link) => {
      const pair = await addPair(link);
      const answers = [
        await pair.client(own),
        await pair.client(byId, { id: pair.userId }),
        await pair.client(byId, { id: pair.recordId }),
        await pair.client(
          `{ a: me { customer { ...EveryCustomerField } } b: customer(id: "${pair.userId}") { name } } ${everyCustomerField}`,
        ),
        await pair.client(
          `mutation { changePassword(currentPassword: "wrong-password-1", newPassword: "quiet-lantern-meadow-31") { viewer { customer { ...EveryCustomerField } } } } ${everyCustomerField}`,
        ),
        await pair.client(confirm, { code: 'AAAAAAAA' }),
      ];
      for (const answer of answers) {
        for (const secret of secrets) expect(JSON.stringify(answer)).not.toContain(secret);
      }
      expect(answers[0]?.data.me).toMatchObject({
        linkConfirmationPending: true,
        customer: { id: pair.userId, systems: ['USERS'], delivery: null, link: { userId: pair.userId } },
      });
      expect(answers[1]?.data.customer).toMatchObject({ id: pair.userId, delivery: null });
      expect(answers[2]?.data.customer).toBeNull();
    },
  );

  it('a log-in’s own answer hides it, too', async () => {
    const pair = await addPair('LINKED');
    const { data } = await pair.client(
      `mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { viewer { linkConfirmationPending customer { ...EveryCustomerField } } } } ${everyCustomerField}`,
      { i: `${pair.userId}@example.com`, p: 'saffron-kettle-harbour-27' },
    );
    expect(data.login.viewer).toMatchObject({ linkConfirmationPending: true, customer: { delivery: null } });
    for (const secret of secrets) expect(JSON.stringify(data)).not.toContain(secret);
  });

  it('is not asked of a pair that nobody else has joined', async () => {
    const pair = await addPair('LINKED');
    await app.database.accounts.updateMany({}, { $unset: { unconfirmedDeliveryKeys: '' } });
    const { data } = await pair.client(own);
    expect(data.me).toMatchObject({ linkConfirmationPending: false, customer: { id: pair.recordId } });
    expect((await pair.client(request)).code).toBe('CONFLICT');
  });
});

describe('the code', () => {
  it('goes to the delivery record’s own contact, and opens the record once it was entered', async () => {
    const pair = await addPair('LINKED');
    await app.newMessages();
    await app.newJournal();
    const { data } = await pair.client(request);
    expect(data.requestLinkCode.message).toBe(`A code was sent to h***@${pair.recordId}.example.org.`);
    const [message] = await app.newMessages();
    expect(message).toMatchObject({ kind: 'LINK_CODE', channel: 'EMAIL', destination: pair.email });
    expect(message?.values).toEqual({ name: 'Secret Name', expiresOn: expect.any(String) });
    const code = message?.secrets?.code ?? '';
    expect(code).toMatch(/^[A-HJKMNP-Z2-9]{8}$/);
    app.clock.ms += 1_000;

    const answer = await pair.client(confirm, { code });
    expect(answer.errors).toEqual([]);
    expect(answer.data.confirmLink).toMatchObject({
      id: pair.userId,
      linkConfirmationPending: false,
      customer: { id: pair.recordId, address: '7 Secret Street', systems: ['USERS', 'CUSTOMERS_V2'] },
    });
    expect((await pair.client(byId, { id: pair.recordId })).data.customer.name).toBe('Secret Name');
    expect(await app.newJournal()).toEqual([
      { action: 'LINK_CODE_SENT', actor: pair.userId, subjectIds: [pair.recordId, pair.userId], changes: [] },
      { action: 'LINK_CONFIRMED', actor: pair.userId, subjectIds: [pair.recordId, pair.userId], changes: [] },
    ]);
    const [user, record] = await stores(pair.userId, pair.recordId);
    expect(await app.database.accounts.findOne({ _id: recordKey(user?._id) })).toMatchObject({
      confirmedDeliveryKeys: [recordKey(record?._id)],
      unconfirmedDeliveryKeys: [],
    });
  });

  it('goes out by SMS where the record has no deliverable e-mail', async () => {
    const pair = await addPair('HALF_LINKED', { email: 'someone@delivery.local' });
    await app.newMessages();
    const { data } = await pair.client(request);
    expect(data.requestLinkCode.message).toBe(`A code was sent to ******${pair.phone.slice(-4)}.`);
    const [message] = await app.newMessages();
    expect(message).toMatchObject({ channel: 'SMS', destination: `+91${pair.phone}` });
  });

  it('is accepted in lower case, with spaces and dashes', async () => {
    const pair = await addPair('HALF_LINKED');
    const code = await receiveCode(pair);
    const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
    expect((await pair.client(confirm, { code: typed })).errors).toEqual([]);
    expect(await isHidden(pair)).toBe(false);
  });

  it('opens nothing a second time', async () => {
    const pair = await addPair('LINKED');
    const code = await receiveCode(pair);
    await pair.client(confirm, { code });
    expect((await pair.client(confirm, { code })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(await isHidden(pair)).toBe(false);
  });

  it('opens one record once when it is entered twenty times at once', async () => {
    const pair = await addPair('LINKED');
    const code = await receiveCode(pair);
    await app.newJournal();
    const answers = await Promise.all(Array.from({ length: 20 }, () => pair.client(confirm, { code })));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(new Set(answers.map(({ code: refusal }) => refusal))).toEqual(
      new Set([undefined, 'INVALID_OR_EXPIRED_TOKEN']),
    );
    expect((await app.newJournal()).map(({ action }) => action)).toEqual(['LINK_CONFIRMED']);
  });

  it('of somebody else opens nothing', async () => {
    const [one, other] = [await addPair('LINKED'), await addPair('LINKED')];
    const code = await receiveCode(one);
    await receiveCode(other);
    expect((await other.client(confirm, { code })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(await isHidden(other)).toBe(true);
  });

  it('is void once another was sent', async () => {
    const pair = await addPair('LINKED');
    const first = await receiveCode(pair);
    app.clock.ms += minuteMs;
    const second = await receiveCode(pair);
    expect((await pair.client(confirm, { code: first })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(await isHidden(pair)).toBe(true);
    expect((await pair.client(confirm, { code: second })).errors).toEqual([]);
    const messages = await app.database.notifications
      .find({ subjectIds: pair.userId })
      .sort({ createdAt: 1 })
      .toArray();
    expect(messages.map(({ state, secrets: sealed }) => [state, sealed === null])).toEqual([
      ['CANCELLED', true],
      ['PENDING', false],
    ]);
  });

  it('holds for seven days, and not a moment longer', async () => {
    const [early, late] = [await addPair('LINKED'), await addPair('LINKED')];
    const codes = [await receiveCode(early), await receiveCode(late)];
    app.clock.ms += 7 * dayMs - 1_000;
    const earlyClient = await app.logIn(`${early.userId}@example.com`);
    expect((await earlyClient(confirm, { code: codes[0] })).errors).toEqual([]);
    app.clock.ms += 1_000;
    const lateClient = await app.logIn(`${late.userId}@example.com`);
    expect((await lateClient(confirm, { code: codes[1] })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(await isHidden({ ...late, client: lateClient })).toBe(true);
  });

  it('opens nothing once the two are no longer joined', async () => {
    const pair = await addPair('LINKED');
    const code = await receiveCode(pair);
    await app.database.users.updateOne({ id: pair.userId }, { $set: { customer_v2_id: null } });
    await app.database.customersV2.updateOne({ id: pair.recordId }, { $set: { user_id: null } });
    expect((await pair.client(confirm, { code })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
    const [user] = await stores(pair.userId, pair.recordId);
    const account = await app.database.accounts.findOne({ _id: recordKey(user?._id) });
    expect(account?.confirmedDeliveryKeys).toBeUndefined();
  });

  it.each([{ phone: '9765400001' }, { email: 'another@example.org' }, { phone: null, email: null }])(
    'opens nothing once the older application has given the record another contact: %j',
    async (contact) => {
      const pair = await addPair('HALF_LINKED');
      const code = await receiveCode(pair);
      await app.database.customersV2.updateOne({ id: pair.recordId }, { $set: contact });
      expect((await pair.client(confirm, { code })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
      expect(await isHidden(pair)).toBe(true);
    },
  );

  it('opens the record when its contact is the same in another spelling', async () => {
    const pair = await addPair('HALF_LINKED');
    const code = await receiveCode(pair);
    const contact = { phone: `+91 ${pair.phone}`, email: pair.email.toUpperCase() };
    await app.database.customersV2.updateOne({ id: pair.recordId }, { $set: contact });
    expect((await pair.client(confirm, { code })).errors).toEqual([]);
  });

  it('cannot be told from the database: what is stored is made with a secret that is not in it', async () => {
    const pair = await addPair('LINKED');
    const code = await receiveCode(pair);
    const stored = JSON.stringify([
      await app.database.tokens.find().toArray(),
      await app.database.notifications.find().toArray(),
      await app.database.journal.find().toArray(),
    ]);
    expect(code).toHaveLength(8);
    expect(stored).not.toContain(code);
  });
});

describe('a login that was adopted', () => {
  it('reads the new delivery record once the code that went there was entered, and not before', async () => {
    await app.add({
      users: [
        person('adopter', { role: 'admin' }),
        person('adopted', { phone: '9765488001', email: 'someone.else@example.com' }),
      ],
    });
    const before = await app.logIn('someone.else@example.com');
    const admin = await app.logIn('adopter@example.com');
    await app.newMessages();
    const { data, errors } = await admin(
      'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { ... on CustomerCreated { adopted customer { id } } } }',
      {
        input: {
          name: 'Secret Name',
          phone: '9765488001',
          email: 'hidden@adopted.example.org',
          address: '7 Secret Street',
          area: 'Secret Park',
          onExisting: 'ADOPT',
        },
      },
    );
    expect(errors).toEqual([]);
    expect(data.createCustomer.adopted).toBe(true);
    const messages = await app.newMessages();
    const code = messages.find(({ kind }) => kind === 'LINK_CODE');
    expect(code).toMatchObject({ destination: 'hidden@adopted.example.org' });
    expect(messages.find(({ kind }) => kind === 'LOGIN_ADOPTED')).toMatchObject({
      destination: 'someone.else@example.com',
    });
    expect((await before('{ me { id } }')).code).toBe('UNAUTHENTICATED');

    const client = await app.logIn('someone.else@example.com');
    const answer = await client(own);
    expect(answer.data.me.linkConfirmationPending).toBe(true);
    // The phone is the login's own as well.
    for (const secret of ['Secret', 'hidden@']) expect(JSON.stringify(answer)).not.toContain(secret);
    const { data: confirmed } = await client(confirm, { code: code?.secrets?.code });
    expect(confirmed.confirmLink.customer).toMatchObject({
      id: data.createCustomer.customer.id,
      address: '7 Secret Street',
    });
  });
});

describe('guessing', () => {
  it('is over after five attempts: the right code is then as good as a wrong one', async () => {
    const pair = await addPair('LINKED');
    const code = await receiveCode(pair);
    const wrong = code === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA';
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect((await pair.client(confirm, { code: wrong })).errors[0]?.message).toBe(
        'Invalid or expired code.',
      );
    }
    expect((await pair.client(confirm, { code })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
    expect(await isHidden(pair)).toBe(true);
  });

  it('fifty times at once has at most five guesses looked at', async () => {
    const pair = await addPair('LINKED');
    const code = await receiveCode(pair);
    const wrong = code === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA';
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => pair.client(confirm, { code: wrong })),
    );
    expect(answers.every((answer) => answer.code === 'INVALID_OR_EXPIRED_TOKEN')).toBe(true);
    const [user] = await stores(pair.userId, pair.recordId);
    const token = await app.database.tokens.findOne({ loginKey: recordKey(user?._id) });
    expect(token?.attempts).toBe(5);
    expect((await pair.client(confirm, { code })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
  });

  it('with what can be no code does not use up attempts', async () => {
    const pair = await addPair('LINKED');
    const code = await receiveCode(pair);
    for (const typed of ['', 'A', 'AAAAAAAAA', '00000000', '{"$ne":null}', 'x'.repeat(50_000)]) {
      expect((await pair.client(confirm, { code: typed })).code).toBe('INVALID_OR_EXPIRED_TOKEN');
    }
    expect((await pair.client(confirm, { code })).errors).toEqual([]);
  });

  it('is one attempt a request, whatever aliases there are', async () => {
    const pair = await addPair('LINKED');
    const { data, errors } = await pair.client(
      'mutation { a: confirmLink(code: "AAAAAAAA") { id } b: confirmLink(code: "BBBBBBBB") { id } }',
    );
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
  });
});

describe('asking for another code', () => {
  it('is possible once a minute and five times a day', async () => {
    const pair = await addPair('LINKED');
    let client = pair.client;
    for (let day = 0; day < 2; day += 1) {
      for (let time = 0; time < 5; time += 1) {
        expect((await client(request)).errors).toEqual([]);
        expect((await client(request)).code).toBe('RATE_LIMITED');
        app.clock.ms += minuteMs;
      }
      expect((await client(request)).code).toBe('RATE_LIMITED');
      app.clock.ms += dayMs;
      client = await app.logIn(`${pair.userId}@example.com`);
    }
  });

  it('twenty times at once sends one', async () => {
    const pair = await addPair('LINKED');
    await app.newMessages();
    const answers = await Promise.all(Array.from({ length: 20 }, () => pair.client(request)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await app.newMessages()).toHaveLength(1);
  });

  it('floods no destination: the records of a household share its limit', async () => {
    const shared = { phone: '97654 99999', email: null };
    const [one, other] = [await addPair('LINKED', shared), await addPair('LINKED', shared)];
    expect((await one.client(request)).errors).toEqual([]);
    expect((await other.client(request)).code).toBe('RATE_LIMITED');
  });

  it('is refused while the record has no contact that can be reached, and works once it has', async () => {
    const pair = await addPair('LINKED', { phone: '12', email: 'x@delivery.local' });
    const { code, errors } = await pair.client(request);
    expect(code).toBe('CONFLICT');
    expect(errors[0]?.message).toContain('no e-mail or phone');
    await app.database.customersV2.updateOne({ id: pair.recordId }, { $set: { phone: '9765411111' } });
    expect((await pair.client(request)).errors).toEqual([]);
  });

  it('is for customers alone', async () => {
    await app.add({ users: [person('staff', { role: 'admin' })] });
    const admin = await app.logIn('staff@example.com');
    expect((await admin(request)).code).toBe('FORBIDDEN');
    expect((await admin(confirm, { code: 'AAAAAAAA' })).code).toBe('FORBIDDEN');
  });
});

it('an admin sees the pair whole all the while', async () => {
  const pair = await addPair('LINKED');
  const admin = await app.logIn('staff@example.com');
  const { data } = await admin(byId, { id: pair.userId });
  expect(data.customer).toMatchObject({ id: pair.recordId, name: 'Secret Name', link: { state: 'LINKED' } });
});
