import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomOf } from './fuzz-messages.ts';
import { runTransactions } from './run-transactions.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const none = { lostUpdates: 0, dirtyReads: 0, changedReads: 0, tornSums: 0 };

describe('concurrent transactions', () => {
  it('lose no update, and read nothing that is dirty, torn or changes', async () => {
    const faults = await runTransactions(server.client, 'short', randomOf(1), 8, 25);
    expect(faults).toMatchObject(none);
    expect(faults.committed).toBeGreaterThan(20);
  });

  it('may each write what the other read (write skew), as on MongoDB', async () => {
    const doctors = server.db.collection<Document>('doctors');
    await doctors.insertMany([
      { _id: 'a' as never, onCall: true },
      { _id: 'b' as never, onCall: true },
    ]);
    const leave = async (id: string, session: ReturnType<typeof server.client.startSession>) => {
      session.startTransaction();
      expect(await doctors.countDocuments({ onCall: true }, { session })).toBe(2);
      return () => doctors.updateOne({ _id: id as never }, { $set: { onCall: false } }, { session });
    };
    const [one, two] = [server.client.startSession(), server.client.startSession()];
    const goOne = await leave('a', one);
    const goTwo = await leave('b', two);
    await goOne();
    await goTwo();
    await one.commitTransaction();
    await two.commitTransaction();
    expect(await doctors.countDocuments({ onCall: true })).toBe(0);
    await one.endSession();
    await two.endSession();
  });

  it('conflict when both write what they decide on, which is how write skew is prevented', async () => {
    const shared = server.db.collection<Document>('shared');
    await shared.insertOne({ _id: 'rota' as never, version: 1 });
    const [one, two] = [server.client.startSession(), server.client.startSession()];
    one.startTransaction();
    two.startTransaction();
    await shared.updateOne({ _id: 'rota' as never }, { $inc: { version: 1 } }, { session: one });
    await expect(
      shared.updateOne({ _id: 'rota' as never }, { $inc: { version: 1 } }, { session: two }),
    ).rejects.toMatchObject({ code: 112 });
    await one.commitTransaction();
    await one.endSession();
    await two.endSession();
  });
});
