import { readIfThere } from '../../accounts/key-file.ts';
import { KeySetError, parseKeySet, type StoredKey } from '../../accounts/key-set.ts';
import { signingKeysPath } from '../../accounts/signing-keys.ts';
import type { Config } from '../../config.ts';

/** The keys as they are stored. */
export interface StoredKeys {
  readonly keys: readonly StoredKey[];
  /** Null: in the environment. */
  readonly path: string | null;
  /** What is stored, to the letter. */
  readonly text: string;
}

/** @throws KeySetError when there are none, or none that can be used. */
export async function readStoredKeys(config: Config): Promise<StoredKeys> {
  const path = signingKeysPath(config);
  const text = path === null ? config.signingKeys : await readIfThere(path);
  if (text === null) {
    throw new KeySetError(
      config.signingKeysFile === null
        ? `There are no keys yet: the first start of the gateway makes ${path}.`
        : `There is no file ${path}: customer-gateway keys new prints what it may hold.`,
    );
  }
  return { keys: await parseKeySet(text, path ?? 'SIGNING_KEYS'), path, text };
}
