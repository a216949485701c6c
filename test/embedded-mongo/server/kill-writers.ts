import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Db, type Document, MongoClient } from 'mongodb';
import { expect } from 'vitest';

const writers = 8;
/** So many transactions are acknowledged before each kill. */
const fewest = 30;

/**
 * Kills a server again and again while eight clients write to three collections in each transaction, and looks after
 * each start at what is there: nothing that was acknowledged is missing, no transaction is there in part, and every
 * index agrees with its documents. Answers with the number of acknowledged transactions.
 */
export async function killWriters(kills: number, runMs: (round: number) => number): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'durability-'));
  const acknowledged: string[] = [];
  try {
    for (let round = 0; round < kills; round++) {
      const { child, uri } = await serve(dataDir);
      const client = await new MongoClient(uri, { serverSelectionTimeoutMS: 300 }).connect();
      const db = client.db('d');
      if (round === 0) await prepare(db);
      else await check(db, acknowledged);
      const running = { now: true };
      const done = Array.from({ length: writers }, (_, writer) =>
        write(client, running, round, writer, acknowledged),
      );
      const enough = acknowledged.length + fewest;
      await sleep(runMs(round));
      // On a busy machine that many take longer.
      while (acknowledged.length < enough) await sleep(5);
      await kill(child);
      running.now = false;
      await Promise.all(done);
      await client.close();
    }
    const { child, uri } = await serve(dataDir);
    const client = await new MongoClient(uri).connect();
    await check(client.db('d'), acknowledged);
    await client.close();
    await kill(child);
    return acknowledged.length;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function serve(dataDir: string): Promise<{ child: ChildProcess; uri: string }> {
  const child = fork(fileURLToPath(new URL('./serve-directory.ts', import.meta.url)), [dataDir], {
    execArgv: ['--import', 'tsx'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (uri) => resolve({ child, uri: String(uri) }));
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} at its start`)));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function prepare(db: Db): Promise<void> {
  await db.collection('left').createIndex({ writer: 1, n: -1 });
  await db.collection('left').createIndex({ tags: 1 });
  await db.collection('right').createIndex({ key: 1 }, { unique: true });
}

async function write(
  client: MongoClient,
  running: { now: boolean },
  round: number,
  writer: number,
  acknowledged: string[],
): Promise<void> {
  const db = client.db('d');
  for (let n = 0; running.now; n++) {
    const key = `${round}-${writer}-${n}`;
    const session = client.startSession();
    try {
      session.startTransaction();
      const left = { _id: key as never, writer, n, tags: [`w${writer}`, `r${round}`] };
      await db.collection<Document>('left').insertOne(left, { session });
      await db.collection('right').insertOne({ key }, { session });
      await db
        .collection('total')
        .updateOne({ _id: writer as never }, { $inc: { n: 1 } }, { upsert: true, session });
      await session.commitTransaction();
      acknowledged.push(key);
    } catch {
      if (running.now) await sleep(5);
    } finally {
      await session.endSession().catch(() => undefined);
    }
  }
}

async function check(db: Db, acknowledged: string[]): Promise<void> {
  const left = new Set((await db.collection('left').find().toArray()).map(({ _id }) => String(_id)));
  const right = new Set((await db.collection('right').find().toArray()).map(({ key }) => key));
  expect([...left].sort()).toEqual([...right].sort());
  expect(acknowledged.filter((key) => !left.has(key))).toEqual([]);
  const totals = await db.collection('total').find().toArray();
  expect(totals.reduce((sum, document) => sum + document.n, 0)).toBe(left.size);
  for (const name of ['left', 'right', 'total']) {
    expect(await db.command({ validate: name, full: true })).toMatchObject({ valid: true, errors: [] });
  }
}
