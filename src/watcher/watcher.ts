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
  let brokeAt: number | null = null;
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
      const isPermanent = error instanceof ChangeStreamError && error.permanent;
      if (!isPermanent) options.onError(error);
      const place: BrokenPlace | null = isPermanent ? await placeAfterBreak(options, brokeAt) : null;
      if (isPermanent && place !== null) {
        if (place.lost) options.onReport({ kind: 'HISTORY_LOST', error });
        brokeAt = place.step;
        pauseMs = 0;
      } else if (isPermanent) {
        if (!refused) options.onReport({ kind: 'NO_STREAM', error });
        refused = true;
        pauseMs = refusedMs;
      }
    }
    await pause(pauseMs, signal);
  }
  state.watching = false;
}

interface BrokenPlace {
  readonly step: number;
  readonly lost: boolean;
}

/**
 * Where to go on after a stream broke that another of this kind would not survive. The place is given up when it broke
 * there before, at the step `brokeAt`: then the next stream begins at the present, behind a sweep. Null without a place.
 */
async function placeAfterBreak(
  { database, now }: WatcherOptions,
  brokeAt: number | null,
): Promise<BrokenPlace | null> {
  const progress = await loadProgress(database, now());
  if (progress.token === null) return null;
  if (progress.step !== brokeAt) return { step: progress.step, lost: false };
  const { step } = await saveProgress(database, progress, { token: null, sweepDue: true }, now());
  return { step, lost: true };
}

const leaseName = 'watcher';
