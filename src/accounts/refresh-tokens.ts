import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { SecretOfKey } from './code-digests.ts';
import type { ViewerRole } from './viewer.ts';

/** Makes refresh tokens: 43 characters that say nothing, of which the database has digests only. */
export interface RefreshTokens {
  /** A token of 256 random bits. */
  first(): string;
  /**
   * The token that one is exchanged for, the same however often it is asked for: an answer that was lost on its way can be
   * given again, without the database knowing it. Nobody makes it out of the old one without the secret of a signing key.
   *
   * @param keyId Of the key that made it before. Default: the current one.
   * @returns Null when that key is no longer there.
   */
  successorOf(token: string, keyId?: string): Promise<SuccessorToken | null>;
  /** How long a session may stay unused. */
  idleMs(use: SessionUse): number;
}

export interface SuccessorToken {
  readonly token: string;
  readonly keyId: string;
}

/** What it depends on how long a session holds. */
export interface SessionUse {
  readonly role: ViewerRole | null;
  readonly mustChangePassword: boolean;
}

export interface RefreshTokensOptions {
  /** Asked each time: keys are rotated while the gateway runs. */
  readonly currentKeyId: () => string;
  readonly secretOfKey: SecretOfKey;
  /** Of customers and delivery boys. */
  readonly idleMs: number;
  /** Of admins and analysts. */
  readonly staffIdleMs: number;
}

export function createRefreshTokens(options: RefreshTokensOptions): RefreshTokens {
  return {
    first: () => randomBytes(32).toString('base64url'),

    async successorOf(token, keyId = options.currentKeyId()) {
      const secret = await options.secretOfKey(keyId);
      if (secret === undefined) return null;
      return { token: createHmac('sha256', secret).update(token).digest('base64url'), keyId };
    },

    idleMs({ role, mustChangePassword }) {
      const ofRole = role === 'ADMIN' || role === 'ANALYST' ? options.staffIdleMs : options.idleMs;
      // Choosing a password takes minutes.
      return mustChangePassword ? Math.min(ofRole, temporaryIdleMs) : ofRole;
    },
  };
}

/** What is stored of a token; null for text that can be none. */
export function refreshTokenDigest(token: string): string | null {
  return tokenForm.test(token) ? createHash('sha256').update(token).digest('base64url') : null;
}

const tokenForm = /^[\w-]{43}$/;
const temporaryIdleMs = 24 * 60 * 60_000;
