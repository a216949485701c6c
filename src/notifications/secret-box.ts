import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';

/** Derives the secret of one private key; undefined when there is no such key. */
export type SecretOfKey = (kid: string) => Promise<Uint8Array | undefined>;

/** Encrypts what must not be readable in the database: a dump of it opens nothing. */
export interface SecretBox {
  /** Compact JWE (RFC 7516), `dir` with A256GCM. */
  seal(secrets: Readonly<Record<string, string>>): Promise<string>;
  /** Null when the key is no longer there, or the text was changed. */
  open(sealed: string): Promise<Record<string, string> | null>;
}

/**
 * @param current The key to seal with, which may change; what older keys have sealed opens as long as they are there.
 */
export function createSecretBox(current: string | (() => string), secretOfKey: SecretOfKey): SecretBox {
  return {
    async seal(secrets) {
      const currentKid = typeof current === 'string' ? current : current();
      const key = await secretOfKey(currentKid);
      if (key === undefined) throw new Error(`There is no private key ${currentKid}.`);
      return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(secrets)))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: currentKid })
        .encrypt(key);
    },
    async open(sealed) {
      try {
        const { kid } = decodeProtectedHeader(sealed);
        const key = kid === undefined ? undefined : await secretOfKey(kid);
        if (key === undefined) return null;
        const { plaintext } = await compactDecrypt(sealed, key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return JSON.parse(new TextDecoder().decode(plaintext)) as Record<string, string>;
      } catch {
        return null;
      }
    },
  };
}
