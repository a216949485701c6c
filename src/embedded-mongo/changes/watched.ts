import type { ChangeKind } from '../storage/change-event.ts';

/** What a stream watches: a collection, a database, or everything. */
export type Watched =
  | { kind: 'collection'; database: string; collection: string }
  | { kind: 'database'; database: string }
  | { kind: 'cluster' };

interface Named {
  database: string;
  collection: string;
}

const internalDatabases = new Set(['admin', 'config', 'local']);

/** Whether a change is shown to those who watch this. `to` is the new name of a collection that was renamed. */
export function isWatched(watched: Watched, change: Named & { kind: ChangeKind }, to?: Named): boolean {
  if (change.kind === 'dropDatabase') {
    return watched.kind === 'cluster' || change.database === watched.database;
  }
  return holds(watched, change) || (to !== undefined && holds(watched, to));
}

/** Whether this change is the end of what is watched, which the stream tells and then closes. */
export function invalidates(watched: Watched, kind: ChangeKind): boolean {
  if (watched.kind === 'cluster') return false;
  if (kind === 'dropDatabase') return true;
  return watched.kind === 'collection' && (kind === 'drop' || kind === 'rename');
}

function holds(watched: Watched, { database, collection }: Named): boolean {
  if (watched.kind === 'cluster') return !internalDatabases.has(database);
  if (database !== watched.database) return false;
  return watched.kind === 'database' || collection === watched.collection;
}
