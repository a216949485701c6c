import type { BsonDocument } from '../bson/value.ts';
import type { DocumentChange } from '../storage/change-event.ts';
import type { Collection } from '../storage/collection.ts';
import { Overlay } from '../storage/overlay.ts';
import type { Snapshot } from '../storage/store.ts';

/** How long a transaction may stay open, as MongoDB's transactionLifetimeLimitSeconds. */
export const transactionLifetimeMs = 60_000;

/** An open multi-document transaction: a view of the past, and the writes that are only its own so far. */
export class Transaction {
  readonly number: bigint;
  readonly overlay: Overlay;
  readonly claims: string[] = [];
  readonly events: DocumentChange[] = [];
  readonly counts = new Map<Collection, number>();
  readonly readConcern: BsonDocument | undefined;
  readonly startedAt = Date.now();
  private readonly snapshot: Snapshot;
  private readonly waiting: Array<() => void> = [];

  constructor(number: bigint, snapshot: Snapshot, readConcern: BsonDocument | undefined) {
    this.number = number;
    this.snapshot = snapshot;
    this.overlay = new Overlay(snapshot.reader);
    this.readConcern = readConcern;
  }

  /** The last commit that its snapshot sees. */
  get sequence(): number {
    return this.snapshot.sequence;
  }

  /** `resume` is called once, when the transaction is over. */
  whenOver(resume: () => void): void {
    this.waiting.push(resume);
  }

  /** Lets go of the snapshot, and lets the writes that waited try again. */
  release(): void {
    this.snapshot.done();
    for (const resume of this.waiting.splice(0)) resume();
  }
}
