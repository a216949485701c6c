import type { ClientSession } from 'mongodb';
import { clearFailures } from '../accounts/count-attempt.ts';
import { credentialsMessage, recipientOf } from '../accounts/credentials-message.ts';
import { loginFilter } from '../accounts/login-filter.ts';
import { requireAdmin } from '../accounts/require-admin.ts';
import { makeTemporaryCredentials, type TemporaryCredentials } from '../accounts/temporary-credentials.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { LinkedCustomer } from '../customer-index/link-graph.ts';
import { refreshIndex } from '../customer-index/refresh-index.ts';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { Database } from '../database/collections.ts';
import { countInWindow } from '../database/count-in-window.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { NotificationKind } from '../notifications/notification-kinds.ts';
import type { PreparedNotification, Recipient } from '../notifications/outbox.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { wholeSourceWithId } from './source-with-id.ts';

/** How often credentials are sent to one login. */
export const credentialsLimits = { perMinute: 1, perDay: 5 } as const;

/**
 * Sends a customer new temporary credentials; those that were sent before are void at once. A password that the customer
 * has chosen is never touched.
 *
 * @param customerId Id of either half.
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND; CONFLICT without a login, for one that is inactive or has a
 * password of its own, for a customer who cannot be reached, and for one who is changed at the same time; RATE_LIMITED
 * beyond one a minute and five a day, and when too many passwords are being made.
 */
export async function resendCredentials(
  dependencies: CustomerDependencies,
  viewer: Viewer | null,
  customerId: string,
): Promise<{ message: string }> {
  const admin = requireAdmin(viewer);
  const { database, accounts, settings, now } = dependencies;
  const receiver = await readReceiver(database, customerId);
  const to = reachableContact(dependencies, receiver);
  await countSending(database, receiver.login, now());
  const credentials = await makeTemporaryCredentials(accounts);
  const at = now();
  const message = await accounts.outbox.prepare(
    credentialsMessage(receiver.login, credentials, {
      to,
      subjectIds: receiver.subjectIds,
      defaultPhoneRegion: settings.defaultPhoneRegion,
      now: at,
    }),
  );
  const issued: IssuedCredentials = { customerId, to, credentials, message, actor: admin.id, at };
  try {
    await inTransaction(database, (session) => writeCredentials(dependencies, issued, session));
  } finally {
    accounts.authenticator.forget(receiver.login.key);
  }
  accounts.outbox.wake();
  return { message: `Credentials were sent to ${message.sentTo.join(' and ')}.` };
}

/** A customer whose login may be given another temporary password. */
interface Receiver {
  readonly login: LoginRecord;
  readonly delivery: LinkedCustomer['delivery'];
  /** Addresses of the customer and of the login. */
  readonly subjectIds: readonly [string, ...string[]];
}

/** @throws AppError NOT_FOUND, CONFLICT. */
async function readReceiver(
  database: Database,
  customerId: string,
  session?: ClientSession,
): Promise<Receiver> {
  const customer = await wholeSourceWithId(database, customerId, session);
  if (customer === null) throw new AppError('NOT_FOUND', 'There is no customer with this id.');
  const { login, delivery, link } = customer;
  if (login === null) {
    throw refused('This customer has no login. createLogin makes one and sends its credentials.');
  }
  if (!login.isActive) throw refused('This login is inactive. Let it in with setLoginActive first.');
  const account = await database.accounts.findOne(
    { _id: login.key },
    { projection: { mustChangePassword: 1, temporarySalt: 1 }, ...(session && { session }) },
  );
  if (login.hashSalt !== null && !mustChangePassword(account, login)) {
    throw refused('This customer has a password of their own, and can reset it themselves.');
  }
  const userId = link.userId ?? login.keyText;
  return { login, delivery, subjectIds: delivery === null ? [userId] : [link.customerV2Id ?? '', userId] };
}

/** The login's own contact, else that of the delivery record that it is joined to. */
function reachableContact({ accounts, settings }: CustomerDependencies, receiver: Receiver): Recipient {
  const contacts = [receiver.login, receiver.delivery]
    .filter((half) => half !== null)
    .map((half) => recipientOf(half, settings.defaultPhoneRegion));
  const reachable = contacts.find((contact) => accounts.outbox.reaches(contact));
  if (reachable === undefined) {
    throw refused('This customer can be reached neither by e-mail nor by SMS. Correct the contact first.');
  }
  return reachable;
}

async function countSending(database: Database, login: LoginRecord, now: Date): Promise<void> {
  const minute = `credentials-minute/${login.key}`;
  if ((await countInWindow(database, minute, minuteMs, now)) > credentialsLimits.perMinute) {
    throw new AppError('RATE_LIMITED', 'Credentials were sent to this customer less than a minute ago.');
  }
  const day = `credentials-day/${login.key}`;
  if ((await countInWindow(database, day, dayMs, now)) > credentialsLimits.perDay) {
    throw new AppError(
      'RATE_LIMITED',
      `Credentials were sent to this customer ${credentialsLimits.perDay} times today. Try again tomorrow.`,
    );
  }
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

interface IssuedCredentials {
  readonly customerId: string;
  /** Where they go. */
  readonly to: Recipient;
  readonly credentials: TemporaryCredentials;
  readonly message: PreparedNotification;
  readonly actor: string;
  readonly at: Date;
}

/**
 * All or nothing. What decides is read again: whoever changes the login at the same time, the customer who chooses a
 * password above all, makes this begin again.
 */
async function writeCredentials(
  dependencies: CustomerDependencies,
  { customerId, to, credentials, message, actor, at }: IssuedCredentials,
  session: ClientSession,
): Promise<void> {
  const { database, accounts, settings } = dependencies;
  const receiver = await readReceiver(database, customerId, session);
  const { login, subjectIds } = receiver;
  if (!isSame(reachableContact(dependencies, receiver), to) || message.rows[0]?.loginKey !== login.key) {
    throw refused('This customer has just been changed. Look again.');
  }
  await database.users.updateOne(
    loginFilter(login._id),
    { $set: { password_hash: credentials.passwordHash } },
    { session },
  );
  await database.accounts.updateOne(
    { _id: login.key },
    { $set: { ...credentials.account, ...clearFailures }, $inc: { sessionEpoch: 1 } },
    { upsert: true, session },
  );
  // Those that could not be delivered too: an admin may send them once more, and their password is void.
  await database.notifications.updateMany(
    { loginKey: login.key, state: { $in: ['PENDING', 'DEAD'] }, kind: credentialsKind },
    { $set: { state: 'CANCELLED', secrets: null } },
    { session },
  );
  await writeJournal(
    database,
    [
      {
        at,
        actor,
        action: 'CREDENTIALS_ISSUED',
        subjectIds,
        changes: [{ field: 'sentTo', before: null, after: message.sentTo.join(', ') }],
      },
    ],
    session,
  );
  await accounts.outbox.add([message], session);
  await refreshIndex(database, { loginKeys: [login._id], deliveryKeys: [] }, settings, session);
}

const credentialsKind: NotificationKind = 'CREDENTIALS';

function isSame(one: Recipient, other: Recipient): boolean {
  return one.email === other.email && one.phoneE164 === other.phoneE164;
}

function refused(why: string): AppError {
  return new AppError('CONFLICT', why);
}
