import bcrypt from 'bcrypt';
import { type Document, ObjectId } from 'mongodb';
import { refreshIndex } from '../../../src/customer-index/refresh-index.ts';
import { inTransaction } from '../../../src/database/transaction.ts';
import { type GraphqlAnswer, type GraphqlClient, graphqlClient } from '../../support/graphql-client.ts';
import type { ReceivedMessage } from '../../support/inbox.ts';
import { startGateway, type TestGateway } from '../../support/start-gateway.ts';

/** Of every login that `signUp` makes. */
export const password = 'saffron-kettle-harbour-27';
export const newPassword = 'seven coconuts by noon';
const passwordHash = bcrypt.hashSync(password, 4);

export interface AttackedGateway extends TestGateway {
  /** The time, which stands still until it is set. */
  readonly clock: { ms: number };
  /** Stores a login as the older application does when somebody signs up; the index knows it afterwards. */
  signUp(id: string, fields?: Document): Promise<Document>;
  /** Stores a delivery record, of which every value says that it is secret. */
  addRecord(id: string, fields?: Document): Promise<Document>;
  tokensOf(identifier: string, typed?: string): Promise<{ accessToken: string; refreshToken: string }>;
  /** A client that is logged in. */
  clientOf(identifier: string, typed?: string): Promise<GraphqlClient>;
  /** `session`, or the code of the refusal. */
  tryLogIn(identifier: string, typed?: string): Promise<string | undefined>;
  forgot(identifier: string): Promise<GraphqlAnswer>;
  /** `changed`, or the code of the refusal. */
  tryReset(token: string, identifier?: string | null, typed?: string): Promise<string | undefined>;
  /** The newest messages to a destination, by kind. */
  messagesOf(destination: string): Promise<ReceivedMessage[]>;
  /** Every login and delivery record, and what is known of logins. */
  records(): Promise<Map<string, string>>;
  /** Names of those that are other ones now, or are new or gone. */
  changedSince(before: ReadonlyMap<string, string>): Promise<string[]>;
}

/** A real gateway with an admin, whose limits are far away. */
export async function openAttackedGateway(
  environment: Readonly<Record<string, string>> = {},
): Promise<AttackedGateway> {
  const clock = { ms: Date.parse('2026-03-01T10:00:00.000Z') };
  const gateway = await startGateway({
    now: () => new Date(clock.ms),
    environment,
    fill: ({ users }) => users.insertOne(stored('admin', { role: 'admin' })),
  });
  const { foreign, anonymous } = gateway;

  const indexed = (keys: { loginKeys: ObjectId[]; deliveryKeys: ObjectId[] }) =>
    inTransaction(gateway.database, (session) =>
      refreshIndex(gateway.database, keys, gateway.app.indexSettings, session),
    );

  async function tokensOf(identifier: string, typed = password) {
    const { data, errors } = await anonymous(logIn, { identifier, password: typed });
    if (errors.length > 0) throw new Error(`${identifier}: ${errors[0]?.message}`);
    return data.login as { accessToken: string; refreshToken: string };
  }
  async function records() {
    const found = new Map<string, string>();
    for (const name of ['users', 'customers_v2', 'accounts']) {
      for (const document of await foreign.db.collection(name).find().toArray()) {
        // A guess at a password is counted, and does no more.
        const { failures, lockedUntil, ...kept } = document;
        const known =
          name === 'accounts' && Object.keys(kept).length === 1 ? undefined : JSON.stringify(kept);
        if (known !== undefined) found.set(`${name}/${document.id ?? document._id}`, known);
      }
    }
    return found;
  }
  return {
    ...gateway,
    clock,
    async signUp(id, fields = {}) {
      const login = stored(id, fields);
      await foreign.db.collection('users').insertOne(login);
      await indexed({ loginKeys: [login._id], deliveryKeys: [] });
      return login;
    },
    async addRecord(id, fields = {}) {
      const record = { ...secretRecord, _id: new ObjectId(), id, ...fields };
      await foreign.db.collection('customers_v2').insertOne(record);
      await indexed({ loginKeys: [], deliveryKeys: [record._id] });
      return record;
    },
    tokensOf,
    clientOf: async (...attempt) => graphqlClient(gateway.url, (await tokensOf(...attempt)).accessToken),
    async tryLogIn(identifier, typed = password) {
      const { code } = await anonymous(logIn, { identifier, password: typed });
      return code ?? 'session';
    },
    forgot: (identifier) => anonymous(forgot, { identifier }),
    async tryReset(token, identifier = null, typed = newPassword) {
      const { code } = await anonymous(reset, { token, identifier, newPassword: typed });
      return code ?? 'changed';
    },
    async messagesOf(destination) {
      return (await gateway.messages()).filter(({ to }) => to === destination);
    },
    records,
    async changedSince(before) {
      const now = await records();
      return [...new Set([...before.keys(), ...now.keys()])].filter(
        (name) => before.get(name) !== now.get(name),
      );
    },
  };
}

/** In every value of a delivery record that a stranger may not read. */
export const secretWord = 'Confidential';

const secretRecord = {
  name: `${secretWord} Name`,
  phone: '9845599999',
  email: `${secretWord}@owner.example`,
  address: `7 ${secretWord} Street`,
  area: `${secretWord} Park`,
  status: 'active',
  created_at: '2031-01-01T00:00:00',
  user_id: null,
};

function stored(id: string, fields: Document = {}) {
  return {
    _id: new ObjectId(),
    id,
    name: `Login ${id}`,
    email: `${id}@example.com`,
    role: 'customer',
    is_active: true,
    password_hash: passwordHash,
    created_at: '2024-01-01T00:00:00',
    ...fields,
  };
}

const logIn = `mutation ($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) { accessToken refreshToken }
}`;
const forgot = 'mutation ($identifier: String!) { forgotPassword(identifier: $identifier) { message } }';
const reset = `mutation ($token: String!, $identifier: String, $newPassword: String!) {
  resetPassword(token: $token, identifier: $identifier, newPassword: $newPassword) { message }
}`;
