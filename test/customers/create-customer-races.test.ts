import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CreateAnswer,
  type CreateInput,
  type Creation,
  openCreation,
  record,
  somebody,
  spellings,
} from './support/open-creation.ts';

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
});
afterAll(() => creation?.close());

const users = () => creation.gateway.foreign.db.collection('users');
const records = () => creation.gateway.foreign.db.collection('customers_v2');
const outcome = ({ result, code }: CreateAnswer) => result?.__typename ?? code;
const all = (inputs: CreateInput[]) => Promise.all(inputs.map((input) => creation.create(input)));

/** What both collections hold of a phone, in whatever spelling it was typed there. */
async function storedFor(phone: string): Promise<{ logins: Document[]; deliveries: Document[] }> {
  const typed = { phone: { $in: spellings(phone) } };
  return { logins: await users().find(typed).toArray(), deliveries: await records().find(typed).toArray() };
}

/** The pair that a phone has, of which there is one, and whose halves name each other. */
async function theOnePair(phone: string): Promise<{ login: Document; delivery: Document }> {
  const { logins, deliveries } = await storedFor(phone);
  expect([logins.length, deliveries.length]).toEqual([1, 1]);
  const [login = {}, delivery = {}] = [logins[0], deliveries[0]];
  expect(login.customer_v2_id).toBe(delivery.id);
  expect(delivery.user_id).toBe(login.id);
  return { login, delivery };
}

async function messagesTo(phone: string, kind = 'CREDENTIALS'): Promise<number> {
  return creation.gateway.foreign.notifications.countDocuments({ destination: `+91${phone}`, kind });
}

/** Each in a mutation of its own; answers the type of each result, or the code of the refusal. */
async function importAtOnce(inputs: CreateInput[]): Promise<(string | undefined)[]> {
  const rows = inputs.map((input) => somebody(input));
  const mutation = `mutation ($input: [CreateCustomerInput!]!) {
    importCustomers(input: $input) { result { __typename } error { code } }
  }`;
  const answers = await Promise.all(rows.map((row) => creation.admin(mutation, { input: [row] })));
  return answers.map(({ data, code }) => {
    const [row] = data?.importCustomers ?? [];
    return row?.result?.__typename ?? row?.error?.code ?? code;
  });
}

describe('creations of one person at once', () => {
  it('fifty of them, however the phone is typed, make one pair; everybody else is told of it', async () => {
    const { phone } = somebody();
    const typed = spellings(phone);
    const answers = await all(
      Array.from({ length: 50 }, (_, at) => somebody({ phone: typed[at % typed.length] })),
    );
    const outcomes = answers.map(outcome);
    expect(outcomes.filter((one) => one === 'CustomerCreated')).toHaveLength(1);
    expect(['CustomerAlreadyExists', 'CONFLICT', 'CustomerCreated', 'RATE_LIMITED']).toEqual(
      expect.arrayContaining([...new Set(outcomes)]),
    );
    const { login, delivery } = await theOnePair(phone);
    for (const { result } of answers) {
      if (result?.__typename === 'CustomerAlreadyExists')
        expect(result.candidates.map(({ customer }) => customer.id)).toEqual([delivery.id]);
      if (result?.__typename === 'CustomerCreated')
        expect(result.customer.link).toMatchObject({ userId: login.id, customerV2Id: delivery.id });
    }
    expect(await messagesTo(phone)).toBe(1);
    const entries = await creation.gateway.foreign.journal.find({ subjectIds: delivery.id }).toArray();
    expect(entries.map(({ action }) => action)).toEqual(['CUSTOMER_CREATED']);
    const found = await creation.admin(
      'query ($i: String!) { findCustomer(identifier: $i) { ... on CustomerFound { customer { id link { state } } } } }',
      { i: phone },
    );
    expect(found.data.findCustomer.customer).toEqual({ id: delivery.id, link: { state: 'LINKED' } });
  }, 60_000);

  it('by one e-mail and different phones make one pair, too', async () => {
    const inputs = Array.from({ length: 4 }, (_, at) =>
      somebody({ email: at % 2 === 0 ? 'same.mail@example.com' : 'Same.Mail@EXAMPLE.com' }),
    );
    const answers = await all(inputs);
    expect(answers.map(outcome).filter((one) => one === 'CustomerCreated')).toHaveLength(1);
    const email = /^same\.mail@example\.com$/i;
    expect(await users().countDocuments({ email })).toBe(1);
    expect(await records().countDocuments({ email })).toBe(1);
  });

  it('by imports, which make no password and so meet within one transaction, make one pair, too', async () => {
    const { phone } = somebody();
    const answers = await importAtOnce(
      spellings(phone).flatMap((typed) => [{ phone: typed }, { phone: typed }]),
    );
    expect(answers.filter((one) => one === 'CustomerCreated')).toHaveLength(1);
    expect(new Set(answers)).toEqual(
      new Set(['CustomerCreated', expect.stringMatching(/^(CustomerAlreadyExists|CONFLICT)$/)]),
    );
    await theOnePair(phone);
  });

  it('by imports of a household share nothing that opens a login', async () => {
    const { phone } = somebody();
    const input = { phone, email: 'household@example.com', onExisting: 'CREATE_SEPARATE' };
    const answers = await importAtOnce([input, input, input, input, input, input]);
    const created = answers.filter((one) => one === 'CustomerCreated').length;
    const deliveries = await records().find({ phone }).toArray();
    expect(deliveries).toHaveLength(created);
    const ids = deliveries.map(({ user_id }) => user_id);
    const logins = await users()
      .find({ id: { $in: ids } })
      .toArray();
    expect(logins).toHaveLength(created);
    const emails = logins.map(({ email }) => email.toLowerCase());
    expect(new Set(emails).size).toBe(created);
    expect(logins.filter((login) => (login.phone ?? '') !== '').length).toBeLessThanOrEqual(1);
  });

  it('of different people all succeed', async () => {
    const answers = await all(Array.from({ length: 4 }, () => somebody()));
    expect(new Set(answers.map(outcome))).toEqual(new Set(['CustomerCreated']));
  });

  it('of a household, each created apart, make a pair for each', async () => {
    const { phone } = somebody();
    const answers = await all(
      Array.from({ length: 4 }, () => somebody({ phone, onExisting: 'CREATE_SEPARATE' })),
    );
    const created = answers.filter((answer) => outcome(answer) === 'CustomerCreated').length;
    expect(created).toBeGreaterThan(0);
    expect(answers.map(outcome)).toEqual(
      answers.map(() => expect.stringMatching(/CustomerCreated|CONFLICT/)),
    );
    const deliveries = await records().find({ phone }).toArray();
    expect(deliveries).toHaveLength(created);
    for (const delivery of deliveries)
      expect(await users().findOne({ id: delivery.user_id })).toMatchObject({ customer_v2_id: delivery.id });
    const named = new Set<string>();
    for (const delivery of deliveries) {
      const login = await users().findOne({ id: delivery.user_id });
      const { loginName } = await creation.credentialsOf(login ?? {});
      named.add(loginName.toLowerCase());
    }
    expect(named.size).toBe(created);
  });
});

