import type { ClientSession } from 'mongodb';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { normalizeName } from '../customer-index/normalize-name.ts';
import { mostRecords, recordsByContact } from '../customer-index/records-by-contact.ts';
import type { Database } from '../database/collections.ts';
import {
  type DeliveryRecord,
  type LoginRecord,
  loginProjection,
  toLoginRecord,
} from '../database/stored-documents.ts';
import type { Orphan } from './plan-logins.ts';

/**
 * The logins that have the phone or the e-mail of one of these: all of them, but of a contact that hundreds share, as the
 * shop's own phone is, some, and those of whoever has the name of the record as well. A page costs the same whatever others share.
 * One find, and one more when there are any; some more where a contact is shared so.
 */
export async function loginsWithContacts(
  database: Database,
  orphans: readonly Orphan[],
  settings: IndexSettings,
  session?: ClientSession,
): Promise<LoginRecord[]> {
  const options = session === undefined ? {} : { session };
  const { phones, emails } = contactsOf(orphans, settings);
  if (phones.length + emails.length === 0) return [];
  const most = mostRecords(phones.length + emails.length);
  const found = await database.indexedRecords
    .find(
      { source: 'user', $or: [{ phone: { $in: phones } }, { email: { $in: emails } }] },
      { projection: { recordId: 1 }, limit: most, batchSize: most + 1, ...options },
    )
    .toArray();
  const keys =
    found.length < most
      ? found.map(({ recordId }) => recordId)
      : await keysWithSharedContacts(database, orphans, settings, options);
  if (keys.length === 0) return [];
  const stored = await database.users
    .find(
      { _id: { $in: keys as never[] } },
      {
        ...options,
        projection: loginProjection,
        batchSize: keys.length + 1,
      },
    )
    .toArray();
  return stored.map(toLoginRecord);
}

interface Options {
  readonly session?: ClientSession;
}

async function keysWithSharedContacts(
  database: Database,
  orphans: readonly Orphan[],
  settings: IndexSettings,
  options: Options,
): Promise<unknown[]> {
  const { phones, emails } = contactsOf(orphans, settings);
  const source = 'user';
  const byPhone = await recordsByContact(database, { source, field: 'phone', contacts: phones }, options);
  const byEmail = await recordsByContact(database, { source, field: 'email', contacts: emails }, options);
  const shared = new Set([...byPhone.shared, ...byEmail.shared]);
  const namesakes = new Map<string, { contact: string; name: string }>();
  for (const { delivery } of orphans) {
    const name = normalizeName(delivery.name);
    for (const contact of contactsOfRecord(delivery, settings))
      if (shared.has(contact) && name !== '') namesakes.set(`${contact} ${name}`, { contact, name });
  }
  const keys = [...byPhone.keys, ...byEmail.keys];
  for (const { contact, name } of namesakes.values())
    keys.push(...(await keysByName(database, contact, name, options)));
  return keys;
}

/**
 * A customer's login that has a contact and a name, if there is one. Of logins without a delivery record the row of the index
 * says it; of others it may be the delivery record that has them, and so some are looked at.
 */
async function keysByName(
  { customerIndex }: Database,
  contact: string,
  name: string,
  options: Options,
): Promise<unknown[]> {
  const ofContact = contact.includes('@') ? { emails: contact } : { phones: contact };
  for (const [hasDeliveryRecord, limit] of [
    [false, 1],
    [true, mostNamesakes],
  ] as const) {
    const rows = await customerIndex
      .find(
        { ...ofContact, names: name, hasLogin: true, hasDeliveryRecord },
        { projection: { userKey: 1 }, limit, batchSize: limit + 1, ...options },
      )
      .toArray();
    if (rows.length > 0) return rows.map(({ userKey }) => userKey);
  }
  return [];
}

/** Of so many one at least has both in its login, and not in its delivery record alone. */
const mostNamesakes = 100;

/** Each phone and e-mail of these, in canonical form, once. */
export function contactsOf(
  records: readonly { readonly delivery: DeliveryRecord }[],
  { defaultPhoneRegion }: IndexSettings,
): { readonly phones: string[]; readonly emails: string[] } {
  return {
    phones: known(records.map(({ delivery }) => canonicalPhone(delivery.phone, defaultPhoneRegion))),
    emails: known(records.map(({ delivery }) => canonicalEmail(delivery.email))),
  };
}

function contactsOfRecord({ phone, email }: DeliveryRecord, { defaultPhoneRegion }: IndexSettings): string[] {
  return known([canonicalPhone(phone, defaultPhoneRegion), canonicalEmail(email)]);
}

function known(values: readonly (string | null)[]): string[] {
  return [...new Set(values)].filter((value) => value !== null);
}
