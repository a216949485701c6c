import type { PasswordHasher } from '../accounts/password-hasher.ts';
import { temporaryPassword } from '../accounts/temporary-password.ts';
import { pause } from '../database/pause.ts';
import { AppError } from '../errors.ts';

/** A password that is nobody's yet. */
export interface MintedPassword {
  readonly password: string;
  readonly passwordHash: string;
}

/** Makes temporary passwords ahead, on as many threads as hashes may have, so that log-ins wait for one of them at most. */
export interface PasswordMint {
  /**
   * Up to `count` of them: at least one, and as many as there are after `budgetMs`; none once `stopping` fires.
   *
   * @param more Whether others are wanted afterwards: these are begun at once.
   */
  take(options: {
    readonly count: number;
    readonly budgetMs: number;
    readonly more: boolean;
    readonly stopping: AbortSignal;
  }): Promise<MintedPassword[]>;
}

export function createPasswordMint(hasher: Pick<PasswordHasher, 'hash' | 'concurrency'>): PasswordMint {
  const ready: MintedPassword[] = [];
  let minting = 0;
  let failure: unknown = null;
  let tell = () => {};

  async function mintOne(): Promise<void> {
    minting += 1;
    try {
      const password = temporaryPassword();
      ready.push({ password, passwordHash: await hasher.hash(password) });
    } catch (error) {
      failure = error;
    } finally {
      minting -= 1;
      tell();
    }
  }

  function mintUpTo(count: number): void {
    while (minting < hasher.concurrency && ready.length + minting < count) void mintOne();
  }

  return {
    async take({ count, budgetMs, more, stopping }) {
      const deadline = performance.now() + budgetMs;
      while (ready.length < count && !(ready.length > 0 && performance.now() >= deadline)) {
        if (stopping.aborted) return [];
        mintUpTo(count);
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
        if (failure === null) continue;
        const error = failure;
        failure = null;
        // Log-ins have filled the queue: they come first.
        if (!(error instanceof AppError && error.code === 'RATE_LIMITED')) throw error;
        await pause(refusedPauseMs, stopping);
      }
      const taken = ready.splice(0, count);
      if (more) mintUpTo(hasher.concurrency);
      return taken;
    },
  };
}

const refusedPauseMs = 200;
