import { createHash } from 'node:crypto';
import { BSON } from 'mongodb';
import type { MadeAs } from '../database/collections.ts';
import type { StoredUser } from '../database/stored-documents.ts';

/**
 * What the account keeps of a login that a backfill makes.
 *
 * @param login The document as it is inserted.
 * @param linkBefore `user_id` of the delivery record as it was stored: missing, null or empty text.
 */
export function madeAs(login: StoredUser, linkBefore: unknown): MadeAs {
  return {
    digest: digestOf(login),
    linkBefore: linkBefore === undefined ? 'missing' : linkBefore === null ? 'null' : 'emptyText',
  };
}

/** Whether a login is what it was made as, whoever has replaced it by the same; its hash is not looked at. */
export function isAsMade(stored: StoredUser, made: MadeAs | undefined): boolean {
  return made !== undefined && digestOf(stored) === made.digest;
}

/** The fields in the order of their names: a document that was replaced may have them in another. */
function digestOf({ _id, password_hash, hash_salt, ...fields }: StoredUser): string {
  const entries = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(BSON.EJSON.stringify(entries, { relaxed: false }))
    .digest('base64url');
}
