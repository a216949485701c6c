import { BSON, type Collection, type Document, MongoBulkWriteError, type WriteError } from 'mongodb';
import { canBeLookedUp, idKey, idOf, withIdFirst } from './document-id.ts';

/** What became of one document of a batch. */
export type Outcome =
  | { kind: 'inserted' }
  /** Its `_id` is stored already, with the same document, byte for byte. */
  | { kind: 'identical' }
  /** Its `_id` is stored already, with another document, which was kept. */
  | { kind: 'different' }
  | { kind: 'failed'; reason: string };

/** MongoDB's limit for one document. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const DUPLICATE_KEY = 11_000;
const SERIALIZE_OPTIONS = { ignoreUndefined: false, checkKeys: false };

/**
 * Inserts documents exactly as they are, and never overwrites: outcomes in the order of the documents. With
 * `merge`, those whose `_id` is stored already are compared and left alone; without, they fail.
 * @throws whatever concerns the database and not a single document
 */
export async function insertDocuments(
  collection: Collection,
  documents: readonly Document[],
  merge: boolean,
): Promise<Outcome[]> {
  const outcomes: (Outcome | undefined)[] = documents.map(() => undefined);
  const candidates: Candidate[] = [];
  documents.forEach((document, index) => {
    try {
      candidates.push(toCandidate(document, index));
    } catch (error) {
      outcomes[index] = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  });
  if (merge) await compareWithStored(collection, candidates, outcomes);
  const fresh = candidates.filter(({ index }) => outcomes[index] === undefined);
  const duplicates: Candidate[] = [];
  for (const { candidate, error } of await insertAll(collection, fresh)) {
    if (error.code === DUPLICATE_KEY && isIdIndex(error)) duplicates.push(candidate);
    else outcomes[candidate.index] = { kind: 'failed', reason: reasonOf(error) };
  }
  // The same `_id` twice in the file, or stored by somebody else in this moment.
  if (merge) await compareWithStored(collection, duplicates, outcomes);
  for (const { index } of duplicates) {
    outcomes[index] ??= { kind: 'failed', reason: 'another document with this _id is stored already' };
  }
  return outcomes.map((outcome) => outcome ?? { kind: 'inserted' });
}

type Candidate = { index: number; id: unknown; document: Document; bytes: Uint8Array };

function toCandidate(given: Document, index: number): Candidate {
  const document = withIdFirst(given);
  const bytes = BSON.serialize(document, SERIALIZE_OPTIONS);
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new Error(`it has ${bytes.length} bytes; MongoDB takes at most ${MAX_DOCUMENT_BYTES}`);
  }
  return { index, id: idOf(document), document, bytes };
}

async function compareWithStored(
  collection: Collection,
  candidates: readonly Candidate[],
  outcomes: (Outcome | undefined)[],
): Promise<void> {
  const ids = candidates.map(({ id }) => id).filter(canBeLookedUp);
  if (ids.length === 0) return;
  const stored = new Map<string, Uint8Array>();
  // Raw bytes: decoding would make equal what differs in type only.
  for await (const raw of collection.find({ _id: { $in: ids } } as Document, { raw: true })) {
    const bytes = raw as unknown as Uint8Array;
    const { _id } = BSON.deserialize(bytes, { promoteValues: false, bsonRegExp: true });
    stored.set(idKey(_id), Uint8Array.from(bytes));
  }
  for (const { index, id, bytes } of candidates) {
    const there = stored.get(idKey(id));
    if (there) outcomes[index] = { kind: Buffer.compare(there, bytes) === 0 ? 'identical' : 'different' };
  }
}

/** Inserts all that can be inserted; returns the others, each with the database's error. */
async function insertAll(
  collection: Collection,
  candidates: readonly Candidate[],
): Promise<{ candidate: Candidate; error: WriteError }[]> {
  if (candidates.length === 0) return [];
  try {
    await collection.insertMany(
      candidates.map(({ document }) => document),
      // Every document has its _id; the driver would replace one of null.
      { ordered: false, forceServerObjectId: true, ...SERIALIZE_OPTIONS },
    );
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const errors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    if (errors.length === 0) throw error;
    return errors.flatMap((one) => {
      const candidate = candidates[one.index];
      return candidate ? [{ candidate, error: one }] : [];
    });
  }
}

function isIdIndex(error: WriteError): boolean {
  return /index: _id_( |$)/.test(error.errmsg ?? '');
}

function reasonOf(error: WriteError): string {
  const message = error.errmsg ?? 'the database refuses it';
  const index = /index: (\S+)/.exec(message)?.[1];
  return error.code === DUPLICATE_KEY && index
    ? `another stored document has the same value in the unique index ${index}`
    : message;
}
