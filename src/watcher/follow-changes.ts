import type { Document } from 'mongodb';
import { sweepIndex } from '../customer-index/sweep-index.ts';
import type { Database } from '../database/collections.ts';
import { inTransaction } from '../database/transaction.ts';
import { type ChangeEvent, sourceOfNamespace, watchPipeline } from './change-event.ts';
import { type ChangeBatch, ChangeReader, ChangeStreamError } from './change-reader.ts';
import { foreignChanges } from './foreign-changes.ts';
import { loadProgress, saveProgress, type WatchProgress } from './progress.ts';
import { recordChanges } from './record-changes.ts';
import type { WatcherOptions } from './watcher.ts';

/**
 * Follows the change stream from where the last watcher stopped, until `signal` fires.
 *
 * Each batch of foreign changes is written with the token behind it in one transaction: what was read but not written is
 * read again, and what was written is not.
 *
 * @param onOpen The stream is there: from now on foreign changes are noticed at once.
 * @throws ChangeStreamError, OvertakenError
 */
export async function followChanges(
  options: WatcherOptions,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { database, now } = options;
  let progress = await loadProgress(database, now());
  const reader = new ChangeReader(openStream(database, progress.token));
  try {
    const token = await reader.open(signal);
    if (signal.aborted) return;
    onOpen();
    if (progress.sweepDue) progress = await lookAtEverything(options, progress, token, signal);
    let savedAt = performance.now();
    while (!signal.aborted) {
      const batch = await reader.next(signal);
      const before = progress;
      progress = await writeBatch(options, progress, batch);
      if (progress === before && performance.now() - savedAt >= idleSaveMs && batch.token !== null)
        progress = await saveProgress(database, progress, { token: batch.token }, now());
      if (progress !== before) savedAt = performance.now();
    }
  } finally {
    await reader.close();
  }
}

/** So long the server waits for news before it answers that there are none. */
const maxAwaitTimeMS = 5_000;
/** So often the place is written down when nothing foreign happens, lest it becomes too old. */
const idleSaveMs = 60_000;

function openStream(database: Database, token: Document | null) {
  return database.db.watch<Document, ChangeEvent>(watchPipeline(database), {
    fullDocumentBeforeChange: 'whenAvailable',
    maxAwaitTimeMS,
    ...(token !== null && { resumeAfter: token }),
  });
}

/**
 * What was written before the stream was opened, and is in no stream any more. Nobody knows who wrote it, so the journal
 * does not tell of it.
 */
async function lookAtEverything(
  { database, settings, now }: WatcherOptions,
  progress: WatchProgress,
  token: Document | null,
  signal: AbortSignal,
): Promise<WatchProgress> {
  const begun = await saveProgress(database, progress, { token: progress.token ?? token }, now());
  await sweepIndex(database, settings, { signal });
  if (signal.aborted) return begun;
  return saveProgress(database, begun, { sweepDue: false }, now());
}

/** Answers with where to go on; `progress` itself when there was nothing to write. */
async function writeBatch(
  options: WatcherOptions,
  progress: WatchProgress,
  batch: ChangeBatch,
): Promise<WatchProgress> {
  const { database } = options;
  const end = batch.events.findIndex((event) => endsHistory(database, event));
  if (end < 0) return writeEvents(options, progress, batch);
  const events = batch.events.slice(0, end);
  await writeEvents(options, progress, { events, token: events.at(-1)?._id ?? null });
  const { operationType } = batch.events[end] ?? {};
  throw new ChangeStreamError(new Error(`A collection is gone (${operationType}).`), true);
}

async function writeEvents(
  { database, settings, now, onReport }: WatcherOptions,
  progress: WatchProgress,
  { events, token }: ChangeBatch,
): Promise<WatchProgress> {
  const changes = foreignChanges(database, events, now());
  if (changes.length === 0) return progress;
  const next = await inTransaction(database, async (session) => {
    const saved = await saveProgress(database, progress, { token }, now(), session);
    await recordChanges(database, settings, changes, session);
    return saved;
  });
  onReport({ kind: 'CHANGES', count: changes.length });
  return next;
}

/** Of what a collection held when it was dropped, renamed or replaced by another, no event tells. */
function endsHistory(database: Database, event: ChangeEvent): boolean {
  const isWatched = (ns: ChangeEvent['ns']): boolean => sourceOfNamespace(database, ns) !== null;
  if (event.operationType === 'drop') return isWatched(event.ns);
  if (event.operationType === 'rename') return isWatched(event.ns) || isWatched(event.to);
  return ['dropDatabase', 'invalidate'].includes(event.operationType);
}
