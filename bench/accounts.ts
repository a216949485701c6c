import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import bcrypt from 'bcrypt';
import { MongoClient } from 'mongodb';
import { generateDemoData } from '../src/cli/demo/generate-demo-data.ts';
import type { BenchSetting } from './bench-setting.ts';
import { cpuMs, ownCpuMs } from './cpu-of-work.ts';
import { type Call, send } from './load.ts';
import { measureCommands, median } from './measure.ts';
import type { ServedProcess } from './served-process.ts';

/** Logging in against one comparison of a hash, a flood of log-ins, and what a token costs a request. */
export async function benchAccounts(setting: BenchSetting): Promise<void> {
  await benchLogIn(setting);
  await benchFlood(setting);
  await benchTokens(setting);
}

/** As the gateway's own default; the demo's hashes are raised to it at the first log-in. */
const cost = 12;
const { people } = generateDemoData();
const right = { identifier: people.adminEmail, password: people.password };

async function benchLogIn(setting: BenchSetting): Promise<void> {
  const gateway = await setting.start('gateway-server', false);
  await logIn(gateway, right);
  const hash = await bcrypt.hash(right.password, cost);
  const rounds = 15;
  const perRound = 4;
  const logIns: number[] = [];
  const refusals: number[] = [];
  const comparisons: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    await forgetFailures(setting);
    const accepted = await cpuMs(gateway, perRound, () => logIn(gateway, right));
    const refused = await cpuMs(gateway, perRound, () => logIn(gateway, nobody()));
    const compared = await ownCpuMs(perRound, () => bcrypt.compare(right.password, hash));
    // The first round compiles what the others run.
    if (round === 0) continue;
    logIns.push(accepted);
    refusals.push(refused);
    comparisons.push(compared);
  }
  const counting = await setting.start('gateway-server', true);
  await logIn(counting, right);
  const commands = {
    accepted: await commandsOf(counting, right),
    refused: await commandsOf(counting, { ...right, password: 'wrong' }),
    unknown: await commandsOf(counting, nobody()),
  };
  console.log(
    [
      '\nA log-in, by CPU of the gateway, beside one bcrypt comparison of the same cost in this process, by turns',
      `  comparison of cost ${cost}  median ${median(comparisons).toFixed(1)} ms, least ${Math.min(...comparisons).toFixed(1)} ms`,
      ratioText('accepted', logIns, comparisons),
      ratioText('refused', refusals, comparisons),
      ...Object.entries(commands).map(([name, counts]) => `  ${name.padEnd(10)} ${listed(counts)}`),
    ].join('\n'),
  );
}

function ratioText(name: string, measured: readonly number[], comparisons: readonly number[]): string {
  const ratios = measured.map((ms, round) => ms / (comparisons[round] ?? Number.NaN));
  const byLeast = Math.min(...measured) / Math.min(...comparisons);
  return `  ${name.padEnd(10)} ${median(measured).toFixed(1)} ms; ratio ${median(ratios).toFixed(3)} × by median of rounds, ${byLeast.toFixed(3)} × by least; goal ≤ 1.05 ×: ${byLeast <= 1.05 ? 'held' : 'missed'}`;
}

/** 200 log-ins at once, and how long the gateway takes to say that it lives. */
async function benchFlood(setting: BenchSetting): Promise<void> {
  const gateway = await setting.start('gateway-server', false);
  await logIn(gateway, right);
  const floods: string[] = [];
  for (let turn = 1; turn <= 3; turn++) {
    await forgetFailures(setting);
    floods.push(await flood(gateway, turn));
  }
  console.log(['\nA flood of 200 log-ins at once, three times', ...floods].join('\n'));
}

async function flood(gateway: ServedProcess, turn: number): Promise<string> {
  const size = 200;
  const agent = new Agent({ keepAlive: true, maxSockets: size });
  const beganAt = performance.now();
  let over = false;
  const answers = Promise.all(
    Array.from({ length: size }, () => send(logInCall(gateway, nobody()), agent)),
  ).finally(() => {
    over = true;
  });
  const waits: number[] = [];
  while (!over) {
    const askedAt = performance.now();
    await (await fetch(`${gateway.url}/health/live`)).text();
    waits.push(performance.now() - askedAt);
    await sleep(10);
  }
  const codes = (await answers).map((text) => /"code":"(\w+)"/.exec(text)?.[1] ?? 'none');
  agent.destroy();
  const longest = Math.max(...waits);
  const { residentBytes } = await gateway.usage();
  return [
    `  ${turn}. ${counted(codes)}, in ${((performance.now() - beganAt) / 1000).toFixed(1)} s; ${Math.round(residentBytes / 1e6)} MB resident afterwards`,
    `     /health/live meanwhile: median ${median(waits).toFixed(1)} ms, longest ${longest.toFixed(0)} ms of ${waits.length}; goal < 200 ms: ${longest < 200 ? 'held' : 'missed'}`,
  ].join('\n');
}

