import { setTimeout as sleep } from 'node:timers/promises';
import { type Collection, type Db, MongoClient } from 'mongodb';
import type { CustomerIndexRow } from '../src/customer-index/customer-index-row.ts';
import { expiringPasswordsIndexKey, facetsIndexKey } from '../src/database/wanted-indexes.ts';
import { maxAgeMs } from '../src/reports/recent-figures.ts';
import { type BenchSetting, post } from './bench-setting.ts';
import { customerGateway } from './customer-gateway-command.ts';
import { median } from './measure.ts';
import type { ServedProcess } from './served-process.ts';

/** The audit and data quality in one operation, counted anew and from what was counted before, at growing sizes. */
export async function benchReports(setting: BenchSetting): Promise<void> {
  const mongo = await setting.startMongo('reports');
  const client = await new MongoClient(mongo.url).connect();
  try {
    const sizes: Size[] = [];
    for (const rows of [1_000, 100_000, 1_000_000]) sizes.push(await openSize(setting, mongo, client, rows));
    const computed = await measureComputed(mongo, sizes);
    console.log(
      '\nlinkageAudit and dataQualityReport, all figures; CPU of the gateway and the embedded server together',
    );
    for (const [index, size] of sizes.entries()) {
      const times = computed[index] ?? [];
      const goal =
        size.rows === 1_000_000 ? `; goal ≤ 3000 ms: ${median(times) <= 3_000 ? 'held' : 'missed'}` : '';
      console.log(
        `  ${String(size.rows).padStart(9)} customers  counted: ${median(times).toFixed(1)} ms by median, ${Math.max(...times).toFixed(1)} ms at most${goal}`,
      );
    }
    for (const size of sizes) {
      const cached = await measureCached(mongo, size);
      console.log(`  ${String(size.rows).padStart(9)} customers  counted before: ${cached.toFixed(2)} ms`);
    }
    for (const size of sizes) await explain(client.db(nameOf(size.rows)));
  } finally {
    await client.close();
  }
}

interface Size {
  readonly rows: number;
  readonly gateway: ServedProcess;
  readonly accessToken: string;
}

async function openSize(
  setting: BenchSetting,
  mongo: ServedProcess,
  client: MongoClient,
  rows: number,
): Promise<Size> {
  const database = nameOf(rows);
  const environment = { MONGODB_URI: mongo.url, MONGODB_DB: database, DATA_DIR: setting.directory };
  await customerGateway(['demo'], environment).ended();
  const db = client.db(database);
  const seconds = await fill(db, rows);
  console.log(`  ${rows} rows of customer_index written in ${seconds.toFixed(0)} s`);
  const gateway = await setting.start('gateway-server', false, { mongodbUri: mongo.url, database });
  return { rows, gateway, accessToken: await setting.logIn(gateway) };
}

function nameOf(rows: number): string {
  return `reports_${rows}`;
}

/** Rows beside those of the demo data, with the indexes alone that the reports read: the others only take time to fill. */
async function fill(db: Db, rows: number): Promise<number> {
  const index = db.collection<CustomerIndexRow>('customer_index');
  const used = [facetsIndexKey, expiringPasswordsIndexKey, { deliveryBoyId: 1, nameKey: 1, _id: 1 }];
  for (const { name, key } of await index.indexes()) {
    const isUsed = used.some((wanted) => JSON.stringify(wanted) === JSON.stringify(key));
    if (!isUsed && name !== undefined && name !== '_id_') await index.dropIndex(name);
  }
  const boys = await db.collection('users').find({ role: 'delivery_boy' }).toArray();
  const boyIds = boys.map((boy) => String(boy.id));
  const beganAt = performance.now();
  for (let first = 0; first < rows; first += batchSize) {
    const length = Math.min(batchSize, rows - first);
    await insert(
      index,
      Array.from({ length }, (_, at) => rowOf(first + at, boyIds)),
    );
  }
  return (performance.now() - beganAt) / 1000;
}

const batchSize = 10_000;

