import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandStartedEvent, Document } from 'mongodb';
import { inject } from 'vitest';
import { loadSigningKeys } from '../../../src/accounts/signing-keys.ts';
import { buildApp } from '../../../src/app.ts';
import { indexSettingsOf } from '../../../src/build-use-cases.ts';
import { loadDemoData } from '../../../src/cli/demo/load-demo-data.ts';
import { readConfig } from '../../../src/config.ts';
import { sweepIndex } from '../../../src/customer-index/sweep-index.ts';
import type { Database } from '../../../src/database/collections.ts';
import { connectDatabase } from '../../../src/database/connect.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { type GraphqlAnswer, type GraphqlClient, graphqlClient } from '../../support/graphql-client.ts';

export interface MonitoredApp {
  readonly database: Database;
  logIn(identifier: string, password: string): Promise<GraphqlClient>;
  /** What an operation answers, and every command that it sends to the database. */
  measure(
    client: GraphqlClient,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<{ answer: GraphqlAnswer; commands: CommandStartedEvent[] }>;
  close(): Promise<void>;
}

/**
 * The real app on a connection that tells its commands, without the process around it, whose own work would be told, too.
 * Its clock stands still, so that a session is read once and then known.
 */
export async function startMonitoredApp(
  fill: (database: Database) => Promise<unknown> = loadDemoData,
): Promise<MonitoredApp> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'gateway-data-'));
  const name = `test_${Math.random().toString(36).slice(2, 12)}`;
  const config = readConfig({ DATA_DIR: dataDirectory, BCRYPT_COST: '10' });
  const database = await connectDatabase(inject('mongodbUri'), name, { monitorCommands: true });
  const clock = new Date();
  const now = () => clock;
  await fill(database);
  await migrate(database, { now });
  await sweepIndex(database, indexSettingsOf(config));
  const log = { info() {}, warn() {}, error() {} };
  const keys = await loadSigningKeys(config);
  const app = await buildApp({ config, database, keys, now, log, playgroundDirectory: dataDirectory });
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    database,
    async logIn(identifier, password) {
      const mutation =
        'mutation ($i: String!, $p: String!) { login(identifier: $i, password: $p) { accessToken } }';
      const { data } = await graphqlClient(url)(mutation, { i: identifier, p: password });
      const client = graphqlClient(url, data.login.accessToken);
      await client('{ me { id } }');
      return client;
    },
    async measure(client, query, variables) {
      const commands: CommandStartedEvent[] = [];
      const note = (event: CommandStartedEvent) => commands.push(event);
      database.client.on('commandStarted', note);
      const answer = await client(query, variables);
      database.client.off('commandStarted', note);
      return { answer, commands };
    },
    async close() {
      app.server.close();
      app.server.closeAllConnections();
      await app.apollo.stop();
      await database.db.dropDatabase();
      await database.client.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Keys and documents that a command of before examines, in all collections that it reads, as the database itself explains it. */
export async function explainCommand(
  { database }: MonitoredApp,
  { command }: CommandStartedEvent,
): Promise<{ keys: number; documents: number; returned: number; plan: Document }> {
  const { lsid, $db, $clusterTime, txnNumber, apiVersion, maxTimeMS, ...explained } = command;
  const answer = await database.db.command({ explain: explained, verbosity: 'executionStats' });
  const all = statsOf(answer);
  const sum = (figure: string) => all.reduce((total, stats) => total + stats[figure], 0);
  return {
    keys: sum('totalKeysExamined'),
    documents: sum('totalDocsExamined'),
    returned: sum('nReturned'),
    plan: answer.queryPlanner?.winningPlan,
  };
}

function statsOf({ executionStats, stages }: Document): Document[] {
  if (executionStats !== undefined) return [executionStats];
  return stages.flatMap((stage: Document) => {
    if (stage.$cursor !== undefined) return statsOf(stage.$cursor);
    return stage.$unionWith === undefined ? [] : statsOf({ stages: stage.$unionWith.pipeline });
  });
}