describe('one delivery record at once', () => {
  it('adopted ten times gets one login', async () => {
    const person = somebody({ onExisting: 'ADOPT' });
    const kept = await creation.addOrphan('record', person);
    const answers = await all(Array.from({ length: 10 }, () => person));
    const outcomes = answers.map(outcome);
    expect(outcomes.filter((one) => one === 'CustomerCreated')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(
      new Set(['CustomerCreated', expect.stringMatching(/AlreadyExists|CONFLICT/)]),
    );
    const { delivery } = await theOnePair(person.phone);
    expect(delivery.id).toBe(kept.id);
    expect(await messagesTo(person.phone)).toBe(1);
  });

  it('and one login adopted ten times gets one delivery record', async () => {
    const person = somebody({ onExisting: 'ADOPT' });
    const kept = await creation.addOrphan('login', person);
    const outcomes = (await all(Array.from({ length: 10 }, () => person))).map(outcome);
    expect(outcomes.filter((one) => one === 'CustomerCreated')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(
      new Set(['CustomerCreated', expect.stringMatching(/AlreadyExists|CONFLICT/)]),
    );
    const { login } = await theOnePair(person.phone);
    expect(login.id).toBe(kept.id);
    expect(await messagesTo(person.phone, 'LINK_CODE')).toBe(1);
  });

  it('given a login ten times gets one', async () => {
    const person = somebody();
    const kept = await creation.addOrphan('record', person);
    const createLogin = 'mutation ($id: ID!) { createLogin(customerId: $id) { id link { state userId } } }';
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => creation.admin(createLogin, { id: kept.id })),
    );
    const won = answers.filter(({ errors }) => errors.length === 0);
    expect(won).toHaveLength(1);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined, 'CONFLICT']));
    const { login } = await theOnePair(person.phone);
    expect(won[0]?.data.createLogin).toEqual({ id: kept.id, link: { state: 'LINKED', userId: login.id } });
    expect(await messagesTo(person.phone)).toBe(1);
  });

  it('adopted, given a login and created apart, keeps one login of its own', async () => {
    const person = somebody();
    const kept = await creation.addOrphan('record', person);
    await Promise.all([
      creation.create({ ...person, onExisting: 'ADOPT' }),
      creation.admin('mutation ($id: ID!) { createLogin(customerId: $id) { id } }', { id: kept.id }),
      creation.create({ ...person, onExisting: 'ADOPT' }),
      creation.create({ ...person, onExisting: 'CREATE_SEPARATE' }),
    ]);
    const delivery = await records().findOne({ id: kept.id });
    expect(await users().find({ customer_v2_id: kept.id }).toArray()).toEqual([
      expect.objectContaining({ id: delivery?.user_id }),
    ]);
  });

  it('adopted while another application links it elsewhere keeps the link that came first', async () => {
    for (let round = 0; round < 4; round += 1) {
      const person = somebody({ onExisting: 'ADOPT' });
      const kept = await creation.addOrphan('record', person);
      const foreign = `foreign-${round}-${person.phone}`;
      const [answer, linked] = await Promise.all([
        creation.create(person),
        new Promise((resolve) => setTimeout(resolve, round * 40)).then(() =>
          records().updateOne({ id: kept.id, user_id: null }, { $set: { user_id: foreign } }),
        ),
      ]);
      const delivery = await records().findOne({ id: kept.id });
      const logins = await users().find({ customer_v2_id: kept.id }).toArray();
      if (linked.modifiedCount === 1) {
        expect(delivery?.user_id).toBe(foreign);
        expect(logins).toEqual([]);
        expect(outcome(answer)).toMatch(/^(CONFLICT|CustomerAlreadyExists)$/);
      } else {
        expect(outcome(answer)).toBe('CustomerCreated');
        expect(logins.map(({ id }) => id)).toEqual([delivery?.user_id]);
      }
    }
  });
});

