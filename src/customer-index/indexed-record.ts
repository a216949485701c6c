import { createHash } from 'node:crypto';
import type { IndexedRecord } from '../database/collections.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { canonicalEmail } from './canonical-email.ts';
import { canonicalPhone, nationalDigits } from './canonical-phone.ts';
import { lastName } from './customer-index-row.ts';
import { type IndexSettings, rowKeyOfDelivery, rowKeyOfLogin } from './customer-index-rows.ts';
import { normalizeName } from './normalize-name.ts';
import { wordsOfEmail, wordsOfId, wordsOfName, wordsOfPhone } from './search-words.ts';

/** What the index keeps of a login, staff included. */
export function indexedLogin(login: LoginRecord, settings: IndexSettings): IndexedRecord {
  const email = canonicalEmail(login.email);
  const phone = canonicalPhone(login.phone, settings.defaultPhoneRegion);
  return {
    _id: rowKeyOfLogin(login),
    source: 'user',
    recordId: login._id,
    id: login.id,
    claimedId: login.claim.kind === 'text' ? login.claim.id : null,
    fingerprint: fingerprint(login, settings),
    ...(email !== null && { email }),
    ...(phone !== null && { phone }),
    ...(login.role !== 'customer' && {
      staffRole: login.role,
      nameKey: normalizeName(login.name) || lastName,
      nameWords: wordsOfName(login.name),
      searchWords: [
        ...wordsOfName(login.name),
        ...(email === null ? [] : wordsOfEmail(email)),
        ...(phone === null ? [] : wordsOfPhone(phone, nationalDigits(phone))),
        ...wordsOfId(login.id ?? login.keyText),
      ],
    }),
  };
}

/** What the index keeps of a delivery record. */
export function indexedDelivery(delivery: DeliveryRecord, settings: IndexSettings): IndexedRecord {
  const email = canonicalEmail(delivery.email);
  const phone = canonicalPhone(delivery.phone, settings.defaultPhoneRegion);
  return {
    _id: rowKeyOfDelivery(delivery),
    source: 'v2',
    recordId: delivery._id,
    id: delivery.id,
    claimedId: delivery.claim.kind === 'text' ? delivery.claim.id : null,
    fingerprint: fingerprint(delivery, settings),
    ...(email !== null && { email }),
    ...(phone !== null && { phone }),
  };
}

/**
 * A digest of every value that the index depends on: it changes when, and only when, one of them does, the settings by which
 * records are read among them.
 */
export function fingerprint(
  record: LoginRecord | DeliveryRecord,
  { defaultPhoneRegion, legacyTimezone }: IndexSettings,
): string {
  return createHash('sha1')
    .update(`${indexVersion} ${defaultPhoneRegion} ${legacyTimezone} ${JSON.stringify(record)}`)
    .digest('base64');
}

/** Raised when rows hold something else than before for the same records: the next sweep makes all of them anew. */
const indexVersion = 4;
