import { pause } from '../database/pause.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { workOnRecovery } from './recovery-work.ts';

export interface RecoveryOptions {
  /** How often requests are looked for. Default: 1,000. */
  readonly pollMs?: number;
  /** Told when the database fails, once until it is there again; requests are not lost by it. */
  readonly onError: (error: unknown) => void;
  /** Told once a day (UTC) that no more SMS are sent for forgotten passwords, since the day's part of the budget is spent. */
  readonly onBudgetSpent: () => void;
}

/** Works on forgotten passwords beside everything else that a process does; every process may. */
export interface Recovery {
  /** Waits for the request at hand; others go on elsewhere, or at the next start. */
  stop(): Promise<void>;
}

/**
 * Looks for requests by the clock, and not when one comes: were it to begin at once, whoever asks next could tell by how
 * busy the process is whether the one before was known.
 */
export function startRecovery(dependencies: AccountsDependencies, options: RecoveryOptions): Recovery {
  const { pollMs = 1_000, onError, onBudgetSpent } = options;
  const stopping = new AbortController();
  let failing = false;
  let toldOn = '';

  function tellOfBudget(): void {
    const today = dependencies.now().toISOString().slice(0, 10);
    if (today !== toldOn) onBudgetSpent();
    toldOn = today;
  }

  async function workOnAll(): Promise<void> {
    while (!stopping.signal.aborted && (await workOnRecovery(dependencies, tellOfBudget)));
    failing = false;
  }

  async function keepWorking(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(pollMs, stopping.signal);
      await workOnAll().catch((error: unknown) => {
        if (!failing && !stopping.signal.aborted) onError(error);
        failing = true;
      });
    }
  }

  const done = keepWorking();
  return {
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
