import { fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { startEmbeddedMongo } from '../../../src/embedded-mongo/start.ts';

const made: string[] = [];
function directory(name = ''): string {
  const path = join(mkdtempSync(join(tmpdir(), 'start-')), name);
  made.push(path);
  return path;
}
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

async function ping(uri: string): Promise<void> {
  const client = await new MongoClient(uri, { serverSelectionTimeoutMS: 2000 }).connect();
  await client.db('admin').command({ ping: 1 });
  await client.close();
}

describe('starting', () => {
  it('listens on a socket that only this user may open', async () => {
    const dataDir = directory();
    const mongo = await startEmbeddedMongo({ dataDir });
    expect(statSync(join(dataDir, 'mongo.sock')).mode & 0o777).toBe(0o600);
    expect(mongo).toMatchObject({ shared: false, port: undefined });
    await ping(mongo.uri);
    await mongo.close();
    expect(existsSync(join(dataDir, 'server.lock'))).toBe(false);
  });

  it('finds the server that already runs on the directory, and does not stop it', async () => {
    const dataDir = directory();
    const [one, two] = await Promise.all([startEmbeddedMongo({ dataDir }), startEmbeddedMongo({ dataDir })]);
    expect([one.shared, two.shared].sort()).toEqual([false, true]);
    const [owner, guest] = one.shared ? [two, one] : [one, two];
    expect(guest.uri).toBe(owner.uri);
    await guest.close();
    await ping(owner.uri);
    await owner.close();
  });

  it('starts again where another was closed, with the data', async () => {
    const dataDir = directory();
    const first = await startEmbeddedMongo({ dataDir });
    const client = await new MongoClient(first.uri).connect();
    await client.db('t').collection('c').insertOne({ a: 1 });
    await client.close();
    await first.close();
    const second = await startEmbeddedMongo({ dataDir });
    const again = await new MongoClient(second.uri).connect();
    expect(await again.db('t').collection('c').countDocuments()).toBe(1);
    await again.close();
    await second.close();
  });

  it('takes over what a killed process left behind', async () => {
    const dataDir = directory();
    const child = fork(fileURLToPath(new URL('./serve-directory.ts', import.meta.url)), [dataDir], {
      execArgv: ['--import', 'tsx'],
    });
    await new Promise((resolve) => child.once('message', resolve));
    expect((await startEmbeddedMongo({ dataDir })).shared).toBe(true);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(existsSync(join(dataDir, 'server.lock'))).toBe(true);
    const mongo = await startEmbeddedMongo({ dataDir });
    expect(mongo.shared).toBe(false);
    await ping(mongo.uri);
    await mongo.close();
  });

  it('takes over a lock that was left half written', async () => {
    const dataDir = directory();
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, 'server.lock'), '{"pid":');
    const mongo = await startEmbeddedMongo({ dataDir });
    expect(mongo.shared).toBe(false);
    await mongo.close();
  });

  it('also listens on a loopback port when it is asked to', async () => {
    const mongo = await startEmbeddedMongo({ dataDir: directory(), port: 0 });
    expect(mongo.port).toBeGreaterThan(0);
    await ping(mongo.uri);
    await ping(`mongodb://127.0.0.1:${mongo.port}/?replicaSet=embedded`);
    await mongo.close();
  });

  it('listens on a loopback port where the path is too long for a socket', async () => {
    const mongo = await startEmbeddedMongo({ dataDir: directory('x'.repeat(100)) });
    expect(mongo.uri).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\//);
    await ping(mongo.uri);
    await mongo.close();
  });
});
