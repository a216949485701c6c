import type { ClientSession } from 'mongodb';
import { linkCustomers } from '../customer-index/link-graph.ts';
import { readNeighbourhood } from '../customer-index/neighbourhood.ts';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import {
  type CredentialsReceiver,
  credentialsContact,
  credentialsReceiver,
} from '../customers/issue-credentials.ts';
import type { StoredAccount } from '../database/collections.ts';
import { type LoginRecord, recordKey } from '../database/stored-documents.ts';
import type { Recipient } from '../notifications/outbox.ts';

/** Why a login gets no credentials. Stable. */
export type SkipCode = keyof typeof skipMessages;

/** What a release does about a login. */
export type Verdict =
  | { readonly kind: 'send'; readonly receiver: CredentialsReceiver; readonly to: Recipient }
  | { readonly kind: 'skip'; readonly code: SkipCode; readonly customerId: string; readonly loginKey: string }
  /** It waits for nothing, and nobody has to be told. */
  | { readonly kind: 'pass' };

/** What is said of each reason. */
export const skipMessages = {
  UNREACHABLE: 'Neither e-mail nor SMS reaches this customer. Correct the contact, then release again.',
  INACTIVE: 'The login is inactive. Let it in with setLoginActive, then release again.',
  HAS_LOGGED_IN: 'This customer has logged in before.',
  HAS_PASSWORD: 'The login has a password of its own.',
  ALREADY_SENT: 'Credentials were made for this login before. resendCredentials sends others.',
  NOT_A_CUSTOMER: 'The login is not a customer’s any more.',
  GONE: 'The login does not exist any more.',
} as const;

/** Decides about logins by what is stored, in the order in which they are given; in a transaction where one is given. */
export async function readVerdicts(
  dependencies: CustomerDependencies,
  loginIds: readonly unknown[],
  session?: ClientSession,
): Promise<Verdict[]> {
  if (loginIds.length === 0) return [];
  const { database } = dependencies;
  const records = await readNeighbourhood(
    database,
    { loginKeys: loginIds },
    session === undefined ? {} : { session },
  );
  const keys = loginIds.map(recordKey);
  const accounts = await database.accounts
    .find({ _id: { $in: keys } }, { projection: accountProjection, ...(session && { session }) })
    .toArray();
  const logins = new Map(records.logins.map((login) => [login.key, login]));
  const accountOf = new Map(accounts.map((account) => [account._id, account]));
  const receivers = new Map(
    linkCustomers(records)
      .map(credentialsReceiver)
      .filter((receiver) => receiver !== null)
      .map((receiver) => [receiver.login.key, receiver]),
  );
  return keys.map((key) => {
    const receiver = receivers.get(key);
    const login = logins.get(key);
    const skip = (code: SkipCode): Verdict => {
      const customerId = receiver?.subjectIds[0] ?? login?.id ?? login?.keyText ?? key;
      return { kind: 'skip', code, customerId, loginKey: key };
    };
    if (login === undefined) return skip('GONE');
    if (receiver === undefined) return skip('NOT_A_CUSTOMER');
    const account = accountOf.get(key);
    // Whoever has a password and may not use it: not a matter of credentials.
    if (!login.isActive && login.hashSalt !== null && account?.credentialsPending !== true) {
      return { kind: 'pass' };
    }
    const code = obstacle(login, account);
    if (code !== null) return skip(code);
    const to = credentialsContact(dependencies, receiver);
    return to === null ? skip('UNREACHABLE') : { kind: 'send', receiver, to };
  });
}

function obstacle(login: LoginRecord, account: StoredAccount | undefined): SkipCode | null {
  if (account?.lastLoginAt !== undefined) return 'HAS_LOGGED_IN';
  if (login.hashSalt !== null) return mustChangePassword(account, login) ? 'ALREADY_SENT' : 'HAS_PASSWORD';
  // The older application may have written the document back as it was before the hash.
  if (account?.credentialsSentAt !== undefined || account?.mustChangePassword === true) return 'ALREADY_SENT';
  return login.isActive ? null : 'INACTIVE';
}

const accountProjection = {
  mustChangePassword: 1,
  temporarySalt: 1,
  credentialsPending: 1,
  credentialsSentAt: 1,
  lastLoginAt: 1,
} as const;
