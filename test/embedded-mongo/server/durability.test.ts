import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Document, MongoClient } from 'mongodb';
import { afterAll, expect, it } from 'vitest';

const dataDir = mkdtempSync(join(tmpdir(), 'durability-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function serve(): Promise<{ child: ChildProcess; uri: string }> {
  const child = fork(fileURLToPath(new URL('./serve-directory.ts', import.meta.url)), [dataDir], {
    execArgv: ['--import', 'tsx'],
  });
  return new Promise((resolve) => child.once('message', (uri) => resolve({ child, uri: String(uri) })));
}

it('no acknowledged transaction is lost or torn when the server is killed under eight writers', async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round++) {
    const { child, uri } = await serve();
    const client = await new MongoClient(uri, { serverSelectionTimeoutMS: 300 }).connect();
    const db = client.db('d');
    if (round === 0) {
      await db.collection('left').createIndex({ writer: 1, n: -1 });
      await db.collection('right').createIndex({ key: 1 }, { unique: true });
    }
    let running = true;
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; running; n++) {
        const key = `${round}-${writer}-${n}`;
        const session = client.startSession();
        try {
          session.startTransaction();
          await db.collection<Document>('left').insertOne({ _id: key as never, writer, n }, { session });
          await db.collection('right').insertOne({ key }, { session });
          await db
            .collection('total')
            .updateOne({ _id: writer as never }, { $inc: { n: 1 } }, { upsert: true, session });
          await session.commitTransaction();
          acknowledged.push(key);
        } catch {
          if (running) await sleep(5);
        } finally {
          await session.endSession().catch(() => undefined);
        }
      }
    };
    const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
    await sleep(700 + round * 131);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    running = false;
    await Promise.all(writers);
    await client.close();
    await check(acknowledged);
  }
  expect(acknowledged.length).toBeGreaterThan(100);
});

async function check(acknowledged: string[]): Promise<void> {
  const { child, uri } = await serve();
  const client = await new MongoClient(uri).connect();
  const db = client.db('d');
  const left = new Set(
    (await db.collection('left').find().toArray()).map((document) => String(document._id)),
  );
  const right = new Set((await db.collection('right').find().toArray()).map((document) => document.key));
  expect([...left].sort()).toEqual([...right].sort());
  expect(acknowledged.filter((key) => !left.has(key))).toEqual([]);
  const totals = await db.collection('total').find().toArray();
  expect(totals.reduce((sum, document) => sum + document.n, 0)).toBe(left.size);
  for (const name of ['left', 'right', 'total']) {
    expect(await db.command({ validate: name })).toMatchObject({ valid: true, errors: [] });
  }
  await client.close();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
