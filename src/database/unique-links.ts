import { type Collection, type Document, MongoServerError } from 'mongodb';
import type { Database } from './collections.ts';
import { keyText } from './stored-documents.ts';
import { duplicateKeyCode } from './transaction.ts';
import { uniqueLinkIndexes } from './wanted-indexes.ts';

/** Several records of one collection claim the same record of the other. */
export interface LinkViolation {
  readonly collection: string;
  readonly field: string;
  readonly claimedId: string;
  /** Ids of the claimants, or the text of their `_id`. */
  readonly claimants: readonly string[];
}

/**
 * Makes the unique index on both links. Where records break it, the index waits until they are mended: they are
 * `CONFLICT` customers in the meantime, and are answered here by their ids.
 */
export async function makeUniqueLinkIndexes(database: Database): Promise<LinkViolation[]> {
  const violations: LinkViolation[] = [];
  for (const { collection, field, name } of uniqueLinkIndexes) {
    const source = database[collection] as unknown as Collection<Document>;
    try {
      await source.createIndex(
        { [field]: 1 },
        { name, unique: true, partialFilterExpression: { [field]: { $gt: '' } } },
      );
    } catch (error) {
      if (!(error instanceof MongoServerError && error.code === duplicateKeyCode)) throw error;
      violations.push(...(await sharedLinks(source, field)));
    }
  }
  return violations;
}

/**
 * Runs `load` without the unique indexes on links, since documents of other systems are stored as they are, and makes the
 * indexes again. Answers which records share a link now.
 */
export async function withoutUniqueLinks(
  database: Database,
  load: () => Promise<void>,
): Promise<LinkViolation[]> {
  let violations: LinkViolation[] = [];
  for (const { collection, name } of uniqueLinkIndexes) {
    const source = database[collection];
    const present = await source.indexes().catch(() => []);
    if (present.some((index) => index.name === name)) await source.dropIndex(name);
  }
  try {
    await load();
  } finally {
    violations = await makeUniqueLinkIndexes(database);
  }
  return violations;
}

async function sharedLinks(source: Collection<Document>, field: string): Promise<LinkViolation[]> {
  const shared = await source
    .aggregate<{ _id: string; claimants: { _id: unknown; id?: unknown }[] }>([
      { $match: { [field]: { $gt: '' } } },
      { $group: { _id: `$${field}`, claimants: { $push: { _id: '$_id', id: '$id' } }, count: { $sum: 1 } } },
      { $match: { count: { $gt: 1 } } },
      { $sort: { _id: 1 } },
    ])
    .toArray();
  return shared.map(({ _id, claimants }) => ({
    collection: source.collectionName,
    field,
    claimedId: _id,
    claimants: claimants.map((claimant) =>
      typeof claimant.id === 'string' ? claimant.id : keyText(claimant._id),
    ),
  }));
}
