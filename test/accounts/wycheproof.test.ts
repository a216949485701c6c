import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type CryptoKey,
  compactVerify,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import { describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../src/accounts/access-tokens.ts';
import { loadSigningKeys, type SigningKeys } from '../../src/accounts/signing-keys.ts';

const issuer = 'https://gateway.example';
const startMs = Date.parse('2026-03-01T10:00:00.000Z');
const refusal = { code: 'UNAUTHENTICATED' };
const bearer = { loginKey: '665f1c2ab3d4e5f60718293a', sessionId: '3f0c9a52-7f1e-4a67-9a0e-0d1c2b3a4f5e' };

const ours = { ...(await exportJWK((await newEd25519()).privateKey)), kid: 'ours' };
const ourKeys = await keysOf(ours);

/** The gateway's tokens; with another lookup, which knows a key by any name. */
function tokens(verificationKey: SigningKeys['verificationKey'] = ourKeys.verificationKey) {
  return createAccessTokens({
    keys: { ...ourKeys, verificationKey },
    issuer,
    now: () => new Date(startMs),
  });
}

describe("Wycheproof's signed texts", () => {
  const vectors = readVectors('wycheproof-jws').map((vector) => ({ ...vector, jws: String(vector.jws) }));

  it('are all there', () => {
    expect(vectors.filter(({ result }) => result === 'invalid')).toHaveLength(355);
    expect(vectors.filter(({ result }) => result === 'valid').map(({ key }) => key.alg)).toEqual([
      ...['HS256', 'ES256', 'RS256', 'PS256'],
    ]);
  });

  it('are none of them an access token, not even to a gateway that knew their keys', async () => {
    for (const { key, jws, id } of vectors) {
      const known = await importJWK(key, algorithmOf(jws) ?? key.alg).catch(() => undefined);
      const accepted = tokens(() => known as CryptoKey).verify(jws);
      await expect(accepted, `vector ${id}`).rejects.toMatchObject(refusal);
    }
  });

  it('were read as they are meant: the library by itself accepts those that are valid', async () => {
    for (const { key, jws, id } of vectors.filter(({ result }) => result === 'valid')) {
      const known = await importJWK(key, key.alg);
      await expect(compactVerify(jws, known), `vector ${id}`).resolves.toBeDefined();
    }
  });

  it('come with keys that no gateway signs or verifies with', async () => {
    for (const key of new Map(vectors.map((vector) => [JSON.stringify(vector.key), vector.key])).values()) {
      await expect(keysOf(ours, key), JSON.stringify(key)).rejects.toThrow('no Ed25519 key');
    }
  });
});

describe('a token with every claim right', () => {
  const claims = { sid: bearer.sessionId, sub: bearer.loginKey, iss: issuer, aud: 'customer-gateway' };
  const times = { iat: startMs / 1000, exp: startMs / 1000 + 900 };
  const signed = (alg: string, key: CryptoKey | Uint8Array) =>
    new SignJWT({ ...claims, ...times }).setProtectedHeader({ alg, typ: 'at+jwt', kid: 'ours' }).sign(key);

  it.each(['ES256', 'ES384', 'RS256', 'PS256'])(
    'is refused when it is signed by %s, though the key is known',
    async (alg) => {
      const pair = await generateKeyPair(alg);
      const token = await signed(alg, pair.privateKey);
      await expect(compactVerify(token, pair.publicKey)).resolves.toBeDefined();
      await expect(tokens(() => pair.publicKey).verify(token)).rejects.toMatchObject(refusal);
    },
  );

  it.each(['HS256', 'HS512'])('is refused when its %s secret is what the gateway publishes', async (alg) => {
    const [published] = ourKeys.publicKeySet().keys;
    const text = JSON.stringify(published);
    for (const secret of [
      Buffer.from(String(published?.x), 'base64url'),
      Buffer.from(text),
      createHash('sha512').update(text).digest(),
    ]) {
      const token = await signed(alg, padded(secret));
      await expect(tokens().verify(token)).rejects.toMatchObject(refusal);
      const asSecret = () => padded(secret) as unknown as CryptoKey;
      await expect(tokens(asSecret).verify(token)).rejects.toMatchObject(refusal);
    }
  });

  it('is accepted when the gateway signed it, and by its algorithm alone', async () => {
    const pair = await newEd25519();
    const token = await signed('EdDSA', pair.privateKey);
    await expect(tokens(() => pair.publicKey).verify(token)).resolves.toMatchObject(bearer);
    const named = await signed('Ed25519', pair.privateKey);
    await expect(tokens(() => pair.publicKey).verify(named)).rejects.toMatchObject(refusal);
  });
});

describe("a good token that was changed as Wycheproof's are", () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const changes: Record<string, (head: string, body: string, signature: string) => string> = {
    'no signature': (head, body) => `${head}.${body}.`,
    'no signature and no dot': (head, body) => `${head}.${body}`,
    'no payload': (head, _body, signature) => `${head}..${signature}`,
    'no header': (_head, body, signature) => `.${body}.${signature}`,
    'an empty part more': (head, body, signature) => `${head}.${body}.${signature}.`,
    'a part more': (head, body, signature) => `${head}.${body}.${signature}.foo`,
    'JSON serialization': (head, body, signature) =>
      JSON.stringify({ payload: body, signatures: [{ protected: head, signature }] }),
    'flattened JSON serialization': (head, body, signature) =>
      JSON.stringify({ payload: body, protected: head, signature }),
    'a question mark in the signature': (head, body, signature) => `${head}.${body}.?${signature}`,
    'a question mark in the payload': (head, body, signature) => `${head}.?${body}.${signature}`,
    'other characters in the header': (head, body, signature) => `${head}####.${body}.${signature}`,
    'a signature of zeros': (head, body) => `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
    'a signature that was cut': (head, body, signature) => `${head}.${body}.${signature.slice(0, -2)}`,
    'a signature with zeros behind': (head, body, signature) => `${head}.${body}.${signature}AAAA`,
    'a signature whose S is larger by the order of the group': (head, body, signature) =>
      `${head}.${body}.${withLargerS(signature)}`,
    'a header that names no algorithm': (head, body, signature) =>
      `${rewritten(head, { alg: 'none' })}.${body}.${signature}`,
    'a header that names another algorithm': (head, body, signature) =>
      `${rewritten(head, { alg: 'HS256' })}.${body}.${signature}`,
  };

  it.each(Object.entries(changes))('is refused: %s', async (_what, change) => {
    const [head = '', body = '', signature = ''] = (await tokens().issue(bearer)).accessToken.split('.');
    const changed = change(head, body, signature);
    expect(changed).not.toBe(`${head}.${body}.${signature}`);
    await expect(tokens().verify(changed)).rejects.toMatchObject(refusal);
  });

  function withLargerS(signature: string): string {
    const bytes = Buffer.from(signature, 'base64url');
    const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order;
    const larger = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
    return Buffer.concat([bytes.subarray(0, 32), larger]).toString('base64url');
  }

  function rewritten(head: string, changed: object): string {
    const header = JSON.parse(Buffer.from(head, 'base64url').toString());
    return Buffer.from(JSON.stringify({ ...header, ...changed })).toString('base64url');
  }
});

it("Wycheproof's Ed25519 signatures are accepted and refused as they should be, by keys as the gateway imports them", async () => {
  const vectors = readVectors('wycheproof-ed25519');
  const counts = { valid: 0, invalid: 0 };
  for (const { key, msg, sig, result, id } of vectors) {
    const known = (await keysOf(ours, { ...key, kid: 'theirs' })).verificationKey('theirs');
    const signature = Buffer.from(String(sig), 'hex');
    const holds = await crypto.subtle.verify(
      'Ed25519',
      known as CryptoKey,
      signature,
      Buffer.from(String(msg), 'hex'),
    );
    expect(holds ? 'valid' : 'invalid', `vector ${id}`).toBe(result);
    counts[result] += 1;
  }
  expect(counts).toEqual({ valid: 18, invalid: 63 });
});

interface Vector {
  readonly id: number;
  readonly result: 'valid' | 'invalid';
  readonly key: JWK;
  readonly jws?: string;
  readonly msg?: string;
  readonly sig?: string;
}

/** The vectors of a file, each with the key of the last line before it that has one. */
function readVectors(name: string): Vector[] {
  const lines = readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const vectors: Vector[] = [];
  let key: JWK = {};
  for (const line of lines) {
    const parsed = JSON.parse(line);
    if (parsed.key !== undefined) key = parsed.key;
    else vectors.push({ ...parsed, key });
  }
  return vectors;
}

function algorithmOf(jws: string): string | undefined {
  try {
    const { alg } = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString());
    return typeof alg === 'string' ? alg : undefined;
  } catch {
    return undefined;
  }
}

/** HMAC secrets have at least the length of their digest. */
function padded(secret: Uint8Array): Uint8Array {
  return Buffer.concat([secret, Buffer.alloc(Math.max(0, 64 - secret.length))]);
}

function newEd25519() {
  return generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
}

function keysOf(...jwks: JWK[]): Promise<SigningKeys> {
  return loadSigningKeys({
    signingKeys: JSON.stringify({ keys: jwks }),
    dataDirectory: '',
    production: true,
  });
}
