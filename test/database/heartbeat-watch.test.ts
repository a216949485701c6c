import { MongoClient } from 'mongodb';
import { afterEach, expect, inject, it } from 'vitest';
import { watchHeartbeats } from '../../src/database/heartbeat-watch.ts';

const clients: MongoClient[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

async function watchedClient(maxHeartbeatMs: number) {
  const client = new MongoClient(inject('mongodbUri'), { heartbeatFrequencyMS: 500 });
  clients.push(client);
  const reconnections: number[] = [];
  watchHeartbeats(client, {
    maxHeartbeatMs,
    intervalMs: 50,
    onReconnect: () => reconnections.push(Date.now()),
  });
  await client.connect();
  return { client, reconnections };
}

it('a client whose heartbeat never ends is connected anew, and works', async () => {
  const { client, reconnections } = await watchedClient(200);
  // What the driver says before it waits for a drain that never comes.
  client.emit('serverHeartbeatStarted', { connectionId: '127.0.0.1:1', awaited: false } as never);
  await expect.poll(() => reconnections.length, { timeout: 5_000 }).toBe(1);
  await expect
    .poll(() => client.db('test').command({ ping: 1 }).catch(String), { timeout: 5_000 })
    .toMatchObject({ ok: 1 });
});

it('a process that stood still for longer than a heartbeat may take does not hold it against the server', async () => {
  const { client, reconnections } = await watchedClient(400);
  client.emit('serverHeartbeatStarted', { connectionId: '127.0.0.1:1', awaited: false } as never);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  client.emit('serverHeartbeatSucceeded', { connectionId: '127.0.0.1:1' } as never);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(reconnections).toEqual([]);
});

it('a client whose heartbeats end is left alone', async () => {
  const { client, reconnections } = await watchedClient(2_000);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(reconnections).toEqual([]);
  expect(await client.db('test').command({ ping: 1 })).toMatchObject({ ok: 1 });
});
