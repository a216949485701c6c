import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import bcrypt from 'bcrypt';
import { BSON, type Document } from 'mongodb';
import type { JournalEntry, StoredAccount, StoredNotification } from '../../../src/database/collections.ts';
import { recordKey } from '../../../src/database/stored-documents.ts';
import { type GraphqlAnswer, type GraphqlClient, graphqlClient } from '../../support/graphql-client.ts';
import { type ReceivedMessage, secretIn } from '../../support/inbox.ts';
import { startGateway, type TestGateway } from '../../support/start-gateway.ts';
import { type CustomerAnswer, everyCustomerField } from './customer-answer.ts';

/** Of every login that `login` makes. */
export const password = 'saffron-kettle-harbour-27';
export const passwordHash = bcrypt.hashSync(password, 4);
export const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** What `createCustomer` is given; more than the schema allows where a test smuggles. */
export type CreateInput = Record<string, unknown>;

export interface CreateAnswer extends GraphqlAnswer {
  readonly result:
    | {
        __typename: 'CustomerCreated';
        customer: CustomerAnswer;
        adopted: boolean;
        credentialsSentTo: string[];
      }
    | {
        __typename: 'CustomerAlreadyExists';
        candidates: { matchedBy: string[]; customer: CustomerAnswer }[];
      }
    | null;
}

/** Both halves as another application reads them, and what the gateway keeps beside them. */
export interface StoredPair {
  readonly user: Document;
  readonly record: Document;
  readonly account: StoredAccount | null;
  readonly notifications: StoredNotification[];
  readonly journal: JournalEntry[];
}

export interface Creation {
  readonly gateway: TestGateway;
  /** How far the gateway's clock is ahead. */
  readonly clock: { aheadMs: number };
  /** The admin. */
  readonly admin: GraphqlClient;
  readonly adminId: string;
  create(input: CreateInput, client?: GraphqlClient): Promise<CreateAnswer>;
  /** Fails unless somebody was created, or an existing half was completed. */
  created(input: CreateInput): Promise<CustomerAnswer>;
  /** Stores documents as the older application does, and waits until the index knows them. */
  add(records: { users?: Document[]; customersV2?: Document[] }): Promise<void>;
  /** Stores a delivery record without a login, or a login without a delivery record, by the phone of `person`. */
  addOrphan(kind: 'record' | 'login', person: CreateInput, fields?: Document): Promise<Document>;
  /** What is stored of a customer now. */
  stored(customer: Pick<CustomerAnswer, 'link'>): Promise<StoredPair>;
  /** Reads the message that carries a login's credentials. */
  credentialsOf(user: Document): Promise<Credentials>;
  /** The code of a refused log-in, or the session's client. */
  tryLogIn(identifier: string, typed?: string): Promise<GraphqlClient | string>;
  /** Every document of every collection as text, once nothing is on its way any more. */
  everything(): Promise<Record<string, string[]>>;
  close(): Promise<void>;
}

export interface Credentials {
  readonly message: ReceivedMessage;
  /** What the message says to type. */
  readonly loginName: string;
  readonly password: string;
}

