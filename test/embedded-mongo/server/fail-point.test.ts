import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRawClient } from './raw-client.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(() => async () => {
  await configure('off');
});

const configure = (mode: unknown, data?: Document): Promise<Document> =>
  server.client.db('admin').command({ configureFailPoint: 'failCommand', mode, ...(data ? { data } : {}) });

const pinged = (): Promise<number> =>
  server.db.command({ ping: 1 }).then(
    () => 0,
    (error) => error.code,
  );

describe('failCommand', () => {
  it('fails the first times, all after some, always, or no more, and tells how often it was hit', async () => {
    const data = { failCommands: ['ping'], errorCode: 50 };
    await configure({ times: 2 }, data);
    expect([await pinged(), await pinged(), await pinged()]).toEqual([50, 50, 0]);
    expect(await configure({ skip: 1 }, data)).toMatchObject({ count: 2 });
    expect([await pinged(), await pinged(), await pinged()]).toEqual([0, 50, 50]);
    await configure('alwaysOn', data);
    expect([await pinged(), await pinged()]).toEqual([50, 50]);
    await configure('off');
    expect(await pinged()).toBe(0);
  });

  it('fails only the named commands, and the named application', async () => {
    const uri = `${server.mongo.uri}&appName=breaks`;
    const other = await new MongoClient(uri).connect();
    await configure('alwaysOn', { failCommands: ['ping'], errorCode: 8, appName: 'breaks' });
    expect(await pinged()).toBe(0);
    await expect(other.db('t').command({ ping: 1 })).rejects.toMatchObject({ code: 8 });
    expect(await other.db('t').command({ buildInfo: 1 })).toMatchObject({ ok: 1 });
    await other.close();
  });

  it('adds labels and write concern errors, those of internal commands or not', async () => {
    const writeConcernError = { code: 91, errmsg: 'going down', errorLabels: ['RetryableWriteError'] };
    await configure(
      { times: 1 },
      { failCommands: ['insert'], failInternalCommands: true, writeConcernError },
    );
    const raw = openRawClient(`${server.dataDir}/mongo.sock`);
    expect(await raw.command({ insert: 'x', documents: [{ _id: 1 }], $db: 't' })).toMatchObject({
      ok: 1,
      n: 1,
      writeConcernError: { code: 91, errmsg: 'going down' },
      errorLabels: ['RetryableWriteError'],
    });
    await configure({ times: 1 }, { failCommands: ['insert'], errorCode: 91, errorLabels: [] });
    const failed = await raw.command({ insert: 'x', documents: [{ _id: 2 }], $db: 't' });
    expect(failed).toMatchObject({ ok: 0, code: 91 });
    expect(failed).not.toHaveProperty('errorLabels');
    raw.close();
  });

  it('closes connections without running the command, and delays', async () => {
    const raw = openRawClient(`${server.dataDir}/mongo.sock`);
    await configure({ times: 1 }, { failCommands: ['insert'], closeConnection: true });
    await expect(raw.command({ insert: 'y', documents: [{ _id: 1 }], $db: 'test' })).rejects.toThrow(
      'closed',
    );
    expect(await server.db.collection('y').countDocuments()).toBe(0);
    await configure(
      { times: 1 },
      { failCommands: ['ping'], blockConnection: true, blockTimeMS: 60, errorCode: 50 },
    );
    const begun = performance.now();
    const [slow] = await Promise.all([pinged(), server.db.command({ buildInfo: 1 })]);
    expect(slow).toBe(50);
    expect(performance.now() - begun).toBeGreaterThan(55);
  });

  it('never fails the command that sets it', async () => {
    await configure('alwaysOn', { failCommands: ['configureFailPoint'], errorCode: 50 });
    expect(await configure('off')).toMatchObject({ ok: 1 });
  });

  it('refuses what it does not know', async () => {
    await expect(configure({ activationProbability: 0.5 }, {})).rejects.toMatchObject({ code: 238 });
    await expect(configure('alwaysOn', { failCommands: ['x'], namespace: 'a.b' })).rejects.toMatchObject({
      code: 238,
    });
    await expect(configure('sometimes', {})).rejects.toMatchObject({ code: 2 });
    await expect(configure({ times: -1 }, {})).rejects.toMatchObject({ code: 2 });
    await expect(configure(5, {})).rejects.toMatchObject({ code: 14 });
    await expect(configure('alwaysOn', { failCommands: 'x' })).rejects.toMatchObject({ code: 14 });
    await expect(configure('alwaysOn', { failCommands: ['x'], blockConnection: true })).rejects.toMatchObject(
      { code: 2 },
    );
  });
});
