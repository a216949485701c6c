import { createHash, randomUUID } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import { canonicalEmail } from '../customer-index/canonical-email.ts';
import { canonicalPhone, type PhoneRegion } from '../customer-index/canonical-phone.ts';
import type { Database, StoredRecoveryRequest } from '../database/collections.ts';
import { retryingUpsert } from '../database/retrying-upsert.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { maxIdentifierLength } from './find-login.ts';

/** A request that a process is working on. */
export type ClaimedRequest = StoredRecoveryRequest & { readonly holder: string };

/** What nobody came to work on for so long is of no use: whoever asked has asked again, or has given up. */
export const requestLifetimeMs = 60 * 60_000;

/** Whoever works on a request has so long; then another may. */
export const requestClaimMs = 30_000;

/** Keeps what was asked until it was worked on. One command, whatever was asked, and the same when it waits already. */
export async function keepRecoveryRequest(
  { database, indexSettings, now }: Pick<AccountsDependencies, 'database' | 'indexSettings' | 'now'>,
  typed: string,
): Promise<void> {
  const identifier = typed.length > maxIdentifierLength ? '' : typed.trim();
  const requestedAt = now();
  await retryingUpsert(() =>
    database.recoveryRequests.updateOne(
      { _id: requestId(identifier, indexSettings.defaultPhoneRegion) },
      { $setOnInsert: { identifier, requestedAt, attempts: 0, nextAttemptAt: requestedAt, holder: null } },
      { upsert: true },
    ),
  );
}

/** Claims the request that has waited for longest, and counts the try; null when none waits. One atomic write. */
export async function claimRecoveryRequest(database: Database, now: Date): Promise<ClaimedRequest | null> {
  const holder = randomUUID();
  const claimed = await database.recoveryRequests.findOneAndUpdate(
    { nextAttemptAt: { $lte: now } },
    { $set: { holder, nextAttemptAt: new Date(now.getTime() + requestClaimMs) }, $inc: { attempts: 1 } },
    { sort: { nextAttemptAt: 1, _id: 1 }, returnDocument: 'after' },
  );
  return claimed === null ? null : { ...claimed, holder };
}

/** Takes a request out of the database, unless another process has it by now: false then. */
export async function finishRecoveryRequest(
  database: Database,
  { _id, holder }: ClaimedRequest,
  session?: ClientSession,
): Promise<boolean> {
  const { deletedCount } = await database.recoveryRequests.deleteOne({ _id, holder }, session && { session });
  return deletedCount > 0;
}

/** Two spellings of one e-mail or phone are one request. */
function requestId(identifier: string, defaultPhoneRegion: PhoneRegion): string {
  const phone = identifier.includes('@') ? null : canonicalPhone(identifier, defaultPhoneRegion);
  const canonical = phone ?? canonicalEmail(identifier) ?? identifier.toLowerCase();
  return createHash('sha256').update(canonical).digest('base64url');
}
