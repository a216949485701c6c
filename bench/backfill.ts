import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { generateDemoData } from '../src/cli/demo/generate-demo-data.ts';
import { type BenchSetting, post } from './bench-setting.ts';
import { bulkInserts } from './bulk-inserts.ts';
import { customerGateway } from './customer-gateway-command.ts';
import { median } from './measure.ts';
import type { ServedProcess } from './served-process.ts';
import { logInMutation } from './workloads.ts';

/** Backfills of two sizes, in a gateway that answers log-ins all the while; `BACKFILL_RECORDS=10000,1000000` for others. */
export async function benchBackfill(setting: BenchSetting): Promise<void> {
  const sizes = (process.env.BACKFILL_RECORDS ?? '10000,200000').split(',').map(Number);
  console.log(
    '\nBackfill in a gateway, its embedded server in another process (goal ≥ 3,000 logins/s, flat memory)',
  );
  for (const size of sizes) await benchSize(setting, size);
}

async function benchSize(setting: BenchSetting, size: number): Promise<void> {
  const mongo = await setting.startMongo(`backfill-${size}`);
  const where = { mongodbUri: mongo.url, database: 'backfill' };
  const environment = { MONGODB_URI: mongo.url, MONGODB_DB: 'backfill', DATA_DIR: setting.directory };
  await customerGateway(['demo'], environment).ended();
  await addRecords(where, size);
  await customerGateway(['reindex'], environment).ended();
  const gateway = await setting.start('gateway-server', false, { ...where, runJobs: true });
  const accessToken = await setting.logIn(gateway);
  const idle = await logInTimes(gateway, () => true);

  const query = 'mutation { startBackfill(dryRun: false) { id } }';
  const { id } = (await post(gateway, { query }, accessToken)).startBackfill;
  const stands = async (): Promise<Run> => {
    const asked = 'query ($id: ID!) { backfillRun(id: $id) { state processed created errors } }';
    return (await post(gateway, { query: asked, variables: { id } }, accessToken)).backfillRun;
  };
  // The index is brought up to date first, which is no part of the rate.
  let run = await stands();
  while (run.processed === 0) {
    await sleep(20);
    run = await stands();
  }
  let isRunning = true;
  const busy = size < largeSize ? [] : await logInTimes(gateway, () => isRunning);
  const first = await stands();
  const before = { at: performance.now(), gateway: await gateway.usage(), mongo: await mongo.usage() };
  let peak = 0;
  while (isRunning) {
    await sleep(100);
    run = await stands();
    isRunning = run.state === 'QUEUED' || run.state === 'RUNNING';
    peak = Math.max(peak, (await gateway.usage()).residentBytes);
  }
  const seconds = (performance.now() - before.at) / 1000;
  const after = { gateway: await gateway.usage(), mongo: await mongo.usage() };
  const made = Math.max(1, run.created - first.created);
  const perLogin = (part: 'gateway' | 'mongo') => Math.round((after[part].cpuUs - before[part].cpuUs) / made);
  const rate = made / seconds;
  console.log(
    [
      `  ${size} records: ${run.state}, ${run.created} created, ${run.errors} refused`,
      `    ${Math.round(rate)} logins/s (goal ≥ 3,000: ${rate >= 3_000 ? 'held' : 'missed'}); CPU of a login ${perLogin('gateway')} µs in the gateway, ${perLogin('mongo')} µs in the server`,
      `    at most ${Math.round(peak / 1e6)} MB resident in the gateway, ${Math.round(after.mongo.residentBytes / 1e6)} MB in the server`,
    ].join('\n'),
  );
  if (busy.length > 0) {
    const ratio = median(busy) / median(idle);
    console.log(
      `    a log-in of others: ${median(idle).toFixed(0)} ms idle, ${median(busy).toFixed(0)} ms meanwhile, ratio ${ratio.toFixed(2)}; goal ≤ 2: ${ratio <= 2 ? 'held' : 'missed'}`,
    );
  }
  await gateway.stop();
  const limit = await bulkInserts(mongo, where.database, largestLimit);
  console.log(
    `    plain bulk inserts of the same documents: ${Math.round(limit.rate)} logins/s, ${Math.round(limit.serverUs)} µs of CPU in the server; the backfill is ${(rate / limit.rate).toFixed(2)} of it`,
  );
}

/** So many logins tell. */
const largestLimit = 20_000;

interface Run {
  readonly state: string;
  readonly processed: number;
  readonly created: number;
  readonly errors: number;
}

/** Logs in again and again, one after another, as long as `goesOn` and no more than 20 times. */
async function logInTimes(gateway: ServedProcess, goesOn: () => boolean): Promise<number[]> {
  const { people } = generateDemoData();
  const variables = { identifier: people.adminEmail, password: people.password };
  const times: number[] = [];
  while (times.length < timedLogIns && goesOn()) {
    const startedAt = performance.now();
    await post(gateway, { query: logInMutation, variables });
    times.push(performance.now() - startedAt);
    await sleep(50);
  }
  return times;
}

const timedLogIns = 20;
/** Smaller backfills are over before enough log-ins were timed. */
const largeSize = 50_000;

async function addRecords(
  { mongodbUri, database }: { readonly mongodbUri: string; readonly database: string },
  size: number,
): Promise<void> {
  const client = await new MongoClient(mongodbUri).connect();
  const records = client.db(database).collection('customers_v2');
  for (let at = 0; at < size; at += 1_000) {
    const page = Array.from({ length: Math.min(1_000, size - at) }, (_, place) => record(at + place));
    await records.insertMany(page);
  }
  await client.close();
}

function record(number: number) {
  return {
    id: randomUUID(),
    name: `Person ${number} Kumar`,
    phone: `+91 70${String(number).padStart(8, '0')}`,
    ...(number % 2 === 0 ? {} : { email: `person${number}@example.com` }),
    address: `${number} Long Street, 2nd floor`,
    area: 'Indiranagar',
    status: number % 5 === 0 ? 'paused' : 'active',
    created_at: '2024-01-01T00:00:00',
  };
}
