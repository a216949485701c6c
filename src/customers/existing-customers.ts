import type { ClientSession, Filter } from 'mongodb';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import type { CustomerIndexRow } from '../customer-index/customer-index-row.ts';
import type { IndexSettings } from '../customer-index/customer-index-rows.ts';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { readAccountFacts, readNeighbourhood } from '../customer-index/neighbourhood.ts';
import { normalizeName } from '../customer-index/normalize-name.ts';
import { recordsByContact } from '../customer-index/records-by-contact.ts';
import { passwordFacts } from '../customer-index/temporary-password-state.ts';
import type { Database, IndexedRecord } from '../database/collections.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import type { IdentifierKind } from './customer-enums.ts';
import type { CustomerSource } from './customer-view.ts';
import {
  type LoginContacts,
  loginKeysBySpelling,
  mostSpelled,
  spelledFilter,
} from './login-keys-by-spelling.ts';
import { sourceOf } from './source-of.ts';

/** By what somebody might be known already, in canonical form. */
export interface Contact {
  readonly phoneE164: string | null;
  readonly email: string | null;
}

/** A contact, and who of the many who may share it is looked for by name, as typed, or by the customer's id. */
export interface LookedForContact extends Contact {
  readonly name?: string | null;
  readonly customerId?: string | null;
}

/** Everybody who has one of some phones and e-mails. */
export interface ExistingPeople {
  readonly customers: readonly CustomerSource[];
  /** Logins of every role, staff included. */
  readonly logins: readonly LoginRecord[];
  /** Phones and e-mails that hundreds share: not everybody who has one of these is among them. */
  readonly shared: ReadonlySet<string>;
  /** Logins found in `users` itself, by `_id` as stored: of these the index may not know yet. */
  readonly spelled: readonly unknown[];
}

export interface ExistingOptions {
  readonly session?: ClientSession;
  /** What was found in `users` itself a moment ago: they are read again, and no others are looked for there. */
  readonly spelled?: readonly unknown[];
}

/** A customer who may be the one that is meant, and what they have in common. */
export interface Candidate {
  readonly source: CustomerSource;
  readonly matchedBy: IdentifierKind[];
}

/**
 * Everybody who has a phone or e-mail of these contacts, as the stored records say now, whatever the index says: all of them,
 * but of a contact that hundreds share some, of which there are a login and a delivery record where it has any, and whoever
 * has the name or the id that is looked for. Delivery records are found by the index, logins in usual spellings whatever it
 * knows. One command when there is nobody, the usual case; two in a transaction, where a session is given, and one there where
 * `spelled` says what the other would find.
 */
export async function findExisting(
  database: Database,
  contacts: readonly LookedForContact[],
  lookingOptions: ExistingOptions = {},
): Promise<ExistingPeople> {
  const { session } = lookingOptions;
  const options = session === undefined ? {} : { session };
  const phones = known(contacts.map((contact) => contact.phoneE164));
  const emails = known(contacts.map((contact) => contact.email));
  if (phones.length + emails.length === 0) return nobody;
  const { indexed, spelled, most } = await lookUp(database, { phones, emails }, lookingOptions);
  if (indexed.length + spelled.length === 0) return nobody;
  const keysOf = (source: 'user' | 'v2') =>
    indexed.filter((record) => record.source === source).map((record) => record.recordId);
  const { shared, loginKeys, deliveryKeys } =
    indexed.length < most
      ? { loginKeys: keysOf('user'), deliveryKeys: keysOf('v2'), shared: nobody.shared }
      : await seedsOfSharedContacts(database, contacts, options);
  const seeds = { loginKeys: [...loginKeys, ...spelled], deliveryKeys };
  const records = await readNeighbourhood(database, seeds, options);
  const accounts = await readAccountFacts(database, records.logins, session);
  const customers = linkCustomers(records).map((customer) =>
    sourceOf(customer, passwordFacts(customer.login && accounts.get(customer.login.key), customer.login)),
  );
  return { customers, logins: records.logins, shared, spelled };
}

/** Records that the index knows by a contact, and logins that have one whatever it knows. */
async function lookUp(
  database: Database,
  contacts: LoginContacts,
  { session, spelled: foundBefore }: ExistingOptions,
): Promise<{ indexed: FoundRecord[]; spelled: readonly unknown[]; most: number }> {
  const { indexedRecords, users } = database;
  const most = mostSpelled(contacts);
  const filter = { $or: [{ phone: { $in: contacts.phones } }, { email: { $in: contacts.emails } }] };
  const projection = { source: 1, recordId: 1 } as const;
  if (session !== undefined) {
    // A transaction takes no $unionWith.
    const indexed = await indexedRecords
      .find(filter as Filter<IndexedRecord>, { projection, limit: most, batchSize: most + 1, session })
      .toArray();
    const spelled = foundBefore ?? (await loginKeysBySpelling(database, contacts, { session }));
    return { indexed, spelled, most };
  }
  const found = await indexedRecords
    .aggregate<FoundRecord | { recordId: unknown; source: 'spelled' }>(
      [
        { $match: filter },
        { $limit: most },
        { $project: projection },
        {
          $unionWith: {
            coll: users.collectionName,
            pipeline: [
              { $match: spelledFilter(contacts) },
              { $limit: most },
              { $project: { recordId: '$_id', source: { $literal: 'spelled' } } },
            ],
          },
        },
      ],
      { batchSize: 2 * most + 1 },
    )
    .toArray();
  const indexed = found.filter((record) => record.source !== 'spelled');
  const spelled = found.filter(({ source }) => source === 'spelled').map(({ recordId }) => recordId);
  const isComplete = spelled.length < most;
  return { indexed, spelled: isComplete ? spelled : await loginKeysBySpelling(database, contacts), most };
}

