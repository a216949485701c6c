import { createPublicKey, type JsonWebKey, sign } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { type AccessTokensOptions, createAccessTokens } from '../../src/accounts/access-tokens.ts';
import { loadSigningKeys } from '../../src/accounts/signing-keys.ts';

const issuer = 'https://gateway.example';
const bearer = { loginKey: '665f1c2ab3d4e5f60718293a', sessionId: '3f0c9a52-7f1e-4a67-9a0e-0d1c2b3a4f5e' };
const refusal = { code: 'UNAUTHENTICATED' };
const startMs = Date.parse('2026-03-01T10:00:00.000Z');

const ours = await newKey('ours');
const keys = await keysOf(ours);

function tokensAt(clock: { ms: number }, options: Partial<AccessTokensOptions> = {}) {
  return createAccessTokens({ keys, issuer, now: () => new Date(clock.ms), ...options });
}

describe('an access token', () => {
  it('tells its bearer, for 15 minutes', async () => {
    const tokens = tokensAt({ ms: startMs });
    const { accessToken, expiresAt } = await tokens.issue(bearer);
    expect(expiresAt).toEqual(new Date(startMs + 15 * 60_000));
    expect(await tokens.verify(accessToken)).toEqual({ ...bearer, expiresAt });
  });

  it.each([
    ['seen for the first time', false],
    ['remembered', true],
  ])('%s is accepted to its last second and refused one second after it', async (_case, seen) => {
    const clock = { ms: startMs };
    const tokens = tokensAt(clock);
    const { accessToken } = await tokens.issue(bearer);
    if (seen) await tokens.verify(accessToken);
    clock.ms = startMs + 15 * 60_000 - 1;
    await (seen ? tokens : tokensAt(clock)).verify(accessToken);
    clock.ms += 1;
    await expect((seen ? tokens : tokensAt(clock)).verify(accessToken)).rejects.toMatchObject(refusal);
    clock.ms += 1_000;
    await expect((seen ? tokens : tokensAt(clock)).verify(accessToken)).rejects.toMatchObject(refusal);
  });

  it('that is remembered costs no signature check, and remembering is bounded', async () => {
    let checks = 0;
    const counting = {
      ...keys,
      verificationKey: (kid: string) => {
        checks += 1;
        return keys.verificationKey(kid);
      },
    };
    const tokens = tokensAt({ ms: startMs }, { keys: counting, maxRemembered: 2 });
    const issued = await Promise.all(
      ['a', 'b', 'c'].map((sessionId) => tokens.issue({ ...bearer, sessionId })),
    );
    const [first, second, third] = issued.map(({ accessToken }) => accessToken) as [string, string, string];
    for (const token of [first, first, second, second]) await tokens.verify(token);
    expect(checks).toBe(2);
    for (const token of [third, first]) await tokens.verify(token);
    expect(checks).toBe(4);
  });

  it('of a key that signed before a rotation goes on being accepted', async () => {
    const { accessToken } = await tokensAt({ ms: startMs }).issue(bearer);
    const rotated = tokensAt({ ms: startMs }, { keys: await keysOf(await newKey('next'), ours) });
    expect(await rotated.verify(accessToken)).toMatchObject(bearer);
  });
});

describe('refused with UNAUTHENTICATED', () => {
  const claims = { sid: bearer.sessionId, sub: bearer.loginKey, iss: issuer, aud: 'customer-gateway' };
  const times = { iat: startMs / 1000, exp: startMs / 1000 + 900 };
  const header = { alg: 'EdDSA', typ: 'at+jwt', kid: 'ours' };

  it('is what this helper makes, only where it differs from a good token', async () => {
    expect(await tokensAt({ ms: startMs }).verify(await signed({}, {}))).toMatchObject(bearer);
  });

  const wrongClaims: [string, Record<string, unknown>][] = [
    ['another issuer', { iss: 'https://other.example' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'another-service' }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['a subject that is no text', { sub: { $ne: null } }],
    ['no session', { sid: undefined }],
    ['a session that is no text', { sid: { $ne: null } }],
    ['no expiry', { exp: undefined }],
    ['an expiry that is no number', { exp: '9999999999' }],
    ['no time of issue', { iat: undefined }],
    ['a time before which it does not hold', { nbf: startMs / 1000 + 60 }],
  ];
  it.each(wrongClaims)('is a token with %s', async (_what, changed) => {
    await expectRefused(await signed({}, changed));
  });

  it.each([
    ['of another type', { typ: 'JWT' }],
    ['of the type of a refresh token', { typ: 'rt+jwt' }],
    ['without a type', { typ: undefined }],
    ['of a key that is not known', { kid: 'theirs' }],
    ['without the name of a key', { kid: undefined }],
    ['with an extension that must be understood', { crit: ['urn:ours'], 'urn:ours': 1 }],
  ])('is a token %s', async (_what, changed) => {
    await expectRefused(await signed(changed, {}));
  });

  it('is a token of algorithm none', async () => {
    const unsecured = new UnsecuredJWT({ ...claims, ...times }).encode();
    await expectRefused(unsecured);
    const [, body = ''] = unsecured.split('.');
    for (const alg of ['none', 'None', 'NONE']) await expectRefused(`${part({ ...header, alg })}.${body}.`);
  });

  it('is a token whose HMAC secret is our public key', async () => {
    const publicKey = createPublicKey({ key: ours as JsonWebKey, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    const forged = await new SignJWT({ ...claims, ...times })
      .setProtectedHeader({ ...header, alg: 'HS256' })
      .sign(new TextEncoder().encode(String(publicKey)));
    await expectRefused(forged);
  });

  it('is a token signed by another key under the name of ours', async () => {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const forged = await new SignJWT({ ...claims, ...times }).setProtectedHeader(header).sign(privateKey);
    await expectRefused(forged);
  });

  it('is a token that brings its own key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const forged = await new SignJWT({ ...claims, ...times })
      .setProtectedHeader({ ...header, kid: 'mine', jwk: await exportJWK(publicKey) })
      .sign(privateKey);
    await expectRefused(forged);
  });

  it('is a token of which any part was changed', async () => {
    const good = await signed({}, {});
    const [head = '', body = '', signature = ''] = good.split('.');
    const otherBody = part({ ...claims, ...times, sub: 'somebody-else' });
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    for (const forged of [
      `${head}.${otherBody}.${signature}`,
      `${part({ ...header, extra: 1 })}.${body}.${signature}`,
      `${head}.${body}.${flipped}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${good}.${signature}`,
    ]) {
      await expectRefused(forged);
    }
  });

  it('is any text that is no token', async () => {
    for (const text of ['', '.', '..', 'null', 'a.b.c', 'x'.repeat(5_000)]) await expectRefused(text);
  });

  async function signed(changedHeader: object, changedClaims: object): Promise<string> {
    const head = part({ ...header, ...changedHeader });
    const body = part({ ...claims, ...times, ...changedClaims });
    const signature = sign(null, Buffer.from(`${head}.${body}`), { key: ours as JsonWebKey, format: 'jwk' });
    return `${head}.${body}.${signature.toString('base64url')}`;
  }

  async function expectRefused(token: string): Promise<void> {
    await expect(tokensAt({ ms: startMs }).verify(token)).rejects.toMatchObject(refusal);
  }
});

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
}

function keysOf(...jwks: JWK[]) {
  return loadSigningKeys({
    signingKeys: JSON.stringify({ keys: jwks }),
    dataDirectory: '',
    production: true,
  });
}
