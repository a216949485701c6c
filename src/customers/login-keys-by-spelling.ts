import type { ClientSession, Document, Filter } from 'mongodb';
import { phoneSpellings } from '../accounts/phone-spellings.ts';
import { mostRecords } from '../customer-index/records-by-contact.ts';
import type { Database } from '../database/collections.ts';
import type { StoredUser } from '../database/stored-documents.ts';

/** Canonical phones and e-mails. */
export interface LoginContacts {
  readonly phones: readonly string[];
  readonly emails: readonly string[];
}

/**
 * The logins that have one of some phones or e-mails in a usual spelling, by `_id` as stored, asked of `users` itself: the
 * older application may have written one a moment ago, of which the index does not know. Of a phone that hundreds share,
 * some. One find, and one more there.
 */
export async function loginKeysBySpelling(
  database: Database,
  contacts: LoginContacts,
  options: { readonly session?: ClientSession } = {},
): Promise<unknown[]> {
  const limit = mostSpelled(contacts);
  const find = async (filter: Document) => {
    const found = database.users.find(filter as Filter<StoredUser>, {
      projection: { _id: 1 },
      limit,
      batchSize: limit + 1,
      ...options,
    });
    return (await found.toArray()).map(({ _id }) => _id);
  };
  const keys = await find(spelledFilter(contacts));
  const mayBeCut = keys.length === limit && contacts.emails.length > 0;
  return mayBeCut ? [...keys, ...(await find({ email: { $in: contacts.emails } }))] : keys;
}

/** The logins of `loginKeysBySpelling`, by one of their contacts. */
export function spelledFilter({ phones, emails }: LoginContacts): Document {
  const spellings = phones.flatMap((phone) => phoneSpellings(phone, phone));
  return { $or: [{ email: { $in: emails } }, { phone: { $in: spellings } }] };
}

/** So many of them are read at once. */
export function mostSpelled({ phones, emails }: LoginContacts): number {
  return mostRecords(phones.length + emails.length);
}