/** A gateway over two delivery boys, one of them inactive, two admins and whoever a test adds. */
export async function openCreation(environment: Readonly<Record<string, string>> = {}): Promise<Creation> {
  const clock = { aheadMs: 0 };
  const staff = [
    login({ id: 'admin-1', email: 'admin@example.com', role: 'admin' }),
    login({ id: 'admin-2', email: 'second.admin@example.com', role: 'admin' }),
    login({ id: 'boy-1', email: 'boy@example.com', phone: '98111 00001', role: 'delivery_boy', name: 'Boy' }),
    login({ id: 'boy-off', email: 'boy.off@example.com', role: 'delivery_boy', is_active: false }),
    login({ id: 'analyst-1', email: 'analyst@example.com', role: 'analyst' }),
  ];
  const gateway = await startGateway({
    environment,
    fill: ({ db }) => db.collection('users').insertMany(staff),
    now: () => new Date(Date.now() + clock.aheadMs),
  });
  const { db } = gateway.foreign;
  const admin = await gateway.logIn('admin@example.com', password);

  const creation: Creation = {
    gateway,
    clock,
    admin,
    adminId: 'admin-1',
    async create(input, client = admin) {
      const answer = await client(createMutation, { input });
      return { ...answer, result: answer.data?.createCustomer ?? null };
    },
    async created(input) {
      const { result, errors } = await creation.create(input);
      if (result?.__typename !== 'CustomerCreated') throw new Error(JSON.stringify(errors[0] ?? result));
      return result.customer;
    },
    async add({ users = [], customersV2 = [] }) {
      if (users.length > 0) await db.collection('users').insertMany(users);
      if (customersV2.length > 0) await db.collection('customers_v2').insertMany(customersV2);
      await gateway.sweep();
    },
    async addOrphan(kind, { phone }, fields = {}) {
      const stored = (kind === 'record' ? record : login)({ phone, ...fields });
      await creation.add(kind === 'record' ? { customersV2: [stored] } : { users: [stored] });
      return stored;
    },
    async stored({ link }) {
      const user = await db.collection('users').findOne({ id: link.userId });
      const record = await db.collection('customers_v2').findOne({ id: link.customerV2Id });
      if (user === null || record === null) throw new Error(`A half is missing: ${JSON.stringify(link)}`);
      const ids = { subjectIds: { $in: [user.id, record.id] } };
      return {
        user,
        record,
        account: await gateway.foreign.accounts.findOne({ _id: recordKey(user._id) }),
        notifications: await gateway.foreign.notifications.find(ids).toArray(),
        journal: await gateway.foreign.journal.find(ids).toArray(),
      };
    },
    async credentialsOf(user) {
      const row = await gateway.foreign.notifications.findOne(
        { kind: 'CREDENTIALS', loginKey: recordKey(user._id) },
        { sort: { createdAt: -1 } },
      );
      if (row === null) throw new Error('No credentials were sent.');
      for (let waited = 0; waited < 5_000; waited += 20) {
        const message = (await gateway.messages()).find(({ id }) => id === row._id);
        if (message !== undefined)
          return { message, loginName: row.values.loginName ?? '', password: secretIn(message) };
        await sleep(20);
      }
      throw new Error(`The credentials for ${row.destination} did not arrive.`);
    },
    async tryLogIn(identifier, typed = password) {
      const { code, data } = await gateway.anonymous(logInMutation, { identifier, password: typed });
      return code ?? graphqlClient(gateway.url, data.login.accessToken);
    },
    async everything() {
      await quiet(gateway);
      const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
      const stored: Record<string, string[]> = {};
      for (const name of names.filter((other) => !other.startsWith('system.')).sort()) {
        const documents = await db.collection(name).find().toArray();
        stored[name] = documents.map((document) => BSON.EJSON.stringify(document, { relaxed: false })).sort();
      }
      return stored;
    },
    close: () => gateway.close(),
  };
  return creation;
}

let logins = 0;

/** A customer's login as the older application stores it. */
export function login(fields: Document = {}): Document {
  logins += 1;
  return {
    id: randomUUID(),
    name: `Login ${logins}`,
    email: `login.${logins}@example.com`,
    role: 'customer',
    is_active: true,
    password_hash: passwordHash,
    created_at: '2024-01-01T00:00:00',
    ...fields,
  };
}

/** A delivery record as the older application stores it. */
export function record(fields: Document = {}): Document {
  return {
    id: randomUUID(),
    name: 'Stored Earlier',
    address: '1 Old Street',
    area: 'Old Town',
    status: 'active',
    created_at: '2023-05-05T05:05:05',
    ...fields,
  };
}

let people = 0;

/** Somebody nobody knows, with a phone of their own. */
export function somebody(fields: CreateInput = {}): CreateInput & { name: string; phone: string } {
  people += 1;
  return {
    name: `Person ${people}`,
    phone: `98222${10_000 + people}`,
    address: '12 Lake Road',
    area: 'Baner',
    ...fields,
  };
}

/** The same number in the spellings that people use. */
export function spellings(phone: string): string[] {
  const [first, second] = [phone.slice(0, 5), phone.slice(5)];
  return [
    phone,
    `+91${phone}`,
    `+91 ${first} ${second}`,
    `0${first}-${second}`,
    `0091 ${phone}`,
    `(${first}) ${second}`,
  ];
}

/** The mutation as clients send it. */
export const createMutation = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { ...Result } }
fragment Result on CreateCustomerResult {
  __typename
  ... on CustomerCreated { adopted credentialsSentTo customer { ...EveryCustomerField } }
  ... on CustomerAlreadyExists { candidates { matchedBy customer { ...EveryCustomerField } } }
}
${everyCustomerField}`;

const logInMutation = `mutation ($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) { accessToken }
}`;

/** Messages are sent beside the requests: waits until those that are due have gone. */
async function quiet(gateway: TestGateway): Promise<void> {
  for (let waited = 0; waited < 5_000; waited += 20) {
    const due = [{ holder: { $ne: null } }, { attempts: 0, nextAttemptAt: { $lte: new Date() } }];
    const left = await gateway.foreign.notifications.countDocuments({ state: 'PENDING', $or: due });
    if (left === 0) return;
    await sleep(20);
  }
  throw new Error('Messages are not sent.');
}
