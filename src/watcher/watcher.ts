import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import type { Database } from '../database/collections.ts';
import { takeLease } from '../database/lease.ts';
import { pause } from '../database/pause.ts';
import { ChangeStreamError } from './change-reader.ts';
import { followChanges } from './follow-changes.ts';
import { loadProgress, OvertakenError, saveProgress } from './progress.ts';

export interface WatcherOptions {
  readonly database: Database;
  readonly settings: IndexSettings;
  readonly now: () => Date;
  readonly onReport: (report: WatchReport) => void;
  /** What went wrong and is tried again. */
  readonly onError: (error: unknown) => void;
  readonly timing?: Partial<WatchTiming>;
}

/** What the watcher of this process tells. */
export type WatchReport =
  /** This process watches from now on. */
  | { readonly kind: 'WATCHING' }
  /** Foreign writes were brought into the index, and told in the journal. */
  | { readonly kind: 'CHANGES'; readonly count: number }
  /** The stream cannot go on from where it was: everything is looked at once, and a new one goes on from before that. */
  | { readonly kind: 'HISTORY_LOST'; readonly error: ChangeStreamError }
  /** The database has no change streams, or refuses them to this user. */
  | { readonly kind: 'NO_STREAM'; readonly error: ChangeStreamError };

export interface WatchTiming {
  /** How long a watcher that died keeps others out. */
  readonly leaseMs: number;
  /** How often a process that does not watch looks whether it should. */
  readonly standbyMs: number;
  /** After an error. */
  readonly retryMs: number;
  /** How often a database without change streams is asked again. */
  readonly refusedMs: number;
}

const defaultTiming: WatchTiming = { leaseMs: 10_000, standbyMs: 2_000, retryMs: 1_000, refusedMs: 60_000 };

export interface Watcher {
  /** Whether some process notices foreign writes at once, as far as this one knows. */
  watching(): boolean;
  stop(): Promise<void>;
}

/** Watches for writes of other applications, in one of all processes at a time: the others stand by. */
export function startWatcher(options: WatcherOptions): Watcher {
  const stopping = new AbortController();
  const state = { watching: false };
  const running = keepWatching(options, state, stopping.signal);
  return {
    watching: () => state.watching,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface State {
  watching: boolean;
}

async function keepWatching(options: WatcherOptions, state: State, stopping: AbortSignal): Promise<void> {
  const { database, now, onError } = options;
  const { leaseMs, standbyMs } = { ...defaultTiming, ...options.timing };
  while (!stopping.aborted) {
    try {
      const lease = await takeLease(database, leaseName, { durationMs: leaseMs, now });
      // Who holds it watches, or sweeps as often as one without a stream.
      state.watching = lease === null;
      if (lease !== null) {
        try {
          await watchUnderLease(options, state, AbortSignal.any([stopping, lease.lost]));
        } finally {
          await lease.release();
        }
      }
    } catch (error) {
      state.watching = false;
      if (!stopping.aborted) onError(error);
    }
    await pause(standbyMs, stopping);
  }
}

async function watchUnderLease(options: WatcherOptions, state: State, signal: AbortSignal): Promise<void> {
  const { retryMs, refusedMs } = { ...defaultTiming, ...options.timing };
  let refused = false;
  const onOpen = () => {
    state.watching = true;
    refused = false;
    options.onReport({ kind: 'WATCHING' });
  };
  while (!signal.aborted) {
    let pauseMs = retryMs;
    try {
      await followChanges(options, onOpen, signal);
    } catch (error) {
      state.watching = false;
      if (signal.aborted || error instanceof OvertakenError) return;
      if (!(error instanceof ChangeStreamError && error.permanent)) options.onError(error);
      else if (await forgetPlace(options)) {
        options.onReport({ kind: 'HISTORY_LOST', error });
        pauseMs = 0;
      } else {
        if (!refused) options.onReport({ kind: 'NO_STREAM', error });
        refused = true;
        pauseMs = refusedMs;
      }
    }
    await pause(pauseMs, signal);
  }
  state.watching = false;
}

/** Lets the next stream begin at the present, behind a sweep; false when the last one did so already. */
async function forgetPlace({ database, now }: WatcherOptions): Promise<boolean> {
  const progress = await loadProgress(database, now());
  if (progress.token === null) return false;
  await saveProgress(database, progress, { token: null, sweepDue: true }, now());
  return true;
}

const leaseName = 'watcher';
