import { type Document, Long, ObjectId, Timestamp, UUID } from 'mongodb';
import type { ChangeEvent } from '../../../src/watcher/change-event.ts';

let events = 0;

/** An event as MongoDB sends it, each with a token and a time of its own. */
export function changeEvent(
  collection: string,
  operationType: string,
  event: Partial<ChangeEvent> = {},
): ChangeEvent {
  events++;
  return {
    _id: { _data: `82${events.toString(16).padStart(16, '0')}` },
    operationType,
    ns: { db: 'delivery', coll: collection },
    documentKey: { _id: new ObjectId() },
    clusterTime: new Timestamp({ t: 1_750_000_000, i: events }),
    wallTime: new Date(1_750_000_000_000 + events),
    ...event,
  };
}

/** What events of one transaction share. */
export function transaction(): { lsid: Document; txnNumber: Long } {
  return { lsid: { id: new UUID() }, txnNumber: Long.fromNumber(1) };
}
