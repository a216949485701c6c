/**
 * How many septets a text takes in the alphabet of SMS (3GPP TS 23.038, GSM 7 bit default alphabet with its extension,
 * whose characters take two); null when a character is not in it, so that the SMS would be sent as UCS-2.
 */
export function gsm7Septets(text: string): number | null {
  let septets = 0;
  for (const character of text) {
    if (basic.has(character)) septets += 1;
    else if (extension.has(character)) septets += 2;
    else return null;
  }
  return septets;
}

/**
 * The text in the alphabet of SMS: letters lose their accents where it has none for them, and what has no counterpart
 * becomes `substitute`.
 */
export function toGsm7(text: string, substitute: string): string {
  return [...text.normalize('NFC')].map((character) => toGsm7Character(character, substitute)).join('');
}

function toGsm7Character(character: string, substitute: string): string {
  if (isGsm7(character)) return character;
  const counterpart = counterparts.get(character);
  if (counterpart !== undefined) return counterpart;
  const plain = character.normalize('NFKD').replace(/\p{M}+/gu, '');
  if (plain !== '' && [...plain].every(isGsm7)) return plain;
  return /^\p{M}$/u.test(character) ? '' : substitute;
}

function isGsm7(character: string): boolean {
  return basic.has(character) || extension.has(character);
}

const basic: ReadonlySet<string> = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extension: ReadonlySet<string> = new Set('\f^{}\\[~]|€');

/** What Unicode does not take apart. */
const counterparts: ReadonlyMap<string, string> = new Map([
  ['‘', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
  ['–', '-'],
  ['—', '-'],
  ['`', "'"],
  ['ł', 'l'],
  ['Ł', 'L'],
  ['đ', 'd'],
  ['Đ', 'D'],
  ['ı', 'i'],
]);
