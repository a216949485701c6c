import type { ClientSession, Collection, Document, MongoClient } from 'mongodb';
import type { Random } from './fuzz-messages.ts';

const accounts = 6;
const opening = 100;

/** What random transactions saw that they must not have seen. */
export interface IsolationFaults {
  committed: number;
  /** Increments that were acknowledged and are not there. */
  lostUpdates: number;
  /** Values that were never committed. */
  dirtyReads: number;
  /** Values that differ between two reads of one transaction. */
  changedReads: number;
  /** Sums that no moment between two commits had. */
  tornSums: number;
}

/**
 * Random transfers between accounts by concurrent clients, whose every transaction reads all accounts twice. Some are
 * given up in the middle with a value that nobody may ever see.
 */
export async function runTransactions(
  client: MongoClient,
  collection: string,
  random: Random,
  workers: number,
  each: number,
): Promise<IsolationFaults> {
  const rows = client.db('isolation').collection<Document>(collection);
  await rows.insertMany(
    Array.from({ length: accounts }, (_, i) => ({ _id: i as never, balance: opening, changes: 0 })),
  );
  const faults: IsolationFaults = {
    committed: 0,
    lostUpdates: 0,
    dirtyReads: 0,
    changedReads: 0,
    tornSums: 0,
  };
  let transfers = 0;
  const work = async (): Promise<void> => {
    for (let i = 0; i < each; i++) {
      const session = client.startSession();
      const gaveUp = random(4) === 0;
      try {
        session.startTransaction();
        await transfer(rows, session, random, gaveUp, faults);
        if (gaveUp) await session.abortTransaction();
        else {
          await session.commitTransaction();
          faults.committed += 1;
          transfers += 1;
        }
      } catch (error) {
        if (!(error instanceof Error && 'hasErrorLabel' in error)) throw error;
        await session.abortTransaction().catch(() => undefined);
      } finally {
        await session.endSession();
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const after = await rows.find().toArray();
  const changes = after.reduce((sum, row) => sum + row.changes, 0);
  faults.lostUpdates = transfers * 2 - changes;
  return faults;
}

async function transfer(
  rows: Collection<Document>,
  session: ClientSession,
  random: Random,
  gaveUp: boolean,
  faults: IsolationFaults,
): Promise<void> {
  const first = await rows.find({}, { session }).sort({ _id: 1 }).toArray();
  if (first.some((row) => row.balance > 100_000)) faults.dirtyReads += 1;
  if (first.reduce((sum, row) => sum + row.balance, 0) !== accounts * opening) faults.tornSums += 1;
  const from = random(accounts);
  const to = (from + 1 + random(accounts - 1)) % accounts;
  const amount = gaveUp ? 1_000_000 : 1 + random(20);
  const again = await rows.find({}, { session }).sort({ _id: 1 }).toArray();
  if (JSON.stringify(first) !== JSON.stringify(again)) faults.changedReads += 1;
  // Written from what was read, so that a write in between would be lost.
  const set = (id: number, change: number) =>
    rows.updateOne(
      { _id: id as never },
      { $set: { balance: first[id]?.balance + change, changes: first[id]?.changes + 1 } },
      { session },
    );
  await set(from, -amount);
  await set(to, amount);
}
