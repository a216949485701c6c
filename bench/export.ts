import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { MongoClient } from 'mongodb';
import type { BenchSetting } from './bench-setting.ts';
import { customerGateway } from './customer-gateway-command.ts';
import type { ServedProcess } from './served-process.ts';

/** Exports of two sizes, and what a cursor piped to JSON lines costs; `EXPORT_RECORDS=10000,1000000` for others. */
export async function benchExport(setting: BenchSetting): Promise<void> {
  const sizes = (process.env.EXPORT_RECORDS ?? '10000,100000').split(',').map(Number);
  console.log('\nExport over HTTP, 15 columns, the embedded server in another process');
  for (const size of sizes) await benchSize(setting, size);
}

async function benchSize(setting: BenchSetting, size: number): Promise<void> {
  const mongo = await setting.startMongo(`export-${size}`);
  const where = { mongodbUri: mongo.url, database: 'export' };
  const environment = { MONGODB_URI: mongo.url, MONGODB_DB: 'export', DATA_DIR: setting.directory };
  await customerGateway(['demo'], environment).ended();
  await addPeople(where, size);
  await customerGateway(['reindex'], environment).ended();
  const gateway = await setting.start('gateway-server', false, where);
  const accessToken = await setting.logIn(gateway);
  const idle = (await gateway.usage()).residentBytes;
  for (const [format, query] of [
    ['csv', ''],
    ['ndjson', ''],
    ['csv', '?billing=true&order=NAME_ASC'],
  ] as const) {
    const done = await measure(gateway, mongo, `/export/customers.${format}${query}`, accessToken);
    const rate = done.rows / done.seconds;
    const grown = done.peakBytes - idle;
    console.log(
      [
        `  ${size} delivery records, ${format}${query}: ${done.rows} rows, ${Math.round(done.bytes / 1e6)} MB in ${done.seconds.toFixed(1)} s`,
        `    ${Math.round(rate)} rows/s (goal ≥ 15,000: ${rate >= 15_000 ? 'held' : 'missed'}); CPU of a row ${done.gatewayUs.toFixed(0)} µs in the gateway, ${done.mongoUs.toFixed(0)} µs in the server`,
        `    at most ${Math.round(grown / 1e6)} MB over the idle process (goal ≤ 100 MB: ${grown <= 100e6 ? 'held' : 'missed'})`,
      ].join('\n'),
    );
  }
  console.log(
    `    a cursor piped to JSON lines, this process: ${(await pipedUs(where)).toFixed(0)} µs a record`,
  );
  await gateway.stop();
}

interface Measured {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly peakBytes: number;
  /** CPU for one row, in microseconds. */
  readonly gatewayUs: number;
  readonly mongoUs: number;
}

async function measure(
  gateway: ServedProcess,
  mongo: ServedProcess,
  path: string,
  accessToken: string,
): Promise<Measured> {
  const before = { at: performance.now(), gateway: await gateway.usage(), mongo: await mongo.usage() };
  let peakBytes = 0;
  let isRunning = true;
  const watching = (async () => {
    while (isRunning) {
      peakBytes = Math.max(peakBytes, (await gateway.usage()).residentBytes);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const { rows, bytes } = await download(`${gateway.url}${path}`, accessToken);
  const seconds = (performance.now() - before.at) / 1000;
  isRunning = false;
  await watching;
  const after = { gateway: await gateway.usage(), mongo: await mongo.usage() };
  return {
    rows,
    bytes,
    seconds,
    peakBytes,
    gatewayUs: (after.gateway.cpuUs - before.gateway.cpuUs) / rows,
    mongoUs: (after.mongo.cpuUs - before.mongo.cpuUs) / rows,
  };
}

/** Takes an export as fast as it comes. @throws Error unless it proves that it is whole. */
function download(url: string, accessToken: string): Promise<{ rows: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { authorization: `Bearer ${accessToken}` } }, (response) => {
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      response.on('error', reject);
      response.on('end', () => {
        const { 'x-export-complete': complete, 'x-export-rows': rows } = response.trailers;
        if (response.statusCode === 200 && complete === 'true') resolve({ rows: Number(rows), bytes });
        else reject(new Error(`${url} answered ${response.statusCode}, and not all.`));
      });
    }).on('error', reject);
  });
}

/** The least that reading the delivery records costs: microseconds of CPU of this process for one of them. */
async function pipedUs({ mongodbUri, database }: { mongodbUri: string; database: string }): Promise<number> {
  const client = await new MongoClient(mongodbUri).connect();
  let records = 0;
  let length = 0;
  const before = process.cpuUsage();
  for await (const record of client.db(database).collection('customers_v2').find({}, { batchSize: 500 })) {
    length += `${JSON.stringify(record)}\n`.length;
    records++;
  }
  const { user, system } = process.cpuUsage(before);
  await client.close();
  return length === 0 ? 0 : (user + system) / records;
}

/** Delivery records, every third of them linked to a login, with one of a dozen delivery boys. */
async function addPeople(
  { mongodbUri, database }: { readonly mongodbUri: string; readonly database: string },
  size: number,
): Promise<void> {
  const client = await new MongoClient(mongodbUri).connect();
  const db = client.db(database);
  const boys = await db.collection('users').find({ role: 'delivery_boy' }).toArray();
  for (let at = 0; at < size; at += pageSize) {
    const numbers = Array.from({ length: Math.min(pageSize, size - at) }, (_, place) => at + place);
    const pairs = numbers.map((number) => pairOf(number, String(boys[number % boys.length]?.id)));
    await db.collection('customers_v2').insertMany(pairs.map(({ delivery }) => delivery));
    const logins = pairs.flatMap(({ login }) => (login === null ? [] : [login]));
    await db.collection('users').insertMany(logins);
  }
  await client.close();
}

const pageSize = 3_000;

function pairOf(number: number, deliveryBoyId: string) {
  const [id, userId] = [randomUUID(), number % 3 === 0 ? randomUUID() : null];
  const common = {
    name: `Person ${number} Kumar`,
    phone: `+91 70${String(number).padStart(8, '0')}`,
    email: `person${number}@example.com`,
    created_at: new Date(1_600_000_000_000 + number * 60_000).toISOString().slice(0, 19),
  };
  const delivery = {
    ...common,
    id,
    user_id: userId,
    address: `Flat ${number}, "Rose Icon", DP Road, Pune 411007`,
    area: `Area ${number % 40}`,
    status: ['active', 'trial', 'paused', 'inactive'][number % 4],
    delivery_boy_id: deliveryBoyId,
  };
  const login =
    userId === null ? null : { ...common, id: userId, role: 'customer', is_active: true, customer_v2_id: id };
  return { delivery, login };
}
