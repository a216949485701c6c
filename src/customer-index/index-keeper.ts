import type { Database } from '../database/collections.ts';
import { takeLease } from '../database/lease.ts';
import type { IndexSettings } from './customer-index-rows.ts';
import { type SweepReport, sweepIndex } from './sweep-index.ts';

export interface IndexKeeperOptions {
  readonly database: Database;
  readonly settings: IndexSettings;
  /** From the end of one sweep to the beginning of the next. */
  readonly intervalMs: number;
  readonly now: () => Date;
  /** After each sweep of this process. */
  readonly onSweep?: (report: SweepReport) => Promise<void> | void;
  readonly onError: (error: unknown) => void;
}

/** Keeps `customer_index` up with what others write; `stop` waits for the batch at hand. */
export interface IndexKeeper {
  stop(): Promise<void>;
}

/** Sweeps again and again, in one of all processes at a time: the others wait for its lease. */
export function startIndexKeeper(options: IndexKeeperOptions): IndexKeeper {
  const stopping = new AbortController();
  const running = keep(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

const leaseDurationMs = 30_000;

async function keep(options: IndexKeeperOptions, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      await sweepUnderLease(options, stopping);
    } catch (error) {
      if (!stopping.aborted) options.onError(error);
    }
    await pause(options.intervalMs, stopping);
  }
}

async function sweepUnderLease(options: IndexKeeperOptions, stopping: AbortSignal): Promise<void> {
  const { database, settings, now } = options;
  const lease = await takeLease(database, 'index-sweep', { durationMs: leaseDurationMs, now });
  if (lease === null) return;
  try {
    const report = await sweepIndex(database, settings, { signal: AbortSignal.any([stopping, lease.lost]) });
    await options.onSweep?.(report);
  } finally {
    await lease.release();
  }
}

function pause(durationMs: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.aborted) return resolve();
    const timer = setTimeout(done, durationMs);
    stopping.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      stopping.removeEventListener('abort', done);
      resolve();
    }
  });
}
