import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCommand, runCommand, startCommand } from './support/command.ts';

describe('mongo', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-mongo-'));
  });
  let server: RunningCommand | undefined;
  afterAll(async () => {
    server?.process.kill('SIGKILL');
    await server?.ended;
    await rm(dataDir, { recursive: true, force: true });
  });

  it('serves any driver by the address that it prints, refuses a port or a directory that is taken in one line, and ends with SIGTERM', async () => {
    server = await startCommand(['mongo', '--data', dataDir, '--port', '0'], {});
    const [uri] = await server.printed(/^mongodb:\/\/127\.0\.0\.1:\d+\/\S*$/m);
    const client = await new MongoClient(uri).connect();
    const things = client.db('shop').collection<{ _id: number }>('things');
    await things.insertOne({ _id: 1 });
    expect(await things.find({}).toArray()).toEqual([{ _id: 1 }]);
    await client.close();

    const port = new URL(uri).port;
    const [portTaken, directoryTaken] = await Promise.all([
      runCommand(['mongo', '--data', join(dataDir, 'other'), '--port', port], {}),
      runCommand(['mongo', '--data', dataDir, '--port', '0'], {}),
    ]);
    for (const { code, stdout, stderr } of [portTaken, directoryTaken]) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(/^customer-gateway: .+/)]);
    }
    expect(portTaken.stderr).toContain(port);

    server.process.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });
});
