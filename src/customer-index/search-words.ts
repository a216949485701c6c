import { foldCase, normalizeName } from './normalize-name.ts';

/** Words of a name as they are searched by prefix; `"Anne-Marie"` is found as `anne`, `marie` and `annemarie`. */
export function wordsOfName(name: string | null): string[] {
  if (name === null) return [];
  const joined = foldCase(name)
    .split(/\s+/)
    .map((part) => normalizeName(part).replaceAll(' ', ''));
  return wordsOnce([...normalizeName(name).split(' '), ...joined]);
}

/** An e-mail as it is searched: whole, and by the words before its @; the domain is everybody's. */
export function wordsOfEmail(email: string): string[] {
  const [local = ''] = email.split('@', 1);
  return wordsOnce([email, ...normalizeName(local).split(' ')]);
}

/** Digits of a phone as people begin to type them: with and without the country code. */
export function wordsOfPhone(phoneE164: string, nationalNumber: string): string[] {
  return wordsOnce([phoneE164.replace('+', ''), nationalNumber]);
}

/** An id in the form in which it is searched: lower case, without punctuation. */
export function wordOfId(id: string): string {
  return normalizeName(id).replaceAll(' ', '');
}

/** Longer words are cut: an index key has a limit, and nobody types more. */
const maxWordLength = 100;

function wordsOnce(words: string[]): string[] {
  return [...new Set(words.map((word) => word.slice(0, maxWordLength)))].filter((word) => word !== '');
}
