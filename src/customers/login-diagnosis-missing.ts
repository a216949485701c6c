import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone } from '../customer-index/canonical-phone.ts';
import { linkCustomers, type StoredRecords } from '../customer-index/link-graph.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import type { CustomerDependencies } from './customer-access.ts';
import type { CustomerSource } from './customer-view.ts';
import { type FixCall, fixCalls, fixText, noFix } from './login-diagnosis-fix.ts';
import { contactToAskFor, type LoginStep } from './login-diagnosis-steps.ts';

/**
 * Why a delivery record has no login, and how it gets one: a new one where nobody's link is in the way, else by clearing
 * what is, and linking the login that is left.
 */
export async function missingLogin(
  dependencies: CustomerDependencies,
  { delivery }: CustomerSource,
): Promise<{ blockers: LoginStep[]; loginNames: string[]; hints: string[] }> {
  if (delivery === null) throw new TypeError('A customer without a login has a delivery record.');
  const records = await readNeighbourhood(dependencies.database, { deliveryKeys: [delivery._id] });
  const record = records.deliveries.find(({ key }) => key === delivery.key);
  // It was removed while it was being looked at.
  if (record === undefined) return { blockers: [], loginNames: [], hints: [] };
  return { blockers: [stepOf(dependencies, record, records)], loginNames: [], hints: [] };
}

function stepOf(
  dependencies: CustomerDependencies,
  record: DeliveryRecord,
  records: StoredRecords,
): LoginStep {
  const blocker = 'NO_LOGIN';
  if (!isNamed(record, records.deliveries)) {
    const what = record.id === null ? 'has no id' : `shares its id ${record.id} with another record`;
    const explanation = `There is no login, and none can be linked: this delivery record ${what}. It needs an id of its own, which the application that wrote it has to give it.`;
    return { blocker, explanation, fix: noFix(explanation) };
  }
  const claimants = records.logins
    .filter((login) => claims(login, record))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const candidates = candidatesFor(record, claimants, records);
  const [only, ...others] = candidates;
  const pair = only !== undefined && others.length === 0 ? only : null;
  const inTheWay = [
    ...(record.claim.kind === 'none' || (pair !== null && claims(record, pair)) ? [] : [record]),
    ...claimants.filter((claimant) => claimant.key !== pair?.key),
  ];
  const clearing = inTheWay.map((other, at) =>
    fixCalls.clearLink('role' in other ? 'USERS' : 'CUSTOMERS_V2', addressOf(other, records), at),
  );
  const address = record.id ?? record.keyText;
  const linking =
    candidates.length === 0
      ? makingLogin(dependencies, record, address)
      : [fixCalls.linkCustomer(pair === null ? null : addressOf(pair, records), address)];
  return {
    blocker,
    explanation: [
      'There is no login: nobody can log in as this customer.',
      ...inTheWay.map((other) => reason(other, record, records)),
      outcome(
        inTheWay.length > 0,
        candidates.map((login) => addressOf(login, records)),
      ),
      ...(linking.length > 1
        ? ['The record has neither a phone nor an e-mail to log in by: ask for one, which is stored first.']
        : []),
    ].join(' '),
    fix: fixText([...clearing, ...linking]),
  };
}

/** A record without any contact gets one first: the login is made of it. */
function makingLogin(
  { settings, accounts }: CustomerDependencies,
  record: DeliveryRecord,
  address: string,
): FixCall[] {
  const hasContact =
    canonicalPhone(record.phone, settings.defaultPhoneRegion) !== null ||
    canonicalEmail(record.email) !== null;
  return [
    ...(hasContact ? [] : [fixCalls.giveContact(address, contactToAskFor(accounts.outbox.reaches))]),
    fixCalls.createLogin(address),
  ];
}

/** Logins of customers that have to do with the record and with no other, of which one may be theirs. */
function candidatesFor(
  record: DeliveryRecord,
  claimants: readonly LoginRecord[],
  records: StoredRecords,
): LoginRecord[] {
  const claimed = records.logins.filter((login) => claims(record, login));
  const joined = new Set(
    linkCustomers(records)
      .filter(({ login, delivery }) => login !== null && delivery !== null)
      .map(({ login }) => login?.key),
  );
  return [...new Set([...claimants, ...claimed])].filter(
    (login) =>
      login.role === 'customer' &&
      isNamed(login, records.logins) &&
      !joined.has(login.key) &&
      (login.claim.kind === 'none' || claims(login, record)) &&
      records.deliveries.every((other) => other.key === record.key || !claims(other, login)),
  );
}

function reason(other: LoginRecord | DeliveryRecord, record: DeliveryRecord, records: StoredRecords): string {
  if ('role' in other) {
    const whose = other.role === 'customer' ? 'login' : `login of role ${other.role}`;
    return `The ${whose} ${addressOf(other, records)} claims this record: that link is cleared.`;
  }
  const names =
    record.claim.kind === 'text' ? `names the login ${record.claim.id}` : 'is no text, and names nobody';
  return `Its own link ${names}: that is cleared.`;
}

function outcome(afterClearing: boolean, candidates: readonly string[]): string {
  const [first, ...others] = candidates;
  const [then, a, the, one] = afterClearing ? ['Then ', 'a', 'the', 'one'] : ['', 'A', 'The', 'One'];
  if (first === undefined) {
    return `${then}${a} login of its own is made of its phone and e-mail, and credentials are sent there.`;
  }
  if (others.length === 0) {
    return `${then}${the} login ${first} is linked; it reads the record after the code that is sent to the record's own contact.`;
  }
  return `${then}${one} login is linked: find out which is theirs, ${candidates.join(' or ')}, and give it as $userId.`;
}

function claims(record: LoginRecord | DeliveryRecord, other: LoginRecord | DeliveryRecord): boolean {
  return record.claim.kind === 'text' && record.claim.id === other.id;
}

/** Has an id, and no other record of its source has the same. */
function isNamed(
  { id }: LoginRecord | DeliveryRecord,
  all: readonly (LoginRecord | DeliveryRecord)[],
): boolean {
  return id !== null && all.filter((other) => other.id === id).length === 1;
}

function addressOf(record: LoginRecord | DeliveryRecord, { logins, deliveries }: StoredRecords): string {
  return isNamed(record, 'role' in record ? logins : deliveries) ? (record.id ?? '') : record.keyText;
}
