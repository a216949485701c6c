import { Long } from 'bson';
import { encodeDocument } from '../bson/encode.ts';
import { type EncodableDocument, type EncodableValue, RawDocument } from '../bson/raw-document.ts';
import type { ResultSource } from '../transactions/cursor-registry.ts';
import type { CommandContext } from './command.ts';

/** A reply's batch stays below the largest document and a little for what is around it. */
const maxBatchBytes = 16 * 1024 * 1024;

export const defaultFirstBatch = 101;

/** How a cursor begins. */
export interface CursorOptions {
  namespace: string;
  batchSize: number | undefined;
  singleBatch?: boolean;
  keepForever?: boolean;
}

/** The answer with the first batch, and a cursor id when there is more. */
export function openCursor(
  context: CommandContext,
  source: ResultSource,
  options: CursorOptions,
): EncodableDocument {
  const size = options.batchSize ?? defaultFirstBatch;
  const batch = takeBatch(source, size, undefined);
  let id = 0n;
  if (batch.finished || options.singleBatch) source.close();
  else {
    const cursor = context.engine.cursors.add({
      namespace: options.namespace,
      source,
      held: batch.held,
      transaction: context.transaction,
      sessionKey: context.session?.key,
      connection: context.connection.id,
      keepForever: options.keepForever === true,
    });
    id = cursor.id;
  }
  return cursorReply('firstBatch', batch.documents, id, options.namespace);
}

export function cursorReply(
  field: 'firstBatch' | 'nextBatch',
  documents: EncodableValue[],
  id: bigint,
  namespace: string,
): EncodableDocument {
  const cursor: EncodableDocument = new Map<string, EncodableValue>([
    [field, documents],
    ['id', Long.fromBigInt(id)],
    ['ns', namespace],
  ]);
  return new Map<string, EncodableValue>([['cursor', cursor]]);
}

/**
 * Up to `count` documents, as far as they fit into a reply. `held` is one that was taken but did not fit. A source is
 * finished only when it said so: as with MongoDB, a batch that is exactly full leaves the cursor open.
 */
export function takeBatch(
  source: ResultSource,
  count: number,
  held: EncodableDocument | RawDocument | undefined,
): { documents: EncodableValue[]; held: EncodableDocument | RawDocument | undefined; finished: boolean } {
  const documents: EncodableValue[] = [];
  let bytes = 0;
  let waiting = held;
  while (documents.length < count) {
    const document = waiting ?? source.next();
    waiting = undefined;
    if (document === undefined) return { documents, held: undefined, finished: true };
    const raw = document instanceof RawDocument ? document : new RawDocument(encodeDocument(document));
    bytes += raw.bytes.length + 8;
    if (bytes > maxBatchBytes && documents.length > 0) return { documents, held: raw, finished: false };
    documents.push(raw);
  }
  return { documents, held: undefined, finished: false };
}

/** Results that are all there already. */
export function sourceOf(documents: Iterable<EncodableDocument | RawDocument>): ResultSource {
  const iterator = documents[Symbol.iterator]();
  return {
    next: () => {
      const step = iterator.next();
      return step.done ? undefined : step.value;
    },
    close: () => {
      iterator.return?.();
    },
  };
}
