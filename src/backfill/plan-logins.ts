import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import type { LinkState } from '../customer-index/customer-index-row.ts';
import { normalizeName } from '../customer-index/normalize-name.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import type { BackfillFailureCode } from './backfill-failure.ts';

/** A delivery record as the stored records say. */
export interface ExaminedRecord {
  /** Of its row in `customer_index`. */
  readonly rowKey: string;
  /** Address of the customer. */
  readonly customerId: string;
  /** Null when it is gone. */
  readonly state: LinkState | null;
  /** Of an ORPHANED_V2 only: what it gets a login from. */
  readonly orphan: Orphan | null;
}

export interface Orphan {
  readonly delivery: DeliveryRecord & { readonly id: string };
  /** `user_id` as it is stored: missing, null or empty text. */
  readonly linkBefore: unknown;
}

/** Contacts, in canonical form, of logins that are planned but not stored, each alone and with the name of its login. */
export interface TakenContacts {
  has(contact: string): boolean;
  add(contact: string): void;
}

/** What becomes of a delivery record. */
export type PlannedRecord = { readonly rowKey: string; readonly customerId: string } & (
  | { readonly kind: 'create'; readonly orphan: Orphan; readonly phoneTaken: boolean }
  | { readonly kind: 'skip' }
  | { readonly kind: 'fail'; readonly code: BackfillFailureCode }
);

/**
 * Decides which of some delivery records get a login: a pure function of them, of the logins that have one of their phones
 * or e-mails, and of what was planned before. A record is refused for the first reason that holds, in this order: its
 * links, no way to reach it, no name, a login of the same person by all that is known, its e-mail. A phone that another login has is no
 * reason: the new login is made without it, since two logins with one phone could both not log in by it.
 */
export function planLogins(
  records: readonly ExaminedRecord[],
  logins: readonly LoginRecord[],
  taken: TakenContacts,
  region: PhoneRegion,
): PlannedRecord[] {
  const existing = new ContactIndex(logins, region);
  return records.map(({ rowKey, customerId, state, orphan }): PlannedRecord => {
    if (orphan === null) return { rowKey, customerId, ...withoutOrphan(state) };
    const { delivery } = orphan;
    const phone = canonicalPhone(delivery.phone, region);
    const email = canonicalEmail(delivery.email);
    const code = obstacle(delivery, phone, email, existing, taken);
    if (code !== null) return { rowKey, customerId, kind: 'fail', code };
    const phoneTaken = phone !== null && (existing.withPhone(phone).length > 0 || taken.has(phone));
    for (const contact of [email, phoneTaken ? null : phone]) {
      if (contact === null) continue;
      taken.add(contact);
      taken.add(named(contact, delivery));
    }
    return { rowKey, customerId, kind: 'create', orphan, phoneTaken };
  });
}

function withoutOrphan(
  state: LinkState | null,
): { readonly kind: 'skip' } | { readonly kind: 'fail'; readonly code: BackfillFailureCode } {
  if (state === 'DANGLING') return { kind: 'fail', code: 'DANGLING' };
  if (state === 'CONFLICT') return { kind: 'fail', code: 'CONFLICT' };
  return { kind: 'skip' };
}

function obstacle(
  delivery: DeliveryRecord,
  phone: string | null,
  email: string | null,
  existing: ContactIndex,
  taken: TakenContacts,
): BackfillFailureCode | null {
  if (phone === null && email === null) return 'NO_PHONE';
  if (delivery.name === null) return 'BAD_RECORD';
  const name = normalizeName(delivery.name);
  const alike = [
    ...(phone === null ? [] : existing.withPhone(phone)),
    ...(email === null ? [] : existing.withEmail(email)),
  ].filter(({ role }) => role === 'customer');
  const contacts = [phone, email].filter((contact) => contact !== null);
  const isTheirs =
    alike.some((login) => normalizeName(login.name) === name) ||
    contacts.some((contact) => taken.has(named(contact, delivery)));
  if (name !== '' && isTheirs) return 'MATCHES_EXISTING_LOGIN';
  if (email !== null && (existing.withEmail(email).length > 0 || taken.has(email))) return 'EMAIL_TAKEN';
  return null;
}

/** What two records of one person have in common. */
function named(contact: string, { name }: DeliveryRecord): string {
  return `${contact} ${normalizeName(name)}`;
}

class ContactIndex {
  private readonly byPhone = new Map<string, LoginRecord[]>();
  private readonly byEmail = new Map<string, LoginRecord[]>();

  constructor(logins: readonly LoginRecord[], region: PhoneRegion) {
    for (const login of logins) {
      add(this.byPhone, canonicalPhone(login.phone, region), login);
      add(this.byEmail, canonicalEmail(login.email), login);
    }
  }

  withPhone(phoneE164: string): readonly LoginRecord[] {
    return this.byPhone.get(phoneE164) ?? [];
  }

  withEmail(email: string): readonly LoginRecord[] {
    return this.byEmail.get(email) ?? [];
  }
}

function add(map: Map<string, LoginRecord[]>, key: string | null, login: LoginRecord): void {
  if (key === null) return;
  const before = map.get(key);
  if (before === undefined) map.set(key, [login]);
  else before.push(login);
}
