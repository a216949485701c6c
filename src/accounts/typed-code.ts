import { randomInt } from 'node:crypto';

/** A code that somebody types from a message. Drawn evenly: 39 bits, so whoever takes it allows few attempts. */
export function newTypedCode(): string {
  return Array.from({ length: codeLength }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** A code as it was drawn, of one typed in any case, with spaces or dashes; null for what can be none. */
export function readTypedCode(typed: string): string | null {
  if (typed.length > maxTypedLength) return null;
  const code = typed.replace(/[\s\p{Pd}]/gu, '').toUpperCase();
  return code.length === codeLength && [...code].every((character) => alphabet.includes(character))
    ? code
    : null;
}

const codeLength = 8;
/** Without 0 O, 1 I L; in one case, since people type codes as they like. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const maxTypedLength = 40;
