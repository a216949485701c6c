import type { ClientSession } from 'mongodb';
import { loginsFilter } from '../accounts/login-filter.ts';
import { type LinkedCustomer, linkCustomers } from '../customer-index/link-graph.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { Database, MadeAs, StoredAccount } from '../database/collections.ts';
import {
  type DeliveryRecord,
  hashSalt,
  type LoginRecord,
  recordKey,
  type StoredUser,
} from '../database/stored-documents.ts';
import { isAsMade } from './made-as.ts';

/** Why a login stays. Stable. */
export type KeptCode = keyof typeof keptMessages;

export const keptMessages = {
  HAS_LOGGED_IN: 'Somebody has logged in with this login.',
  HAS_PASSWORD: 'A password was chosen for this login.',
  CHANGED: 'This login was changed since the backfill made it.',
  LINK_CHANGED:
    'This login and its delivery record are not linked to each other, and to nobody else, any more.',
  GONE: 'This login does not exist any more.',
} as const;

/** What becomes of a login. */
export type RevertVerdict = { readonly key: string; readonly customerId: string } & (
  | {
      readonly kind: 'remove';
      readonly login: LoginRecord;
      readonly delivery: DeliveryRecord;
      readonly linkBefore: MadeAs['linkBefore'];
      /** Addresses of the delivery record and of the login. */
      readonly subjectIds: readonly [string, string];
    }
  | { readonly kind: 'keep'; readonly code: KeptCode }
);

/** Decides about logins that a backfill made, by their accounts and by what is stored now, in one transaction. */
export async function readRevertVerdicts(
  database: Database,
  accounts: readonly StoredAccount[],
  loginIds: readonly unknown[],
  session: ClientSession,
): Promise<RevertVerdict[]> {
  if (accounts.length === 0) return [];
  const records = await readNeighbourhood(database, { loginKeys: loginIds }, { session });
  const customers = new Map(
    linkCustomers(records)
      .filter(({ login }) => login !== null)
      .map((customer) => [customer.login?.key ?? '', customer]),
  );
  const logins = await database.users.find(loginsFilter(loginIds), { session }).toArray();
  const stored = new Map(logins.map((login) => [recordKey(login._id), login]));
  return accounts.map((account): RevertVerdict => {
    const key = account._id;
    const login = stored.get(key);
    const customer = customers.get(key);
    const customerId = customer?.link.customerV2Id ?? (typeof login?.id === 'string' ? login.id : key);
    const keep = (code: KeptCode): RevertVerdict => ({ kind: 'keep', key, customerId, code });
    if (login === undefined) return keep('GONE');
    if (account.lastLoginAt !== undefined) return keep('HAS_LOGGED_IN');
    if (!hasNoPasswordOfItsOwn(login, account)) return keep('HAS_PASSWORD');
    const { madeAs } = account;
    if (madeAs === undefined || !isAsMade(login, madeAs)) return keep('CHANGED');
    const pair = intactPair(customer);
    if (pair === null) return keep('LINK_CHANGED');
    return { kind: 'remove', key, customerId, ...pair, linkBefore: madeAs.linkBefore };
  });
}

/** As it was made, or with the temporary password that was sent. */
function hasNoPasswordOfItsOwn({ password_hash }: StoredUser, account: StoredAccount): boolean {
  if (password_hash === null || password_hash === undefined) return true;
  return mustChangePassword(account, { hashSalt: hashSalt(password_hash) });
}

function intactPair(
  customer: LinkedCustomer | undefined,
): Pick<Extract<RevertVerdict, { kind: 'remove' }>, 'login' | 'delivery' | 'subjectIds'> | null {
  if (customer === undefined) return null;
  const { login, delivery, link, state, conflictingIds } = customer;
  if (state !== 'LINKED' || conflictingIds.length > 0 || login === null || delivery === null) return null;
  return { login, delivery, subjectIds: [link.customerV2Id ?? '', link.userId ?? ''] };
}
