import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose';

/** Why signing keys cannot be used, or not be changed, in words for whoever runs the gateway. */
export class KeySetError extends Error {
  override readonly name = 'KeySetError';
}

/** The one algorithm of signing keys. */
export const signingAlgorithm = 'EdDSA';

/** A key as it is stored: a JSON Web Key, and from when to when it is used. */
export interface StoredKey {
  readonly kid: string;
  /** Public half. */
  readonly x: string;
  /** Private half; undefined for a key that only verifies. */
  readonly d: string | undefined;
  /** From then on it signs, instead of the key before; null: always. Everybody knows it beforehand. */
  readonly signsFrom: Date | null;
  /** From then on it is as good as removed; null: never. */
  readonly removedAt: Date | null;
}

/** A key that is ready to be used. */
export interface ReadyKey extends StoredKey {
  readonly publicJwk: JWK;
  readonly verificationKey: CryptoKey;
  readonly privateKey: CryptoKey | null;
}

/**
 * Reads a JSON Web Key Set of Ed25519 keys. `nbf` and `exp`, in seconds since 1970, tell from when a key signs and when it
 * is removed; both may be absent. Its messages never repeat the text: it holds private keys.
 *
 * @param origin What the messages call it.
 * @throws KeySetError that says what is wrong with it.
 */
export async function parseKeySet(text: string, origin: string): Promise<StoredKey[]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new KeySetError(`${origin} is no JSON.`);
  }
  const keys = isObject(parsed) && Array.isArray(parsed.keys) ? (parsed.keys as unknown[]) : [];
  if (keys.length === 0) throw new KeySetError(`${origin} is no JSON Web Key Set with keys.`);
  const stored: StoredKey[] = [];
  for (const key of keys) {
    if (!isObject(key) || key.kty !== 'OKP' || key.crv !== 'Ed25519' || typeof key.x !== 'string') {
      throw new KeySetError(`${origin} holds a key that is no Ed25519 key (kty OKP, crv Ed25519).`);
    }
    const { x } = key;
    const kid = optionalText(key.kid) ?? (await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x }));
    if (stored.some((other) => other.kid === kid))
      throw new KeySetError(`${origin} holds two keys named ${kid}.`);
    const times = { signsFrom: timeOf(key.nbf, origin), removedAt: timeOf(key.exp, origin) };
    stored.push({ kid, x, d: optionalText(key.d), ...times });
  }
  return stored;
}

/** Makes stored keys ready to be used. @throws KeySetError for a damaged one, and when none is private. */
export async function readyKeys(stored: readonly StoredKey[], origin: string): Promise<ReadyKey[]> {
  const ready: ReadyKey[] = [];
  for (const key of stored) {
    const { x, d, kid } = key;
    const publicJwk = { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: signingAlgorithm };
    ready.push({
      ...key,
      publicJwk,
      verificationKey: await importEd25519(publicJwk, origin),
      privateKey: d === undefined ? null : await importEd25519({ kty: 'OKP', crv: 'Ed25519', x, d }, origin),
    });
  }
  if (ready.every(({ privateKey }) => privateKey === null))
    throw new KeySetError(`${origin} holds no private key.`);
  return ready;
}

/** The text of a key set, to be stored: in a file, or on one line as in an environment. */
export function keySetText(keys: readonly StoredKey[], form: 'file' | 'line' = 'file'): string {
  const jwks = keys.map(({ kid, x, d, signsFrom, removedAt }) => ({
    kty: 'OKP',
    crv: 'Ed25519',
    use: 'sig',
    alg: signingAlgorithm,
    kid,
    x,
    ...(d !== undefined && { d }),
    ...(signsFrom !== null && { nbf: seconds(signsFrom) }),
    ...(removedAt !== null && { exp: seconds(removedAt) }),
  }));
  return form === 'line' ? JSON.stringify({ keys: jwks }) : `${JSON.stringify({ keys: jwks }, null, 2)}\n`;
}

/** Those that are not removed yet. */
export function usedKeys<Key extends StoredKey>(keys: readonly Key[], now: Date): Key[] {
  return keys.filter(({ removedAt }) => removedAt === null || removedAt > now);
}

/**
 * The key that signs: of those whose time has come the latest, of several alike the first; where the time of none has
 * come, whichever is first. Null when none is private.
 */
export function signingKeyOf<Key extends StoredKey>(keys: readonly Key[], now: Date): Key | null {
  const own = usedKeys(keys, now).filter(({ d }) => d !== undefined);
  const began = own.filter(({ signsFrom }) => signsFrom === null || signsFrom <= now);
  const latest = Math.max(...began.map(beginning));
  return began.find((key) => beginning(key) === latest) ?? own[0] ?? null;
}

function beginning({ signsFrom }: StoredKey): number {
  return signsFrom?.getTime() ?? 0;
}

async function importEd25519(jwk: JWK, origin: string): Promise<CryptoKey> {
  const imported = await importJWK(jwk, signingAlgorithm).catch(() => null);
  if (imported === null || imported instanceof Uint8Array)
    throw new KeySetError(`${origin} holds a damaged key.`);
  return imported;
}

function timeOf(value: unknown, origin: string): Date | null {
  if (value === undefined) return null;
  const time = typeof value === 'number' ? new Date(value * 1000) : null;
  if (time === null || Number.isNaN(time.getTime())) {
    throw new KeySetError(`${origin} holds a key whose nbf or exp is no time in seconds.`);
  }
  return time;
}

function seconds(time: Date): number {
  return Math.ceil(time.getTime() / 1000);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
