import type { ClientSession } from 'mongodb';
import { voidRecovery } from '../accounts/one-time-token.ts';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { writeLinkCode } from '../customers/link-code.ts';
import { linkDelivery, linkLogin } from '../customers/write-links.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { DecidedLink } from './decide-link.ts';
import type { PreparedLink } from './prepare-link.ts';
import { sourcesOf } from './sources-of.ts';

/**
 * Writes the sides of a link that are missing, with account, code, messages, journal entry and index rows.
 *
 * @returns The customer that the two are from now on.
 * @throws AppError CONFLICT when a side is not empty any more.
 */
export async function writeLink(
  dependencies: CustomerDependencies,
  { login, delivery, opens, asksForCode }: DecidedLink,
  { linkCode, notices, journal }: PreparedLink,
  session: ClientSession,
): Promise<CustomerSource> {
  const { database, accounts, settings } = dependencies;
  const touched = { loginKeys: [] as unknown[], deliveryKeys: [] as unknown[] };
  if (login.claim.kind === 'none') {
    await linkLogin(database, login, delivery.id, session);
    touched.loginKeys.push(login._id);
  }
  if (delivery.claim.kind === 'none') {
    await linkDelivery(database, delivery, login.id, session);
    touched.deliveryKeys.push(delivery._id);
  }
  if (opens) {
    await database.accounts.updateOne(
      { _id: login.key },
      {
        $inc: { sessionEpoch: 1 },
        ...(asksForCode && { $addToSet: { unconfirmedDeliveryKeys: delivery.key } }),
      },
      { upsert: true, session },
    );
    await voidRecovery(database, [login.key], session);
  }
  if (linkCode !== null) await writeLinkCode(dependencies, linkCode, session);
  await accounts.outbox.add(notices, session);
  await writeJournal(database, [journal], session);
  await refreshIndex(database, touched, settings, session);
  const [source] = await sourcesOf(database, linkCustomers(linked(login, delivery)), session);
  if (source === undefined) throw new TypeError('A pair is a customer.');
  return source;
}

/** Nobody else claims either, or they would not be linked. */
function linked(login: LoginRecord, delivery: DeliveryRecord) {
  return {
    logins: [{ ...login, claim: { kind: 'text' as const, id: delivery.id ?? '' } }],
    deliveries: [{ ...delivery, claim: { kind: 'text' as const, id: login.id ?? '' } }],
  };
}
