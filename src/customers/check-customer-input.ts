import {
  canonicalEmail,
  isPlaceholderEmail,
  isWellFormedEmail,
  placeholderDomain,
} from '../customer-index/canonical-email.ts';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import { badField } from '../errors.ts';

/** A phone as typed, without white space at its ends, and in its canonical form. */
export interface CheckedPhone {
  readonly typed: string;
  readonly e164: string;
}

/** An e-mail as typed, without white space at its ends, and in its canonical form. */
export interface CheckedEmail {
  readonly typed: string;
  readonly canonical: string;
}

/** The most characters that each text of a customer takes. */
export const maxLengths = { name: 200, phone: 40, email: 254, address: 500, area: 100 } as const;

/** @throws AppError BAD_USER_INPUT (`name`) without a letter or digit of any script, with control characters, or too long. */
export function checkName(typed: string): string {
  const name = checkText('name', typed);
  if (!/[\p{L}\p{N}]/u.test(name.replace(fillers, ''))) throw badField('name', 'A customer needs a name.');
  return name;
}

/** @throws AppError BAD_USER_INPUT (`phone`) for what is no valid number of any region. */
export function checkPhone(typed: string, defaultRegion: PhoneRegion): CheckedPhone {
  const text = checkText('phone', typed);
  // The digits of a placeholder would be read as one.
  const e164 = text.includes('@') ? null : canonicalPhone(text, defaultRegion);
  if (e164 === null) throw badField('phone', 'This is no valid phone number of any region.');
  return { typed: text, e164 };
}

/** @throws AppError BAD_USER_INPUT (`email`) for what is no address, and for a placeholder, to which nothing can be sent. */
export function checkEmail(typed: string): CheckedEmail {
  const text = checkText('email', typed);
  if (isPlaceholderEmail(text)) {
    throw badField('email', `Addresses of ${placeholderDomain} are placeholders. Leave the e-mail out.`);
  }
  const canonical = canonicalEmail(text);
  if (canonical === null || !isWellFormedEmail(canonical)) {
    throw badField('email', 'This is no e-mail address.');
  }
  return { typed: text, canonical };
}

/** @throws AppError BAD_USER_INPUT (`address`) when empty, too long, or with control characters but line feeds. */
export function checkAddress(typed: string): string {
  return checkFilled('address', typed);
}

/** @throws AppError BAD_USER_INPUT (`area`) when empty, too long, or with control characters. */
export function checkArea(typed: string): string {
  return checkFilled('area', typed);
}

function checkFilled(field: 'address' | 'area', typed: string): string {
  const text = checkText(field, typed);
  if (text === '') throw badField(field, `The ${field} must not be empty.`);
  return text;
}

function checkText(field: keyof typeof maxLengths, typed: string): string {
  // Before anything reads it as a whole: a text of a megabyte is refused at once.
  if (typed.length > 4 * maxLengths[field]) throw tooLong(field);
  const text = typed.trim();
  if ([...text].length > maxLengths[field]) throw tooLong(field);
  if ((field === 'address' ? controlsButLines : controls).test(text)) {
    throw badField(field, `The ${field} has characters that are not text.`);
  }
  return text;
}

function tooLong(field: keyof typeof maxLengths) {
  return badField(field, `The ${field} takes at most ${maxLengths[field]} characters.`);
}

/** Control characters, halves of surrogate pairs, and marks that turn the direction of what follows in a message. */
const controls = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
const controlsButLines = /(?![\n\r\t])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
/** Letters that show nothing. */
const fillers = /[\u115f\u1160\u3164\uffa0]/gu;
