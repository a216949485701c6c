import bcrypt from 'bcrypt';
import type { Document } from 'mongodb';
import { expect } from 'vitest';
import { indexSettingsOf } from '../../../src/build-use-cases.ts';
import { readConfig } from '../../../src/config.ts';
import { rebuildIndex } from '../../../src/customer-index/sweep-index.ts';
import { type CustomerAnswer, everyCustomerField } from '../../customers/support/customer-answer.ts';
import { type ExpectedCustomer, readExpected } from '../../customers/support/expected-customers.ts';
import { type OpenApp, openApp, password, person } from '../../customers/support/open-app.ts';
import type { GraphqlAnswer, GraphqlClient } from '../../support/graphql-client.ts';
import { type LinkGraph, linkGraph } from '../../support/link-graphs.ts';

export interface LinkAnswer {
  /** Those whom the mutation answers with; none where it refuses. */
  readonly customers: readonly CustomerAnswer[];
  readonly code: string | undefined;
  readonly message: string;
}

/** The app, an admin, and whatever records a test stores. */
export interface Linking extends OpenApp {
  readonly admin: GraphqlClient;
  link(userId: string, customerV2Id: string, client?: GraphqlClient): Promise<LinkAnswer>;
  clear(system: 'USERS' | 'CUSTOMERS_V2', id: string, client?: GraphqlClient): Promise<LinkAnswer>;
  unlink(id: string, client?: GraphqlClient): Promise<LinkAnswer>;
  /** Replaces all records but the admin by those of a graph, each with a name and an e-mail of its own. */
  store(graph: LinkGraph | string): Promise<void>;
  /** Both collections without the admin, and every customer by the oracle. */
  world(): Promise<World>;
  /** The index says of every customer what the oracle says. */
  expectIndexAsByRules(): Promise<void>;
  /** The index is what a rebuild makes of the records. */
  expectIndexAsRebuilt(): Promise<void>;
}

export interface World {
  readonly users: Document[];
  readonly customersV2: Document[];
  readonly customers: ExpectedCustomer[];
}

/** @param uniqueLinks Without, several records may claim one, as in a database that was so when the gateway came. */
export async function openLinking({
  uniqueLinks = false,
  environment = {},
}: {
  uniqueLinks?: boolean;
  environment?: Readonly<Record<string, string>>;
} = {}): Promise<Linking> {
  const app = await openApp(environment);
  const { database } = app;
  const users = database.db.collection<Document>('users');
  const customersV2 = database.db.collection<Document>('customers_v2');
  if (!uniqueLinks) {
    await users.dropIndex('gateway_unique_link');
    await customersV2.dropIndex('gateway_unique_link');
  }
  await app.add({ users: [person(adminId, { role: 'admin' })] });
  const admin = await app.logIn(`${adminId}@example.com`);
  const ask = (text: string) => async (variables: Record<string, unknown>, client: GraphqlClient) =>
    toAnswer(await client(`mutation ${text} ${everyCustomerField}`, variables));
  const linkText =
    '($u: ID!, $d: ID!) { customers: linkCustomer(userId: $u, customerV2Id: $d) { ...EveryCustomerField } }';
  const clearText =
    '($s: SourceSystem!, $id: ID!) { customers: clearLink(system: $s, id: $id) { ...EveryCustomerField } }';
  const unlinkText = '($id: ID!) { customers: unlinkCustomer(id: $id) { ...EveryCustomerField } }';
  const [link, clear, unlink] = [ask(linkText), ask(clearText), ask(unlinkText)];
  return {
    ...app,
    admin,
    link: (u, d, client = admin) => link({ u, d }, client),
    clear: (s, id, client = admin) => clear({ s, id }, client),
    unlink: (id, client = admin) => unlink({ id }, client),
    async store(described) {
      const graph = typeof described === 'string' ? linkGraph(described) : described;
      await users.deleteMany({ id: { $ne: adminId } });
      await customersV2.deleteMany({});
      await app.add({
        users: graph.users.map((user) => ({ ...valuesOf(graph, user), password_hash: hash, ...user })),
        customersV2: graph.customersV2.map((record) => ({ ...valuesOf(graph, record), ...record })),
      });
    },
    async world() {
      const all = await readExpected(database, new Date(app.clock.ms));
      return { ...all, users: all.users.filter(({ id }) => id !== adminId) };
    },
    async expectIndexAsByRules() {
      const { customers } = await readExpected(database, new Date(app.clock.ms));
      const { rows: stored } = await indexContents(app);
      const rows = stored.map(({ linkState, link, id }) => {
        const { userId, customerV2Id, conflictingIds = [], claimedByLoginOnly = false } = link;
        const whole = { userId, customerV2Id, conflictingIds, claimedByLoginOnly };
        return JSON.stringify({ linkState, link: whole, id });
      });
      const wanted = customers.map(({ linkState, link, claimedByLoginOnly, id }) =>
        JSON.stringify({ linkState, link: { ...link, claimedByLoginOnly }, id }),
      );
      expect(rows.toSorted()).toEqual(wanted.toSorted());
    },
    async expectIndexAsRebuilt() {
      const before = await indexContents(app);
      await rebuildIndex(database, settings);
      expect(await indexContents(app)).toEqual(before);
    },
  };
}

/** Such as `U1+D1 LINKED`: the addresses of the halves, and the state. */
export function told({ systems, link, id }: CustomerAnswer): string {
  const joined = systems.length === 2;
  return `${joined ? `${link.userId}+${link.customerV2Id}` : id} ${link.state}`;
}

const adminId = 'the-admin';
const settings = indexSettingsOf(readConfig({}));
const hash = bcrypt.hashSync(password, 4);

function valuesOf({ names }: LinkGraph, { _id }: { _id: unknown }): Document {
  const name = names.get(String(_id)) ?? '';
  return { name: `Name ${name}`, email: `${name.toLowerCase()}@example.com`, is_active: true };
}

function toAnswer({ data, code, errors }: GraphqlAnswer): LinkAnswer {
  const customers = data?.customers ?? [];
  return {
    customers: Array.isArray(customers) ? customers : [customers],
    code,
    message: errors[0]?.message ?? '',
  };
}

async function indexContents({ database }: OpenApp) {
  const rows = await database.customerIndex.find().sort({ _id: 1 }).toArray();
  const known = await database.indexedRecords.find().sort({ _id: 1 }).toArray();
  return { rows, known };
}
