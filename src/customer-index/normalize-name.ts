/**
 * A name as it is compared and ordered: compatibility forms unified, accents removed, lower case, apostrophes dropped,
 * every other run of punctuation and white space one space. `"  Renée O’Brien-Das "` becomes `"renee obrien das"`.
 */
export function normalizeName(typed: string | null): string {
  if (typed === null) return '';
  return foldCase(typed).replace(apostrophes, '').replace(separators, ' ').trim();
}

/** Lower case without accents; scripts whose marks are vowels (Devanagari, Tamil …) keep them. */
export function foldCase(text: string): string {
  return text.normalize('NFKD').replace(latinMarks, '').toLowerCase().normalize('NFC');
}

const latinMarks = /[\u0300-\u036f]/g;
const apostrophes = /['’‘ʼ`]/g;
const separators = /[^\p{L}\p{N}\p{M}]+/gu;
