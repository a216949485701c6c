/**
 * A name as it is compared and ordered: compatibility forms unified, accents removed, lower case, apostrophes dropped,
 * every other run of punctuation and white space one space. `"  Renée O’Brien-Das "` becomes `"renee obrien das"`.
 */
export function normalizeName(typed: string | null): string {
  if (typed === null) return '';
  return foldCase(typed).replace(apostrophes, '').replace(separators, ' ').trim();
}

/**
 * Lower case without accents; scripts whose marks are vowels (Devanagari, Tamil …) keep them. Signs that are not seen, such
 * as joiners between letters, and what chooses the looks of a letter or an emoji, are dropped: they would cut a word in two.
 * So are Arabic's marks for short vowels and its stretched line, which are written or not as one likes.
 */
export function foldCase(text: string): string {
  return text.normalize('NFKD').replace(droppedMarks, '').toLowerCase().normalize('NFC');
}

const droppedMarks = /[\u0300-\u036f]|\p{Cf}|[\ufe00-\ufe0f]|\u20e3|\u0640|[\u064b-\u0652]|\u0670/gu;
/** Written within a word. */
export const apostrophes = /['’‘ʼ`]/g;
const separators = /[^\p{L}\p{N}\p{M}]+/gu;
