import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandStartedEvent } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../../src/accounts/create-admin.ts';
import { createPasswordHasher } from '../../src/accounts/password-hasher.ts';
import type { Database } from '../../src/database/collections.ts';
import { connectDatabase } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { isUnavailable } from '../../src/database/unavailable.ts';
import { type EmbeddedMongo, startEmbeddedMongo } from '../../src/embedded-mongo/start.ts';

describe('a transaction', () => {
  let dataDir: string;
  let server: EmbeddedMongo;
  let database: Database;

  /** A server of its own: fail points hit everybody on it. */
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-transaction-'));
    server = await startEmbeddedMongo({ dataDir });
    database = await connectDatabase(server.uri, 'transactions', { monitorCommands: true });
    await migrate(database, { now: () => new Date() });
  });
  afterAll(async () => {
    await database.client.close();
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  afterEach(async () => {
    await fail('off');
    for (const collection of await database.db.collections()) await collection.deleteMany({});
  });

  function fail(mode: 'off' | 'alwaysOn' | { times: number }, data?: object) {
    return database.client
      .db('admin')
      .command({ configureFailPoint: 'failCommand', mode, ...(data && { data }) });
  }

  function makeAdmin() {
    return createAdmin(
      {
        database,
        hasher: createPasswordHasher({ cost: 4 }),
        indexSettings: { defaultPhoneRegion: 'IN', legacyTimezone: 'UTC' },
        temporaryPasswordLifetimeMs: 1000,
        now: () => new Date(),
      },
      { name: 'Asha Rao', email: 'asha@example.com', phone: '98765 43210' },
    );
  }

  it.each([
    ['its writes', { failCommands: ['insert'], errorCode: 112, errorLabels: ['TransientTransactionError'] }],
    ['its reads', { failCommands: ['find'], errorCode: 251, errorLabels: ['TransientTransactionError'] }],
    ['its connection', { failCommands: ['insert'], closeConnection: true }],
    [
      'its commit, which may have happened',
      { failCommands: ['commitTransaction'], errorCode: 91, errorLabels: ['UnknownTransactionCommitResult'] },
    ],
    [
      'its commit, which has not happened',
      { failCommands: ['commitTransaction'], errorCode: 251, errorLabels: ['TransientTransactionError'] },
    ],
  ])('that is disturbed three times in %s leaves one of everything', async (_, data) => {
    await fail({ times: 3 }, data);
    const { id } = await makeAdmin();
    expect(await database.users.find({}).toArray()).toMatchObject([{ id }]);
    const counts = await Promise.all(
      [database.accounts, database.journal, database.indexedRecords].map((collection) =>
        collection.countDocuments({}),
      ),
    );
    expect(counts).toEqual([1, 1, 1]);
  });

  it('that fails leaves nothing', async () => {
    const failing = inTransaction(database, async (session) => {
      await database.users.insertOne({ _id: 'a' }, { session });
      await database.customersV2.insertOne({ _id: 'b' }, { session });
      throw new Error('Nobody foresaw this.');
    });
    await expect(failing).rejects.toThrow('Nobody foresaw this.');
    expect([await database.users.countDocuments({}), await database.customersV2.countDocuments({})]).toEqual([
      0, 0,
    ]);
  });

  it('that cannot be finished is given up in time, as an unavailable database', async () => {
    await fail('alwaysOn', { failCommands: ['commitTransaction'], errorCode: 91 });
    const startedAt = performance.now();
    const given = inTransaction(database, (session) => database.users.insertOne({ _id: 'a' }, { session }), {
      timeoutMs: 1_000,
    }).catch((error: unknown) => error);
    expect(isUnavailable(await given)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('that finds a unique key taken answers CONFLICT within a second, once, and leaves nothing', async () => {
    await database.users.insertOne({ _id: 'a', customer_v2_id: 'c1' });
    let runs = 0;
    const startedAt = performance.now();
    const taking = inTransaction(database, async (session) => {
      runs++;
      await database.customersV2.insertOne({ _id: 'b' }, { session });
      await database.users.insertOne({ _id: 'b', customer_v2_id: 'c1' }, { session });
    });
    await expect(taking).rejects.toMatchObject({ name: 'AppError', code: 'CONFLICT' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(runs).toBe(1);
    expect([await database.users.countDocuments({}), await database.customersV2.countDocuments({})]).toEqual([
      1, 0,
    ]);
  });

  it('of twenty at once that claim one record wins for one of them, and the others get CONFLICT', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        inTransaction(database, async (session) => {
          await database.users.insertOne({ _id: index, customer_v2_id: 'c1' }, { session });
        }).then(
          () => 'won',
          (error: { code?: string }) => error.code,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'CONFLICT')).toHaveLength(19);
    expect(await database.users.countDocuments({})).toBe(1);
  });

  it('reads a snapshot and commits with majority, whatever the defaults of its connection', async () => {
    const weak = await connectDatabase(`${server.uri}&w=1&readConcernLevel=local`, 'transactions', {
      monitorCommands: true,
    });
    const commands: CommandStartedEvent[] = [];
    weak.client.on('commandStarted', (event) => commands.push(event));
    try {
      await inTransaction(weak, async (session) => {
        await weak.users.findOne({}, { session });
        await weak.users.insertOne({ _id: 'a' }, { session });
      });
    } finally {
      await weak.client.close();
    }
    const [find, insert, commit] = commands.map(({ command }) => command);
    expect(find).toMatchObject({
      startTransaction: true,
      autocommit: false,
      readConcern: { level: 'snapshot' },
    });
    expect(insert).toMatchObject({ autocommit: false });
    expect(insert).not.toHaveProperty('writeConcern');
    expect(commit).toMatchObject({ commitTransaction: 1, writeConcern: { w: 'majority', j: true } });
  });
});
