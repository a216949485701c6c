import type { ClientSession, Filter } from 'mongodb';
import type { Database, IndexedRecord } from '../database/collections.ts';

export interface ContactLookUp {
  readonly source: IndexedRecord['source'];
  readonly field: 'phone' | 'email';
  /** Canonical, each once. */
  readonly contacts: readonly string[];
}

/**
 * The records of one source that have one of some contacts, by `_id` as stored: all of them, but of a contact that hundreds
 * share, as the shop's own phone is, some, of which there is at least one. Those contacts are told. One find, and one more
 * for each such contact, and for each time that others come to as many.
 */
export async function recordsByContact(
  { indexedRecords }: Database,
  { source, field, contacts }: ContactLookUp,
  options: { readonly session?: ClientSession } = {},
): Promise<{ keys: unknown[]; shared: string[] }> {
  const keys: unknown[] = [];
  const shared: string[] = [];
  for (let left = contacts; left.length > 0; ) {
    const limit = mostRecords(left.length);
    const found = await indexedRecords
      .find({ source, [field]: { $in: [...left] } } as Filter<IndexedRecord>, {
        projection: { recordId: 1, [field]: 1 },
        // In the order of the index: every contact before the last one is complete.
        sort: { [field]: 1 },
        hint: field,
        limit,
        batchSize: limit + 1,
        ...options,
      })
      .toArray();
    const last = found.at(-1)?.[field];
    if (found.length < limit || last === undefined) return { keys: [...keys, ...idsOf(found)], shared };
    const isShared = found[0]?.[field] === last;
    if (isShared) shared.push(last);
    // The last one is read again, first of those that are left: a household is no household by one of its members.
    const read = isShared ? found : found.filter((record) => record[field] !== last);
    keys.push(...idsOf(read));
    const done = new Set(read.map((record) => record[field]));
    left = left.filter((contact) => !done.has(contact));
  }
  return { keys, shared };
}

function idsOf(records: readonly Pick<IndexedRecord, 'recordId'>[]): unknown[] {
  return records.map(({ recordId }) => recordId);
}

/** So many records are read for so many contacts; where there are more, somebody shares one with hundreds. */
export function mostRecords(contacts: number): number {
  return 2 * contacts + 200;
}
