/**
 * The ids that a typed text may be: the text itself, and of a uuid, whose case says nothing, it in lower and in upper case.
 * The text as typed comes first. Every other id is what it is, letter by letter.
 */
export function idSpellings(typed: string): string[] {
  return uuid.test(typed) ? [...new Set([typed, typed.toLowerCase(), typed.toUpperCase()])] : [typed];
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
