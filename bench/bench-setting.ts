import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDemoData } from '../src/cli/demo/generate-demo-data.ts';
import { type CompiledServers, compileServers } from './compile-servers.ts';
import { customerGateway } from './customer-gateway-command.ts';
import { closeConnections, send } from './load.ts';
import { type ServedProcess, type ServerSettings, startServed } from './served-process.ts';
import { logInMutation } from './workloads.ts';

/** One embedded server in a process of its own, with the demo data, and gateways on it that are started as they are needed. */
export interface BenchSetting {
  /** A directory that is removed at the end. */
  readonly directory: string;
  readonly mongodbUri: string;
  readonly database: string;
  /** Starts a compiled server on the database, or on another one, which is stopped at the end. */
  start(
    server: Parameters<CompiledServers['path']>[0],
    countCommands: boolean,
    on?: Pick<ServerSettings, 'mongodbUri' | 'database' | 'runJobs'>,
  ): Promise<ServedProcess>;
  /** Starts an embedded server over a directory of its own, which is stopped at the end. */
  startMongo(directoryName: string): Promise<ServedProcess>;
  /** An access token of the demo admin. */
  logIn(gateway: ServedProcess): Promise<string>;
  close(): Promise<void>;
}

export async function openBenchSetting(): Promise<BenchSetting> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const servers = compileServers();
  const started: ServedProcess[] = [];
  const database = 'bench';
  const mongo = await startServed(servers.path('mongo-server'), { dataDirectory: join(directory, 'mongo') });
  started.push(mongo);
  const settings = { mongodbUri: mongo.url, database, dataDirectory: directory };
  await customerGateway(['demo'], {
    MONGODB_URI: mongo.url,
    MONGODB_DB: database,
    DATA_DIR: directory,
  }).ended();
  return {
    directory,
    mongodbUri: mongo.url,
    database,
    async start(server, countCommands, on) {
      const wanted: ServerSettings = { ...settings, ...on, countCommands };
      const served = await startServed(servers.path(server), wanted);
      started.push(served);
      return served;
    },
    async startMongo(directoryName) {
      const dataDirectory = join(directory, directoryName);
      const served = await startServed(servers.path('mongo-server'), { dataDirectory });
      started.push(served);
      return served;
    },
    async logIn(gateway) {
      const { people } = generateDemoData();
      const variables = { identifier: people.adminEmail, password: people.password };
      const data = await post(gateway, { query: logInMutation, variables });
      return data.login.accessToken;
    },
    async close() {
      closeConnections();
      for (const server of started.reverse()) await server.stop();
      servers.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * What an operation answers.
 *
 * @throws Error when it answers with errors.
 */
// biome-ignore lint/suspicious/noExplicitAny: the answer has the shape of the operation
export async function post(gateway: ServedProcess, operation: object, accessToken?: string): Promise<any> {
  const text = await send({
    url: `${gateway.url}/graphql`,
    headers: {
      'content-type': 'application/json',
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(operation),
  });
  const { data, errors } = JSON.parse(text);
  if (errors !== undefined) throw new Error(text);
  return data;
}
