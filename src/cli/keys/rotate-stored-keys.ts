import { replaceKeyFile } from '../../accounts/key-file.ts';
import {
  deployedBeforeMs,
  keptAfterMs,
  publishedBeforeMs,
  type Rotation,
  replaceKeys,
  rotateKeys,
} from '../../accounts/key-rotation.ts';
import { KeySetError, keySetText } from '../../accounts/key-set.ts';
import type { Config } from '../../config.ts';
import { readStoredKeys } from './stored-keys.ts';

export interface RotateOptions {
  /** Minutes that the new key is known before it signs. */
  readonly after?: number;
  /** The next set is printed, also where a file could be written. */
  readonly print?: boolean;
  readonly compromised?: boolean;
}

export interface RotatedKeys {
  /** For people; nothing of it is secret. */
  readonly told: readonly string[];
  /** The next key set, with its private keys; null when it was written into its file. */
  readonly printed: string | null;
}

/** Rotates the keys where they are stored, or says what has to be stored next. @throws KeySetError */
export async function rotateStoredKeys(
  config: Config,
  { after, print = false, compromised = false }: RotateOptions,
  now: Date,
): Promise<RotatedKeys> {
  const { keys, path, text } = await readStoredKeys(config);
  const delayMs =
    after === undefined ? (path === null ? deployedBeforeMs : publishedBeforeMs) : after * 60_000;
  const keepMs = keptAfterMs(config.temporaryPasswordLifetimeMs);
  const rotation = compromised ? await replaceKeys(keys) : await rotateKeys(keys, { now, delayMs, keepMs });
  const told = whatHappens(rotation);
  if (path === null || print) {
    const where = path === null ? 'as SIGNING_KEYS of every process, and restart them' : `in ${path}`;
    const by = rotation.added.signsFrom === null ? 'now' : `before ${rotation.added.signsFrom.toISOString()}`;
    return {
      told: [...told, `Nothing is stored yet. Store what is printed ${where}, ${by}. It holds private keys.`],
      printed: keySetText(rotation.keys, 'line'),
    };
  }
  await write(path, text, keySetText(rotation.keys));
  return {
    told: [...told, `${path} is written; running gateways read it within 10 seconds.`],
    printed: null,
  };
}

async function write(path: string, before: string, text: string): Promise<void> {
  try {
    await replaceKeyFile(path, before, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !notWritable.has(code)) throw error;
    throw new KeySetError(`${path} cannot be replaced (${code}). --print prints what it has to hold next.`);
  }
}

const notWritable = new Set(['EACCES', 'EBUSY', 'EPERM', 'EROFS', 'EXDEV']);

function whatHappens({ keys, added, dropped }: Rotation): string[] {
  const from = added.signsFrom === null ? 'now on' : added.signsFrom.toISOString();
  return [
    `The new key ${added.kid} signs from ${from}.`,
    ...keys
      .filter((key) => key !== added)
      .map(
        ({ kid, removedAt }) =>
          `The key ${kid} is kept until ${removedAt?.toISOString() ?? 'it is removed'}.`,
      ),
    ...dropped.map((kid) => `The key ${kid} is dropped.`),
  ];
}
