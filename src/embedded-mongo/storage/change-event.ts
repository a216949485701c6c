/**
 * One document's change as it is committed: what a change stream would tell. `before` and `after` are encoded
 * documents; an insert has no `before`, a delete no `after`.
 */
export interface ChangeEvent {
  kind: 'insert' | 'update' | 'replace' | 'delete';
  database: string;
  collection: string;
  before: Buffer | undefined;
  after: Buffer | undefined;
}
