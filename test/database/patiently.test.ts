import { MongoNetworkTimeoutError } from 'mongodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectDatabase, patiently } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { wantedIndexes } from '../../src/database/wanted-indexes.ts';
import { startTestServer, type TestServer } from '../embedded-mongo/server/start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('a migration waits for what takes longer than requests may: the indexes of millions of records', async () => {
  const database = await connectDatabase(server.mongo.uri, 'patient', { socketTimeoutMs: 150 });
  const slowly = (times: number) =>
    server.client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode: { times },
      data: { failCommands: ['createIndexes'], blockConnection: true, blockTimeMS: 400 },
    });
  try {
    await slowly(1);
    await expect(database.users.createIndex({ name: 1 })).rejects.toThrow(MongoNetworkTimeoutError);
    await slowly(2);
    await migrate(database, { now: () => new Date() });
    const names = (await database.users.indexes()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(wantedIndexes.users.map(({ name }) => name)));
  } finally {
    await database.client.close();
  }
});

it('what is done patiently is done in the same database, by a connection that is closed at its end', async () => {
  const database = await connectDatabase(server.mongo.uri, 'patient');
  const onClose = vi.fn();
  const used = await patiently(database, async (patient) => {
    patient.client.once('topologyClosed', onClose);
    await patient.db.collection('proof').insertOne({ patient: true });
    expect(onClose).not.toHaveBeenCalled();
    return patient.client;
  });
  expect(onClose).toHaveBeenCalledOnce();
  expect(await database.db.collection('proof').countDocuments()).toBe(1);
  expect(used).not.toBe(database.client);
  await database.client.close();
});
