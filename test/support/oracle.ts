import type { CountryCode } from 'libphonenumber-js';
import type { Document } from 'mongodb';
import { type OracleLink, oracleLinks } from './oracle-links.ts';
import {
  oracleAddressOfId,
  oracleCreatedAt,
  oracleEmail,
  oracleName,
  oraclePhone,
  oracleSmsReaches,
  oracleText,
  oracleUsableHash,
} from './oracle-values.ts';

export type OracleStatus = 'ACTIVE' | 'TRIAL' | 'PAUSED' | 'INACTIVE' | 'OTHER';
export type OracleBlocker =
  | 'NO_LOGIN'
  | 'INACTIVE'
  | 'NO_PASSWORD'
  | 'CREDENTIALS_NOT_SENT'
  | 'TEMPORARY_PASSWORD_EXPIRED';
export type OracleBillingIssue = 'NO_ADDRESS' | 'NO_PHONE' | 'NO_DELIVERY_RECORD' | 'LINK_CONFLICT';

/** What `accounts` keeps of a login, as far as these rules need it. */
export interface OracleAccount {
  readonly passwordExpiresAt: Date | null;
  /** Made by a backfill and never sent any credentials. */
  readonly credentialsPending?: boolean;
}

export interface OracleOptions {
  /** By the text of the login's `_id` (hex of an ObjectId, else its text). */
  readonly accounts?: ReadonlyMap<string, OracleAccount>;
  readonly phoneRegion: CountryCode;
  /** IANA zone in which a `created_at` without a zone is read. */
  readonly legacyTimezone: string;
  readonly now: Date;
}

export interface OracleCustomer extends OracleLink {
  readonly name: string | null;
  /** As typed; its canonical form is `phoneE164`. */
  readonly phone: string | null;
  readonly phoneE164: string | null;
  /** The first deliverable address as typed, white space at its ends aside; its canonical form is `canonicalEmail`. */
  readonly email: string | null;
  readonly canonicalEmail: string | null;
  readonly address: string | null;
  readonly area: string | null;
  readonly status: OracleStatus;
  readonly statusText: string | null;
  readonly isActive: boolean;
  /** ISO 8601 in UTC with milliseconds. */
  readonly createdAt: string | null;
  readonly systems: ('USERS' | 'CUSTOMERS_V2')[];
  readonly canLogin: boolean;
  readonly loginBlockers: OracleBlocker[];
  readonly canResetPassword: boolean;
  readonly billingIssues: OracleBillingIssue[];
  /** Names of the fields, in the order name, phone, email. */
  readonly differences: ('name' | 'phone' | 'email')[];
  readonly missingEmail: boolean;
  /** Of a delivery boy who exists. */
  readonly deliveryBoyId: string | null;
  readonly hasDeliveryBoy: boolean;
  readonly hasLogin: boolean;
  readonly hasDeliveryRecord: boolean;
}

/**
 * Every customer of two collections of raw documents, by the rules of the domain document alone: a second opinion that
 * tests hold the gateway against. It shares no code with the gateway on purpose.
 */
export function oracleCustomers(
  users: readonly Document[],
  customersV2: readonly Document[],
  options: OracleOptions,
): OracleCustomer[] {
  const deliveryBoyIds = idsOfDeliveryBoys(users);
  return oracleLinks(users, customersV2).map((link) => {
    const shown = shownValues(link, options);
    return {
      ...link,
      ...shown,
      ...statusOf(link),
      systems: systemsOf(link),
      ...loginValues(link, options),
      billingIssues: billingIssuesOf(link, shown),
      differences: differencesOf(link, options),
      ...deliveryBoyOf(link, deliveryBoyIds),
      hasLogin: link.login !== null,
      hasDeliveryRecord: link.delivery !== null,
    };
  });
}

/** "The definitive record; the other half where that has none." Only delivery records have an address and an area. */
function shownValues({ login, delivery }: OracleLink, options: OracleOptions) {
  const phone = oracleText(delivery?.phone) ?? oracleText(login?.phone);
  const definitive = delivery ?? login;
  const emails = [oracleText(delivery?.email), oracleText(login?.email)];
  const email = emails.find((typed) => oracleEmail(typed) !== null)?.trim() ?? null;
  return {
    name: oracleText(delivery?.name) ?? oracleText(login?.name),
    phone,
    phoneE164: oraclePhone(phone, options.phoneRegion),
    email,
    canonicalEmail: oracleEmail(email),
    address: oracleText(delivery?.address),
    area: oracleText(delivery?.area),
    createdAt: oracleCreatedAt(definitive?.created_at, definitive?._id, options.legacyTimezone),
  };
}

