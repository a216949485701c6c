import type { ClientSession } from 'mongodb';
import type { Viewer } from '../accounts/viewer.ts';
import { touchClaims } from '../database/claims.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import { isWithinLimit } from '../throttles/throttle.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { linkClaim, type PreparedLinkCode, prepareLinkCode, writeLinkCode } from './link-code.ts';
import { findUnconfirmedPair, type UnconfirmedPair } from './unconfirmed-link.ts';

/** So many codes may be asked for, by one login and to one destination. */
export const codesPerMinute = 1;
export const codesPerDay = 5;

/**
 * Sends a code to the contact of the delivery record that the viewer's login was joined to; the earlier code is void.
 *
 * @returns Where the code goes, masked.
 * @throws AppError FORBIDDEN for who is no customer; CONFLICT when nothing waits for a code, and when the delivery record
 *   has no contact that can be reached; RATE_LIMITED after 1 in a minute or 5 in a day.
 */
export async function requestLinkCode(
  dependencies: CustomerDependencies,
  viewer: Viewer,
): Promise<readonly string[]> {
  if (viewer.role !== 'CUSTOMER') throw new AppError('FORBIDDEN', 'This is not for you.');
  const { database, accounts, now } = dependencies;
  const pair = await findUnconfirmedPair(dependencies, viewer);
  if (pair === null) throw new AppError('CONFLICT', 'There is nothing to confirm.');
  const prepared = await prepareLinkCode(dependencies, pair.login, pair.delivery, now());
  const destinations = prepared.notification.rows.map(({ destination }) => destination.toLowerCase());
  if (destinations.length === 0) {
    throw new AppError(
      'CONFLICT',
      'Your delivery record has no e-mail or phone that a code can be sent to. Ask for it to be corrected.',
    );
  }
  await throttle(dependencies, [
    `login/${viewer.loginKey}`,
    ...destinations.map((destination) => `to/${destination}`),
  ]);
  await inTransaction(database, (session) =>
    writeRequestedCode(dependencies, viewer, pair, prepared, session),
  );
  accounts.outbox.wake();
  return prepared.notification.sentTo;
}

async function throttle(dependencies: CustomerDependencies, counted: readonly string[]): Promise<void> {
  // What was refused for the minute does not use up the day.
  for (const [window, windowMs, points] of windows) {
    for (const key of counted) {
      const limit = { name: `link-code-${window}`, points, windowMs };
      if (!(await isWithinLimit(dependencies, limit, key))) {
        throw new AppError('RATE_LIMITED', `A code was sent already. Wait for a ${window}, then ask again.`);
      }
    }
  }
}

const minuteMs = 60_000;
const windows = [
  ['minute', minuteMs, codesPerMinute],
  ['day', 24 * 60 * minuteMs, codesPerDay],
] as const;

async function writeRequestedCode(
  dependencies: CustomerDependencies,
  viewer: Viewer,
  read: UnconfirmedPair,
  prepared: PreparedLinkCode,
  session: ClientSession,
): Promise<void> {
  const { database, now } = dependencies;
  const at = now();
  await touchClaims(database, [linkClaim(read.delivery.key)], at, session);
  const pair = await findUnconfirmedPair(dependencies, viewer, session);
  const sameContact =
    pair?.delivery.key === read.delivery.key &&
    pair.delivery.email === read.delivery.email &&
    pair.delivery.phone === read.delivery.phone;
  if (pair === null || !sameContact) {
    throw new AppError('CONFLICT', 'Your delivery record has just been changed. Ask again.');
  }
  await writeLinkCode(dependencies, prepared, session);
  await writeJournal(
    database,
    [{ at, actor: viewer.id, action: 'LINK_CODE_SENT', subjectIds: [pair.customerV2Id, pair.userId] }],
    session,
  );
}
