import type { ClientSession } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { customerIndexRows, type IndexSettings, type Neighbourhood } from './customer-index-rows.ts';
import { indexedDelivery, indexedLogin } from './indexed-record.ts';

/**
 * Adds records that were inserted in this transaction and claim only one another: nobody can have claimed their fresh
 * ids, so nothing has to be read. Two commands, however many there are.
 */
export async function indexNewRecords(
  database: Database,
  records: Neighbourhood,
  settings: IndexSettings,
  session: ClientSession,
): Promise<void> {
  const rows = customerIndexRows(records, settings);
  if (rows.length === 0) return;
  await database.customerIndex.insertMany(rows, { session });
  await database.indexedRecords.insertMany(
    [
      ...records.logins.map((login) => indexedLogin(login, settings)),
      ...records.deliveries.map((delivery) => indexedDelivery(delivery, settings)),
    ],
    { session },
  );
}
