import { createHash } from 'node:crypto';
import { BSON } from 'mongodb';
import type { Database, RecordSource } from '../database/collections.ts';
import { recordKey } from '../database/stored-documents.ts';
import { type ChangeEvent, knownFields, secretField, sourceOfEvent, transactionOf } from './change-event.ts';

/** One write of another application to one record. */
export interface ForeignChange {
  /** The same for the same event, however often it is read; rises with time. */
  readonly id: string;
  readonly at: Date;
  readonly source: RecordSource;
  /** `_id` of the record as stored. */
  readonly recordId: unknown;
  /** `user/<record key>` or `v2/<record key>`. */
  readonly recordKey: string;
  readonly event: ChangeEvent;
}

/**
 * Those of the events that another application caused and that concern the gateway, in their order.
 *
 * The gateway writes both collections in transactions only, and each of these also writes the journal or what the index
 * knows of the record. So a write is its own if, and only if, one of those two was written by the same transaction.
 * Comparing values could not tell: a foreign write just before or after one of the gateway's would be taken for it.
 *
 * @param events Whole transactions.
 */
export function foreignChanges(
  database: Database,
  events: readonly ChangeEvent[],
  now: Date,
): ForeignChange[] {
  const own = new Set(
    events.filter((event) => sourceOfEvent(database, event) === null).map((event) => transactionOf(event)),
  );
  own.delete(null);
  return events.flatMap((event) => {
    const source = sourceOfEvent(database, event);
    if (source === null || event.documentKey === undefined || own.has(transactionOf(event))) return [];
    if (!concerns(event, source)) return [];
    const recordId = event.documentKey._id;
    return {
      id: idOf(event),
      at: timeOf(event, now),
      source,
      recordId,
      recordKey: `${source}/${recordKey(recordId)}`,
      event,
    };
  });
}

/** Roots of the paths that an update wrote. */
export function updatedRoots({ updateDescription }: ChangeEvent): Set<string> {
  const { updatedFields = {}, removedFields = [], truncatedArrays = [] } = updateDescription ?? {};
  const paths = [
    ...Object.keys(updatedFields),
    ...removedFields,
    ...truncatedArrays.map(({ field }) => field),
  ];
  return new Set(paths.map((path) => path.split('.')[0] ?? path));
}

function concerns(event: ChangeEvent, source: RecordSource): boolean {
  if (event.operationType === 'insert' || event.operationType === 'replace') return true;
  if (event.operationType === 'delete') return true;
  if (event.operationType !== 'update') return false;
  const roots = updatedRoots(event);
  return [...knownFields[source], secretField].some((field) => roots.has(field));
}

/** Seconds and counter of the cluster's time, then a digest of the token, since a transaction's writes share a time. */
function idOf({ _id, clusterTime }: ChangeEvent): string {
  const time = [clusterTime?.t ?? 0, clusterTime?.i ?? 0].map((part) => part.toString(16).padStart(8, '0'));
  const digest = createHash('sha256').update(BSON.EJSON.stringify(_id)).digest('hex');
  return `${time.join('')}${digest.slice(0, 16)}`;
}

function timeOf({ wallTime, clusterTime }: ChangeEvent, now: Date): Date {
  if (wallTime !== undefined) return wallTime;
  return clusterTime === undefined ? now : new Date(clusterTime.t * 1000);
}
