import { apostrophes, foldCase, normalizeName } from './normalize-name.ts';

/**
 * Words of a name as they are searched by prefix; `"Anne-Marie"` is found as `anne`, `marie` and `annemarie`, `"D’Souza"` as
 * `dsouza` and `souza`, `"Straße"` also as `strasse`.
 */
export function wordsOfName(name: string | null): string[] {
  if (name === null) return [];
  const joined = foldCase(name)
    .split(/\s+/)
    .map((part) => normalizeName(part).replaceAll(' ', ''));
  const apart = normalizeName(name.replace(apostrophes, ' ')).split(' ');
  const words = [
    ...normalizeName(name).split(' '),
    ...joined,
    // The D of D’Souza and the s of Mary’s are the beginning of too much.
    ...apart.filter((word) => word.length > 1),
  ];
  return wordsOnce([...words, ...words.map(spelledOut)]);
}

/** Latin letters that are no others with an accent, as they are typed where keyboards have none of them. */
export function spelledOut(lowerCase: string): string {
  return lowerCase.replace(/[ßæœøđłþ]/g, (letter) => spellings[letter] ?? letter);
}

const spellings: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  þ: 'th',
};

/** An e-mail as it is searched: whole, and by the words before its @; the domain is everybody's. */
export function wordsOfEmail(email: string): string[] {
  const [local = ''] = email.split('@', 1);
  return wordsOnce([email, ...normalizeName(local).split(' ')]);
}

/** Digits of a phone as people begin to type them: with and without the country code. */
export function wordsOfPhone(phoneE164: string, nationalNumber: string): string[] {
  return wordsOnce([phoneE164.replace('+', ''), nationalNumber]);
}

/** An id as it is searched: without punctuation, and, unless that says it all as it does of a uuid, as it is written. */
export function wordsOfId(id: string): string[] {
  return wordsOnce([wordOfId(id), ...(uuidForm.test(id) ? [] : [foldCase(id).trim()])]);
}

const uuidForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** An id in lower case, without punctuation. */
export function wordOfId(id: string): string {
  return normalizeName(id).replaceAll(' ', '');
}

/** Longer words are cut: an index key has a limit, and nobody types more. */
export const maxWordLength = 100;

function wordsOnce(words: string[]): string[] {
  return [...new Set(words.map((word) => word.slice(0, maxWordLength)))].filter((word) => word !== '');
}
