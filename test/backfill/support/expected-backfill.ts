import type { Document } from 'mongodb';
import { type OracleLink, oracleLinks } from '../../support/oracle-links.ts';
import {
  oracleAddressOfId,
  oracleEmail,
  oracleName,
  oraclePhone,
  oracleSmsReaches,
  oracleText,
} from '../../support/oracle-values.ts';

export interface ExpectedBackfill {
  /** Address of each delivery record, in the order in which they are looked at. */
  readonly created: string[];
  readonly skipped: string[];
  readonly failures: { customerId: string; code: string }[];
  /** Of those created: which have no phone in their login, since another login has it. */
  readonly withoutPhone: string[];
  readonly preview: { byEmail: number; bySms: number; unreachable: number; inactive: number };
}

interface ExpectedLogin {
  readonly phone: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly isCustomers: boolean;
}

/**
 * What a backfill makes of two collections of raw documents, by the rules alone: it shares no code with the gateway on
 * purpose. `active` is the one status whose logins are active.
 */
export function expectedBackfill(
  users: readonly Document[],
  customersV2: readonly Document[],
): ExpectedBackfill {
  const links = oracleLinks(users, customersV2);
  const byPhone = new Map<string, ExpectedLogin[]>();
  const byEmail = new Map<string, ExpectedLogin[]>();
  const addLogin = (login: ExpectedLogin) => {
    if (login.phone !== null) byPhone.set(login.phone, [...(byPhone.get(login.phone) ?? []), login]);
    if (login.email !== null) byEmail.set(login.email, [...(byEmail.get(login.email) ?? []), login]);
  };
  for (const user of users) {
    addLogin({
      phone: oraclePhone(oracleText(user.phone), 'IN'),
      email: oracleEmail(oracleText(user.email)),
      name: oracleNameOf(user),
      isCustomers: user.role === 'customer',
    });
  }
  const expected: ExpectedBackfill = {
    created: [],
    skipped: [],
    failures: [],
    withoutPhone: [],
    preview: { byEmail: 0, bySms: 0, unreachable: 0, inactive: 0 },
  };
  const deliveries = links.filter(({ delivery }) => delivery !== null);
  for (const link of deliveries.sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))) {
    const fail = (code: string) => expected.failures.push({ customerId: link.id, code });
    if (link.linkState === 'LINKED' || link.linkState === 'HALF_LINKED') expected.skipped.push(link.id);
    else if (link.linkState === 'DANGLING' || link.linkState === 'CONFLICT') fail(link.linkState);
    else {
      const record = link.delivery ?? {};
      const phone = oraclePhone(oracleText(record.phone), 'IN');
      const email = oracleEmail(oracleText(record.email));
      const name = oracleNameOf(record);
      const samePhone = byPhone.get(phone ?? '') ?? [];
      const sameEmail = byEmail.get(email ?? '') ?? [];
      if (phone === null && email === null) fail('NO_PHONE');
      else if (name === null) fail('BAD_RECORD');
      else if ([...samePhone, ...sameEmail].some((login) => login.isCustomers && login.name === name))
        fail('MATCHES_EXISTING_LOGIN');
      else if (sameEmail.length > 0) fail('EMAIL_TAKEN');
      else {
        expected.created.push(link.id);
        if (samePhone.length > 0) expected.withoutPhone.push(link.id);
        addLogin({ phone: samePhone.length > 0 ? null : phone, email, name, isCustomers: true });
        count(expected.preview, record, email, phone);
      }
    }
  }
  return expected;
}

function count(
  preview: { byEmail: number; bySms: number; unreachable: number; inactive: number },
  record: Document,
  email: string | null,
  phone: string | null,
): void {
  if (oracleText(record.status)?.trim().toLowerCase() !== 'active') preview.inactive++;
  else if (email !== null) preview.byEmail++;
  else if (oracleSmsReaches(phone)) preview.bySms++;
  else preview.unreachable++;
}

/** Punctuation parts words as white space does, but for apostrophes, which are nothing. */
function oracleNameOf(record: Document): string | null {
  const name = oracleName(oracleText(record.name));
  if (name === null) return null;
  return name
    .replace(/['’‘ʼ`]/g, '')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter(Boolean)
    .join(' ');
}

/** Records are looked at in the order of the texts of their `_id`s, each with its type. */
function orderOf({ delivery }: OracleLink): string {
  const _id: unknown = delivery?._id;
  if (typeof _id === 'string') return `text:${_id}`;
  if (typeof _id === 'number') return `ejson:{"_id":{"$numberInt":"${_id}"}}`;
  return oracleAddressOfId(_id);
}
