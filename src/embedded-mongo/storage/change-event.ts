import type { Binary } from 'bson';

/** What is committed: what a change stream would tell. */
export type ChangeEvent = DocumentChange | CatalogChange;

/** One document's change. `before` and `after` are encoded documents; an insert has no `before`, a delete no `after`. */
export interface DocumentChange {
  kind: 'insert' | 'update' | 'replace' | 'delete';
  database: string;
  collection: string;
  uuid: Binary;
  before: Buffer | undefined;
  after: Buffer | undefined;
  /** An update's encoded `updateDescription`. */
  description: Buffer | undefined;
  /** The collection keeps its documents as they were before and after each change. */
  keepsImages: boolean;
  /** The transaction it was part of, as an encoded document with `lsid` and `txnNumber`. */
  transaction: Buffer | undefined;
}

/** A collection or database that goes away, or gets another name. */
export interface CatalogChange {
  kind: 'drop' | 'rename' | 'dropDatabase';
  database: string;
  /** Empty when it is about a database. */
  collection: string;
  uuid: Binary | undefined;
  /** The new name. */
  to: { database: string; collection: string } | undefined;
}

export type ChangeKind = ChangeEvent['kind'];

export function isDocumentChange(event: ChangeEvent): event is DocumentChange {
  return 'keepsImages' in event;
}
