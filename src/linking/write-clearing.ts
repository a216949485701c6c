import type { ClientSession, Filter } from 'mongodb';
import { type LinkedCustomer, linkCustomers, type StoredRecords } from '../customer-index/link-graph.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import type {
  DeliveryRecord,
  LoginRecord,
  StoredCustomerV2,
  StoredUser,
} from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import { type FieldChange, type JournalAction, writeJournal } from '../journal/write-journal.ts';
import { addressOf } from './addressed-records.ts';
import { type Halves, settlePairs } from './settle-pairs.ts';
import { sourcesOf } from './sources-of.ts';
import { storedClaimText } from './stored-claim-text.ts';

/** Claims that are to be cleared, as read in the same transaction. */
export interface Clearing {
  readonly action: JournalAction;
  readonly actor: string;
  readonly at: Date;
  /** Everybody whose links decide about whose claims are cleared. */
  readonly records: StoredRecords;
  readonly logins: readonly LoginRecord[];
  readonly deliveries: readonly DeliveryRecord[];
}

export interface Cleared {
  /** The records that were written, whom they claimed, and whoever else is another customer now than before. */
  readonly customers: CustomerSource[];
  /** Record keys of the logins whose sessions have ended. */
  readonly endedLogins: readonly string[];
}

/**
 * Empties links, and settles what follows from it: sessions, codes and messages of those who are joined to somebody else
 * or to nobody now, journal entry and index rows.
 *
 * @throws AppError CONFLICT when a record is not what was read any more.
 */
export async function writeClearing(
  dependencies: CustomerDependencies,
  clearing: Clearing,
  session: ClientSession,
): Promise<Cleared> {
  const { database, settings } = dependencies;
  const { action, actor, at, records, logins, deliveries } = clearing;
  const changes = await clearedFields(dependencies, clearing, session);
  for (const login of logins) await clearLogin(dependencies, login, session);
  for (const delivery of deliveries) await clearDelivery(dependencies, delivery, session);
  const before = linkCustomers(records);
  const after = linkCustomers(withoutClaims(clearing));
  const own = [...deliveries, ...logins];
  const claimed = own.flatMap((record) => claimedBy(record, records));
  const unlinked = own.flatMap((record) =>
    claimedBy(record, records).flatMap((other) => halvesFrom(record, other)),
  );
  const endedLogins = await settlePairs(dependencies, { before, after, unlinked, at }, session);
  const others = [...before, ...after].filter(
    ({ login }) => login !== null && endedLogins.includes(login.key),
  );
  const [first = '', ...more] = [...own, ...claimed, ...others.flatMap(halvesOf)].map((record) =>
    addressOf(record, records),
  );
  await writeJournal(database, [{ at, actor, action, subjectIds: [first, ...more], changes }], session);
  const touched = { loginKeys: logins.map(({ _id }) => _id), deliveryKeys: deliveries.map(({ _id }) => _id) };
  await refreshIndex(database, touched, settings, session);
  const concerned = new Set([...own, ...claimed].map(nodeKey));
  const told = new Set(before.map(tellingOf));
  const changed = after.filter(
    (customer) =>
      !told.has(tellingOf(customer)) || halvesOf(customer).some((half) => concerned.has(nodeKey(half))),
  );
  return { customers: await sourcesOf(database, changed, session), endedLogins };
}

async function clearedFields(
  { database }: CustomerDependencies,
  { logins, deliveries }: Clearing,
  session: ClientSession,
): Promise<FieldChange[]> {
  const changes: FieldChange[] = [];
  for (const login of logins) {
    const before = await storedClaimText(database, login, session);
    changes.push({ field: 'users.customer_v2_id', before, after: null });
  }
  for (const delivery of deliveries) {
    const before = await storedClaimText(database, delivery, session);
    changes.push({ field: 'customers_v2.user_id', before, after: null });
  }
  return changes;
}

async function clearLogin(
  { database }: CustomerDependencies,
  { _id, claim }: LoginRecord,
  session: ClientSession,
): Promise<void> {
  const filter = { _id, ...(claim.kind === 'text' && { customer_v2_id: claim.id }) } as Filter<StoredUser>;
  const update = { $set: { customer_v2_id: null } };
  const { matchedCount } = await database.users.updateOne(filter, update, { session });
  if (matchedCount === 0) throw changedMeanwhile();
}

async function clearDelivery(
  { database }: CustomerDependencies,
  { _id, claim }: DeliveryRecord,
  session: ClientSession,
): Promise<void> {
  const filter = { _id, ...(claim.kind === 'text' && { user_id: claim.id }) } as Filter<StoredCustomerV2>;
  const update = { $set: { user_id: null } };
  const { matchedCount } = await database.customersV2.updateOne(filter, update, { session });
  if (matchedCount === 0) throw changedMeanwhile();
}

function changedMeanwhile(): AppError {
  return new AppError('CONFLICT', 'This link has just been changed by somebody else. Look again.');
}

/** The records as they are now: fewer claims, so that nobody new has a say. */
function withoutClaims({ records, logins, deliveries }: Clearing): StoredRecords {
  const cleared = new Set([...logins, ...deliveries].map(nodeKey));
  const none = { kind: 'none' } as const;
  return {
    logins: records.logins.map((login) => (cleared.has(nodeKey(login)) ? { ...login, claim: none } : login)),
    deliveries: records.deliveries.map((delivery) =>
      cleared.has(nodeKey(delivery)) ? { ...delivery, claim: none } : delivery,
    ),
  };
}

function halvesFrom(one: LoginRecord | DeliveryRecord, other: LoginRecord | DeliveryRecord): Halves[] {
  if ('role' in one) return 'role' in other ? [] : [{ login: one, delivery: other }];
  return 'role' in other ? [{ login: other, delivery: one }] : [];
}

/** Whom a record claims; nobody where no record, or several, have that id. */
function claimedBy(
  record: LoginRecord | DeliveryRecord,
  records: StoredRecords,
): (LoginRecord | DeliveryRecord)[] {
  const { claim } = record;
  if (claim.kind !== 'text') return [];
  const others: readonly (LoginRecord | DeliveryRecord)[] =
    'role' in record ? records.deliveries : records.logins;
  const found = others.filter(({ id }) => id === claim.id);
  return found.length === 1 ? found : [];
}

function halvesOf({ login, delivery }: LinkedCustomer): (LoginRecord | DeliveryRecord)[] {
  return [delivery, login].filter((half) => half !== null);
}

function nodeKey(record: LoginRecord | DeliveryRecord): string {
  return `${'role' in record ? 'user' : 'v2'}/${record.key}`;
}

/** What can be different of a customer when somebody's link is. */
function tellingOf(customer: LinkedCustomer): string {
  const { state, link, conflictingIds, claimedByLoginOnly } = customer;
  return JSON.stringify([halvesOf(customer).map(nodeKey), state, link, conflictingIds, claimedByLoginOnly]);
}
