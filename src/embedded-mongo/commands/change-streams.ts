import { Long } from 'bson';
import { compilePipeline } from '../aggregate/compile-pipeline.ts';
import { decodeDocument } from '../bson/decode.ts';
import type { EncodableDocument, EncodableValue } from '../bson/raw-document.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { ChangeStream } from '../changes/change-stream.ts';
import type { Lookup } from '../changes/event-document.ts';
import { sameUuid } from '../changes/log-chunk.ts';
import { parseStreamOptions } from '../changes/stream-options.ts';
import { WaitForChanges } from '../changes/wait-for-changes.ts';
import { MongoServerError, notImplemented } from '../errors.ts';
import { findRecordById, readRecord } from '../storage/records.ts';
import type { ServerCursor } from '../transactions/cursor-registry.ts';
import { optionalBoolean, optionalCount } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { cursorReply, defaultFirstBatch, takeBatch } from './cursor-reply.ts';
import type { Engine } from './engine.ts';
import { queryContextOf } from './query-context.ts';

/** How long a getMore waits for a change when it does not say. */
const defaultWaitMs = 1000;

/** The stages that may follow, those of them that this server has. */
const allowedStages = new Set([
  '$match',
  '$project',
  '$addFields',
  '$set',
  '$unset',
  '$replaceRoot',
  '$replaceWith',
  '$redact',
]);

/** Whether a pipeline begins with `$changeStream`. Throws 40602 when it has one further on. */
export function isChangeStream(pipeline: readonly BsonValue[]): boolean {
  const at = pipeline.findIndex((stage) => stage instanceof Map && stage.has('$changeStream'));
  if (at > 0) {
    throw new MongoServerError(40602, '$changeStream is only valid as the first stage in a pipeline');
  }
  return at === 0;
}

/** `aggregate` with `$changeStream`: what happened since where it is to begin, and a cursor that waits for more. */
export function openChangeStream(
  context: CommandContext,
  collection: string | undefined,
  pipeline: readonly BsonValue[],
  batchSize: number | undefined,
): EncodableDocument {
  checkCircumstances(context);
  const [first, ...rest] = pipeline as [BsonDocument, ...BsonValue[]];
  if (first.size !== 1) {
    throw new MongoServerError(
      40323,
      'A pipeline stage specification object must contain exactly one field.',
    );
  }
  const options = parseStreamOptions(first.get('$changeStream'), context.database, collection);
  const stages = compilePipeline(rest, { ...queryContextOf(context), readCollection: () => [] });
  for (const { name } of stages) {
    if (allowedStages.has(name)) continue;
    throw new MongoServerError(20, `${name} is not permitted in a $changeStream pipeline`);
  }
  const { engine } = context;
  const stream = new ChangeStream(engine.changes, options, stages, lookupIn(engine));
  const cursor = engine.cursors.add({
    namespace: `${context.database}.${collection ?? '$cmd.aggregate'}`,
    source: stream,
    held: undefined,
    transaction: undefined,
    sessionKey: context.session?.key,
    connection: context.connection.id,
    keepForever: false,
  });
  try {
    const batch = takeChanges(stream, cursor, batchSize ?? defaultFirstBatch);
    return changesReply(context, 'firstBatch', stream, cursor, batch);
  } catch (error) {
    engine.cursors.kill(cursor.id);
    throw error;
  }
}

/**
 * `getMore` of a change stream. When there is nothing to tell it waits, for at most `maxTimeMS`, without keeping others
 * from working: it ends here with WaitForChanges and is run again later.
 */
