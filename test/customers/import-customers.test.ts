import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordKey } from '../../src/database/stored-documents.ts';
import type { GraphqlAnswer } from '../support/graphql-client.ts';
import type { CustomerAnswer } from './support/customer-answer.ts';
import { type CreateInput, type Creation, openCreation, somebody } from './support/open-creation.ts';

const mutation = `mutation ($input: [CreateCustomerInput!]!) { importCustomers(input: $input) {
  index
  error { code message field }
  result {
    __typename
    ... on CustomerCreated { adopted credentialsSentTo customer {
      id name status canLogin loginBlockers link { state userId customerV2Id }
      login { isActive mustChangePassword credentialsSentAt }
    } }
    ... on CustomerAlreadyExists { candidates { matchedBy customer { id } } }
  }
} }`;

let creation: Creation;
beforeAll(async () => {
  creation = await openCreation();
});
afterAll(() => creation?.close());

const database = () => creation.gateway.foreign.db;

interface ImportedRow {
  readonly index: number;
  readonly error: { code: string; message: string; field: string | null } | null;
  readonly result: {
    readonly __typename: string;
    readonly adopted?: boolean;
    readonly credentialsSentTo?: string[];
    readonly customer?: ImportedCustomer;
    readonly candidates?: { matchedBy: string[]; customer: { id: string } }[];
  } | null;
}

type ImportedCustomer = Pick<
  CustomerAnswer,
  'id' | 'link' | 'login' | 'status' | 'canLogin' | 'loginBlockers'
>;

async function importAll(
  input: CreateInput[],
): Promise<Pick<GraphqlAnswer, 'errors' | 'code'> & { rows: ImportedRow[] | null }> {
  const { data, errors, code } = await creation.admin(mutation, { input });
  return { errors, code, rows: data?.importCustomers ?? null };
}

/** The customer of the first row. */
function customerOf(rows: ImportedRow[] | null): ImportedCustomer {
  const customer = rows?.[0]?.result?.customer;
  if (customer === undefined) throw new Error(JSON.stringify(rows));
  return customer;
}

/** Fails unless all went in. */
async function imported(input: CreateInput[]): Promise<ImportedCustomer[]> {
  const { rows } = await importAll(input);
  return (rows ?? []).map(({ result, error }) => {
    if (result?.customer === undefined) throw new Error(JSON.stringify(error ?? result));
    return result.customer;
  });
}

describe('two hundred rows', () => {
  it('are each answered, in their order: good ones go in, bad ones and doubles harm no other', async () => {
    const known = await creation.addOrphan('record', somebody());
    const messagesBefore = await database().collection('notifications').countDocuments();
    const rows: CreateInput[] = Array.from({ length: 200 }, () => somebody());
    const bad: [number, CreateInput, string][] = [
      [0, { phone: 'none' }, 'phone'],
      [17, { name: ' ' }, 'name'],
      [42, { email: 'nobody@' }, 'email'],
      [43, { email: '9822210001@delivery.local' }, 'email'],
      [99, { deliveryBoyId: 'boy-off' }, 'deliveryBoyId'],
      [100, { address: 'a'.repeat(501) }, 'address'],
      [199, { area: '' }, 'area'],
    ];
    for (const [at, fields] of bad) rows[at] = { ...rows[at], ...fields };
    rows[50] = { ...rows[50], phone: `+91 ${rows[49]?.phone}` };
    rows[60] = { ...rows[60], phone: known.phone };
    rows[61] = { ...rows[61], phone: known.phone, onExisting: 'ADOPT' };
    rows[71] = { ...rows[71], phone: rows[70]?.phone, onExisting: 'CREATE_SEPARATE', status: 'PAUSED' };
    rows[72] = { ...rows[72], deliveryBoyId: 'boy-1', email: 'imported@example.com' };

    const startedAt = performance.now();
    const { rows: answered, errors } = await importAll(rows);
    expect(errors).toEqual([]);
    const answers = answered ?? [];
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(answers.map(({ index }) => index)).toEqual(rows.map((_, at) => at));

    for (const [at, , field] of bad) {
      expect(answers[at]).toEqual({
        index: at,
        result: null,
        error: { code: 'BAD_USER_INPUT', field, message: expect.any(String) },
      });
    }
    const created = answers.flatMap(({ result }) =>
      result?.__typename === 'CustomerCreated' ? [result] : [],
    );
    expect(created).toHaveLength(200 - bad.length - 2);
    expect(answers[50]?.result).toEqual({
      __typename: 'CustomerAlreadyExists',
      candidates: [{ matchedBy: ['PHONE'], customer: { id: answers[49]?.result?.customer?.id } }],
    });
    expect(answers[60]?.result?.candidates).toMatchObject([{ customer: { id: known.id } }]);
    expect(answers[61]?.result).toMatchObject({
      adopted: true,
      customer: { id: known.id, link: { state: 'LINKED' } },
    });
    expect(answers[71]?.result).toMatchObject({ adopted: false, customer: { status: 'PAUSED' } });

    const ids = created.flatMap(({ customer }) => (customer === undefined ? [] : [customer.link]));
    const logins = await database()
      .collection('users')
      .find({ id: { $in: ids.map(({ userId }) => userId) } })
      .toArray();
    const deliveries = await database()
      .collection('customers_v2')
      .find({ id: { $in: ids.map(({ customerV2Id }) => customerV2Id) } })
      .toArray();
    expect([logins.length, deliveries.length]).toEqual([created.length, created.length]);
    const loginOf = new Map(logins.map((login) => [login.id, login]));
    for (const delivery of deliveries)
      expect(loginOf.get(delivery.user_id)?.customer_v2_id).toBe(delivery.id);

    for (const { credentialsSentTo, customer } of created) {
      expect(credentialsSentTo).toEqual([]);
      expect(customer).toMatchObject({
        link: { state: 'LINKED' },
        canLogin: false,
        loginBlockers: expect.arrayContaining(['NO_PASSWORD']),
        login: { isActive: true, credentialsSentAt: null },
      });
    }
    expect(logins.filter(({ password_hash: hash }) => (hash ?? '') !== '')).toEqual([]);
    const accounts = await creation.gateway.foreign.accounts
      .find({ _id: { $in: logins.map(({ _id }) => recordKey(_id)) } })
      .toArray();
    expect(accounts).toHaveLength(created.length);
    expect(accounts.every(({ credentialsPending }) => credentialsPending === true)).toBe(true);
    expect(await database().collection('notifications').countDocuments()).toBe(messagesBefore);
    const journal = await database()
      .collection('journal')
      .find({ subjectId: { $in: deliveries.map(({ id }) => id) } })
      .toArray();
    expect(journal).toHaveLength(created.length);
    expect(new Set(journal.map(({ actor }) => actor))).toEqual(new Set([creation.adminId]));

    const { data } = await creation.admin(
      '{ findCustomer(identifier: "imported@example.com") { ... on CustomerFound { customer { deliveryBoy { id } link { state } } } } }',
    );
    expect(data.findCustomer.customer).toEqual({ deliveryBoy: { id: 'boy-1' }, link: { state: 'LINKED' } });
  });

  it('and one more are refused whole, and nothing is written', async () => {
    const before = await creation.everything();
    const { errors, rows } = await importAll(Array.from({ length: 201 }, () => somebody()));
    expect(rows).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input' });
    expect(await creation.everything()).toEqual(before);
  });
});

