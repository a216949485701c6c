import type { Database } from '../database/collections.ts';

/**
 * The addresses under which the journal tells the story of who is addressed so: of a customer of two halves those of both,
 * as the index knows them now, and the text of each `_id`, of a time when a record had no id to itself; of everybody and
 * everything else the address itself. Entries of a time when halves were linked are found by either of them for good.
 */
export async function subjectsOf({ customerIndex }: Database, address: string): Promise<string[]> {
  const rows = await customerIndex
    .find({ ids: address }, { projection: { ids: 1, hasDeliveryRecord: 1 } })
    .limit(mostRows)
    .toArray();
  // Where a login and a delivery record share an address, the delivery record is meant.
  const row = rows.find(({ hasDeliveryRecord }) => hasDeliveryRecord) ?? rows[0];
  return [...new Set([address, ...(row?.ids ?? [])])];
}

/** One id is one customer's as a rule, and two records' at most where a login and a delivery record share it. */
const mostRows = 10;