export function moreChanges(
  context: CommandContext,
  cursor: ServerCursor,
  stream: ChangeStream,
  size: number,
): EncodableDocument {
  const { body, engine } = context;
  if (cursor.waiting !== undefined && cursor.waiting.body !== body) {
    throw new MongoServerError(143, `cursor id ${cursor.id} is already in use`);
  }
  try {
    const batch = takeChanges(stream, cursor, size);
    const until =
      cursor.waiting?.until ?? Date.now() + (optionalCount(body, 'getMore', 'maxTimeMS') || defaultWaitMs);
    if (batch.documents.length > 0 || stream.isOver || Date.now() >= until) {
      cursor.waiting = undefined;
      return changesReply(context, 'nextBatch', stream, cursor, batch);
    }
    throw new WaitForChanges((resume) => {
      cursor.waiting = { body, until, finish: waitFor(stream, until, resume) };
    });
  } catch (error) {
    if (!(error instanceof WaitForChanges)) {
      cursor.waiting = undefined;
      engine.cursors.kill(cursor.id);
    }
    throw error;
  }
}

/** Resumes at the next change or at the time given, or when the answer is called. */
function waitFor(stream: ChangeStream, until: number, resume: () => void): () => void {
  let isOver = false;
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    stream.stopWaiting();
    resume();
  };
  const timer = setTimeout(finish, Math.max(0, until - Date.now()));
  // One that is behind goes on at once, after the others had their turn.
  if (stream.isBehind) setImmediate(finish);
  else stream.wait(finish);
  return finish;
}

/** Whether a command opens a change stream or reads from one. */
export function isOfChangeStream(engine: Engine, name: string, body: BsonDocument): boolean {
  if (name === 'getMore') {
    const id = body.get('getMore');
    return id instanceof Long && engine.cursors.isLive(id.toBigInt());
  }
  const pipeline = name === 'aggregate' ? body.get('pipeline') : undefined;
  const first = Array.isArray(pipeline) ? pipeline[0] : undefined;
  return first instanceof Map && first.has('$changeStream');
}

interface ChangesBatch {
  documents: EncodableValue[];
  resumeToken: BsonDocument;
}

function takeChanges(stream: ChangeStream, cursor: ServerCursor, size: number): ChangesBatch {
  const batch = takeBatch(stream, size, cursor.held);
  cursor.held = batch.held;
  const resumeToken = stream.resumeToken(batch.held !== undefined, !batch.finished);
  return { documents: batch.documents, resumeToken };
}

function changesReply(
  context: CommandContext,
  field: 'firstBatch' | 'nextBatch',
  stream: ChangeStream,
  cursor: ServerCursor,
  { documents, resumeToken }: ChangesBatch,
): EncodableDocument {
  const isOver = stream.isOver && cursor.held === undefined;
  if (isOver) context.engine.cursors.kill(cursor.id);
  const reply = cursorReply(field, documents, isOver ? 0n : cursor.id, cursor.namespace);
  (reply.get('cursor') as EncodableDocument).set('postBatchResumeToken', resumeToken);
  return reply;
}

function lookupIn(engine: Engine): Lookup {
  return (change, key) => {
    const collection = engine.catalog.find(change.database, change.collection);
    if (collection === undefined || !sameUuid(change, collection.uuid)) return null;
    const id = findRecordById(engine.store.files, collection, key.get('_id'));
    const raw = id === undefined ? undefined : readRecord(engine.store.files, collection, id);
    return raw === undefined ? null : decodeDocument(raw);
  };
}

function checkCircumstances(context: CommandContext): void {
  if (context.transaction !== undefined) {
    throw new MongoServerError(
      263,
      'Operation not permitted in transaction :: caused by :: Aggregation stage $changeStream cannot run within a multi-document transaction',
    );
  }
  const concern = context.body.get('readConcern');
  const level = concern instanceof Map ? concern.get('level') : undefined;
  if (level !== undefined && level !== 'majority') {
    throw new MongoServerError(
      72,
      `Aggregation stage $changeStream cannot run with a readConcern other than 'majority'. Current readConcern: ${String(level)}`,
    );
  }
  if (optionalBoolean(context.body, 'aggregate', 'explain') === true) {
    throw notImplemented('Explaining $changeStream');
  }
}
