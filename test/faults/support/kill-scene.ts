import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import { ObjectId } from 'mongodb';
import type { Database } from '../../../src/database/collections.ts';
import { connectDatabase } from '../../../src/database/connect.ts';
import { startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';
import { bundleGateway } from '../../support/bundle-gateway.ts';
import { graphqlClient } from '../../support/graphql-client.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';

/** A database that outlives gateways, with one admin, and gateways that can be killed. */
export interface KillScene {
  /** Beside the gateways. */
  readonly database: Database;
  readonly databaseUri: string;
  readonly notificationsDirectory: string;
  start(): Promise<GatewayProcess>;
  /** An access token of the admin, which every gateway of the scene takes. */
  logIn(gateway: GatewayProcess): Promise<string>;
  close(): Promise<void>;
}

export async function openKillScene(): Promise<KillScene> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-kills-'));
  const [server, gatewayMain] = await Promise.all([
    startEmbeddedMongo({ dataDir: join(directory, 'database') }),
    bundleGateway(),
  ]);
  const database = await connectDatabase(server.uri, 'kills');
  await database.users.insertOne({
    _id: new ObjectId(),
    id: randomUUID(),
    name: 'Asha Rao',
    email: adminEmail,
    role: 'admin',
    is_active: true,
    // As new ones are, so that no log-in makes it anew.
    password_hash: await bcrypt.hash(password, 10),
  });
  const notificationsDirectory = join(directory, 'notifications');
  const running = new Set<GatewayProcess>();
  return {
    database,
    databaseUri: server.uri,
    notificationsDirectory,
    async start() {
      const gateway = await startGatewayProcess(gatewayMain, server.uri, {
        MONGODB_DB: 'kills',
        DATA_DIR: directory,
        NOTIFICATIONS_DIR: notificationsDirectory,
        SMS_DAILY_BUDGET: '100000',
        PUBLIC_URL: 'https://gateway.example',
      });
      running.add(gateway);
      void gateway.dead.then(() => running.delete(gateway));
      return gateway;
    },
    async logIn({ url }) {
      const { data } = await graphqlClient(url)(
        'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken } }',
        { i: adminEmail, p: password },
      );
      return data.login.accessToken;
    },
    async close() {
      for (const gateway of running) gateway.kill();
      await Promise.all([...running].map(({ dead }) => dead));
      await database.client.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const adminEmail = 'admin@example.com';
const password = 'saffron-kettle-harbour-27';
