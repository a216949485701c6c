import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { generateDemoData } from '../../src/cli/demo/generate-demo-data.ts';
import { loadDemoData } from '../../src/cli/demo/load-demo-data.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { sweepIndex } from '../../src/customer-index/sweep-index.ts';
import type { Database } from '../../src/database/collections.ts';
import { connectDatabase } from '../../src/database/connect.ts';
import { type Gateway, startGateway as startRealGateway } from '../../src/main.ts';
import { type GraphqlAnswer, type GraphqlClient, graphqlClient } from './graphql-client.ts';
import { type Inbox, openInbox } from './inbox.ts';

export interface TestGateway extends Inbox {
  readonly url: string;
  /** The gateway's own connection: what monitors it sees the gateway's commands. */
  readonly database: Database;
  readonly app: Gateway['app'];
  /** A connection beside the gateway's, as another application has. */
  readonly foreign: Database;
  readonly admin: { email: string; password: string };
  readonly people: ReturnType<typeof generateDemoData>['people'];
  /** A client without a log-in. */
  readonly anonymous: GraphqlClient;
  /** Logs in and answers with a client that stays logged in. */
  logIn(identifier: string, password?: string): Promise<GraphqlClient>;
  /** Brings the index up to date with what `foreign` wrote. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /** Fills the database before the gateway starts. Default: the demo data. */
  readonly fill?: (database: Database) => Promise<unknown>;
  readonly now?: () => Date;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the real gateway on a port and a database of its own. */
export async function startGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'gateway-data-'));
  const config = testConfig(dataDirectory, options.environment);
  const foreign = await connectDatabase(inject('mongodbUri'), config.mongodbDatabase);
  await (options.fill ?? loadDemoData)(foreign);
  const gateway = await startRealGateway({
    config,
    log: silentLog,
    ...(options.now && { now: options.now }),
  });
  const { people } = generateDemoData();
  const anonymous = graphqlClient(gateway.url);
  return {
    url: gateway.url,
    database: gateway.database,
    app: gateway.app,
    foreign,
    admin: { email: people.adminEmail, password: people.password },
    people,
    anonymous,
    ...openInbox(join(dataDirectory, 'notifications')),
    async logIn(identifier, password = people.password) {
      const answer: GraphqlAnswer = await anonymous(logInMutation, { identifier, password });
      const { login } = answer.data as { login: { accessToken: string } };
      return graphqlClient(gateway.url, login.accessToken);
    },
    async sweep() {
      await sweepIndex(gateway.database, gateway.app.indexSettings);
    },
    async close() {
      await foreign.db.dropDatabase();
      await gateway.stop();
      await foreign.client.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

const logInMutation = `mutation ($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) { accessToken }
}`;

const silentLog = { info() {}, warn() {}, error() {} };

function testConfig(dataDirectory: string, environment: Readonly<Record<string, string>> = {}): Config {
  const config = readConfig({
    MONGODB_URI: inject('mongodbUri'),
    MONGODB_DB: `test_${Math.random().toString(36).slice(2, 12)}`,
    DATA_DIR: dataDirectory,
    PORT: '0',
    SWEEP_INTERVAL_SECONDS: '3600',
    CHANGE_STREAMS: 'off',
    ...environment,
  });
  // The least that bcrypt can do, less than is allowed: a test that asks for a cost of its own gets that.
  return environment.BCRYPT_COST === undefined ? { ...config, bcryptCost: 4 } : config;
}
