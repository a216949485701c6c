import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import { ObjectId } from 'mongodb';
import { loadSigningKeys } from '../../../src/accounts/signing-keys.ts';
import { buildApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { Database } from '../../../src/database/collections.ts';
import { type ConnectOptions, connectDatabase } from '../../../src/database/connect.ts';
import { type GraphqlClient, graphqlClient } from '../../support/graphql-client.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { startWireProxy, type WireProxy } from './wire-proxy.ts';

/** The real app with cheap hashes, between which and its database everything can happen. */
export interface FaultyApp {
  readonly proxy: WireProxy;
  /** Beside the app: nothing happens to it. */
  readonly database: Database;
  /** Logged in. */
  readonly admin: GraphqlClient;
  close(): Promise<void>;
}

export async function startFaultyApp(connection: ConnectOptions = {}): Promise<FaultyApp> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-data-'));
  const { database, uri, name, close } = await openTestDatabase();
  await database.users.insertOne({
    _id: new ObjectId(),
    id: randomUUID(),
    name: 'Asha Rao',
    email: adminEmail,
    role: 'admin',
    is_active: true,
    password_hash: await bcrypt.hash(password, 4),
  });
  await sweepIndex(database, { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' });
  const proxy = await startWireProxy(uri);
  const own = await connectDatabase(proxy.uri, name, connection);
  const config = { ...readConfig({ DATA_DIR: directory }), bcryptCost: 4 };
  const app = await buildApp({
    config,
    database: own,
    keys: await loadSigningKeys(config),
    now: () => new Date(),
    log: { info() {}, warn() {}, error() {} },
    playgroundDirectory: directory,
  });
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const { data } = await graphqlClient(url)(
    'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken } }',
    { i: adminEmail, p: password },
  );
  return {
    proxy,
    database,
    admin: graphqlClient(url, data.login.accessToken),
    async close() {
      app.server.close();
      app.server.closeAllConnections();
      await app.apollo.stop();
      await own.client.close();
      await proxy.close();
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const adminEmail = 'admin@example.com';
const password = 'saffron-kettle-harbour-27';
