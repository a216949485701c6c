import type { Filter } from 'mongodb';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import type { Database, IndexedRecord } from '../database/collections.ts';
import {
  type LoginRecord,
  loginProjection,
  type StoredUser,
  toLoginRecord,
} from '../database/stored-documents.ts';
import { loginsFilter } from './login-filter.ts';
import { phoneSpellings } from './phone-spellings.ts';

/** A login together with its hash: for log-in alone, see `loginProjection`. */
export interface LoginWithHash {
  readonly login: LoginRecord;
  /** `password_hash` as stored: may be missing or anything. */
  readonly passwordHash: unknown;
}

/** What of a login is read to check its password. */
export const loginWithHashProjection = { ...loginProjection, password_hash: 1 } as const;

export function toLoginWithHash(stored: StoredUser): LoginWithHash {
  return { login: toLoginRecord(stored), passwordHash: stored.password_hash };
}

/**
 * The one login meant by an e-mail, phone or id; null when there is none, and when there are several, as for the phone of a
 * household: none of them is ever picked. Three finds, whatever is asked for.
 */
export async function findLogin(
  database: Database,
  identifier: string,
  defaultPhoneRegion: PhoneRegion,
): Promise<LoginWithHash | null> {
  const [first, ...others] = await findLogins(database, identifier, defaultPhoneRegion);
  return first !== undefined && others.length === 0 ? first : null;
}

/**
 * Every login meant by an e-mail, phone or id; of more than twenty, some. They are looked for in the index and, since the
 * older application may have written one a moment ago, by the usual spellings in `users` itself. Three finds, whatever is
 * asked for.
 */
export async function findLogins(
  database: Database,
  identifier: string,
  defaultPhoneRegion: PhoneRegion,
): Promise<LoginWithHash[]> {
  const wanted = readIdentifier(identifier, defaultPhoneRegion);
  const [indexed, spelled] = await Promise.all([
    database.indexedRecords
      .find(wanted.indexFilter, { projection: { recordId: 1 } })
      .limit(maxCandidates)
      .toArray(),
    database.users
      .find(wanted.usersFilter, { projection: loginWithHashProjection })
      .limit(maxCandidates)
      .toArray(),
  ]);
  const known = await database.users
    .find(loginsFilter(indexed.map((record) => record.recordId)), {
      projection: loginWithHashProjection,
    })
    .toArray();
  const distinct = new Map<string, LoginWithHash>();
  for (const found of [...spelled, ...known].map(toLoginWithHash)) {
    if (wanted.isMeant(found.login)) distinct.set(found.login.key, found);
  }
  return [...distinct.values()];
}

/** Two already mean "several"; a few more, since the index may hold records that have changed. */
const maxCandidates = 20;

interface WantedLogin {
  readonly indexFilter: Filter<IndexedRecord>;
  readonly usersFilter: Filter<StoredUser>;
  /** Decides on the document itself. */
  isMeant(login: LoginRecord): boolean;
}

/**
 * Text with an @ is an e-mail and never a phone, or `9876543211@delivery.local` would be one. Ids are for members of a
 * household who share their phone and have no e-mail: nothing else tells them apart.
 */
function readIdentifier(identifier: string, defaultPhoneRegion: PhoneRegion): WantedLogin {
  const typed = identifier.length > maxIdentifierLength ? '' : identifier.trim();
  if (uuidForm.test(typed)) {
    // Its case says nothing; what is stored in another than these two is known as it is typed.
    const id = typed.toLowerCase();
    return {
      indexFilter: { _id: { $in: [] } },
      usersFilter: { id: { $in: [...new Set([id, typed, typed.toUpperCase()])] } },
      isMeant: (login) => login.id?.toLowerCase() === id,
    };
  }
  const email = canonicalEmail(typed);
  const phone = typed.includes('@') ? null : canonicalPhone(typed, defaultPhoneRegion);
  if (phone !== null) {
    return {
      indexFilter: { source: 'user', phone },
      usersFilter: { phone: { $in: phoneSpellings(typed, phone) } },
      isMeant: (login) => canonicalPhone(login.phone, defaultPhoneRegion) === phone,
    };
  }
  const spellings = email === null ? [] : [...new Set([typed, email])];
  return {
    indexFilter: { source: 'user', email: { $in: email === null ? [] : [email] } },
    usersFilter: { email: { $in: spellings } },
    isMeant: (login) => email !== null && canonicalEmail(login.email) === email,
  };
}

const uuidForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** An e-mail has at most 254 characters; some are left for white space around it. */
export const maxIdentifierLength = 300;
