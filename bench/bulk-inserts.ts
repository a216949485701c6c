import { connectDatabase } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import { inTransaction } from '../src/database/transaction.ts';
import type { ServedProcess } from './served-process.ts';

/**
 * What the database alone takes for the documents that a backfill leaves behind: the same documents, bulk inserts into an
 * empty database with the same indexes, a transaction for each page. No record is read, none is changed.
 *
 * @param most Logins that are inserted at most.
 * @returns Logins a second, and CPU of the server for one, in microseconds.
 */
export async function bulkInserts(
  mongo: ServedProcess,
  databaseName: string,
  most: number,
): Promise<{ rate: number; serverUs: number }> {
  const from = await connectDatabase(mongo.url, databaseName);
  const to = await connectDatabase(mongo.url, `${databaseName}-limit`);
  await migrate(to, { now: () => new Date() });
  const logins = Math.min(most, await from.accounts.countDocuments({ createdByJob: { $exists: true } }));
  const documents = await Promise.all(
    written.map(async ([name, each]) => {
      const { collectionName } = from[name];
      // The newest are the backfill's: those of before do not keep the unique indexes.
      const newest = { sort: { _id: -1 }, limit: Math.ceil(each * logins) } as const;
      const found = await from.db.collection(collectionName).find({}, newest).toArray();
      return { collectionName, found, each: found.length / logins };
    }),
  );
  const before = { at: performance.now(), cpuUs: (await mongo.usage()).cpuUs };
  for (let at = 0; at < logins; at += pageSize) {
    await inTransaction(to, async (session) => {
      for (const { collectionName, found, each } of documents) {
        const page = found.slice(Math.round(at * each), Math.round((at + pageSize) * each));
        if (page.length > 0) await to.db.collection(collectionName).insertMany(page, { session });
      }
    });
  }
  const seconds = (performance.now() - before.at) / 1000;
  const serverUs = ((await mongo.usage()).cpuUs - before.cpuUs) / logins;
  await Promise.all([from.client.close(), to.client.close()]);
  return { rate: logins / seconds, serverUs };
}

/** As a backfill's own pages. */
const pageSize = 250;

/** What a backfill writes, and how many documents for a login; the link in `customers_v2` is an update, and left out. */
const written = [
  ['users', 1],
  ['accounts', 1],
  ['journal', 1],
  ['claims', 1.5],
  ['customerIndex', 1],
  ['indexedRecords', 2],
] as const;
