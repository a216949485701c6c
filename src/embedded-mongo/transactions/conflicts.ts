import { MongoServerError } from '../errors.ts';
import type { Store } from '../storage/store.ts';
import type { Transaction } from './transaction.ts';

/** Thrown to a plain write that meets an open transaction's: it is undone, and run again when that one ended. */
export class WaitForTransaction extends Error {
  readonly transaction: Transaction;

  constructor(transaction: Transaction) {
    super('A transaction has written here and is not finished');
    this.transaction = transaction;
  }
}

/**
 * Who may write what. An open transaction holds the keys it wrote; a key that was committed after a transaction's
 * snapshot was taken is closed to it. Keys are records and the entries of unique indexes, as text.
 */
export class Conflicts {
  private readonly store: Store;
  private readonly holders = new Map<string, Transaction>();
  private readonly committed = new Map<string, number>();
  private readonly open = new Set<Transaction>();

  constructor(store: Store) {
    this.store = store;
  }

  begin(transaction: Transaction): void {
    this.open.add(transaction);
  }

  end(transaction: Transaction): void {
    for (const key of transaction.claims) this.holders.delete(key);
    this.open.delete(transaction);
    if (this.open.size === 0) this.committed.clear();
  }

  /** The last commit that every open transaction sees; infinite when none is open. */
  get oldestSnapshot(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { sequence } of this.open) oldest = Math.min(oldest, sequence);
    return oldest;
  }

  /** Throws WriteConflict (112) when the transaction is not the only one to have written `key` since its snapshot. */
  claimFor(transaction: Transaction, key: string): void {
    const holder = this.holders.get(key);
    if (holder === transaction) return;
    const changed = this.committed.get(key);
    if (holder !== undefined || (changed !== undefined && changed > transaction.sequence))
      throw writeConflict();
    this.holders.set(key, transaction);
    transaction.claims.push(key);
  }

  /** For a write outside transactions. Throws WaitForTransaction. */
  claimPlain(key: string): void {
    if (this.open.size === 0) return;
    const holder = this.holders.get(key);
    if (holder !== undefined) throw new WaitForTransaction(holder);
    this.committed.set(key, this.store.sequence + 1);
  }

  /** What a transaction wrote is about to be committed with the group. */
  commit(transaction: Transaction): void {
    if (this.open.size <= 1) return;
    for (const key of transaction.claims) this.committed.set(key, this.store.sequence + 1);
  }
}

/** Code 112, with the label that lets a client begin the transaction again. */
export function writeConflict(): MongoServerError {
  return new MongoServerError(
    112,
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
    { labels: ['TransientTransactionError'] },
  );
}
