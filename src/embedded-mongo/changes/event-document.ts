import { decodeDocument } from '../bson/decode.ts';
import { documentToText } from '../bson/to-text.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { keyDocument, type LoggedChange } from './log-chunk.ts';
import { tokenDocument } from './resume-token.ts';
import type { StreamOptions } from './stream-options.ts';

/** What stands before an error that a stream meets while it runs. */
export const whileRunning = 'PlanExecutor error during aggregation :: caused by :: ';

/** Finds a document as it is now, for `fullDocument: 'updateLookup'`; null when it is gone. */
export type Lookup = (change: LoggedChange, key: BsonDocument) => BsonDocument | null;

/**
 * A change as a stream tells it. Throws NoMatchingDocument (47) when the stream requires an image that was not kept.
 */
export function eventDocument(change: LoggedChange, options: StreamOptions, lookup: Lookup): BsonDocument {
  const { kind, parts, position } = change;
  const event: BsonDocument = new Map<string, BsonValue>([
    ['_id', tokenDocument({ kind: 'event', position })],
    ['operationType', kind],
    ['clusterTime', position.time],
    ['wallTime', change.wallTime],
  ]);
  if (parts.transaction) {
    for (const [name, value] of decodeDocument(parts.transaction)) event.set(name, value);
  }
  if (parts.document) event.set('fullDocument', decodeDocument(parts.document));
  const namespace: BsonDocument = new Map([['db', change.database]]);
  if (change.collection !== '') namespace.set('coll', change.collection);
  event.set('ns', namespace);
  if (parts.to) event.set('to', decodeDocument(parts.to));
  const key = parts.key ?? (parts.document && keyDocument(parts.document));
  if (key === undefined) return event;
  const documentKey = decodeDocument(key);
  event.set('documentKey', documentKey);
  if (parts.description) event.set('updateDescription', decodeDocument(parts.description));
  addImages(event, change, options, () => lookup(change, documentKey));
  return event;
}

/** The end of a stream, after the change that brought it. */
export function invalidateDocument(change: LoggedChange): BsonDocument {
  return new Map<string, BsonValue>([
    ['_id', tokenDocument({ kind: 'invalidate', position: change.position })],
    ['operationType', 'invalidate'],
    ['clusterTime', change.position.time],
    ['wallTime', change.wallTime],
  ]);
}

function addImages(
  event: BsonDocument,
  { kind, parts }: LoggedChange,
  { fullDocument, fullDocumentBeforeChange }: StreamOptions,
  lookup: () => BsonDocument | null,
): void {
  if (kind !== 'insert' && fullDocumentBeforeChange !== 'off') {
    if (!parts.before && fullDocumentBeforeChange === 'required') {
      throw missingImage('a pre-image for all update, delete and replace events, but the pre-image', event);
    }
    event.set('fullDocumentBeforeChange', parts.before ? decodeDocument(parts.before) : null);
  }
  if (kind !== 'update' || fullDocument === 'default') return;
  if (fullDocument === 'updateLookup') {
    event.set('fullDocument', lookup());
    return;
  }
  if (!parts.after && fullDocument === 'required') {
    throw missingImage('a post-image for all update events, but the post-image', event);
  }
  event.set('fullDocument', parts.after ? decodeDocument(parts.after) : null);
}

function missingImage(what: string, event: BsonDocument): MongoServerError {
  const shown = new Map([...event].filter(([name]) => shownFields.has(name)));
  return new MongoServerError(
    47,
    `${whileRunning}Change stream was configured to require ${what} was not found for event: ${documentToText(shown)}`,
  );
}

const shownFields = new Set(['operationType', 'ns', 'clusterTime', 'txnNumber']);
