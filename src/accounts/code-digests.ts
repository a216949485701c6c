import { createHmac, timingSafeEqual } from 'node:crypto';

/** Derives the secret of one private key; undefined when there is no such key. */
export type SecretOfKey = (kid: string) => Promise<Uint8Array | undefined>;

/**
 * Digests of codes that are short enough to be typed. Whoever has a dump of the database could try every such code
 * against a plain digest within minutes, so these are made with a secret that is not in it.
 */
export interface CodeDigests {
  /** @param purpose Whom and what the code is for: the digest holds for nothing else. */
  digest(purpose: string, code: string): Promise<string>;
  /** Takes as long whether it matches or not. False when the key is no longer there. */
  matches(purpose: string, code: string, digest: string): Promise<boolean>;
}

/**
 * @param current The key to make digests with, which may change; those of older keys are compared as long as the keys
 *   are there.
 */
export function createCodeDigests(current: string | (() => string), secretOfKey: SecretOfKey): CodeDigests {
  const hmac = (secret: Uint8Array, purpose: string, code: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([purpose, code]))
      .digest();
  return {
    async digest(purpose, code) {
      const currentKid = typeof current === 'string' ? current : current();
      const secret = await secretOfKey(currentKid);
      if (secret === undefined) throw new Error(`There is no private key ${currentKid}.`);
      return `${hmac(secret, purpose, code).toString('hex')} ${currentKid}`;
    },
    async matches(purpose, code, digest) {
      const hexEnds = digest.indexOf(' ');
      const secret = await secretOfKey(digest.slice(hexEnds + 1));
      if (secret === undefined) return false;
      const wanted = hmac(secret, purpose, code);
      const stored = Buffer.from(digest.slice(0, hexEnds), 'hex');
      return stored.length === wanted.length && timingSafeEqual(stored, wanted);
    },
  };
}
