import { join } from 'node:path';
import type { CryptoKey, JSONWebKeySet } from 'jose';
import { fileVersion, makeKeyFile, readIfThere } from './key-file.ts';
import { newKey } from './key-rotation.ts';
import {
  KeySetError,
  keySetText,
  parseKeySet,
  type ReadyKey,
  readyKeys,
  signingKeyOf,
  usedKeys,
} from './key-set.ts';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** The keys of access tokens, as they are now: those of a file change while a process runs. */
export interface SigningKeys {
  /** The one that signs: of those whose time has come the latest. */
  readonly current: SigningKey;
  /** Whether a key of that name is still used. */
  has(kid: string): boolean;
  /** The public key of that name, of all that are set; undefined when there is none. */
  verificationKey(kid: string): CryptoKey | undefined;
  /** The same, looked for in the file as well when it is not known: somebody else may have added it a moment ago. */
  findVerificationKey(kid: string): Promise<CryptoKey | undefined>;
  /** Public halves of all keys, for `/.well-known/jwks.json`. */
  publicKeySet(): JSONWebKeySet;
  /**
   * 32 bytes that whoever has the private key can derive again, different for every purpose; undefined when there is no
   * private key of that name. Default: the current key.
   */
  deriveSecret(purpose: string, kid?: string): Promise<Uint8Array | undefined>;
  /** What every private key derives for cursors, the current key's first. */
  cursorSecrets(): readonly Uint8Array[];
  /**
   * Reads the file again when it has changed; nothing where the keys are in no file.
   *
   * @throws KeySetError that says what is wrong with it: what was known before stays in use.
   */
  reload(): Promise<void>;
}

export interface SigningKeySource {
  /** The text of a JSON Web Key Set of Ed25519 keys, at least one of them private; null: none. */
  readonly signingKeys: string | null;
  /** A file that holds one, and is read again when it changes; null or absent: none. */
  readonly signingKeysFile?: string | null;
  /** Where one is generated when there is neither. */
  readonly dataDirectory: string;
  readonly production: boolean;
  readonly now?: () => Date;
}

/** Where the keys are, when they are in a file. */
export function signingKeysPath({
  signingKeys,
  signingKeysFile,
  dataDirectory,
}: SigningKeySource): string | null {
  if (signingKeys !== null) return null;
  return signingKeysFile ?? join(dataDirectory, 'signing-keys.json');
}

/**
 * Loads the keys, or generates one for development. How they are rotated is told in docs/signing-keys.md.
 *
 * @throws KeySetError that says what is wrong with the key set.
 */
export async function loadSigningKeys(source: SigningKeySource): Promise<SigningKeys> {
  const { signingKeys, signingKeysFile = null, production, now = () => new Date() } = source;
  const path = signingKeysPath(source);
  if (path === null) return openKeys(await loadText(signingKeys ?? '', 'SIGNING_KEYS'), { now });
  if (signingKeysFile === null && production)
    throw new KeySetError('SIGNING_KEYS is required in production.');
  const version = await fileVersion(path);
  const text = (await readIfThere(path)) ?? (signingKeysFile === null ? await generateInto(path) : null);
  if (text === null) throw new KeySetError(`SIGNING_KEYS_FILE: there is no file ${path}.`);
  return openKeys(await loadText(text, path), { now, file: { path, version } });
}

interface LoadedKeys {
  readonly keys: readonly ReadyKey[];
  /** By the name of the key. */
  readonly cursorSecrets: ReadonlyMap<string, Uint8Array>;
}

interface OpenOptions {
  readonly now: () => Date;
  readonly file?: { readonly path: string; readonly version: string | null };
}

function openKeys(first: LoadedKeys, { now, file }: OpenOptions): SigningKeys {
  let loaded = first;
  let version = file?.version ?? null;
  let reloading: Promise<void> | null = null;
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const known = (kid: string) => usedKeys(loaded.keys, now()).find((key) => key.kid === kid);
  const current = () => {
    const key = signingKeyOf(loaded.keys, now());
    if (key === null || key.privateKey === null) throw new KeySetError('Every signing key has been removed.');
    return { kid: key.kid, privateKey: key.privateKey };
  };

  const readAgain = async (path: string) => {
    const found = await fileVersion(path);
    // A file that is gone for a moment is being replaced.
    if (found === null || found === version) return;
    const text = await readIfThere(path);
    if (text === null) return;
    const read = await loadText(text, path);
    if (signingKeyOf(read.keys, now()) === null)
      throw new KeySetError(`${path} holds no private key that is still used.`);
    [loaded, version] = [read, found];
  };

  const keys: SigningKeys = {
    get current() {
      return current();
    },
    has: (kid) => known(kid) !== undefined,
    verificationKey: (kid) => known(kid)?.verificationKey,
    async findVerificationKey(kid) {
      const key = keys.verificationKey(kid);
      // Anybody can send tokens with names that nobody knows.
      if (key !== undefined || performance.now() - lookedAtMs < lookEveryMs) return key;
      lookedAtMs = performance.now();
      await keys.reload().catch(() => {});
      return keys.verificationKey(kid);
    },
    publicKeySet: () => ({ keys: usedKeys(loaded.keys, now()).map(({ publicJwk }) => ({ ...publicJwk })) }),
    async deriveSecret(purpose, kid = current().kid) {
      const privateKey = known(kid)?.privateKey ?? null;
      return privateKey === null ? undefined : deriveSecret(privateKey, purpose);
    },
    cursorSecrets() {
      const { kid } = current();
      const others = usedKeys(loaded.keys, now()).filter((key) => key.kid !== kid);
      const names = [kid, ...others.map((key) => key.kid)];
      return names.map((name) => loaded.cursorSecrets.get(name)).filter((secret) => secret !== undefined);
    },
    async reload() {
      if (file === undefined) return;
      reloading ??= readAgain(file.path).finally(() => {
        reloading = null;
      });
      await reloading;
    },
  };
  return keys;
}

/** A key that is not known is looked for in the file at most so often. */
const lookEveryMs = 1_000;

async function loadText(text: string, origin: string): Promise<LoadedKeys> {
  const keys = await readyKeys(await parseKeySet(text, origin), origin);
  const cursorSecrets = new Map<string, Uint8Array>();
  for (const { kid, privateKey } of keys) {
    if (privateKey !== null) cursorSecrets.set(kid, await deriveSecret(privateKey, 'cursors'));
  }
  return { keys, cursorSecrets };
}

/** Ed25519 signs one text alike every time, and nobody without the private key can. */
async function deriveSecret(privateKey: CryptoKey, purpose: string): Promise<Uint8Array> {
  const text = new TextEncoder().encode(`customer-gateway ${purpose}`);
  const signature = await crypto.subtle.sign('Ed25519', privateKey, text);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', signature));
}

async function generateInto(path: string): Promise<string> {
  return makeKeyFile(path, keySetText([await newKey(null)]));
}
