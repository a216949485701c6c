import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Document, MongoClient } from 'mongodb';

/** Somebody who reads documents whole and replaces them, whatever others have written meanwhile. */
export interface OlderApplication {
  /** How it writes: through PyMongo, as the real one does, or through the driver where Python has none. */
  readonly through: 'PyMongo' | 'driver';
  /** @returns How many documents it has replaced. */
  stop(): Promise<number>;
}

/** Replaces documents of `users` and `customers_v2` until it is stopped. */
export async function startOlderApplication(uri: string, databaseName: string): Promise<OlderApplication> {
  const python = pythonWithDriver();
  return python === null ? startHere(uri, databaseName) : startPython(python, uri, databaseName);
}

/** `PYTHON` may name one that has PyMongo. */
function pythonWithDriver(): string | null {
  const python = process.env.PYTHON ?? 'python3';
  return spawnSync(python, ['-c', 'import pymongo']).status === 0 ? python : null;
}

async function startPython(python: string, uri: string, databaseName: string): Promise<OlderApplication> {
  const script = fileURLToPath(new URL('./older_application.py', import.meta.url));
  const child = spawn(python, [script, uri, databaseName], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (piece: Buffer) => {
    printed += piece;
  });
  await once(child.stdout, 'data');
  return {
    through: 'PyMongo',
    async stop() {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
      return Number(printed.trim().split('\n').at(-1));
    },
  };
}

async function startHere(uri: string, databaseName: string): Promise<OlderApplication> {
  const client = await new MongoClient(uri).connect();
  const stopping = new AbortController();
  const writing = replaceUntil(client, databaseName, stopping.signal);
  return {
    through: 'driver',
    async stop() {
      stopping.abort();
      const replaced = await writing;
      await client.close();
      return replaced;
    },
  };
}

async function replaceUntil(
  client: MongoClient,
  databaseName: string,
  stopping: AbortSignal,
): Promise<number> {
  let replaced = 0;
  while (!stopping.aborted) {
    for (const name of ['users', 'customers_v2']) {
      const collection = client.db(databaseName).collection<Document>(name);
      const keys = await collection
        .find({}, { projection: { _id: 1 } })
        .limit(5_000)
        .toArray();
      for (let count = 0; count < 100 && !stopping.aborted; count++) {
        const key = keys[Math.floor(Math.random() * keys.length)];
        const document = key === undefined ? null : await collection.findOne({ _id: key._id });
        if (document === null) continue;
        // What others write meanwhile is lost.
        await sleep(Math.random() * 2);
        const { matchedCount } = await collection.replaceOne(
          { _id: document._id },
          { ...document, last_seen_by_route: replaced },
        );
        replaced += matchedCount;
      }
    }
  }
  return replaced;
}
