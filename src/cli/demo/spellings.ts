import type { DemoPerson } from './demo-people.ts';

/** A stored text, a stored null, or (undefined) a field that the document lacks. */
export type StoredText = string | null | undefined;

export type PhoneSpelling =
  | 'bare'
  | 'international'
  | 'leadingZero'
  | 'landline'
  | 'unusable'
  | 'empty'
  | 'null'
  | 'missing';

/** Writes a phone as people typed it: `9876543211`, `+91 98765 43211`, `098765-43211`, and worse. */
export function spellPhone(phone: string, spelling: PhoneSpelling): StoredText {
  const [first, second] = [phone.slice(0, 5), phone.slice(5)];
  switch (spelling) {
    case 'bare':
      return phone;
    case 'international':
      return `+91 ${first} ${second}`;
    case 'leadingZero':
      return `0${first}-${second}`;
    case 'landline':
      return `020-2567 ${phone.slice(6)}`;
    case 'unusable':
      return 'ask at the gate';
    case 'empty':
      return '';
    case 'null':
      return null;
    case 'missing':
      return undefined;
  }
}

export type EmailSpelling =
  | 'plain'
  | 'mixedCase'
  | 'upperCase'
  | 'placeholder'
  | 'placeholderMixedCase'
  | 'empty'
  | 'null'
  | 'missing';

/** Writes an e-mail as it was typed, or the placeholder that the older application makes from the phone. */
export function spellEmail(person: DemoPerson, spelling: EmailSpelling): StoredText {
  switch (spelling) {
    case 'plain':
      return person.email;
    case 'mixedCase':
      return person.email.replace(/(^|[.@])[a-z]/g, (start) => start.toUpperCase());
    case 'upperCase':
      return person.email.toUpperCase();
    case 'placeholder':
      return `${person.phone}@delivery.local`;
    case 'placeholderMixedCase':
      return `${person.phone}@Delivery.Local`;
    case 'empty':
      return '';
    case 'null':
      return null;
    case 'missing':
      return undefined;
  }
}

export type NameSpelling = 'plain' | 'upperCase' | 'spaced' | 'missing';

/** Writes a name as it was typed: case and spacing are anybody's. */
export function spellName(name: string, spelling: NameSpelling): StoredText {
  switch (spelling) {
    case 'plain':
      return name;
    case 'upperCase':
      return name.toUpperCase();
    case 'spaced':
      return ` ${name.toLowerCase().replace(' ', '  ')} `;
    case 'missing':
      return undefined;
  }
}

export type TimeSpelling = 'microseconds' | 'seconds' | 'utc' | 'zulu' | 'indian' | 'null' | 'missing';

/**
 * Writes a moment as Python's `isoformat()` does: mostly without a zone, with microseconds unless they are 0.
 * The wall-clock time is the same in every spelling, so the zoned ones stand for other moments.
 */
export function spellTime(at: Date, microseconds: number, spelling: TimeSpelling): StoredText {
  const seconds = at.toISOString().slice(0, 19);
  const fine = `${seconds}.${String(microseconds).padStart(6, '0')}`;
  switch (spelling) {
    case 'microseconds':
      return fine;
    case 'seconds':
      return seconds;
    case 'utc':
      return `${fine}+00:00`;
    case 'zulu':
      return `${seconds}Z`;
    case 'indian':
      return `${fine}+05:30`;
    case 'null':
      return null;
    case 'missing':
      return undefined;
  }
}
