import { randomUUID } from 'node:crypto';
import { MongoServerError } from 'mongodb';
import type { Database } from './collections.ts';
import { duplicateKeyCode } from './transaction.ts';
import { isUnavailable } from './unavailable.ts';

export interface LeaseOptions {
  /** How long a holder that stops renewing keeps others out. Renewed at a third of it. */
  readonly durationMs: number;
  readonly now: () => Date;
}

/** A right that one process at a time holds. */
export interface Lease {
  /** Fires when somebody else has it, and when it was not renewed in time, so that somebody else may. */
  readonly lost: AbortSignal;
  /** Gives it back; while the database is away it is left to expire. */
  release(): Promise<void>;
}

/**
 * Takes the lease `name`, or answers null when somebody else holds it.
 */
export async function takeLease(
  database: Database,
  name: string,
  options: LeaseOptions,
): Promise<Lease | null> {
  const holder = randomUUID();
  const { durationMs } = options;
  const lost = new AbortController();
  const taking = performance.now();
  if (!(await write(database, name, holder, options))) return null;
  let expiry = expireAfter(taking);
  let renewal: Promise<void> | null = null;
  const timer = setInterval(() => {
    // One at a time: one that is left behind could take the lease again after it was given back.
    renewal ??= renew().finally(() => {
      renewal = null;
    });
  }, durationMs / 3);
  timer.unref();

  /** The answer of a database that stalls may come long after others have the lease: the clock says when it is lost. */
  function expireAfter(heldSince: number): NodeJS.Timeout {
    return setTimeout(lose, Math.max(0, heldSince + durationMs - performance.now())).unref();
  }

  function lose(): void {
    clearInterval(timer);
    clearTimeout(expiry);
    lost.abort();
  }

  async function renew(): Promise<void> {
    const renewing = performance.now();
    const held = await write(database, name, holder, options).catch(() => null);
    if (held === false) lose();
    if (held !== true || lost.signal.aborted) return;
    clearTimeout(expiry);
    expiry = expireAfter(renewing);
  }

  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      // A renewal under way would take the lease once more after it was given back.
      await renewal;
      clearTimeout(expiry);
      await database.leases.deleteOne({ _id: name, holder }).catch((error: unknown) => {
        if (!isUnavailable(error)) throw error;
      });
    },
  };
}

/** Writes the lease when it is free, expired or one's own. */
async function write(
  database: Database,
  name: string,
  holder: string,
  options: LeaseOptions,
): Promise<boolean> {
  const now = options.now();
  try {
    await database.leases.updateOne(
      { _id: name, $or: [{ holder }, { expiresAt: { $lte: now } }] },
      { $set: { holder, expiresAt: new Date(now.getTime() + options.durationMs) } },
      { upsert: true },
    );
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKeyCode) return false;
    throw error;
  }
}
