import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** The keys of access tokens. */
export interface SigningKeys {
  /** The first private key: it signs. */
  readonly current: SigningKey;
  /** The public key of that name, of all that are set; undefined when there is none. */
  verificationKey(kid: string): CryptoKey | undefined;
  /** Public halves of all keys, for `/.well-known/jwks.json`. */
  publicKeySet(): JSONWebKeySet;
  /**
   * 32 bytes that whoever has the private key can derive again, different for every purpose; undefined when there is no
   * private key of that name. Default: the current key.
   */
  deriveSecret(purpose: string, kid?: string): Promise<Uint8Array | undefined>;
}

export interface SigningKeySource {
  /** The text of a JSON Web Key Set of Ed25519 keys, at least one of them private; null: generated into `dataDirectory`. */
  readonly signingKeys: string | null;
  readonly dataDirectory: string;
  readonly production: boolean;
}

/**
 * Loads the keys, or generates one for development. To rotate, put the new key behind the old one, restart every
 * process, then put it first; take the old one away once its last token has expired (15 minutes).
 *
 * @throws Error that says what is wrong with the key set.
 */
export async function loadSigningKeys(source: SigningKeySource): Promise<SigningKeys> {
  if (source.signingKeys !== null) return parseKeySet(source.signingKeys, 'SIGNING_KEYS');
  if (source.production) throw new Error('SIGNING_KEYS is required in production.');
  const path = join(source.dataDirectory, 'signing-keys.json');
  return parseKeySet((await readIfThere(path)) ?? (await generateInto(source.dataDirectory, path)), path);
}

async function parseKeySet(text: string, origin: string): Promise<SigningKeys> {
  const jwks = parseJwks(text, origin);
  const verificationKeys = new Map<string, CryptoKey>();
  const publicJwks: JWK[] = [];
  const privateKeys = new Map<string, CryptoKey>();
  let current: SigningKey | undefined;
  for (const jwk of jwks) {
    const kid = jwk.kid ?? (await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x: jwk.x }));
    if (verificationKeys.has(kid)) throw new Error(`${origin} holds two keys named ${kid}.`);
    const publicJwk = { kty: 'OKP', crv: 'Ed25519', x: jwk.x, kid, use: 'sig', alg: algorithm };
    verificationKeys.set(kid, await importEd25519(publicJwk, origin));
    publicJwks.push(publicJwk);
    if (jwk.d === undefined) continue;
    const privateKey = await importEd25519({ kty: 'OKP', crv: 'Ed25519', x: jwk.x, d: jwk.d }, origin);
    privateKeys.set(kid, privateKey);
    current ??= { kid, privateKey };
  }
  if (current === undefined) throw new Error(`${origin} holds no private key.`);
  const currentKid = current.kid;
  return {
    current,
    async deriveSecret(purpose, kid = currentKid) {
      const privateKey = privateKeys.get(kid);
      return privateKey && deriveSecret(privateKey, purpose);
    },
    verificationKey: (kid) => verificationKeys.get(kid),
    publicKeySet: () => ({ keys: publicJwks.map((jwk) => ({ ...jwk })) }),
  };
}

/** Ed25519 signs one text alike every time, and nobody without the private key can. */
async function deriveSecret(privateKey: CryptoKey, purpose: string): Promise<Uint8Array> {
  const text = new TextEncoder().encode(`customer-gateway ${purpose}`);
  const signature = await crypto.subtle.sign('Ed25519', privateKey, text);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', signature));
}

interface Ed25519Jwk {
  readonly x: string;
  readonly d: string | undefined;
  readonly kid: string | undefined;
}

/** Error messages must not repeat the text: it holds private keys. */
function parseJwks(text: string, origin: string): Ed25519Jwk[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(`${origin} is no JSON.`);
  }
  const keys = isObject(parsed) && Array.isArray(parsed.keys) ? (parsed.keys as unknown[]) : [];
  if (keys.length === 0) throw new Error(`${origin} is no JSON Web Key Set with keys.`);
  return keys.map((key) => {
    if (!isObject(key) || key.kty !== 'OKP' || key.crv !== 'Ed25519' || typeof key.x !== 'string') {
      throw new Error(`${origin} holds a key that is no Ed25519 key (kty OKP, crv Ed25519).`);
    }
    return { x: key.x, d: optionalText(key.d), kid: optionalText(key.kid) };
  });
}

async function importEd25519(jwk: JWK, origin: string): Promise<CryptoKey> {
  const imported = await importJWK(jwk, algorithm).catch(() => null);
  if (imported === null || imported instanceof Uint8Array) throw new Error(`${origin} holds a damaged key.`);
  return imported;
}

/**
 * A new key in a file that only its owner reads. The file appears whole or not at all, and of two processes that start
 * at once both use the one that came first.
 */
async function generateInto(directory: string, path: string): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  await mkdir(directory, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(
      `${JSON.stringify({ keys: [{ ...jwk, kid, use: 'sig', alg: algorithm }] }, null, 2)}\n`,
    );
    await file.sync();
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

const algorithm = 'EdDSA';
