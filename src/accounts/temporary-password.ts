import { randomInt } from 'node:crypto';

/** Twelve characters drawn evenly (69 bits), none of which can be read as another. Satisfies ASVS 5, 6.4.1 with an expiry. */
export function temporaryPassword(): string {
  return Array.from({ length: 12 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** Without 0 O o, 1 I i l L. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';
