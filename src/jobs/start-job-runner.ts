import type { Database } from '../database/collections.ts';
import { pause } from '../database/pause.ts';
import { type JobWork, nextJob, runJob } from './run-job.ts';

export interface JobRunnerOptions {
  readonly database: Database;
  readonly works: readonly JobWork[];
  readonly now: () => Date;
  /** How often others' jobs are looked for, and those that a process left when it died. */
  readonly intervalMs?: number;
  readonly leaseMs?: number;
  readonly onError: (error: unknown) => void;
}

/** Works on jobs beside everything else that a process does; of several processes one works on jobs of a kind. */
export interface JobRunner {
  /** There is a new job: look at once. */
  wake(): void;
  /** Waits for the pieces at hand; their jobs go on elsewhere, or at the next start. */
  stop(): Promise<void>;
}

export function startJobRunner(options: JobRunnerOptions): JobRunner {
  const stopping = new AbortController();
  let waking = new AbortController();
  const turns = options.works.map((work) => keepWorking(work));
  return {
    wake() {
      waking.abort();
      waking = new AbortController();
    },
    async stop() {
      stopping.abort();
      waking.abort();
      await Promise.all(turns);
    },
  };

  async function keepWorking(work: JobWork): Promise<void> {
    const { database, now, leaseMs, intervalMs = standardIntervalMs, onError } = options;
    while (!stopping.signal.aborted) {
      try {
        const job = await nextJob(database, work.kind);
        if (job !== null) {
          await runJob(database, job.id, work, {
            now,
            stopping: stopping.signal,
            onRetry: onError,
            ...(leaseMs !== undefined && { leaseMs }),
          });
        }
      } catch (error) {
        if (!stopping.signal.aborted) onError(error);
      }
      // A signal composed for each of millions of pauses would be noted for good in those that it is made of.
      await pause(intervalMs, waking.signal);
    }
  }
}

const standardIntervalMs = 1_000;
