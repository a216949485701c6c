import type { ClientSession } from 'mongodb';
import { canonicalEmail, isWellFormedEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import type { Database } from '../database/collections.ts';
import { loginProjection, toLoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import { loginFilter } from './login-filter.ts';
import { phoneSpellings } from './phone-spellings.ts';

/** What is typed of somebody who is to work here. */
export interface StaffContactInput {
  readonly name: string;
  readonly email: string;
  /** In any spelling; null or empty for none. */
  readonly phone: string | null;
}

/** The same, once it was checked. */
export interface StaffContact {
  readonly name: string;
  /** In canonical form. */
  readonly email: string;
  /** As typed, without white space at its ends. */
  readonly phone: string | null;
  readonly phoneE164: string | null;
}

/** What a refusal says of the field that it is about, such as `{ argument: 'input', field: 'email' }`. */
export type FieldDetails = (field: keyof StaffContactInput) => Readonly<Record<string, unknown>>;

/** @throws AppError BAD_USER_INPUT (`name`, `email`, `phone`); a placeholder is no e-mail. */
export function checkStaffContact(
  input: StaffContactInput,
  defaultPhoneRegion: PhoneRegion,
  detailsOf: FieldDetails,
): StaffContact {
  const refused = (field: keyof StaffContactInput, message: string) =>
    new AppError('BAD_USER_INPUT', message, detailsOf(field));
  const name = input.name.length > 4 * maxNameLength ? '' : input.name.trim();
  if (!/[\p{L}\p{N}]/u.test(name) || [...name].length > maxNameLength || controls.test(name)) {
    throw refused('name', `A name has 1 to ${maxNameLength} characters, a letter or digit among them.`);
  }
  const email = canonicalEmail(input.email);
  if (email === null || !isWellFormedEmail(email)) {
    throw refused('email', 'This is no e-mail address to which anything can be sent.');
  }
  const phone = input.phone?.trim() ?? '';
  const phoneE164 = controls.test(phone) ? null : canonicalPhone(phone, defaultPhoneRegion);
  if (phone !== '' && phoneE164 === null) throw refused('phone', 'This is no valid phone number.');
  return { name, email, phone: phone === '' ? null : phone, phoneE164 };
}

/**
 * A login with this e-mail or phone makes both unreachable by it: nobody is picked out of several. In a transaction that
 * has touched the claims of both. Two commands.
 *
 * @throws AppError CONFLICT (`email`, `phone`) when another login has it in any spelling, a customer's too.
 */
export async function refuseTakenContact(
  database: Database,
  { email, phone, phoneE164 }: StaffContact,
  defaultPhoneRegion: PhoneRegion,
  detailsOf: FieldDetails,
  session: ClientSession,
): Promise<void> {
  const indexed = await database.indexedRecords
    .find(
      { source: 'user', $or: [{ email }, ...(phoneE164 === null ? [] : [{ phone: phoneE164 }])] },
      { session, projection: { recordId: 1 } },
    )
    .toArray();
  const phones = phoneE164 === null ? [] : phoneSpellings(phone ?? phoneE164, phoneE164);
  const stored = await database.users
    .find(
      {
        $or: [
          loginFilter({ $in: indexed.map((record) => record.recordId) }),
          { email },
          { phone: { $in: phones } },
        ],
      },
      { session, projection: loginProjection },
    )
    .toArray();
  const logins = stored.map(toLoginRecord);
  if (logins.some((login) => canonicalEmail(login.email) === email)) {
    throw new AppError('CONFLICT', 'Another login has this e-mail.', detailsOf('email'));
  }
  if (
    phoneE164 !== null &&
    logins.some((login) => canonicalPhone(login.phone, defaultPhoneRegion) === phoneE164)
  ) {
    throw new AppError('CONFLICT', 'Another login has this phone.', detailsOf('phone'));
  }
}

const maxNameLength = 200;
/** Control characters and halves of surrogate pairs. */
const controls = /[\p{Cc}\p{Cs}]/u;
