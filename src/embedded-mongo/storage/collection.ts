import type { Binary } from 'bson';
import type { BsonDocument } from '../bson/value.ts';
import type { IndexDefinition } from '../index/index-definition.ts';
import type { RecordId } from '../index/record-id.ts';

/** An index as it lives: its definition and what its entries have shown. */
export interface IndexState {
  id: number;
  definition: IndexDefinition;
  /** What every entry begins with. */
  prefix: Buffer;
  /** The `_id` index has the record id as value, the others at the end of the key. */
  isId: boolean;
  /** Per field the lengths of leading paths that hold an array in some document. */
  multikey: Array<Set<number>>;
  /** Some key was cut, so order and bounds of this index are approximate. */
  overflow: boolean;
  /** The compiled partial filter. */
  includes: ((document: BsonDocument) => boolean) | undefined;
  accesses: number;
  dropped: boolean;
}

/** A collection as it lives. */
export interface Collection {
  id: number;
  database: string;
  name: string;
  /** `database.name` */
  namespace: string;
  uuid: Binary;
  options: BsonDocument;
  indexes: IndexState[];
  count: number;
  nextRecordId: RecordId;
  /** Changes when indexes do: what cached plans are checked against. */
  version: number;
  /** The commit from which snapshots can read it: earlier ones know nothing of its present indexes. */
  visibleFrom: number;
  dropped: boolean;
  /** The open transaction that made it: until that commits, nobody else sees it and nothing of it is stored. */
  owner: object | undefined;
}

/** Whether any document has an array on the way to, or at the end of, an index's field. */
export function isMultikeyField(index: IndexState, field: number): boolean {
  return (index.multikey[field]?.size ?? 0) > 0;
}

export function isMultikey(index: IndexState): boolean {
  return index.multikey.some((depths) => depths.size > 0);
}
