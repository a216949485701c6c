import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSigningKeys } from '../../src/accounts/signing-keys.ts';

let dataDirectory: string;
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'signing-keys-'));
});
afterEach(() => rm(dataDirectory, { recursive: true, force: true }));

const load = (signingKeys: string | null, production = false) =>
  loadSigningKeys({ signingKeys, dataDirectory, production });

describe('keys that are generated', () => {
  it('are in a file that only its owner can read, and nothing else is left behind', async () => {
    await load(null);
    expect(await readdir(dataDirectory)).toEqual(['signing-keys.json']);
    expect((await stat(join(dataDirectory, 'signing-keys.json'))).mode & 0o777).toBe(0o600);
  });

  it('are the same after a restart', async () => {
    const first = await load(null);
    expect((await load(null)).current.kid).toBe(first.current.kid);
  });

  it('are the same in processes that start at once', async () => {
    const started = await Promise.all(Array.from({ length: 20 }, () => load(null)));
    expect(new Set(started.map((keys) => keys.current.kid)).size).toBe(1);
    expect(await readdir(dataDirectory)).toEqual(['signing-keys.json']);
  });

  it('make the data directory when it is not there yet', async () => {
    const missing = join(dataDirectory, 'not', 'yet');
    await loadSigningKeys({ signingKeys: null, dataDirectory: missing, production: false });
    expect(await readdir(missing)).toEqual(['signing-keys.json']);
  });

  it('are refused in production', async () => {
    await expect(load(null, true)).rejects.toThrow('SIGNING_KEYS');
    expect(await readdir(dataDirectory)).toEqual([]);
  });

  it('are never replaced when their file is damaged', async () => {
    await writeFile(join(dataDirectory, 'signing-keys.json'), '{"keys": [');
    await expect(load(null)).rejects.toThrow('no JSON');
    expect(await readFile(join(dataDirectory, 'signing-keys.json'), 'utf8')).toBe('{"keys": [');
  });
});

describe('a key set', () => {
  it('signs with its first private key and verifies with every one', async () => {
    const [retired, first, second] = [await newKey('retired'), await newKey('first'), await newKey('second')];
    const keys = await load(keySet(publicHalf(retired), first, second), true);
    expect(keys.current.kid).toBe('first');
    for (const kid of ['retired', 'first', 'second']) expect(keys.verificationKey(kid)).toBeDefined();
    expect(keys.verificationKey('other')).toBeUndefined();
  });

  it('is published without any private part', async () => {
    const keys = await load(keySet(await newKey('first'), await newKey('second')));
    for (const key of keys.publicKeySet().keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    }
  });

  it('names a key without a name by its thumbprint', async () => {
    const { kid: _, ...nameless } = await newKey('');
    const [one, other] = [await load(keySet(nameless)), await load(keySet(nameless))];
    expect(one.current.kid).toMatch(/^[\w-]{43}$/);
    expect(other.current.kid).toBe(one.current.kid);
  });

  it('is refused when it is not usable, without its text in the message', async () => {
    const key = await newKey('first');
    const unusable = [
      'secret-text',
      '{}',
      '{"keys": []}',
      '{"keys": ["secret-text"]}',
      keySet(publicHalf(key)),
      keySet(key, key),
      keySet({ ...key, crv: 'X25519' }),
      keySet({ ...key, x: 'secret-text' }),
      keySet({ ...key, d: 'secret-text' }),
      keySet({ kty: 'oct', k: 'secret-text' }),
    ];
    for (const text of unusable) {
      const refusal = await load(text).then(
        () => 'accepted',
        (error: Error) => error.message,
      );
      expect(refusal).toMatch(/^SIGNING_KEYS /);
      expect(refusal).not.toContain('secret-text');
    }
  });
});

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
}

function publicHalf({ d: _, ...key }: JWK): JWK {
  return key;
}

function keySet(...keys: JWK[]): string {
  return JSON.stringify({ keys });
}
