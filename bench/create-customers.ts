import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import bcrypt from 'bcrypt';
import { type BenchSetting, post } from './bench-setting.ts';
import { cpuMs, ownCpuMs } from './cpu-of-work.ts';
import { customerGateway } from './customer-gateway-command.ts';
import { median } from './measure.ts';
import type { ServedProcess } from './served-process.ts';

/** Creating one customer against one bcrypt hash, a flood of creations, and an import. */
export async function benchCreating(setting: BenchSetting): Promise<void> {
  await benchOne(setting);
  await benchFlood(setting);
  await benchImport(setting);
}

/** As the gateway's own default. */
const cost = 12;

async function benchOne(setting: BenchSetting): Promise<void> {
  const gateway = await setting.start('gateway-server', false);
  const accessToken = await setting.logIn(gateway);
  const perRound = 5;
  const ratios: number[] = [];
  const created: number[] = [];
  const hashed: number[] = [];
  for (let round = 0; round <= 9; round++) {
    const creating = await cpuMs(gateway, perRound, () => create(gateway, accessToken));
    const hashing = await ownCpuMs(perRound, () => bcrypt.hash('ABCDEFGHJKMN', cost));
    // The first round compiles what the others run.
    if (round === 0) continue;
    created.push(creating);
    hashed.push(hashing);
    ratios.push(creating / hashing);
  }
  const counting = await setting.start('gateway-server', true);
  const token = await setting.logIn(counting);
  await create(counting, token);
  const before = (await counting.usage()).commands;
  const counted = 5;
  for (let index = 0; index < counted; index++) await create(counting, token);
  const commands = Object.entries((await counting.usage()).commands)
    .map(([name, count]) => [name, (count - (before[name] ?? 0)) / counted] as const)
    .filter(([, count]) => count > 0);
  const sum = commands.reduce((total, [, count]) => total + count, 0);
  const list = commands.map(([name, count]) => `${Number(count.toFixed(1))} ${name}`).join(', ');
  console.log(
    [
      '\ncreateCustomer, a temporary password hashed and its message written',
      `  ${median(created).toFixed(1)} ms of CPU in the gateway; one bcrypt hash of cost ${cost}: ${median(hashed).toFixed(1)} ms`,
      `  ratio ${median(ratios).toFixed(2)} × by median, ${Math.min(...ratios).toFixed(2)} × by least; goal ≤ 1.15 ×: ${median(ratios) <= 1.15 ? 'held' : 'missed'}`,
      `  ${sum.toFixed(1)} commands (goal ≤ 12: ${sum <= 12 ? 'held' : 'missed'}): ${list}`,
    ].join('\n'),
  );
}

/** 100 creations at once, and how long the gateway takes to say that it lives. */
async function benchFlood(setting: BenchSetting): Promise<void> {
  const gateway = await setting.start('gateway-server', false);
  const accessToken = await setting.logIn(gateway);
  const flood = 100;
  const agent = new Agent({ keepAlive: true, maxSockets: flood });
  const beganAt = performance.now();
  let over = false;
  const answers = Promise.all(
    Array.from({ length: flood }, () => postBy(agent, gateway, createOperation(), accessToken)),
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
  const made = (await answers).filter((text) => text.includes('"CustomerCreated"')).length;
  agent.destroy();
  const longest = Math.max(...waits);
  console.log(
    [
      `\nA flood of ${flood} creations at once: ${made} made in ${((performance.now() - beganAt) / 1000).toFixed(1)} s`,
      `  /health/live meanwhile: median ${median(waits).toFixed(1)} ms, longest ${longest.toFixed(0)} ms of ${waits.length}; goal < 200 ms: ${longest < 200 ? 'held' : 'missed'}`,
    ].join('\n'),
  );
}

async function benchImport(setting: BenchSetting): Promise<void> {
  console.log('\nimport-customers, credentials released later (goal ≥ 1,000 rows/s, flat memory)');
  for (const [place, rows] of [2_500, 10_000].entries()) {
    const file = `${setting.directory}/customers-${rows}.csv`;
    await writeFile(file, csv(rows, 20_000 * (place + 1)));
    const beganAt = performance.now();
    const command = customerGateway(['import-customers', file], {
      MONGODB_URI: setting.mongodbUri,
      MONGODB_DB: setting.database,
      DATA_DIR: setting.directory,
    });
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, residentBytes(command.process.pid));
    }, 50);
    await command.ended();
    clearInterval(watch);
    const seconds = (performance.now() - beganAt) / 1000;
    console.log(
      `  ${rows} rows in ${seconds.toFixed(1)} s, start included: ${Math.round(rows / seconds)} rows/s; at most ${Math.round(peak / 1e6)} MB resident`,
    );
  }
}

function csv(rows: number, firstNumber: number): string {
  const lines = ['name,phone,address,area,email'];
  for (let index = 0; index < rows; index++) {
    const number = firstNumber + index;
    lines.push(
      `Person ${number},${phoneOf(number)},"${number} Long Street, 2nd floor",Indiranagar,${index % 2 === 0 ? `person${number}@example.com` : ''}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

let people = 0;

function createOperation(): object {
  people += 1;
  const input = {
    name: `Person ${people}`,
    phone: phoneOf(people),
    email: `new${people}@example.com`,
    address: '12 Long Street',
    area: 'Indiranagar',
  };
  return { query: createMutation, variables: { input } };
}

const createMutation = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) { __typename ... on CustomerCreated { credentialsSentTo customer { id link { userId } } } }
}`;

async function create(gateway: ServedProcess, accessToken: string): Promise<void> {
  const { createCustomer } = await post(gateway, createOperation(), accessToken);
  if (createCustomer.__typename !== 'CustomerCreated') throw new Error('The customer was not created.');
}

/** Valid Indian mobile numbers of nobody in the demo data. */
function phoneOf(number: number): string {
  return `+91 70${String(number).padStart(8, '0')}`;
}

function postBy(
  agent: Agent,
  gateway: ServedProcess,
  operation: object,
  accessToken: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
    const sent = request(`${gateway.url}/graphql`, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(operation));
  });
}

/** Where the system tells it; 0 elsewhere. */
function residentBytes(pid: number | undefined): number {
  try {
    return 4096 * Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  } catch {
    return 0;
  }
}
