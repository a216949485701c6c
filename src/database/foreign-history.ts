import type { Database } from './collections.ts';

/**
 * Has the database keep what each document of the two foreign collections held before a change, so that the journal can
 * tell it. May run again. Needs the right to `collMod`.
 */
export async function keepForeignHistory(database: Database): Promise<void> {
  for (const { collectionName } of [database.users, database.customersV2]) {
    await database.db.command({ collMod: collectionName, changeStreamPreAndPostImages: { enabled: true } });
  }
}
