import type { ClientSession } from 'mongodb';
import { recipientOf } from '../accounts/credentials-message.ts';
import { voidRecovery } from '../accounts/one-time-token.ts';
import type { LinkedCustomer } from '../customer-index/link-graph.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import { voidLinkCode } from '../customers/link-code.ts';
import { isUnconfirmed } from '../customers/unconfirmed-link.ts';
import type { StoredAccount } from '../database/collections.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';

/** A login and a delivery record. */
export interface Halves {
  readonly login: LoginRecord;
  readonly delivery: DeliveryRecord;
}

/** Who was and who is one customer, of everybody whom a write of links can change. */
export interface ChangedPairs {
  readonly before: readonly LinkedCustomer[];
  readonly after: readonly LinkedCustomer[];
  /** Login and delivery record whose link was cleared, which need not have been joined. */
  readonly unlinked: readonly Halves[];
  readonly at: Date;
}

/**
 * Settles what follows when logins are joined to another delivery record than before, or to none: their sessions end, links
 * and codes for a forgotten password open nothing, and what was confirmed of a pair that has come apart, or waited for
 * that, is void. Who has lost a record that they could read is told.
 *
 * @returns Record keys of the logins whose sessions have ended.
 */
export async function settlePairs(
  dependencies: CustomerDependencies,
  { before, after, unlinked, at }: ChangedPairs,
  session: ClientSession,
): Promise<string[]> {
  const { database } = dependencies;
  const now = new Map(pairsOf(after).map(({ login, delivery }) => [login.key, delivery.key]));
  const apart = pairsOf(before).filter(({ login, delivery }) => now.get(login.key) !== delivery.key);
  for (const { login, delivery, customer } of apart) {
    const account = await database.accounts.findOne({ _id: login.key }, { session });
    await tell(dependencies, { login, delivery, customer, account, at }, session);
  }
  const voided = [...apart, ...unlinked].filter(({ login, delivery }) => now.get(login.key) !== delivery.key);
  for (const { login, delivery } of voided) await forgetPair(dependencies, login, delivery, session);
  const was = new Map(pairsOf(before).map(({ login, delivery }) => [login.key, delivery.key]));
  const ended = [...new Set([...was.keys(), ...now.keys()])].filter((key) => was.get(key) !== now.get(key));
  for (const _id of ended) {
    await database.accounts.updateOne({ _id }, { $inc: { sessionEpoch: 1 } }, { upsert: true, session });
  }
  if (ended.length > 0) await voidRecovery(database, ended, session);
  return ended;
}

interface Pair extends Halves {
  readonly customer: LinkedCustomer;
}

function pairsOf(customers: readonly LinkedCustomer[]): Pair[] {
  return customers.flatMap((customer) => {
    const { login, delivery } = customer;
    return login === null || delivery === null ? [] : [{ login, delivery, customer }];
  });
}

async function forgetPair(
  { database }: CustomerDependencies,
  login: LoginRecord,
  delivery: DeliveryRecord,
  session: ClientSession,
): Promise<void> {
  await database.accounts.updateOne(
    { _id: login.key },
    { $pull: { confirmedDeliveryKeys: delivery.key, unconfirmedDeliveryKeys: delivery.key } },
    { session },
  );
  await voidLinkCode(database, login, delivery, session);
}

/** There is no secret in it, so preparing it is no work. */
async function tell(
  dependencies: CustomerDependencies,
  { login, delivery, customer, account, at }: Pair & { account: StoredAccount | null; at: Date },
  session: ClientSession,
): Promise<void> {
  const { accounts, settings } = dependencies;
  // Who could never log in, and who was never told of that record, would not know what is meant.
  const wasTold = account?.unconfirmedDeliveryKeys?.includes(delivery.key) === true;
  const couldRead = wasTold || !isUnconfirmed(dependencies, customer, account);
  if (!login.isActive || login.hashSalt === null || !couldRead) return;
  const notice = await accounts.outbox.prepare({
    kind: 'LOGIN_UNLINKED',
    to: recipientOf(login, settings.defaultPhoneRegion),
    loginKey: login.key,
    subjectIds: [customer.link.customerV2Id ?? delivery.keyText, customer.link.userId ?? login.keyText],
    values: { name: login.name ?? '' },
    secrets: {},
    expiresAt: null,
    now: at,
  });
  await accounts.outbox.add([notice], session);
}
