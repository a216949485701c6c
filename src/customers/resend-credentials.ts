import type { ClientSession } from 'mongodb';
import { requireAdmin } from '../accounts/require-admin.ts';
import { makeTemporaryCredentials } from '../accounts/temporary-credentials.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { Database } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import type { Recipient } from '../notifications/outbox.ts';
import { isWithinLimit } from '../throttles/throttle.ts';
import type { CustomerDependencies } from './customer-access.ts';
import {
  type CredentialsReceiver,
  credentialsContact,
  credentialsReceiver,
  type IssuedCredentials,
  isStillFor,
  prepareCredentials,
  writeCredentials,
} from './issue-credentials.ts';
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
  const { database, accounts, now } = dependencies;
  const receiver = await readReceiver(database, customerId);
  const to = reachableContact(dependencies, receiver);
  await countSending(dependencies, receiver.login);
  const credentials = await makeTemporaryCredentials(accounts);
  const at = now();
  const issued = await prepareCredentials(dependencies, { receiver, to, credentials }, at);
  try {
    await inTransaction(database, async (session) => {
      await checkAgain(dependencies, customerId, issued, session);
      await writeCredentials(dependencies, [issued], { actor: admin.id, at }, session);
    });
  } finally {
    accounts.authenticator.forget(receiver.login.key);
  }
  accounts.outbox.wake();
  return { message: `Credentials were sent to ${issued.message.sentTo.join(' and ')}.` };
}

/** @throws AppError NOT_FOUND, CONFLICT. */
async function readReceiver(
  database: Database,
  customerId: string,
  session?: ClientSession,
): Promise<CredentialsReceiver> {
  const customer = await wholeSourceWithId(database, customerId, session);
  if (customer === null) throw new AppError('NOT_FOUND', 'There is no customer with this id.');
  const receiver = credentialsReceiver(customer);
  if (receiver === null) {
    throw refused('This customer has no login. createLogin makes one and sends its credentials.');
  }
  const { login } = receiver;
  if (!login.isActive) throw refused('This login is inactive. Let it in with setLoginActive first.');
  const account = await database.accounts.findOne(
    { _id: login.key },
    { projection: { mustChangePassword: 1, temporarySalt: 1 }, ...(session && { session }) },
  );
  if (login.hashSalt !== null && !mustChangePassword(account, login)) {
    throw refused('This customer has a password of their own, and can reset it themselves.');
  }
  return receiver;
}

function reachableContact(dependencies: CustomerDependencies, receiver: CredentialsReceiver): Recipient {
  const contact = credentialsContact(dependencies, receiver);
  if (contact === null) {
    throw refused('This customer can be reached neither by e-mail nor by SMS. Correct the contact first.');
  }
  return contact;
}

/**
 * What decides is read again in the transaction: whoever changes the login at the same time, the customer who chooses a
 * password above all, makes it begin again.
 */
async function checkAgain(
  dependencies: CustomerDependencies,
  customerId: string,
  issued: IssuedCredentials,
  session: ClientSession,
): Promise<void> {
  const receiver = await readReceiver(dependencies.database, customerId, session);
  if (!isStillFor(issued, receiver, reachableContact(dependencies, receiver))) {
    throw refused('This customer has just been changed. Look again.');
  }
}

async function countSending(dependencies: CustomerDependencies, login: LoginRecord): Promise<void> {
  if (!(await isWithinLimit(dependencies, perMinute, login.key))) {
    throw new AppError('RATE_LIMITED', 'Credentials were sent to this customer less than a minute ago.');
  }
  if (!(await isWithinLimit(dependencies, perDay, login.key))) {
    throw new AppError(
      'RATE_LIMITED',
      `Credentials were sent to this customer ${credentialsLimits.perDay} times today. Try again tomorrow.`,
    );
  }
}

const minuteMs = 60_000;
const perMinute = {
  name: 'credentials-minute',
  points: credentialsLimits.perMinute,
  windowMs: minuteMs,
} as const;
const perDay = {
  name: 'credentials-day',
  points: credentialsLimits.perDay,
  windowMs: 24 * 60 * minuteMs,
} as const;

function refused(why: string): AppError {
  return new AppError('CONFLICT', why);
}
