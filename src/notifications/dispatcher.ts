import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredNotification } from '../database/collections.ts';
import { claimNotification } from './claim-notification.ts';
import { type DeliveryDependencies, deliverNotification } from './deliver-notification.ts';

export interface DispatcherOptions extends DeliveryDependencies {
  /** How often messages are looked for that no `wake` told of. Default: 1,000. */
  readonly pollMs?: number;
  /** Messages of one channel that are under way at once. Default: 4. */
  readonly concurrency?: number;
  /** Told when the database fails, once until it is there again; the dispatcher goes on. */
  readonly onError: (error: unknown) => void;
}

/** Sends what is in the outbox; every process may have one. */
export interface Dispatcher {
  /** There is something to send: do not wait for the next look. */
  wake(): void;
  /** Takes nothing new, waits for what is under way, at most for `graceMs`, and hands the rest back to be sent at once. */
  stop(options?: { graceMs?: number }): Promise<void>;
}

/**
 * Sends messages at least once: a row is claimed for a minute, sent outside any transaction and marked. When the process
 * dies in between, it is sent again by whoever claims it next, under the same id. Each channel has its own lane: an SMTP
 * server that hangs holds up no SMS.
 */
export function startDispatcher(options: DispatcherOptions): Dispatcher {
  const stopping = new AbortController();
  const givingUp = new AbortController();
  const lanes = (['EMAIL', 'SMS'] as const)
    .filter((channel) => options.transports[channel] !== null)
    .map((channel) => startLane(channel, options, stopping.signal, givingUp.signal));

  return {
    wake() {
      for (const lane of lanes) lane.wake();
    },
    async stop({ graceMs = 5_000 } = {}) {
      stopping.abort();
      for (const lane of lanes) lane.wake();
      const done = Promise.all(lanes.map((lane) => lane.done)).then(() => true);
      if (await Promise.race([done, sleep(graceMs, false, { ref: false })])) return;
      givingUp.abort();
      await Promise.race([done, sleep(handBackMs, undefined, { ref: false })]);
    },
  };
}

interface Lane {
  /** Once it was told to stop and nothing is under way. */
  readonly done: Promise<void>;
  wake(): void;
}

function startLane(
  channel: StoredNotification['channel'],
  options: DispatcherOptions,
  stopping: AbortSignal,
  givingUp: AbortSignal,
): Lane {
  const { pollMs = 1_000, concurrency = 4, onError } = options;
  const underWay = new Set<Promise<void>>();
  const bell = createBell();
  let failing = false;

  function start(row: StoredNotification): void {
    const delivery = deliverNotification(options, row, givingUp)
      .catch(onError)
      .finally(() => {
        underWay.delete(delivery);
        // Another one may be waiting for the place.
        bell.ring();
      });
    underWay.add(delivery);
  }

  async function run(): Promise<void> {
    while (!stopping.aborted) {
      const row = underWay.size < concurrency ? await claim() : null;
      if (row !== null) start(row);
      else await bell.wait(pollMs);
    }
    await Promise.all(underWay);
  }

  async function claim(): Promise<StoredNotification | null> {
    try {
      const row = await claimNotification(options.database, channel, options.now());
      failing = false;
      return row;
    } catch (error) {
      if (!failing && !stopping.aborted) onError(error);
      failing = true;
      return null;
    }
  }

  return { done: run(), wake: () => bell.ring() };
}

/** Ends a wait early; a ring while nobody waits is heard by the next who does. */
function createBell(): { ring(): void; wait(longestMs: number): Promise<void> } {
  let rung = false;
  let answer = () => {};
  return {
    ring() {
      rung = true;
      answer();
    },
    wait(longestMs) {
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          answer = () => {};
          rung = false;
          resolve();
        };
        const timer = setTimeout(end, longestMs);
        answer = end;
        if (rung) end();
      });
    },
  };
}

/** What is under way is given up at once; marking it takes a moment. */
const handBackMs = 2_000;
