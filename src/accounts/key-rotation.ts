import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { KeySetError, type StoredKey, signingAlgorithm, signingKeyOf, usedKeys } from './key-set.ts';

export interface RotationOptions {
  readonly now: Date;
  /** So long the new key is only known, until everybody knows it; then it signs. */
  readonly delayMs: number;
  /** So long the old one is kept once it signs no more; see `keptAfterMs`. */
  readonly keepMs: number;
}

export interface Rotation {
  readonly keys: readonly StoredKey[];
  readonly added: StoredKey;
  /** Names of the keys that are gone, since nothing made with them can be in use. */
  readonly dropped: readonly string[];
}

/** How long `keys rotate` lets a key be known before it signs, in ms: processes that read a file, and clients of the JWKS. */
export const publishedBeforeMs = 10 * 60_000;
/** The same where the keys are in the environment, and every process has to be started anew. */
export const deployedBeforeMs = 60 * 60_000;

/**
 * How long a key is needed once it signs no more: access tokens last minutes, but passwords in messages that wait are
 * encrypted by it, and codes for links, which hold a week, are compared by it.
 */
export function keptAfterMs(temporaryPasswordLifetimeMs: number): number {
  return Math.max(temporaryPasswordLifetimeMs, weekMs) + dayMs;
}

/**
 * A new key beside the others, which signs once everybody knows it; the one that signs until then is kept as long as
 * something made with it can be in use.
 *
 * @throws KeySetError while a new key waits for its time.
 */
export async function rotateKeys(
  keys: readonly StoredKey[],
  { now, delayMs, keepMs }: RotationOptions,
): Promise<Rotation> {
  const waiting = keys.find(({ d, signsFrom }) => d !== undefined && signsFrom !== null && signsFrom > now);
  if (waiting !== undefined) {
    throw new KeySetError(
      `The key ${waiting.kid} is new already: it signs from ${waiting.signsFrom?.toISOString()}. Rotate again after that.`,
    );
  }
  // Stored in whole seconds.
  const signsFrom = new Date(Math.ceil((now.getTime() + delayMs) / 1000) * 1000);
  const added = await newKey(signsFrom);
  const removedAt = new Date(signsFrom.getTime() + keepMs);
  const used = usedKeys(keys, now);
  const kept = used.map((key) => (key.removedAt === null ? { ...key, removedAt } : key));
  return {
    keys: [added, ...kept],
    added,
    dropped: keys.filter((key) => !used.includes(key)).map(({ kid }) => kid),
  };
}

/** A new key alone, which signs at once: everything made with the others is refused from now on. */
export async function replaceKeys(keys: readonly StoredKey[]): Promise<Rotation> {
  const added = await newKey(null);
  return { keys: [added], added, dropped: keys.map(({ kid }) => kid) };
}

/** A new private key. */
export async function newKey(signsFrom: Date | null): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { crv: 'Ed25519', extractable: true });
  const { x = '', d } = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x });
  return { kid, x, d, signsFrom, removedAt: null };
}

/** What a key does now, in a few words. */
export function keyState(key: StoredKey, keys: readonly StoredKey[], now: Date): string {
  const { d, signsFrom, removedAt } = key;
  if (removedAt !== null && removedAt <= now) return `expired ${removedAt.toISOString()}`;
  const until = removedAt === null ? '' : ` until ${removedAt.toISOString()}`;
  if (key === signingKeyOf(keys, now)) return `signs${until}`;
  if (d !== undefined && signsFrom !== null && signsFrom > now)
    return `signs from ${signsFrom.toISOString()}`;
  return `kept${until}`;
}

const dayMs = 24 * 60 * 60_000;
const weekMs = 7 * dayMs;
