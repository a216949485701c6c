import type { ClientSession } from 'mongodb';
import { clearFailures } from '../accounts/count-attempt.ts';
import { credentialsMessage, recipientOf } from '../accounts/credentials-message.ts';
import { loginFilter } from '../accounts/login-filter.ts';
import { nameToLogInBy } from '../accounts/name-to-log-in-by.ts';
import type { TemporaryCredentials } from '../accounts/temporary-credentials.ts';
import type { LinkedCustomer } from '../customer-index/link-graph.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { NotificationKind } from '../notifications/notification-kinds.ts';
import type { PreparedNotification, Recipient } from '../notifications/outbox.ts';
import type { CustomerDependencies } from './customer-access.ts';

/** A customer whose login may be given a temporary password. */
export interface CredentialsReceiver {
  readonly login: LoginRecord;
  readonly delivery: LinkedCustomer['delivery'];
  /** Addresses of the customer and of the login. */
  readonly subjectIds: readonly [string, ...string[]];
}

/** A temporary password for somebody, hashed, and the message that tells it: ready to be written. */
export interface IssuedCredentials {
  readonly receiver: CredentialsReceiver;
  /** Where they go. */
  readonly to: Recipient;
  readonly credentials: TemporaryCredentials;
  readonly message: PreparedNotification;
}

/** Null for a customer without a login. */
export function credentialsReceiver({
  login,
  delivery,
  link,
}: Pick<LinkedCustomer, 'login' | 'delivery' | 'link'>): CredentialsReceiver | null {
  if (login === null) return null;
  const userId = link.userId ?? login.keyText;
  return { login, delivery, subjectIds: delivery === null ? [userId] : [link.customerV2Id ?? '', userId] };
}

/**
 * Where credentials are sent: to the login's own contact, else to that of the delivery record that it is joined to; null
 * when no message reaches either.
 */
export function credentialsContact(
  { accounts, settings }: CustomerDependencies,
  { login, delivery }: CredentialsReceiver,
): Recipient | null {
  const contacts = [login, delivery]
    .filter((half) => half !== null)
    .map((half) => recipientOf(half, settings.defaultPhoneRegion));
  return contacts.find((contact) => accounts.outbox.reaches(contact)) ?? null;
}

/** Makes the message, with the password encrypted: before the transaction. */
export async function prepareCredentials(
  { database, accounts, settings }: CustomerDependencies,
  issue: Omit<IssuedCredentials, 'message'>,
  at: Date,
): Promise<IssuedCredentials> {
  const { receiver, to, credentials } = issue;
  const { defaultPhoneRegion } = settings;
  const owner = await nameToLogInBy(database, receiver.login, defaultPhoneRegion);
  const { subjectIds } = receiver;
  const message = await accounts.outbox.prepare(
    credentialsMessage(owner, credentials, { to, subjectIds, defaultPhoneRegion, now: at }),
  );
  return { ...issue, message };
}

/** Whether credentials that were prepared are for this login, and would go where they go still. */
export function isStillFor(
  { receiver, to }: Pick<IssuedCredentials, 'receiver' | 'to'>,
  current: CredentialsReceiver,
  contact: Recipient | null,
): boolean {
  return (
    contact !== null &&
    receiver.login.key === current.login.key &&
    to.email === contact.email &&
    to.phoneE164 === contact.phoneE164
  );
}

/**
 * Gives logins their temporary passwords, in the transaction that has read whether they may have them: what was sent
 * before is void, sessions end, and the messages wait to be sent. Each kind of document is one command, however many
 * logins there are.
 *
 * @param actor Address of the login that wants it, or `command line`.
 */
export async function writeCredentials(
  { database, accounts, settings }: CustomerDependencies,
  issued: readonly IssuedCredentials[],
  { actor, at }: { readonly actor: string; readonly at: Date },
  session: ClientSession,
): Promise<void> {
  if (issued.length === 0) return;
  await database.users.bulkWrite(
    issued.map(({ receiver, credentials }) => ({
      updateOne: {
        filter: loginFilter(receiver.login._id),
        update: { $set: { password_hash: credentials.passwordHash } },
      },
    })),
    { session },
  );
  await database.accounts.bulkWrite(
    issued.map(({ receiver, credentials }) => ({
      updateOne: {
        filter: { _id: receiver.login.key },
        update: { $set: { ...credentials.account, ...clearFailures }, $inc: { sessionEpoch: 1 } },
        upsert: true,
      },
    })),
    { session },
  );
  // Those that could not be delivered too: an admin may send them once more, and their password is void.
  await database.notifications.updateMany(
    {
      loginKey: { $in: issued.map(({ receiver }) => receiver.login.key) },
      state: { $in: ['PENDING', 'DEAD'] },
      kind: credentialsKind,
    },
    { $set: { state: 'CANCELLED', secrets: null } },
    { session },
  );
  await writeJournal(
    database,
    issued.map(({ receiver, message }) => ({
      at,
      actor,
      action: 'CREDENTIALS_ISSUED' as const,
      subjectIds: receiver.subjectIds,
      changes: [{ field: 'sentTo', before: null, after: message.sentTo.join(', ') }],
    })),
    session,
  );
  await accounts.outbox.add(
    issued.map(({ message }) => message),
    session,
  );
  const loginKeys = issued.map(({ receiver }) => receiver.login._id);
  await refreshIndex(database, { loginKeys, deliveryKeys: [] }, settings, session);
}

const credentialsKind: NotificationKind = 'CREDENTIALS';
