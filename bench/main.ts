import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { generateDemoData } from '../src/cli/demo/generate-demo-data.ts';
import { compileServers } from './compile-servers.ts';
import { customerGateway } from './customer-gateway-command.ts';
import { type Call, closeConnections, send } from './load.ts';
import { type Contender, measureCommands, measureCpu } from './measure.ts';
import { machineText, startUpText, workloadText } from './report.ts';
import { type ServedProcess, type ServerSettings, startServed } from './served-process.ts';
import { measureStartUp } from './start-up.ts';
import {
  linkedCustomerQuery,
  listWorkload,
  logInMutation,
  lookUpWorkload,
  type Workload,
} from './workloads.ts';

/** The gateway against a hand-written handler that does the same finds. Prints ratios; no ratio fails it. */
const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
const servers = compileServers();
const started: ServedProcess[] = [];
try {
  console.log(machineText());
  const mongo = await startServed(servers.path('mongo-server'), { dataDirectory: join(directory, 'mongo') });
  started.push(mongo);
  const mongodbUri = mongo.url;
  const database = 'bench';
  await customerGateway(['demo'], {
    MONGODB_URI: mongodbUri,
    MONGODB_DB: database,
    DATA_DIR: directory,
  }).ended();

  const settings = { mongodbUri, database, dataDirectory: directory };
  const timed = await startBoth({ ...settings, countCommands: false });
  const counting = await startBoth({ ...settings, countCommands: true });
  const accessToken = await logIn(timed.gateway);
  const linkedCustomer = await post(timed.gateway, { query: linkedCustomerQuery }, accessToken);
  const linkedId: string = linkedCustomer.customers.nodes[0].id;

  for (const workload of [listWorkload(), lookUpWorkload(linkedId)]) {
    const contenders = await contendersFor(timed, workload, accessToken);
    const counters = await contendersFor(counting, workload, accessToken);
    const cpu = await measureCpu(contenders, { rounds: 9, requests: 250 });
    const commands = {
      gateway: await measureCommands(counters.gateway),
      handWritten: await measureCommands(counters.handWritten),
    };
    console.log(
      workloadText({ workload, cpu, commands, answerBytes: Buffer.byteLength(contenders.gateway.expected) }),
    );
  }
  const { residentBytes } = await timed.gateway.usage();
  for (const server of started) await server.stop();
  closeConnections();
  console.log(
    startUpText({ ...(await measureStartUp(join(directory, 'serve'))), underLoadBytes: residentBytes }),
  );
} finally {
  closeConnections();
  for (const server of started.reverse()) await server.stop();
  servers.remove();
  rmSync(directory, { recursive: true, force: true });
}

type Both<Value> = Record<'gateway' | 'handWritten', Value>;

async function startBoth(settings: ServerSettings): Promise<Both<ServedProcess>> {
  const gateway = await startServed(servers.path('gateway-server'), settings);
  const handWritten = await startServed(servers.path('hand-written-server'), settings);
  started.push(gateway, handWritten);
  return { gateway, handWritten };
}

/** What both are asked, once it is sure that both answer alike. */
async function contendersFor(
  { gateway, handWritten }: Both<ServedProcess>,
  workload: Workload,
  accessToken: string,
): Promise<Both<Contender>> {
  const operation: Call = {
    url: `${gateway.url}/graphql`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: workload.body,
  };
  const get: Call = { url: `${handWritten.url}${workload.path}`, headers: {}, body: null };
  const [answered, wanted] = [await send(operation), await send(get)];
  if (!isDeepStrictEqual(JSON.parse(answered), JSON.parse(wanted))) {
    throw new Error(`${workload.name}: the answers differ.\n${answered}\n${wanted}`);
  }
  return {
    gateway: { process: gateway, call: operation, expected: answered },
    handWritten: { process: handWritten, call: get, expected: wanted },
  };
}

async function logIn(gateway: ServedProcess): Promise<string> {
  const { people } = generateDemoData();
  const variables = { identifier: people.adminEmail, password: people.password };
  const data = await post(gateway, { query: logInMutation, variables });
  return data.login.accessToken;
}

// biome-ignore lint/suspicious/noExplicitAny: the answer has the shape of the operation
async function post(gateway: ServedProcess, operation: object, accessToken?: string): Promise<any> {
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