type FoundRecord = Pick<IndexedRecord, 'source' | 'recordId'>;

const nobody: ExistingPeople = { customers: [], logins: [], shared: new Set(), spelled: [] };

async function seedsOfSharedContacts(
  database: Database,
  contacts: readonly LookedForContact[],
  options: { readonly session?: ClientSession },
): Promise<{ loginKeys: unknown[]; deliveryKeys: unknown[]; shared: ReadonlySet<string> }> {
  const phones = known(contacts.map((contact) => contact.phoneE164));
  const emails = known(contacts.map((contact) => contact.email));
  const shared = new Set<string>();
  const keysOf = async (source: 'user' | 'v2') => {
    const byPhone = await recordsByContact(database, { source, field: 'phone', contacts: phones }, options);
    const byEmail = await recordsByContact(database, { source, field: 'email', contacts: emails }, options);
    for (const contact of [...byPhone.shared, ...byEmail.shared]) shared.add(contact);
    return [...byPhone.keys, ...byEmail.keys];
  };
  const seeds = { loginKeys: await keysOf('user'), deliveryKeys: await keysOf('v2'), shared };
  for (const contact of contacts) {
    const rows = await rowsLookedFor(database, contact, shared, options);
    seeds.loginKeys.push(...rows.map(({ userKey }) => userKey).filter((key) => key !== undefined));
    seeds.deliveryKeys.push(...rows.map(({ v2Key }) => v2Key).filter((key) => key !== undefined));
  }
  return seeds;
}

/** Of those who share a contact, whoever has the name or the id that is looked for. */
async function rowsLookedFor(
  { customerIndex }: Database,
  { phoneE164, email, name = null, customerId = null }: LookedForContact,
  shared: ReadonlySet<string>,
  options: { readonly session?: ClientSession },
): Promise<Pick<CustomerIndexRow, 'userKey' | 'v2Key'>[]> {
  const contacts = [
    ...(phoneE164 !== null && shared.has(phoneE164) ? [{ phones: phoneE164 }] : []),
    ...(email !== null && shared.has(email) ? [{ emails: email }] : []),
  ];
  const nameKey = normalizeName(name);
  const people = [
    ...(nameKey === '' ? [] : [{ names: nameKey }]),
    ...(customerId === null ? [] : [{ ids: customerId }]),
  ];
  if (contacts.length === 0) return [];
  const rows: Pick<CustomerIndexRow, 'userKey' | 'v2Key'>[] = [];
  // One after the other: of many with the name, whoever has the id must not be left out.
  for (const person of people) {
    const found = customerIndex.find(
      { ...person, $or: contacts },
      { projection: { userKey: 1, v2Key: 1 }, limit: maxLookedFor, batchSize: maxLookedFor + 1, ...options },
    );
    rows.push(...(await found.toArray()));
  }
  return rows;
}

/** Those of them who have this phone or this e-mail; what else agrees is named, too. */
export function candidatesFor(
  { customers }: ExistingPeople,
  wanted: Contact & { readonly name: string | null },
  settings: IndexSettings,
): Candidate[] {
  const name = normalizeName(wanted.name);
  return customers.flatMap((source) => {
    const halves = [source.delivery, source.login].filter((half) => half !== null);
    const matchedBy: IdentifierKind[] = [];
    if (halves.some((half) => hasEmail(half, wanted.email))) matchedBy.push('EMAIL');
    if (halves.some((half) => hasPhone(half, wanted.phoneE164, settings))) matchedBy.push('PHONE');
    if (matchedBy.length === 0) return [];
    if (name !== '' && halves.some((half) => normalizeName(half.name) === name)) matchedBy.push('NAME');
    return [{ source, matchedBy }];
  });
}

/** Which parts of a contact another login has: two logins with one e-mail or phone could both not log in by it. */
export function takenByLogins(
  { logins }: ExistingPeople,
  contact: Contact,
  settings: IndexSettings,
  except: LoginRecord | null = null,
): { readonly email: boolean; readonly phone: boolean } {
  const others = logins.filter((login) => login.key !== except?.key);
  return {
    email: others.some((login) => hasEmail(login, contact.email)),
    phone: others.some((login) => hasPhone(login, contact.phoneE164, settings)),
  };
}

/** More with the same contact and the same name are no help to whoever has to choose. */
const maxLookedFor = 40;

function known(values: readonly (string | null)[]): string[] {
  return [...new Set(values)].filter((value) => value !== null);
}

function hasEmail(half: LoginRecord | DeliveryRecord, email: string | null): boolean {
  return email !== null && canonicalEmail(half.email) === email;
}

function hasPhone(
  half: LoginRecord | DeliveryRecord,
  phoneE164: string | null,
  { defaultPhoneRegion }: IndexSettings,
): boolean {
  return phoneE164 !== null && canonicalPhone(half.phone, defaultPhoneRegion) === phoneE164;
}
