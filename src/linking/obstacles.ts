import { type LinkedCustomer, linkCustomers, type StoredRecords } from '../customer-index/link-graph.ts';
import type { DeliveryRecord, LoginRecord, StoredClaim } from '../database/stored-documents.ts';
import { addressOf, isNamed } from './addressed-records.ts';

/**
 * What is in the way of linking a login and a delivery record, a sentence each that says how it is mended; none when
 * nothing is; of many claimants the first. A half link of exactly these two is not in the way.
 *
 * @param records Everybody whose links decide about the two.
 */
export function obstaclesBetween(
  login: LoginRecord,
  delivery: DeliveryRecord,
  records: StoredRecords,
): string[] {
  const customers = linkCustomers(records);
  const found = [
    ...(login.role === 'customer' ? [] : [notACustomer(addressOf(login, records))]),
    ...namingObstacles(login, records),
    ...namingObstacles(delivery, records),
    ...claimObstacles(login, delivery, records, customers),
    ...claimObstacles(delivery, login, records, customers),
    ...claimantObstacles(login, delivery, records, customers),
    ...claimantObstacles(delivery, login, records, customers),
  ];
  return [...new Set(found)];
}

type StoredRecord = LoginRecord | DeliveryRecord;

function notACustomer(userId: string): string {
  return `The login ${userId} is no customer's: give it the role CUSTOMER first (setRole), or take another one.`;
}

function namingObstacles(record: StoredRecord, records: StoredRecords): string[] {
  if (isNamed(record, records)) return [];
  const what = record.id === null ? 'has no id' : `shares its id ${record.id} with another one`;
  return [
    `The ${called(record)} ${record.keyText} ${what}, so that nothing can be linked to it: it needs an id of its own.`,
  ];
}

/** Its own link is not empty, and names somebody else or nobody. */
function claimObstacles(
  record: StoredRecord,
  other: StoredRecord,
  records: StoredRecords,
  customers: readonly LinkedCustomer[],
): string[] {
  if (record.claim.kind === 'none' || claimsRecord(record.claim, other)) return [];
  const pair = pairOf(record, customers);
  if (pair !== undefined) return [joinedAlready(record, pair, records)];
  const claimed =
    record.claim.kind === 'text'
      ? `claims the ${called(other)} ${record.claim.id}`
      : 'has a link that is no text, and so names nobody';
  return [
    `The ${called(record)} ${addressOf(record, records)} ${claimed}: ${clearLinkOf(record, records)} clears that.`,
  ];
}

/** Somebody else claims it. */
function claimantObstacles(
  record: StoredRecord,
  other: StoredRecord,
  records: StoredRecords,
  customers: readonly LinkedCustomer[],
): string[] {
  if (!isNamed(record, records)) return [];
  const others: readonly StoredRecord[] = 'role' in record ? records.deliveries : records.logins;
  const pair = pairOf(record, customers);
  return others
    .filter((claimant) => claimant.key !== other.key && claimsRecord(claimant.claim, record))
    .slice(0, mostDescribed)
    .map((claimant) =>
      pair !== undefined && isHalfOf(claimant, pair)
        ? joinedAlready(record, pair, records)
        : `The ${called(claimant)} ${addressOf(claimant, records)} claims the ${called(record)} ${addressOf(record, records)} too: ${clearLinkOf(claimant, records)} clears that.`,
    );
}

/** One record may have any number of claimants, and each sentence looks at all of them; more than ten are never told. */
const mostDescribed = 20;

function joinedAlready(record: StoredRecord, pair: LinkedCustomer, records: StoredRecords): string {
  const { login, delivery } = pair;
  if (login === null || delivery === null) throw new TypeError('A pair has two halves.');
  const half = 'role' in record ? delivery : login;
  // By the delivery record: it is meant where a login has the same id.
  const unlink = `unlinkCustomer(id: ${quoted(addressOf(delivery, records))})`;
  return `The ${called(record)} ${addressOf(record, records)} is linked to the ${called(half)} ${addressOf(half, records)}: ${unlink} takes them apart.`;
}

function clearLinkOf(record: StoredRecord, records: StoredRecords): string {
  const system = 'role' in record ? 'USERS' : 'CUSTOMERS_V2';
  return `clearLink(system: ${system}, id: ${quoted(addressOf(record, records))})`;
}

function claimsRecord(claim: StoredClaim, record: StoredRecord): boolean {
  return claim.kind === 'text' && claim.id === record.id;
}

function pairOf(record: StoredRecord, customers: readonly LinkedCustomer[]): LinkedCustomer | undefined {
  return customers.find(
    (customer) => customer.login !== null && customer.delivery !== null && isHalfOf(record, customer),
  );
}

function isHalfOf(record: StoredRecord, { login, delivery }: LinkedCustomer): boolean {
  return 'role' in record ? login?.key === record.key : delivery?.key === record.key;
}

function called(record: StoredRecord): string {
  return 'role' in record ? 'login' : 'delivery record';
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
