import { createHash } from 'node:crypto';

/**
 * The name of a list in cursors: what is listed, and in short the arguments that choose its rows. A cursor is good for the
 * same list only. The order of arguments, and of the values of one, does not matter; null is as good as absent.
 *
 * @param list What is listed in which order, for example `customers:NAME:ASC`; of all rows that is the whole name.
 */
export function listName(list: string, chosenBy: object): string {
  const given = Object.entries(chosenBy)
    .filter(([, value]) => value != null)
    .map(([name, value]) => [name, Array.isArray(value) ? sortedOnce(value) : value] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  if (given.length === 0) return list;
  const digest = createHash('sha256').update(JSON.stringify(given)).digest().subarray(0, digestLength);
  return `${list}:${digest.toString('base64url')}`;
}

/** Bytes of the digest that are kept: no two filters that anybody thinks of have the same, and cursors stay short. */
const digestLength = 12;

function sortedOnce(values: readonly unknown[]): unknown[] {
  return [...new Set(values)].sort();
}
