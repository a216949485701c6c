import type { SigningKeys } from './signing-keys.ts';

export interface WatchSigningKeysOptions {
  /** Default: 10 s, so that a new key is known everywhere long before it signs. */
  readonly intervalMs?: number;
  /** Told once of each new reason why the file cannot be read. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads the file of the keys again whenever it has changed. By a timer: what watches files misses changes on mounted
 * secrets and network disks.
 *
 * @returns Stops it.
 */
export function watchSigningKeys(keys: SigningKeys, options: WatchSigningKeysOptions): () => void {
  const { intervalMs = 10_000, onError } = options;
  let told = '';
  const look = () =>
    keys.reload().then(
      () => {
        told = '';
      },
      (error: unknown) => {
        if (String(error) === told) return;
        told = String(error);
        onError(error);
      },
    );
  const timer = setInterval(look, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
