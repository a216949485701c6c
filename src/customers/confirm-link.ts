import type { ClientSession } from 'mongodb';
import { readTypedCode } from '../accounts/typed-code.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { StoredToken } from '../database/collections.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { CustomerDependencies } from './customer-access.ts';
import { linkCodeId, wasSentTo } from './link-code.ts';
import { findUnconfirmedPair } from './unconfirmed-link.ts';

/** So many attempts are allowed at one code. */
export const maxCodeAttempts = 5;

/**
 * Lets the viewer read the delivery half of their own record: they have entered the code that was sent to that half's
 * own contact. Attempts are counted before anything is compared, so that of many at once none goes uncounted.
 *
 * @param typed In any case; spaces and dashes do not matter.
 * @throws AppError FORBIDDEN for who is no customer; INVALID_OR_EXPIRED_TOKEN when the code is wrong, used, expired or
 *   tried too often, when the record has another contact by now, and when there is nothing to confirm.
 */
export async function confirmLink(
  dependencies: CustomerDependencies,
  viewer: Viewer,
  typed: string,
): Promise<Viewer> {
  if (viewer.role !== 'CUSTOMER') throw new AppError('FORBIDDEN', 'This is not for you.');
  const { database, codeDigests, accounts } = dependencies;
  const code = readTypedCode(typed);
  const pair = code === null ? null : await findUnconfirmedPair(dependencies, viewer);
  if (code === null || pair === null) throw invalidCode();
  const tokenId = linkCodeId(viewer.loginKey, pair.delivery.key);
  const token = await countCodeAttempt(dependencies, tokenId);
  const matches = await codeDigests.matches(tokenId, code, token?.codeDigest ?? '');
  if (token === null || !matches) throw invalidCode();
  try {
    await inTransaction(database, (session) => writeConfirmation(dependencies, viewer, token, session));
  } finally {
    accounts.authenticator.forget(viewer.loginKey);
  }
  return viewer;
}

/** The code as it is stored, with one attempt more; null when there is none to try any more. */
async function countCodeAttempt(
  { database, now }: CustomerDependencies,
  tokenId: string,
): Promise<StoredToken | null> {
  return database.tokens.findOneAndUpdate(
    { _id: tokenId, kind: 'CONFIRM_LINK', expiresAt: { $gt: now() }, attempts: { $lt: maxCodeAttempts } },
    { $inc: { attempts: 1 } },
    { returnDocument: 'after' },
  );
}

async function writeConfirmation(
  dependencies: CustomerDependencies,
  viewer: Viewer,
  token: StoredToken,
  session: ClientSession,
): Promise<void> {
  const { database, settings, now } = dependencies;
  const at = now();
  // Another code may have been sent since, or this one been used.
  const { deletedCount } = await database.tokens.deleteOne(
    { _id: token._id, codeDigest: token.codeDigest ?? '', expiresAt: { $gt: at } },
    { session },
  );
  const pair = await findUnconfirmedPair(dependencies, viewer, session);
  if (deletedCount === 0 || pair === null || pair.delivery.key !== token.deliveryKey) throw invalidCode();
  if (!wasSentTo(token, pair.delivery, settings.defaultPhoneRegion)) throw invalidCode();
  await database.accounts.updateOne(
    { _id: viewer.loginKey },
    {
      $addToSet: { confirmedDeliveryKeys: pair.delivery.key },
      $pull: { unconfirmedDeliveryKeys: pair.delivery.key },
    },
    { upsert: true, session },
  );
  await writeJournal(
    database,
    [{ at, actor: viewer.id, action: 'LINK_CONFIRMED', subjectIds: [pair.customerV2Id, pair.userId] }],
    session,
  );
}

function invalidCode(): AppError {
  return new AppError('INVALID_OR_EXPIRED_TOKEN', 'Invalid or expired code.');
}
