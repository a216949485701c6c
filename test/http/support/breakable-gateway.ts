import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { loadDemoData } from '../../../src/cli/demo/load-demo-data.ts';
import { readConfig } from '../../../src/config.ts';
import { type Database, openCollections } from '../../../src/database/collections.ts';
import { startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';
import { type Gateway, startGateway } from '../../../src/main.ts';

/** What `configureFailPoint` takes as `data`, but for the application, which is always the gateway. */
export interface Failure {
  readonly failCommands: readonly string[];
  readonly errorCode?: number;
  readonly errorLabels?: readonly string[];
  readonly closeConnection?: boolean;
  readonly blockConnection?: boolean;
  readonly blockTimeMS?: number;
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  // biome-ignore lint/suspicious/noExplicitAny: tests look into details of every shape
  readonly details: any;
  readonly message: string;
}

/** A gateway with demo data on a server that nobody else uses, so that it can be broken. */
export interface BreakableGateway {
  readonly gateway: Gateway;
  readonly url: string;
  /** The gateway's own connection, and one that no failure hits. */
  readonly database: Database;
  readonly foreign: Database;
  readonly log: LogLine[];
  /** Breaks commands of the gateway: so many times, or until `mend`. */
  fail(failure: Failure, times?: number): Promise<void>;
  mend(): Promise<void>;
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  close(): Promise<void>;
}

export async function startBreakableGateway(
  environment: Readonly<Record<string, string>> = {},
): Promise<BreakableGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-breakable-'));
  let server = await startEmbeddedMongo({ dataDir });
  const config = readConfig({
    MONGODB_URI: server.uri,
    MONGODB_DB: 'breakable',
    DATA_DIR: dataDir,
    PORT: '0',
    BCRYPT_COST: '10',
    SWEEP_INTERVAL_SECONDS: '3600',
    CHANGE_STREAMS: 'off',
    ...environment,
  });
  const client = await new MongoClient(server.uri, { appName: 'another application' }).connect();
  const foreign = openCollections(client, 'breakable');
  await loadDemoData(foreign);
  const log: LogLine[] = [];
  const note = (level: LogLine['level']) => (details: object, message: string) =>
    log.push({ level, details, message });
  const gateway = await startGateway({
    config,
    log: { info: note('info'), warn: note('warn'), error: note('error') },
  });
  // The first sweep of the index is over once its lease is back.
  while ((await foreign.leases.countDocuments({})) > 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const configure = (mode: unknown, data?: object) =>
    client.db('admin').command({ configureFailPoint: 'failCommand', mode, ...(data && { data }) });
  return {
    gateway,
    url: gateway.url,
    database: gateway.database,
    foreign,
    log,
    async fail(failure, times) {
      const mode = times === undefined ? 'alwaysOn' : { times };
      await configure(mode, { ...failure, appName: 'customer-gateway' });
    },
    async mend() {
      await configure('off');
    },
    stopDatabase: () => server.close(),
    async startDatabase() {
      server = await startEmbeddedMongo({ dataDir });
    },
    async close() {
      await gateway.stop();
      await client.close();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
