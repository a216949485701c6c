import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { canonicalEmail } from './canonical-email.ts';
import { canonicalPhone, nationalDigits, type PhoneRegion } from './canonical-phone.ts';
import { type CustomerIndexRow, lastName, unknownTime } from './customer-index-row.ts';
import { customerValues } from './customer-values.ts';
import { type LinkedCustomer, linkCustomers, type StoredRecords } from './link-graph.ts';
import { normalizeName } from './normalize-name.ts';
import { wordsOfEmail, wordsOfId, wordsOfName, wordsOfPhone } from './search-words.ts';
import { passwordFacts, type TemporaryPassword } from './temporary-password-state.ts';

/** What `accounts` says of a login that its row needs. */
export type AccountFacts = TemporaryPassword;

/** Stored records that decide about one another, see `linkCustomers`. */
export interface Neighbourhood extends StoredRecords {
  /** By the login's record key. */
  readonly accounts: ReadonlyMap<string, AccountFacts>;
}

export interface IndexSettings {
  /** Region of phones without a country code, ISO 3166 (`IN`). */
  readonly defaultPhoneRegion: PhoneRegion;
  /** IANA zone of stored times without a zone. */
  readonly legacyTimezone: string;
}

/**
 * The index rows of every customer in a neighbourhood: a pure function, used alike by the gateway's own writes, by the
 * sweep that finds the writes of others, and by the rebuild.
 */
export function customerIndexRows(neighbourhood: Neighbourhood, settings: IndexSettings): CustomerIndexRow[] {
  return linkCustomers(neighbourhood).map((customer) => indexRow(customer, neighbourhood.accounts, settings));
}

/** The index row of one customer whose links are decided. */
export function indexRow(
  customer: LinkedCustomer,
  accounts: ReadonlyMap<string, AccountFacts>,
  settings: IndexSettings,
): CustomerIndexRow {
  const { login, delivery, link } = customer;
  const values = customerValues(customer, settings.legacyTimezone);
  const halves = [delivery, login].filter((half) => half !== null);
  const emails = once(halves.map((half) => canonicalEmail(half.email)));
  const phones = once(halves.map((half) => canonicalPhone(half.phone, settings.defaultPhoneRegion)));
  const addresses = addressesOf(customer);
  const ids = once([...addresses, ...halves.map((half) => half.keyText)]);
  const nameWords = once(halves.flatMap((half) => wordsOfName(half.name)));
  return {
    _id: rowKey(customer),
    id: addresses[0] ?? '',
    ids,
    linkState: customer.state,
    ...(login !== null && { userKey: login._id }),
    ...(delivery !== null && { v2Key: delivery._id }),
    link: {
      ...link,
      ...(customer.conflictingIds.length > 0 && { conflictingIds: customer.conflictingIds }),
      ...(customer.claimedByLoginOnly && { claimedByLoginOnly: true }),
    },
    emails,
    phones,
    names: once(halves.map((half) => normalizeName(half.name) || null)),
    nameWords,
    searchWords: once([
      ...nameWords,
      ...emails.flatMap(wordsOfEmail),
      ...phones.flatMap((phone) => wordsOfPhone(phone, nationalDigits(phone))),
      ...ids.flatMap(wordsOfId),
    ]),
    nameKey: normalizeName(values.name).slice(0, maxNameKeyLength) || lastName,
    createdAtKey: values.createdAt ?? unknownTime,
    area: values.area,
    status: values.status,
    isActive: values.status === 'ACTIVE',
    hasLogin: login !== null,
    hasDeliveryRecord: delivery !== null,
    loginUsable: login?.isActive === true && login.hashSalt !== null,
    ...passwordFacts(login && accounts.get(login.key), login),
    missingEmail: login === null || canonicalEmail(login.email) === null,
    deliveryBoyId: delivery?.deliveryBoyId ?? null,
  };
}

/** `_id` of the row of which a record is the definitive one. */
export function rowKeyOfDelivery(delivery: DeliveryRecord): string {
  return `v2/${delivery.key}`;
}

/** `_id` of the row that a login has when it is joined to no delivery record. */
export function rowKeyOfLogin(login: LoginRecord): string {
  return `user/${login.key}`;
}

function rowKey({ login, delivery }: LinkedCustomer): string {
  if (delivery !== null) return rowKeyOfDelivery(delivery);
  if (login !== null) return rowKeyOfLogin(login);
  throw new TypeError('A customer has at least one half.');
}

/** The addresses of the halves, the definitive record's first. */
function addressesOf({ login, delivery, link }: LinkedCustomer): string[] {
  return once([delivery === null ? null : link.customerV2Id, login === null ? null : link.userId]);
}

function once(texts: (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null))];
}

/** An order key is an index key: names that begin with the same 200 characters are ordered by their row. */
const maxNameKeyLength = 200;
