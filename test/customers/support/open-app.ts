import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import type { Document } from 'mongodb';
import { loadSigningKeys } from '../../../src/accounts/signing-keys.ts';
import { buildApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { Database, StoredNotification } from '../../../src/database/collections.ts';
import { createSecretBox } from '../../../src/notifications/secret-box.ts';
import { type GraphqlClient, graphqlClient } from '../../support/graphql-client.ts';
import { noLogIns } from '../../support/log-in-entries.ts';
import { openTestDatabase } from '../../support/test-database.ts';

/** Of every login that `person` makes. */
export const password = 'saffron-kettle-harbour-27';
const passwordHash = bcrypt.hashSync(password, 4);

/** A message that waits to be sent, with what only its recipient reads. */
export interface Message extends Omit<StoredNotification, 'secrets'> {
  readonly secrets: Record<string, string> | null;
}

export interface OpenApp {
  readonly database: Database;
  /** The time, which stands still until it is set. */
  readonly clock: { ms: number };
  /** Stores documents as the older application does, and brings the index up to date. */
  add(records: { users?: Document[]; customersV2?: Document[] }): Promise<void>;
  logIn(identifier: string): Promise<GraphqlClient>;
  /** A client without a log-in. */
  readonly anonymous: GraphqlClient;
  withToken(accessToken: string): GraphqlClient;
  /** Messages in the order in which they were written, since the last call. */
  newMessages(): Promise<Message[]>;
  /** What the journal says since the last call. */
  newJournal(): Promise<{ action: string; actor: string; subjectIds: string[]; changes: Document[] }[]>;
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** The real app with cheap hashes, without what the process around it does by itself: messages stay in the outbox. */
export async function openApp(environment: Readonly<Record<string, string>> = {}): Promise<OpenApp> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-data-'));
  const { database, close } = await openTestDatabase();
  const config = { ...readConfig({ DATA_DIR: directory, ...environment }), bcryptCost: 4 };
  const clock = { ms: Date.parse('2026-03-01T10:00:00.000Z') };
  const keys = await loadSigningKeys(config);
  const log = { info() {}, warn() {}, error: console.error };
  const now = () => new Date(clock.ms);
  const app = await buildApp({ config, database, keys, now, log, playgroundDirectory: directory });
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const box = createSecretBox(keys.current.kid, (kid) => keys.deriveSecret('notifications', kid));
  const told = new Set<string>();
  const untold = <Row extends { _id: string }>(rows: Row[]) => {
    const fresh = rows.filter((row) => !told.has(row._id));
    for (const row of fresh) told.add(row._id);
    return fresh;
  };
  const sweep = async () => void (await sweepIndex(database, app.indexSettings));
  return {
    database,
    clock,
    anonymous: graphqlClient(url),
    withToken: (accessToken) => graphqlClient(url, accessToken),
    sweep,
    async add({ users = [], customersV2 = [] }) {
      if (users.length > 0) await database.db.collection('users').insertMany(users);
      if (customersV2.length > 0) await database.db.collection('customers_v2').insertMany(customersV2);
      await sweep();
    },
    async logIn(identifier) {
      const { data, errors } = await graphqlClient(url)(
        'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken } }',
        { i: identifier, p: password },
      );
      if (errors.length > 0) throw new Error(`${identifier}: ${errors[0]?.message}`);
      return graphqlClient(url, data.login.accessToken);
    },
    async newMessages() {
      const rows = untold(await database.notifications.find().sort({ createdAt: 1 }).toArray());
      return Promise.all(
        rows.map(async (row) => ({
          ...row,
          secrets: row.secrets === null ? null : await box.open(row.secrets),
        })),
      );
    },
    async newJournal() {
      const rows = untold(await database.journal.find(noLogIns).sort({ at: 1 }).toArray());
      return rows.map(({ action, actor, subjectIds, changes }) => ({ action, actor, subjectIds, changes }));
    },
    async close() {
      app.server.close();
      app.server.closeAllConnections();
      await app.apollo.stop();
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A login as the older application stores it. */
export function person(id: string, fields: Document = {}): Document {
  return {
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
