import { type Collection, type Document, MongoClient } from 'mongodb';
import type { BenchSetting } from './bench-setting.ts';
import { median } from './measure.ts';
import type { ServedProcess } from './served-process.ts';

/** The embedded server alone: CPU of its process for one operation, its memory, and how soon a change is told. */
export async function benchEmbedded(setting: BenchSetting): Promise<void> {
  const server = await setting.startMongo('embedded');
  const client = await new MongoClient(server.url).connect();
  try {
    const database = client.db('bench');
    const rows = database.collection('rows');
    await rows.createIndex({ area: 1, n: 1 });
    const before = await server.usage();
    await fill(rows, 0, 100_000, 1_000);
    const { residentBytes } = await server.usage();
    const seconds = await fill(database.collection('others'), 0, 100_000, 100_000);
    const afterLarge = await server.usage();
    console.log(
      [
        '\nThe embedded server, one document of 266 bytes, one compound index',
        line(
          'resident with 100,000',
          `${megabytes(residentBytes)} (${megabytes(before.residentBytes)} before), written 1,000 at a time`,
          'goal 170 MB',
          residentBytes <= 170e6,
        ),
        line('insertMany of 100,000', `${seconds.toFixed(1)} s`, 'goal ≤ 3 s', seconds <= 3),
        line('resident after that', megabytes(afterLarge.residentBytes), '', true),
      ].join('\n'),
    );
    const random = () => Math.floor(Math.random() * 100_000);
    await report(server, 'findOne by _id', 0.2, () => rows.findOne({ _id: random() as never }));
    const small = await report(server, 'page of 50 by index', 0.4, () => pageAt(rows, random() % 500));
    await report(server, 'two-collection transaction, flushed', 0.7, () => transact(client, random()));
    await benchChangeEvent(database.collection('watched'));
    await benchMillion(server, rows, small);
  } finally {
    await client.close();
  }
}

async function benchMillion(server: ServedProcess, rows: Collection, smallMs: number): Promise<void> {
  const seconds = await fill(rows, 100_000, 1_000_000, 50_000);
  const { residentBytes } = await server.usage();
  const large = await report(server, 'page of 50 with 1,000,000', 0.4, () =>
    pageAt(rows, Math.floor(Math.random() * 500)),
  );
  console.log(
    [
      line('900,000 more inserted', `${seconds.toFixed(1)} s`, '', true),
      line('resident with 1,000,000', megabytes(residentBytes), 'goal ≤ 1 GB', residentBytes <= 1e9),
      line(
        'page at 1,000,000 : at 100,000',
        `${(large / smallMs).toFixed(2)} ×`,
        'goal ≤ 1.3 ×',
        large / smallMs <= 1.3,
      ),
    ].join('\n'),
  );
}

/** From the acknowledged write to the event in the driver's hands. */
async function benchChangeEvent(watched: Collection): Promise<void> {
  await watched.insertOne({ n: -1 });
  const stream = watched.watch();
  try {
    const waits: number[] = [];
    let seen: () => void = () => {};
    stream.on('change', () => seen());
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let n = 0; n < 100; n++) {
      const told = new Promise<void>((resolve) => {
        seen = resolve;
      });
      await watched.insertOne({ n });
      const writtenAt = performance.now();
      await told;
      waits.push(Math.max(0, performance.now() - writtenAt));
    }
    const longest = Math.max(...waits);
    console.log(
      line(
        'change event after the commit',
        `${median(waits).toFixed(1)} ms by median, ${longest.toFixed(1)} ms at most`,
        'goal ≤ 50 ms',
        longest <= 50,
      ),
    );
  } finally {
    await stream.close();
  }
}

async function transact(client: MongoClient, n: number): Promise<void> {
  const database = client.db('bench');
  await client.withSession((session) =>
    session.withTransaction(
      async () => {
        await database.collection('one').insertOne({ n }, { session });
        await database.collection('other').insertOne({ n }, { session });
      },
      { writeConcern: { w: 'majority', j: true } },
    ),
  );
}

function pageAt(rows: Collection, area: number): Promise<Document[]> {
  return rows
    .find({ area: `area ${area}` })
    .sort({ n: 1 })
    .limit(50)
    .toArray();
}

/** Prints the CPU of the server for one operation, by the median of rounds, and answers with it. */
async function report(
  server: ServedProcess,
  name: string,
  goalMs: number,
  operation: () => Promise<unknown>,
): Promise<number> {
  const perRound = 500;
  const rounds: number[] = [];
  // Node goes on compiling what runs often for some thousand operations, in threads of the same process.
  for (let index = 0; index < warmingOperations; index++) await operation();
  for (let round = 0; round < 9; round++) {
    const before = (await server.usage()).cpuUs;
    for (let index = 0; index < perRound; index++) await operation();
    rounds.push(((await server.usage()).cpuUs - before) / perRound / 1000);
  }
  const ms = median(rounds);
  console.log(
    line(
      name,
      `${ms.toFixed(3)} ms by median, ${Math.min(...rounds).toFixed(3)} ms by least`,
      `goal ≤ ${goalMs} ms`,
      ms <= goalMs,
    ),
  );
  return ms;
}

/** Seconds that inserting takes, `batch` documents with a call. */
async function fill(rows: Collection, from: number, to: number, batch: number): Promise<number> {
  const beganAt = performance.now();
  for (let first = from; first < to; first += batch) {
    const documents = Array.from({ length: Math.min(batch, to - first) }, (_, index) => row(first + index));
    await rows.insertMany(documents as never[], { ordered: true });
  }
  return (performance.now() - beganAt) / 1000;
}

function row(n: number): Document {
  return {
    _id: n,
    n,
    area: `area ${n % 500}`,
    name: `Person ${n}`,
    phone: `+91 70${String(n).padStart(8, '0')}`,
    address: `${n} Long Street, 2nd floor, behind the water tank`,
    status: 'active',
    created_at: '2026-03-01T10:00:00.000+00:00',
    user_id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  };
}

const warmingOperations = 4_000;

function line(name: string, figure: string, goal: string, held: boolean): string {
  return `  ${name.padEnd(36)}${figure}${goal === '' ? '' : `; ${goal}: ${held ? 'held' : 'missed'}`}`;
}

function megabytes(value: number): string {
  return `${Math.round(value / 1e6)} MB`;
}