async function insert(index: Collection<CustomerIndexRow>, rows: Partial<CustomerIndexRow>[]): Promise<void> {
  await index.insertMany(rows as CustomerIndexRow[], { ordered: true });
}

/** The values that are counted by, spread over the whole collection; every third login has a temporary password. */
function rowOf(n: number, boyIds: readonly string[]): Partial<CustomerIndexRow> {
  const mixed = Math.imul(n, 0x9e3779b1) >>> 0;
  const linkState = (['LINKED', 'HALF_LINKED', 'ORPHANED_USER', 'DANGLING', 'CONFLICT'] as const)[mixed % 10];
  const hasLogin = linkState !== undefined;
  const isTemporary = hasLogin && mixed % 3 === 0;
  return {
    _id: `v2/s:row-${n}`,
    id: `row-${n}`,
    linkState: linkState ?? 'ORPHANED_V2',
    nameKey: `person ${n}`,
    status:
      (['ACTIVE', 'ACTIVE', 'ACTIVE', 'TRIAL', 'PAUSED', 'INACTIVE', 'OTHER'] as const)[mixed % 7] ?? 'OTHER',
    hasLogin,
    hasDeliveryRecord: linkState !== 'ORPHANED_USER',
    missingEmail: !hasLogin || mixed % 4 === 0,
    loginUsable: hasLogin && mixed % 5 !== 0,
    passwordExpiresAt: isTemporary ? new Date(Date.now() + ((mixed % 2_001) - 1_000) * 60_000) : null,
    deliveryBoyId: mixed % 5 === 0 ? null : (boyIds[mixed % boyIds.length] ?? null),
  };
}

const query = `{
  linkageAudit {
    linked { count } halfLinked { count } orphanedUsers { count } orphanedV2 { count } dangling { count }
    conflicts { count } canLogin { count } cannotLogin { count } missingEmail { count } totalSyncIssues asOf
  }
  dataQualityReport {
    totalUsers totalV2Customers linkedRecords halfLinked orphanedUsers orphanedV2
    linkageRatio linkageCompleteness status trend { at linkageRatio syncIssues }
  }
}`;

/** Milliseconds of CPU by size, for one operation each time that what was counted before is too old. */
async function measureComputed(mongo: ServedProcess, sizes: readonly Size[]): Promise<number[][]> {
  const measured: number[][] = sizes.map(() => []);
  const rounds = 7;
  for (let round = 0; round < rounds; round++) {
    await sleep(maxAgeMs + 100);
    for (const [index, size] of sizes.entries()) {
      const ms = await cpuMs(mongo, size, 1);
      // The first rounds compile what the others run.
      if (round >= 2) measured[index]?.push(ms);
    }
  }
  return measured;
}

/** Milliseconds of CPU for one operation while what was counted is recent enough. */
async function measureCached(mongo: ServedProcess, size: Size): Promise<number> {
  await cpuMs(mongo, size, 500);
  return cpuMs(mongo, size, 500);
}

async function cpuMs(
  mongo: ServedProcess,
  { gateway, accessToken }: Size,
  operations: number,
): Promise<number> {
  const before = [(await gateway.usage()).cpuUs, (await mongo.usage()).cpuUs];
  for (let index = 0; index < operations; index++) await post(gateway, { query }, accessToken);
  const after = [(await gateway.usage()).cpuUs, (await mongo.usage()).cpuUs];
  const used = after.reduce((sum, us, index) => sum + us - (before[index] ?? 0), 0);
  return used / operations / 1000;
}

/** What the database looks at for the figures by state, status and log-in. */
async function explain(db: Db): Promise<void> {
  const facets = Object.fromEntries(Object.keys(facetsIndexKey).map((field) => [field, `$${field}`]));
  const explained = await db
    .collection('customer_index')
    .aggregate([{ $group: { _id: facets, count: { $sum: 1 } } }], { hint: facetsIndexKey })
    .explain('executionStats');
  const { totalKeysExamined, totalDocsExamined } = explained.stages[0].$cursor.executionStats;
  console.log(`  ${db.databaseName}: ${totalKeysExamined} keys and ${totalDocsExamined} documents examined`);
}
