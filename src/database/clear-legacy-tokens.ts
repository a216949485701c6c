import type { AnyBulkWriteOperation, Filter } from 'mongodb';
import type { Database } from './collections.ts';
import type { StoredUser } from './stored-documents.ts';

/**
 * Removes the tokens by which the older application lets a password be changed, which it stores in clear: whoever has read
 * the database could use them. The gateway never looks at them, nor at those that are written afterwards.
 *
 * One reading of the collection, and a write for every thousand that have one. Interrupted, it goes on with those that are
 * left. Nothing that the gateway knows of a login depends on the two fields, so neither the index nor the journal is
 * concerned, and a process that follows the change stream takes these writes for nobody's.
 *
 * @returns How many logins had one.
 */
export async function clearLegacyTokens(database: Database): Promise<number> {
  let cleared = 0;
  let batch: AnyBulkWriteOperation<StoredUser>[] = [];
  const write = async () => {
    if (batch.length > 0)
      cleared += (await database.users.bulkWrite(batch, { ordered: false })).modifiedCount;
    batch = [];
  };
  for await (const { _id } of database.users.find(hasLegacyToken, { projection: { _id: 1 } })) {
    const filter = { ...hasLegacyToken, _id } as Filter<StoredUser>;
    batch.push({ updateOne: { filter, update: { $unset: legacyTokenFields } } });
    if (batch.length >= batchSize) await write();
  }
  await write();
  return cleared;
}

/** To `$unset` in every login whose password changes, too. */
export const legacyTokenFields = { password_reset_token: '', password_reset_expires: '' } as const;
const hasLegacyToken: Filter<StoredUser> = {
  $or: [{ password_reset_token: { $exists: true } }, { password_reset_expires: { $exists: true } }],
};
const batchSize = 1_000;
