import { runPipeline } from '../aggregate/compile-pipeline.ts';
import type { Stage } from '../aggregate/stage.ts';
import { decodeDocument } from '../bson/decode.ts';
import { encodeDocument } from '../bson/encode.ts';
import { valuesIdentical } from '../bson/equal.ts';
import { RawDocument } from '../bson/raw-document.ts';
import { documentToText } from '../bson/to-text.ts';
import type { BsonDocument } from '../bson/value.ts';
import { MongoServerError } from '../errors.ts';
import { type ChangeEvent, isDocumentChange } from '../storage/change-event.ts';
import type { ResultSource } from '../transactions/cursor-registry.ts';
import type { ChangeLog } from './change-log.ts';
import { eventDocument, invalidateDocument, type Lookup, whileRunning } from './event-document.ts';
import { changesIn, type LoggedChange } from './log-chunk.ts';
import { comparePositions, type LogPosition } from './position.ts';
import { type ResumeToken, tokenDocument } from './resume-token.ts';
import type { StreamOptions } from './stream-options.ts';
import { invalidates, isWatched } from './watched.ts';

/** How many changes are looked at in one go, so that a stream far behind does not keep others waiting. */
const changesAtOnce = 5000;

const maxEventBytes = 16 * 1024 * 1024 + 16 * 1024;

/** Reads the log from a place on and tells what it finds. `next` answers undefined when there is nothing at present. */
export class ChangeStream implements ResultSource {
  readonly live = this;
  /** What is watched is gone, and that has been told: there will be no more. */
  isOver = false;
  /** There is more in the log than one go looked at. */
  isBehind = false;
  private readonly log: ChangeLog;
  private readonly options: StreamOptions;
  private readonly stages: readonly Stage[];
  private readonly lookup: Lookup;
  private position: LogPosition;
  private changes: Iterator<LoggedChange> | undefined;
  private invalidating: LoggedChange | undefined;
  /** The tokens of the last event told and the one before. */
  private told: [ResumeToken | undefined, ResumeToken | undefined] = [undefined, undefined];
  private stopWatching: (() => void) | undefined;

  /** Throws ChangeStreamHistoryLost (286) when the log does not reach back to where the stream is to begin. */
  constructor(log: ChangeLog, options: StreamOptions, stages: readonly Stage[], lookup: Lookup) {
    this.log = log;
    this.options = options;
    this.stages = stages;
    this.lookup = lookup;
    const from = options.from ?? { kind: 'place', position: log.end };
    this.position = from.position;
    this.told[0] = from;
    this.checkHistory();
    if (from.kind !== 'place') this.goOnAfter(from);
  }

  next(): RawDocument | undefined {
    this.isBehind = false;
    for (let looked = 0; looked < changesAtOnce || this.invalidating; looked += 1) {
      if (this.isOver) return undefined;
      const event = this.nextEvent();
      if (event === undefined) return undefined;
      if (event === 'other') continue;
      const shown = this.shape(event.document);
      if (event.token.kind === 'invalidate') this.isOver = true;
      if (shown === undefined && !this.isOver) continue;
      this.told = [event.token, this.told[0]];
      return shown;
    }
    this.isBehind = true;
    return undefined;
  }

  /** Where a client goes on after a batch. `held` says that the last event told was kept back for the next one. */
  resumeToken(held: boolean, isFull: boolean): BsonDocument {
    const last = this.told[held ? 1 : 0];
    if ((held || isFull || this.isOver) && last !== undefined) return tokenDocument(last);
    return tokenDocument({ kind: 'place', position: this.position });
  }

  /** Calls `wake` once, at the next commit that may concern this stream. */
  wait(wake: () => void): void {
    const { watched } = this.options;
    this.stopWatching?.();
    this.stopWatching = this.log.watch({
      concerns: (event: ChangeEvent) =>
        isWatched(watched, event, isDocumentChange(event) ? undefined : event.to),
      wake: () => {
        this.stopWaiting();
        wake();
      },
    });
  }

  stopWaiting(): void {
    this.stopWatching?.();
    this.stopWatching = undefined;
  }