describe('importing', () => {
  it('leaves a login that says why nobody can log in: no password, since no credentials were sent', async () => {
    const [customer] = await imported([somebody()]);
    expect(customer?.loginBlockers.toSorted()).toEqual(['CREDENTIALS_NOT_SENT', 'NO_PASSWORD']);
  });

  it('of nothing answers nothing', async () => {
    expect(await importAll([])).toMatchObject({ errors: [], rows: [] });
  });

  it('once more with the same keys answers with the same customers, and writes nothing twice', async () => {
    const rows = Array.from({ length: 5 }, (_, at) => somebody({ idempotencyKey: `row-${at}` }));
    const first = await imported(rows);
    const before = await creation.everything();
    expect((await imported(rows)).map(({ link }) => link)).toEqual(first.map(({ link }) => link));
    expect(await creation.everything()).toEqual(before);
  });

  it('of a login that has a password leaves it that password, and sends no credentials', async () => {
    const person = somebody({ onExisting: 'ADOPT' });
    const kept = await creation.addOrphan('login', person);
    const { rows } = await importAll([person]);
    expect(rows?.[0]?.result).toMatchObject({
      adopted: true,
      credentialsSentTo: [],
      customer: { canLogin: true },
    });
    const login = await database().collection('users').findOne({ id: kept.id });
    expect(login?.password_hash).toBe(kept.password_hash);
    expect(await creation.tryLogIn(person.phone)).toBeTypeOf('function');
    const { notifications } = await creation.stored(customerOf(rows));
    expect(notifications.map(({ kind }) => kind)).not.toContain('CREDENTIALS');
  });

  it('of a login without a password leaves its credentials to a later release', async () => {
    const person = somebody({ onExisting: 'ADOPT' });
    await creation.addOrphan('login', person, { password_hash: null });
    const { rows } = await importAll([person]);
    expect(rows?.[0]?.result).toMatchObject({
      adopted: true,
      credentialsSentTo: [],
      customer: { canLogin: false },
    });
    const { user, account, notifications } = await creation.stored(customerOf(rows));
    expect(user.password_hash ?? null).toBeNull();
    expect(account).toMatchObject({ credentialsPending: true });
    expect(notifications.map(({ kind }) => kind)).not.toContain('CREDENTIALS');
  });

  it('lets nobody log in before credentials were sent, whatever is typed', async () => {
    const person = somebody({ email: 'not.yet@example.com' });
    await importAll([person]);
    for (const typed of ['', ' ', 'null', 'undefined', person.phone])
      expect(await creation.tryLogIn('not.yet@example.com', typed)).toBe('INVALID_CREDENTIALS');
  });

  it('of a row that smuggles a field is refused with all rows, before anything is written', async () => {
    const before = await creation.everything();
    const { code } = await importAll([somebody(), somebody({ role: 'ADMIN' })]);
    expect(code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
    expect(await creation.everything()).toEqual(before);
  });
});