describe('while another application writes', () => {
  it('a record with the same phone is stored, the pair that was created is whole, and neither loses a link', async () => {
    for (let round = 0; round < 3; round += 1) {
      const person = somebody();
      const stored = record({ phone: `+91 ${person.phone}` });
      const [answer] = await Promise.all([creation.create(person), records().insertOne(stored)]);
      expect(outcome(answer)).toMatch(/^(CustomerCreated|CustomerAlreadyExists)$/);
      expect(await records().findOne({ id: stored.id })).toEqual(stored);
      if (answer.result?.__typename !== 'CustomerCreated') continue;
      const pair = await creation.stored(answer.result.customer);
      expect(pair.user.customer_v2_id).toBe(pair.record.id);
      expect(pair.record.user_id).toBe(pair.user.id);
    }
  });
});

describe('where the older application has unique indexes of its own', () => {
  const timed = async (input: CreateInput) => {
    const startedAt = performance.now();
    const answer = await creation.create(input);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    return answer;
  };

  it('on users.email, a placeholder that is stored already stops nobody', async () => {
    await users().createIndex({ email: 1 }, { unique: true, name: 'email_1' });
    const [taken, other] = [somebody(), somebody()];
    const forms = ['', '+91', '91'].map((prefix) => `${prefix}${taken.phone}@delivery.local`);
    for (const [at, email] of forms.entries())
      await creation.addOrphan('login', { phone: `98555 0000${at}` }, { email });
    const { result, errors } = await timed(taken);
    expect(errors).toEqual([]);
    expect(result?.__typename).toBe('CustomerCreated');
    if (result?.__typename !== 'CustomerCreated') return;
    const { user } = await creation.stored(result.customer);
    expect(user.email).toMatch(/@delivery\.local$/);
    expect(forms).not.toContain(user.email);
    const { loginName, password } = await creation.credentialsOf(user);
    expect(await creation.tryLogIn(loginName, password)).toBeTypeOf('function');
    expect(outcome(await timed(other))).toBe('CustomerCreated');
  });

  it('on users.email, staff and household with the same address are created all the same', async () => {
    for (const email of ['Boy@example.com', 'boy@example.com']) {
      const { result, errors } = await timed(somebody({ email, onExisting: 'CREATE_SEPARATE' }));
      expect(errors).toEqual([]);
      expect(result?.__typename).toBe('CustomerCreated');
    }
  });

  it('on a phone, a household is refused in less than a second, and nothing is written', async () => {
    await records().deleteMany({});
    await records().createIndex({ phone: 1 }, { unique: true, sparse: true, name: 'phone_1' });
    const person = somebody();
    await creation.created(person);
    const before = await creation.everything();
    const answer = await timed({ ...person, onExisting: 'CREATE_SEPARATE', idempotencyKey: 'refused' });
    expect(answer.result).toBeNull();
    expect(answer.code).toBe('CONFLICT');
    expect(answer.errors[0]?.message).not.toMatch(/E11000|phone_1|dup key/);
    expect(await creation.everything()).toEqual(before);
    expect(outcome(await timed(somebody()))).toBe('CustomerCreated');
  });
});
