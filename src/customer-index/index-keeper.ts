import type { Database } from '../database/collections.ts';
import { takeLease } from '../database/lease.ts';
import { pause } from '../database/pause.ts';
import type { IndexSettings } from './customer-index-rows.ts';
import { type SweepReport, sweepIndex } from './sweep-index.ts';

export interface IndexKeeperOptions {
  readonly database: Database;
  readonly settings: IndexSettings;
  /** From the end of one sweep to the beginning of the next. */
  readonly intervalMs: number;
  /** The same while others' writes are noticed at once, and the sweep only has to find what slipped through. */
  readonly watchedIntervalMs?: number;
  /** Whether they are. Default: they are not. */
  readonly isWatched?: () => boolean;
  readonly now: () => Date;
  readonly onSweep?: (report: SweepReport) => void;
  /** After each `intervalMs`, swept or not, in one process at a time: for what has to be done now and then. */
  readonly onTurn?: () => Promise<void>;
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
  const { intervalMs, watchedIntervalMs = intervalMs, isWatched = () => false } = options;
  let sweptAt = Number.NEGATIVE_INFINITY;
  while (!stopping.aborted) {
    try {
      const due = !isWatched() || performance.now() - sweptAt >= watchedIntervalMs;
      if ((await takeTurn(options, due, stopping)) && due) sweptAt = performance.now();
    } catch (error) {
      if (!stopping.aborted) options.onError(error);
    }
    await pause(intervalMs, stopping);
  }
}

/** False when another process has its turn. */
async function takeTurn(options: IndexKeeperOptions, due: boolean, stopping: AbortSignal): Promise<boolean> {
  const { database, settings, now } = options;
  const lease = await takeLease(database, 'index-sweep', { durationMs: leaseDurationMs, now });
  if (lease === null) return false;
  try {
    const signal = AbortSignal.any([stopping, lease.lost]);
    if (due) {
      const report = await sweepIndex(database, settings, { signal });
      options.onSweep?.(report);
    }
    await options.onTurn?.();
    return true;
  } finally {
    await lease.release();
  }
}
