import { type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import { AppError } from '../errors.ts';
import { BoundedMap } from './bounded-map.ts';
import type { SigningKeys } from './signing-keys.ts';

/** What an access token says of its bearer. */
export interface AccessTokenClaims {
  /** `sub`: record key of the login. */
  readonly loginKey: string;
  /** `sid`. */
  readonly sessionId: string;
  /** `exp`. */
  readonly expiresAt: Date;
}

export interface IssuedAccessToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

export interface AccessTokens {
  /** How long a token holds. */
  readonly lifetimeMs: number;
  issue(bearer: { readonly loginKey: string; readonly sessionId: string }): Promise<IssuedAccessToken>;
  /** @throws AppError UNAUTHENTICATED for any token that this gateway has not issued, and for one that has expired. */
  verify(accessToken: string): Promise<AccessTokenClaims>;
}

export interface AccessTokensOptions {
  readonly keys: SigningKeys;
  /** `iss`: where the gateway is reached. */
  readonly issuer: string;
  /** Whole seconds. Default: 15 minutes. */
  readonly lifetimeMs?: number;
  readonly now: () => Date;
  /** Tokens whose signature was checked and need not be again. Default: 5,000. */
  readonly maxRemembered?: number;
}

/** `aud` of every access token. */
export const accessTokenAudience = 'customer-gateway';

/** Signs and verifies access tokens: JWTs (RFC 9068) with an Ed25519 signature, checked as RFC 8725 asks. */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { keys, issuer, now } = options;
  const lifetimeSeconds = Math.floor((options.lifetimeMs ?? 15 * 60_000) / 1000);
  const remembered = new BoundedMap<string, RememberedToken>(options.maxRemembered ?? 5_000);

  const verificationKey = async ({ kid }: JWTHeaderParameters) => {
    if (kid === undefined) throw new Error('Signed by a key without a name.');
    const key = keys.verificationKey(kid) ?? (await keys.findVerificationKey(kid));
    if (key === undefined) throw new Error('Signed by a key that is not known.');
    return key;
  };

  return {
    lifetimeMs: lifetimeSeconds * 1000,

    async issue({ loginKey, sessionId }) {
      const issuedAt = Math.floor(now().getTime() / 1000);
      const { kid, privateKey } = keys.current;
      const accessToken = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm, typ: tokenType, kid })
        .setIssuer(issuer)
        .setAudience(accessTokenAudience)
        .setSubject(loginKey)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey);
      return { accessToken, expiresAt: new Date((issuedAt + lifetimeSeconds) * 1000) };
    },

    async verify(accessToken) {
      if (accessToken.length > maxTokenLength) throw notAccepted();
      const known = remembered.get(accessToken);
      if (known !== undefined) {
        // Its key may have been removed since.
        if (!keys.has(known.kid)) throw notAccepted();
        return stillValid(known.claims, now());
      }
      const { payload, protectedHeader } = await jwtVerify(accessToken, verificationKey, {
        algorithms: [algorithm],
        typ: tokenType,
        issuer,
        audience: accessTokenAudience,
        requiredClaims: ['exp', 'iat', 'sub', 'sid'],
        currentDate: now(),
      }).catch(() => {
        throw notAccepted();
      });
      const { sub, sid, exp } = payload;
      if (typeof sub !== 'string' || typeof sid !== 'string' || exp === undefined) throw notAccepted();
      const claims = { loginKey: sub, sessionId: sid, expiresAt: new Date(exp * 1000) };
      remembered.set(accessToken, { claims, kid: protectedHeader.kid ?? '' });
      return claims;
    },
  };
}

interface RememberedToken {
  readonly claims: AccessTokenClaims;
  /** Name of the key that has signed it. */
  readonly kid: string;
}

const algorithm = 'EdDSA';
/** RFC 9068: no other kind of token is taken for an access token, nor the other way round. */
const tokenType = 'at+jwt';
/** Ours have about 400 characters; `sub` may be longer where `_id` is an odd value. */
const maxTokenLength = 4_096;

function stillValid(claims: AccessTokenClaims, now: Date): AccessTokenClaims {
  if (now.getTime() >= claims.expiresAt.getTime()) throw notAccepted();
  return claims;
}

/** One message for every reason: whoever sends a token that was never valid learns nothing from it. */
function notAccepted(): AppError {
  return new AppError('UNAUTHENTICATED', 'The access token is not valid or has expired. Log in again.');
}