function statusOf({ login, delivery }: OracleLink) {
  const statusText = oracleText(delivery?.status);
  const status = delivery === null ? (isActiveLogin(login) ? 'ACTIVE' : 'INACTIVE') : knownStatus(statusText);
  return { status, statusText, isActive: status === 'ACTIVE' } as const;
}

function knownStatus(statusText: string | null): OracleStatus {
  switch (statusText) {
    case 'active':
      return 'ACTIVE';
    case 'trial':
      return 'TRIAL';
    case 'paused':
      return 'PAUSED';
    case 'inactive':
      return 'INACTIVE';
    default:
      return 'OTHER';
  }
}

function systemsOf({ login, delivery }: OracleLink): OracleCustomer['systems'] {
  const systems: OracleCustomer['systems'] = [];
  if (login !== null) systems.push('USERS');
  if (delivery !== null) systems.push('CUSTOMERS_V2');
  return systems;
}

/** "Missing means true"; a value that is no boolean is not taken for a yes. */
function isActiveLogin(login: Document | null): boolean {
  if (login === null) return false;
  const stored: unknown = login.is_active;
  return stored === undefined || stored === null || stored === true;
}

function loginValues({ login }: OracleLink, options: OracleOptions) {
  const loginBlockers = blockersOf(login, options);
  const email = oracleEmail(oracleText(login?.email));
  const phone = oraclePhone(oracleText(login?.phone), options.phoneRegion);
  return {
    loginBlockers,
    canLogin: loginBlockers.length === 0,
    canResetPassword: isActiveLogin(login) && (email !== null || oracleSmsReaches(phone)),
    missingEmail: email === null,
  };
}

function blockersOf(login: Document | null, options: OracleOptions): OracleBlocker[] {
  if (login === null) return ['NO_LOGIN'];
  const account = options.accounts?.get(oracleAddressOfId(login._id));
  const expiresAt = account?.passwordExpiresAt ?? null;
  const hasPassword = oracleUsableHash(login.password_hash);
  const blockers: OracleBlocker[] = [];
  if (!isActiveLogin(login)) blockers.push('INACTIVE');
  if (!hasPassword) blockers.push('NO_PASSWORD');
  if (!hasPassword && account?.credentialsPending === true) blockers.push('CREDENTIALS_NOT_SENT');
  if (expiresAt !== null && expiresAt.getTime() <= options.now.getTime())
    blockers.push('TEMPORARY_PASSWORD_EXPIRED');
  return blockers;
}

function billingIssuesOf(
  link: OracleLink,
  shown: { readonly address: string | null; readonly phoneE164: string | null },
): OracleBillingIssue[] {
  const issues: OracleBillingIssue[] = [];
  if (shown.address === null) issues.push('NO_ADDRESS');
  if (shown.phoneE164 === null) issues.push('NO_PHONE');
  if (link.delivery === null) issues.push('NO_DELIVERY_RECORD');
  if (link.linkState === 'CONFLICT') issues.push('LINK_CONFLICT');
  return issues;
}

function differencesOf(
  { login, delivery }: OracleLink,
  options: OracleOptions,
): OracleCustomer['differences'] {
  if (login === null || delivery === null) return [];
  const canonical = (half: Document) => ({
    name: oracleName(oracleText(half.name)),
    phone: oraclePhone(oracleText(half.phone), options.phoneRegion),
    email: oracleEmail(oracleText(half.email)),
  });
  const [ofLogin, ofDelivery] = [canonical(login), canonical(delivery)];
  return (['name', 'phone', 'email'] as const).filter((field) => ofLogin[field] !== ofDelivery[field]);
}

function deliveryBoyOf({ delivery }: OracleLink, deliveryBoyIds: ReadonlySet<unknown>) {
  const stored: unknown = delivery?.delivery_boy_id;
  const deliveryBoyId = typeof stored === 'string' && deliveryBoyIds.has(stored) ? stored : null;
  return { deliveryBoyId, hasDeliveryBoy: deliveryBoyId !== null };
}

/** A missing or shared id names nobody, a delivery boy neither. */
function idsOfDeliveryBoys(users: readonly Document[]): ReadonlySet<unknown> {
  const times = new Map<unknown, number>();
  for (const user of users) times.set(user.id, (times.get(user.id) ?? 0) + 1);
  const boys = users.filter(
    (user) => user.role === 'delivery_boy' && typeof user.id === 'string' && user.id !== '',
  );
  return new Set(boys.map((user): unknown => user.id).filter((id) => times.get(id) === 1));
}