  close(): void {
    this.isOver = true;
    this.stopWaiting();
  }

  private nextEvent(): { document: BsonDocument; token: ResumeToken } | 'other' | undefined {
    const ended = this.invalidating;
    if (ended !== undefined) {
      this.invalidating = undefined;
      return {
        document: invalidateDocument(ended),
        token: { kind: 'invalidate', position: ended.position },
      };
    }
    const change = this.nextChange();
    if (change === undefined) return undefined;
    if (!this.isShown(change)) return 'other';
    if (invalidates(this.options.watched, change.kind)) this.invalidating = change;
    return {
      document: eventDocument(change, this.options, this.lookup),
      token: { kind: 'event', position: change.position },
    };
  }

  private nextChange(): LoggedChange | undefined {
    for (;;) {
      const step = this.changes?.next();
      if (step !== undefined && !step.done) {
        const { time, index } = step.value.position;
        this.position = { time, index: index + 1 };
        return step.value;
      }
      this.changes = undefined;
      this.checkHistory();
      const chunk = this.log.chunkFrom(this.position);
      if (chunk === undefined) {
        // A stream may begin in the future.
        if (comparePositions(this.position, this.log.end) < 0) this.position = this.log.end;
        return undefined;
      }
      const isSameCommit = chunk.first.time.equals(this.position.time);
      this.changes = changesIn(chunk, isSameCommit ? this.position.index : 0);
    }
  }

  private isShown(change: LoggedChange): boolean {
    const to = change.parts.to === undefined ? undefined : decodeDocument(change.parts.to);
    return isWatched(
      this.options.watched,
      change,
      to && { database: String(to.get('db')), collection: String(to.get('coll')) },
    );
  }

  /** Runs the pipeline over one event; undefined when it lets the event fall. */
  private shape(event: BsonDocument): RawDocument | undefined {
    const [shown] = runPipeline(this.stages, [event]);
    if (shown === undefined) return undefined;
    const id = event.get('_id');
    if (!shown.has('_id') || !valuesIdentical(shown.get('_id'), id)) throw changedToken(event, shown);
    const bytes = encodeDocument(shown);
    if (bytes.length > maxEventBytes) throw tooLarge(bytes.length);
    return new RawDocument(bytes);
  }

  private checkHistory(): void {
    if (this.log.reachesBackTo(this.position)) return;
    throw new MongoServerError(
      286,
      `${whileRunning}Resume of change stream was not possible, as the resume point may no longer be in the oplog.`,
      { labels: ['NonResumableChangeStreamError'] },
    );
  }

  /** Finds the event that a token was given for: after it the stream goes on, with the invalidate that may follow it. */
  private goOnAfter(token: ResumeToken): void {
    const change = this.nextChange();
    const isThere = change !== undefined && comparePositions(change.position, token.position) === 0;
    if (!isThere || !this.isShown(change)) {
      throw new MongoServerError(
        280,
        `${whileRunning}cannot resume stream; the resume token was not found. ${documentToText(tokenDocument(token))}`,
        { labels: ['NonResumableChangeStreamError'] },
      );
    }
    if (token.kind === 'event' && invalidates(this.options.watched, change.kind)) this.invalidating = change;
  }
}

function changedToken(event: BsonDocument, shown: BsonDocument): MongoServerError {
  const idOf = (document: BsonDocument): string =>
    documentToText(document.has('_id') ? new Map([['_id', document.get('_id')]]) : new Map());
  return new MongoServerError(
    280,
    `${whileRunning}Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. Modifying the _id field of an event makes it impossible to resume the stream from that point. Only transformations that retain the unmodified _id field are allowed. Expected: ${idOf(event)} but found: ${idOf(shown)}`,
    { labels: ['NonResumableChangeStreamError'] },
  );
}

function tooLarge(size: number): MongoServerError {
  return new MongoServerError(
    10334,
    `${whileRunning}BSONObj size: ${size} (0x${size.toString(16).toUpperCase()}) is invalid. Size must be between 0 and 16793600(16MB)`,
    { codeName: 'BSONObjectTooLarge' },
  );
}
