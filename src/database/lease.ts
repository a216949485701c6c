import { randomUUID } from 'node:crypto';
import { MongoServerError } from 'mongodb';
import type { Database } from './collections.ts';
import { duplicateKeyCode } from './transaction.ts';

export interface LeaseOptions {
  /** How long a holder that stops renewing keeps others out. Renewed at a third of it. */
  readonly durationMs: number;
  readonly now: () => Date;
}

/** A right that one process at a time holds; `lost` fires when it could not be renewed in time. */
export interface Lease {
  readonly lost: AbortSignal;
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
  if (!(await write(database, name, holder, options))) return null;
  const lost = new AbortController();
  let renewedAt = options.now().getTime();
  let renewal = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renew();
  }, options.durationMs / 3);
  timer.unref();

  async function renew(): Promise<void> {
    const renewing = options.now().getTime();
    const held = await write(database, name, holder, options).catch(() => null);
    if (held === true) renewedAt = renewing;
    else if (held === false || renewing - renewedAt >= options.durationMs) lost.abort();
    if (lost.signal.aborted) clearInterval(timer);
  }

  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      // A renewal under way would take the lease once more after it was given back.
      await renewal;
      await database.leases.deleteOne({ _id: name, holder });
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
