import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import { normalizeName } from '../customer-index/normalize-name.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import type { IdentifierKind } from './customer-enums.ts';
import type { CustomerSource } from './customer-view.ts';
import { idSpellings } from './id-spellings.ts';

/** Longer text is no id, address, phone or name of anybody. */
export const maxIdentifierLength = 320;

/** What a text is under each kind of look-up; null where it cannot be one. */
export interface IdentifierKeys {
  /** As typed first. */
  readonly ids: readonly string[];
  readonly email: string | null;
  readonly phone: string | null;
  readonly name: string | null;
}

/** @param contacts Whether it may be an e-mail or a phone. */
export function identifierKeys(identifier: string, region: PhoneRegion, contacts: boolean): IdentifierKeys {
  return {
    ids: idSpellings(identifier),
    email: contacts ? canonicalEmail(identifier) : null,
    phone: contacts ? canonicalPhone(identifier, region) : null,
    name: normalizeName(identifier) || null,
  };
}

/** Everything by which somebody is found, worked out once for however many texts. */
export interface MatchableKeys {
  readonly ids: ReadonlySet<string>;
  readonly emails: ReadonlySet<string>;
  readonly phones: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** By what a customer, as stored now, is found. */
export function keysOfCustomer(source: CustomerSource, region: PhoneRegion): MatchableKeys {
  const halves = [source.delivery, source.login].filter((half) => half !== null);
  const userId = source.login === null ? null : source.link.userId;
  return keysOf([source.id, userId, ...halves.map((half) => half.keyText)], halves, region);
}

/** By what a login, as stored now, is found. */
export function keysOfLogin(login: LoginRecord, region: PhoneRegion): MatchableKeys {
  return keysOf([login.id, login.keyText], [login], region);
}

/** As what a text means somebody; none when it does not. */
export function matchedKinds(keys: IdentifierKeys, { ids, emails, phones, names }: MatchableKeys) {
  const matched: IdentifierKind[] = [];
  if (keys.ids.some((id) => ids.has(id))) matched.push('ID');
  if (keys.email !== null && emails.has(keys.email)) matched.push('EMAIL');
  if (keys.phone !== null && phones.has(keys.phone)) matched.push('PHONE');
  if (keys.name !== null && names.has(keys.name)) matched.push('NAME');
  return matched;
}

/** What a text is among these people: a uuid in another case means somebody only where nobody has it as it was typed. */
export function keysAmong(keys: IdentifierKeys, people: readonly MatchableKeys[]): IdentifierKeys {
  const [typed] = keys.ids;
  const hasIt = typed !== undefined && people.some(({ ids }) => ids.has(typed));
  return hasIt ? { ...keys, ids: [typed] } : keys;
}

function keysOf(
  ids: readonly (string | null)[],
  halves: readonly (LoginRecord | DeliveryRecord)[],
  region: PhoneRegion,
): MatchableKeys {
  return {
    ids: texts(ids),
    emails: texts(halves.map((half) => canonicalEmail(half.email))),
    phones: texts(halves.map((half) => canonicalPhone(half.phone, region))),
    names: texts(halves.map((half) => normalizeName(half.name) || null)),
  };
}

function texts(values: readonly (string | null)[]): Set<string> {
  return new Set(values.filter((value) => value !== null));
}
