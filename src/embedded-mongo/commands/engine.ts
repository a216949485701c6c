import { ChangeLog } from '../changes/change-log.ts';
import { transactionIdentity } from '../changes/transaction-identity.ts';
import { Catalog } from '../storage/catalog.ts';
import type { Collection } from '../storage/collection.ts';
import { countKey } from '../storage/keys.ts';
import { type Durability, Store } from '../storage/store.ts';
import type { WriteUnit } from '../storage/write-unit.ts';
import { Conflicts } from '../transactions/conflicts.ts';
import { CursorRegistry } from '../transactions/cursor-registry.ts';
import { type Session, SessionRegistry } from '../transactions/session-registry.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { FailPoint } from './fail-point.ts';
import { ServerMetrics } from './server-metrics.ts';

/** The server's state: one per data directory. */
export class Engine {
  readonly store: Store;
  readonly changes: ChangeLog;
  readonly catalog: Catalog;
  readonly conflicts: Conflicts;
  readonly sessions: SessionRegistry;
  readonly cursors = new CursorRegistry();
  readonly failPoint = new FailPoint();
  readonly startedAt = Date.now();
  readonly metrics = new ServerMetrics();
  connectionCount = 0;
  /** How often TTL indexes are worked through, as MongoDB's ttlMonitorSleepSecs. */
  expiryIntervalMs = 60_000;
  private eventsBefore = 0;
  private widened = new Set<Collection>();

  constructor(directory: string, durability: Durability) {
    this.store = new Store(directory, durability);
    this.changes = new ChangeLog(this.store);
    this.catalog = new Catalog(this.store);
    this.conflicts = new Conflicts(this.store);
    this.sessions = new SessionRegistry(this.store, this.conflicts, this.cursors, (transaction) => {
      this.catalog.disown(transaction);
    });
  }

  /** Begins the writes of one command outside transactions: they join the group, or are taken back whole. */
  beginPlain(): WriteUnit {
    this.savepoint();
    this.widened.clear();
    return {
      writer: this.store.group,
      guard: { claim: (key) => this.conflicts.claimPlain(key) },
      events: this.store.events,
      counts: new Map(),
      noteIndexChange: (collection) => {
        this.widened.add(collection);
        this.catalog.save(collection);
      },
    };
  }

  /** What the running command writes from here on is what `undoPlain` takes back. */
  savepoint(): void {
    this.store.group.savepoint();
    this.eventsBefore = this.store.events.length;
  }

  keepPlain(unit: WriteUnit): void {
    this.store.group.keep();
    this.applyCounts(unit.counts);
  }

  undoPlain(): void {
    this.store.group.rollback();
    this.store.events.length = Math.min(this.eventsBefore, this.store.events.length);
    // What an index learned stays in memory, so it has to be stored in spite of the undoing.
    for (const collection of this.widened) this.catalog.save(collection);
  }

  /** The unit of an open transaction: its overlay. What an index learns is stored at once, since it only widens. */
  unitOf(transaction: Transaction): WriteUnit {
    return {
      writer: transaction.overlay,
      guard: { claim: (key) => this.conflicts.claimFor(transaction, key) },
      events: transaction.events,
      counts: transaction.counts,
      noteIndexChange: (collection) => this.catalog.save(collection),
    };
  }

  /** Moves a transaction's writes into the group, whose commit makes them durable and visible. */
  commitTransaction(transaction: Transaction, session: Session): void {
    this.conflicts.commit(transaction);
    this.store.group.absorb(transaction.overlay);
    this.catalog.adopt(transaction);
    const identity = transactionIdentity(session.key, transaction.number);
    for (const event of transaction.events) this.store.events.push({ ...event, transaction: identity });
    this.applyCounts(transaction.counts);
  }

  /** After the disk refused a commit, memory is ahead of it: everything that was in work is given up. */
  recover(): void {
    this.cursors.closeAll();
    this.sessions.endAll();
    this.catalog.reload();
  }

  async close(): Promise<void> {
    this.cursors.closeAll();
    this.sessions.abortAll();
    this.store.commit();
    await this.store.close();
  }

  private applyCounts(counts: Map<Collection, number>): void {
    for (const [collection, difference] of counts) {
      if (difference === 0 || collection.dropped) continue;
      collection.count += difference;
      const bytes = Buffer.alloc(6);
      bytes.writeUIntBE(Math.max(0, collection.count), 0, 6);
      this.store.group.put(countKey(collection.id), bytes);
    }
  }
}
