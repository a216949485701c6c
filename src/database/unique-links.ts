import { type Collection, type Document, MongoServerError } from 'mongodb';
import type { Database } from './collections.ts';
import { keyText } from './stored-documents.ts';
import { duplicateKeyCode } from './transaction.ts';
import { uniqueLinkIndexes } from './wanted-indexes.ts';

/** Records of one collection that share links: several of them claim the same record of the other. */
export interface LinkViolation {
  readonly collection: string;
  readonly field: string;
  /** How many values are shared. */
  readonly shared: number;
  /** The first of them. */
  readonly links: readonly SharedLink[];
}

export interface SharedLink {
  /** Id of the record that is claimed; nobody may have it. */
  readonly claimedId: string;
  readonly claimantCount: number;
  /** The first of them: their ids, or the text of their `_id` where that is empty or none. */
  readonly claimants: readonly string[];
}

/**
 * Makes the unique index on both links. Where records break it, the index waits until they are mended, and
 * the first of them are answered by their ids. What state these customers are in is told by the audit: two claimants of a
 * record are `CONFLICT`, two claimants of nobody are `DANGLING`.
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
      violations.push(await sharedLinks(source, field));
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

/** Memory stays small, whoever shares what: claimants are counted, and only the first are read. */
async function sharedLinks(source: Collection<Document>, field: string): Promise<LinkViolation> {
  const values = source.aggregate<{ _id: string; count: number }>([
    { $match: { [field]: { $gt: '' } } },
    { $group: { _id: `$${field}`, count: { $sum: 1 } } },
    { $match: { count: { $gt: 1 } } },
    { $sort: { _id: 1 } },
  ]);
  let shared = 0;
  const links: SharedLink[] = [];
  for await (const { _id: claimedId, count: claimantCount } of values) {
    shared += 1;
    if (links.length === namedLinks) continue;
    const claimants = await source
      .find({ [field]: claimedId }, { projection: { id: 1 } })
      .sort({ _id: 1 })
      .limit(namedClaimants)
      .toArray();
    links.push({ claimedId, claimantCount, claimants: claimants.map(nameOf) });
  }
  return { collection: source.collectionName, field, shared, links };
}

function nameOf({ _id, id }: Document): string {
  return typeof id === 'string' && id !== '' ? id : keyText(_id);
}

const namedLinks = 20;
const namedClaimants = 5;
