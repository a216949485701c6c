import type { ClientSession, Filter } from 'mongodb';
import { phoneSpellings } from '../accounts/phone-spellings.ts';
import { mostRecords } from '../customer-index/records-by-contact.ts';
import type { Database } from '../database/collections.ts';
import type { StoredUser } from '../database/stored-documents.ts';

/**
 * The logins that have one of some phones or e-mails in a usual spelling, by `_id` as stored, asked of `users` itself: the
 * older application may have written one a moment ago, of which the index does not know. Of a phone that hundreds share,
 * some. One find, and one more there.
 *
 * @param contacts In canonical form.
 */
export async function loginKeysBySpelling(
  database: Database,
  { phones, emails }: { readonly phones: readonly string[]; readonly emails: readonly string[] },
  options: { readonly session?: ClientSession } = {},
): Promise<unknown[]> {
  const limit = mostRecords(phones.length + emails.length);
  const find = async (filter: object) => {
    const found = database.users.find(filter as Filter<StoredUser>, {
      projection: { _id: 1 },
      limit,
      batchSize: limit + 1,
      ...options,
    });
    return (await found.toArray()).map(({ _id }) => _id);
  };
  const withEmail = { email: { $in: emails } };
  const withPhone = { phone: { $in: phones.flatMap((phone) => phoneSpellings(phone, phone)) } };
  const keys = await find({ $or: [withEmail, withPhone] });
  return keys.length < limit || emails.length === 0 ? keys : [...keys, ...(await find(withEmail))];
}
