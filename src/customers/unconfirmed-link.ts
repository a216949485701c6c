import type { ClientSession } from 'mongodb';
import { type LinkedCustomer, linkCustomers } from '../customer-index/link-graph.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import type { StoredAccount } from '../database/collections.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import type { CustomerDependencies } from './customer-access.ts';

/** A login and the delivery record that it may read once it has entered the code sent to that record's contact. */
export interface UnconfirmedPair {
  readonly login: LoginRecord;
  readonly delivery: DeliveryRecord;
  /** Their addresses. */
  readonly userId: string;
  readonly customerV2Id: string;
}

/**
 * Whether the login of a joined pair must not read the delivery half yet: the two were joined by somebody else, or the
 * login alone claims the record, and the code was not entered.
 *
 * @param account Of the login; null when it has none.
 */
export function isUnconfirmed(
  { confirmHalfLinks }: Pick<CustomerDependencies, 'confirmHalfLinks'>,
  { delivery, claimedByLoginOnly }: Pick<LinkedCustomer, 'delivery' | 'claimedByLoginOnly'>,
  account: Pick<StoredAccount, 'confirmedDeliveryKeys' | 'unconfirmedDeliveryKeys'> | null,
): boolean {
  if (!confirmHalfLinks || delivery === null) return false;
  if (account?.unconfirmedDeliveryKeys?.includes(delivery.key)) return true;
  return claimedByLoginOnly && account?.confirmedDeliveryKeys?.includes(delivery.key) !== true;
}

/** The pair of a login that waits for its code, as the stored records say now; null when nothing waits. */
export async function findUnconfirmedPair(
  dependencies: CustomerDependencies,
  login: { readonly loginKey: string; readonly loginId: unknown; readonly id: string },
  session?: ClientSession,
): Promise<UnconfirmedPair | null> {
  const { database } = dependencies;
  const records = await readNeighbourhood(
    database,
    { loginKeys: [login.loginId], loginIds: [login.id] },
    session === undefined ? {} : { session },
  );
  const own = linkCustomers(records).find((customer) => customer.login?.key === login.loginKey);
  if (own === undefined || own.login === null || own.delivery === null) return null;
  const account = await database.accounts.findOne(
    { _id: login.loginKey },
    {
      projection: { confirmedDeliveryKeys: 1, unconfirmedDeliveryKeys: 1 },
      ...(session && { session }),
    },
  );
  if (!isUnconfirmed(dependencies, own, account)) return null;
  return {
    login: own.login,
    delivery: own.delivery,
    userId: own.link.userId ?? own.login.keyText,
    customerV2Id: own.link.customerV2Id ?? own.delivery.keyText,
  };
}
