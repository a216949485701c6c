import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Document, MongoClient, type ResumeToken } from 'mongodb';
import { afterAll, expect, it } from 'vitest';

const dataDir = mkdtempSync(join(tmpdir(), 'changes-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function serve(directory: string): Promise<{ child: ChildProcess; uri: string }> {
  const child = fork(fileURLToPath(new URL('./serve-directory.ts', import.meta.url)), [directory], {
    execArgv: ['--import', 'tsx'],
  });
  return new Promise((resolve) => child.once('message', (uri) => resolve({ child, uri: String(uri) })));
}

function kill(child: ChildProcess): Promise<unknown> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  return gone;
}

it('tells every change once, in order, to a stream that goes on by its token after each kill of the server', async () => {
  const told: string[] = [];
  const acknowledged: string[] = [];
  let token: ResumeToken | undefined;
  for (let round = 0; round < 6; round++) {
    const { child, uri } = await serve(join(dataDir, 'killed'));
    const client = await new MongoClient(uri, { serverSelectionTimeoutMS: 300 }).connect();
    const db = client.db('d');
    const stream = db.watch([], { maxAwaitTimeMS: 50, ...(token ? { resumeAfter: token } : {}) });
    await stream.tryNext().then((event) => event && note(event));
    token ??= stream.resumeToken;
    let running = true;
    function note(event: Document): void {
      told.push(event.fullDocument.key);
      token = event._id;
    }
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; running; n++) {
        const keys = [`${round}-${writer}-${n}-a`, `${round}-${writer}-${n}-b`];
        try {
          await client.withSession((session) =>
            session.withTransaction(async () => {
              await db.collection('left').insertOne({ key: keys[0] }, { session });
              await db.collection('right').insertOne({ key: keys[1] }, { session });
            }),
          );
          acknowledged.push(...keys);
        } catch {
          if (running) await sleep(5);
        }
      }
    };
    const read = async (): Promise<void> => {
      try {
        while (running) {
          const event = await stream.tryNext();
          if (event) note(event);
        }
      } catch {
        // The server is gone.
      }
    };
    const work = [read(), ...Array.from({ length: 4 }, (_, writer) => write(writer))];
    await sleep(500 + round * 97);
    await kill(child);
    running = false;
    await stream.close().catch(() => undefined);
    await Promise.all(work);
    await client.close();
  }
  const { child, uri } = await serve(join(dataDir, 'killed'));
  const client = await new MongoClient(uri).connect();
  const db = client.db('d');
  const stream = db.watch([], { maxAwaitTimeMS: 200, resumeAfter: token as ResumeToken });
  for (let event = await stream.tryNext(); event; event = await stream.tryNext()) {
    told.push((event as Document).fullDocument.key);
  }
  const stored = [
    ...(await db.collection('left').find().toArray()),
    ...(await db.collection('right').find().toArray()),
  ].map((document) => String(document.key));
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(new Set(told).size).toBe(told.length);
  expect([...told].sort()).toEqual([...stored].sort());
  expect(acknowledged.filter((key) => !told.includes(key))).toEqual([]);
  for (let i = 0; i < told.length; i += 2) {
    expect(told[i + 1]).toBe(told[i]?.replace(/a$/, 'b'));
  }
  await stream.close();
  await client.close();
  await kill(child);
});

it('keeps 64 MB of changes: a token from before is refused, in the middle of a stream too', async () => {
  const { child, uri } = await serve(join(dataDir, 'large'));
  const client = await new MongoClient(uri).connect();
  const collection = client.db('d').collection<Document>('large');
  await collection.insertOne({ _id: 'first' as never });
  const open = collection.watch([], { maxAwaitTimeMS: 20 });
  await open.tryNext();
  await collection.insertOne({ _id: 'second' as never });
  const token = ((await open.next()) as Document)._id;
  // Stored changes are compressed, which random bytes cannot be.
  for (let i = 0; i < 6; i++) await collection.insertOne({ bytes: randomBytes(15_000_000) });
  await sleep(2500);
  await expect(collection.watch([], { resumeAfter: token }).next()).rejects.toMatchObject({
    code: 286,
    errorLabels: ['NonResumableChangeStreamError'],
  });
  await expect(open.next()).rejects.toMatchObject({ code: 286 });
  const fresh = collection.watch([], { maxAwaitTimeMS: 20 });
  await fresh.tryNext();
  await collection.insertOne({ _id: 'last' as never });
  expect(((await fresh.next()) as Document).documentKey).toEqual({ _id: 'last' });
  await client.close();
  await kill(child);
});
