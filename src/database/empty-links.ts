import type { Collection, Document } from 'mongodb';

/**
 * Gives every record without a link an empty one. One reading of the collection, and a write for every thousand, so that
 * nobody waits for millions to be written; interrupted, it goes on with those that are left.
 *
 * @returns How many had none.
 */
export async function addEmptyLinks<Stored extends Document>(
  collection: Collection<Stored>,
  field: 'customer_v2_id' | 'user_id',
): Promise<number> {
  const records = collection as unknown as Collection<Document>;
  const without = { [field]: { $exists: false } };
  let added = 0;
  let keys: unknown[] = [];
  const write = async () => {
    if (keys.length === 0) return;
    const filter = { ...without, _id: { $in: keys as never[] } };
    added += (await records.updateMany(filter, { $set: { [field]: null } })).modifiedCount;
    keys = [];
  };
  for await (const { _id } of records.find(without, { projection: { _id: 1 }, batchSize })) {
    keys.push(_id);
    if (keys.length >= batchSize) await write();
  }
  await write();
  return added;
}

const batchSize = 1_000;