/** `{ me { id } }` by nobody and by somebody: reading the header, the token and whether its session still holds. */
async function benchTokens(setting: BenchSetting): Promise<void> {
  const gateway = await setting.start('gateway-server', false);
  const counting = await setting.start('gateway-server', true);
  const whoAmI = async (on: ServedProcess, withToken: boolean): Promise<Call> => ({
    url: `${on.url}/graphql`,
    headers: {
      'content-type': 'application/json',
      ...(withToken && { authorization: `Bearer ${await accessToken(on)}` }),
    },
    body: JSON.stringify({ query: '{ me { id } }' }),
  });
  const calls = { nobody: await whoAmI(gateway, false), somebody: await whoAmI(gateway, true) };
  const perRound = 400;
  const measured = { nobody: [] as number[], somebody: [] as number[] };
  for (let round = 0; round <= 15; round++) {
    for (const name of ['nobody', 'somebody'] as const) {
      const ms = await cpuMs(gateway, perRound, () => send(calls[name]));
      if (round > 0) measured[name].push(ms);
    }
  }
  const over = measured.somebody.map((ms, round) => ms - (measured.nobody[round] ?? Number.NaN));
  const call = await whoAmI(counting, true);
  const commands = await measureCommands({ process: counting, call, expected: await send(call) });
  const sum = Object.values(commands).reduce((total, count) => total + count, 0);
  console.log(
    [
      '\nA request with an access token, over one without',
      `  without ${median(measured.nobody).toFixed(3)} ms, with ${median(measured.somebody).toFixed(3)} ms of CPU; ${median(over).toFixed(3)} ms over by median of rounds; goal ≤ 0.1 ms: ${median(over) <= 0.1 ? 'held' : 'missed'}`,
      `  ${sum.toFixed(2)} commands a request (goal 0 once the session is known: ${sum === 0 ? 'held' : 'missed'}): ${listed(commands)}`,
    ].join('\n'),
  );
}

/** All of them come from one address, which would soon be refused. */
async function forgetFailures({ mongodbUri, database }: BenchSetting): Promise<void> {
  const client = await new MongoClient(mongodbUri).connect();
  await client.db(database).collection('throttles').deleteMany({});
  await client.close();
}

interface Credentials {
  readonly identifier: string;
  readonly password: string;
}

let strangers = 0;

/** Somebody else each time, so that no limit is reached. */
function nobody(): Credentials {
  strangers += 1;
  return { identifier: `nobody${strangers}@example.com`, password: 'wrong' };
}

const mutation = `mutation ($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) { accessToken }
}`;

function logInCall({ url }: ServedProcess, variables: Credentials): Call {
  const headers = { 'content-type': 'application/json' };
  return { url: `${url}/graphql`, headers, body: JSON.stringify({ query: mutation, variables }) };
}

function logIn(gateway: ServedProcess, credentials: Credentials): Promise<string> {
  return send(logInCall(gateway, credentials));
}

async function accessToken(gateway: ServedProcess): Promise<string> {
  return JSON.parse(await logIn(gateway, right)).data.login.accessToken;
}

/** Commands of one log-in, by name and collection. */
async function commandsOf(gateway: ServedProcess, credentials: Credentials): Promise<Record<string, number>> {
  await logIn(gateway, credentials);
  const before = (await gateway.usage()).commands;
  await logIn(gateway, credentials);
  const after = Object.entries((await gateway.usage()).commands);
  return Object.fromEntries(
    after
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

function counted(codes: readonly string[]): string {
  return [...new Set(codes)]
    .map((code) => `${codes.filter((other) => other === code).length} × ${code}`)
    .join(', ');
}

function listed(counts: Readonly<Record<string, number>>): string {
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  const list = Object.entries(counts).map(([name, count]) => `${Number(count.toFixed(2))} ${name}`);
  return `${Number(sum.toFixed(2))} commands: ${list.join(', ') || 'none'}`;
}
