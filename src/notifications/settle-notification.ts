import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSession, UpdateFilter } from 'mongodb';
import type { Database, StoredNotification } from '../database/collections.ts';
import { inTransaction } from '../database/transaction.ts';
import { isUnavailable } from '../database/unavailable.ts';
import { AppError } from '../errors.ts';
import { claimMs } from './claim-notification.ts';
import { credentialsAccountFilter } from './current-credentials.ts';

/** What came of a try. */
export type Outcome =
  | { readonly state: 'SENT'; readonly at: Date }
  | { readonly state: 'RETRY'; readonly until: Date; readonly code: string; readonly message: string }
  /** It was not tried after all, and no try is counted. */
  | { readonly state: 'WAIT'; readonly until: Date }
  /** There was nothing to tell any more. */
  | { readonly state: 'CANCELLED' }
  | {
      readonly state: 'DEAD';
      readonly code: string;
      readonly message: string;
      readonly eraseSecrets: boolean;
    };

/**
 * Marks a claimed message, unless it was cancelled or claimed by another in the meantime. A message that was sent and
 * cannot be marked is sent again, so a database that does not answer is tried for as long as the claim holds.
 *
 * @returns Whether it was marked.
 */
export async function settleNotification(
  database: Database,
  row: StoredNotification,
  outcome: Outcome,
  now: () => Date,
): Promise<boolean> {
  const deadline = performance.now() + claimMs / 2;
  for (;;) {
    try {
      if (outcome.state === 'SENT' && row.kind === 'CREDENTIALS')
        return await inTransaction(database, (session) =>
          markCredentials(database, row, outcome.at, session),
        );
      return await mark(database, row, updateFor(outcome, now()));
    } catch (error) {
      const mayPass = isUnavailable(error) || error instanceof AppError;
      if (!mayPass || performance.now() >= deadline) throw error;
    }
    await sleep(250);
  }
}

async function mark(
  database: Database,
  { _id, holder }: StoredNotification,
  update: UpdateFilter<StoredNotification>,
  session?: ClientSession,
): Promise<boolean> {
  const { matchedCount } = await database.notifications.updateOne(
    { _id, holder, state: 'PENDING' },
    update,
    session && { session },
  );
  return matchedCount > 0;
}

/** The account knows that credentials went out, when they are the ones that are good now. */
async function markCredentials(
  database: Database,
  row: StoredNotification,
  at: Date,
  session: ClientSession,
): Promise<boolean> {
  if (!(await mark(database, row, sent(at), session))) return false;
  const filter = credentialsAccountFilter(row);
  if (filter !== null)
    await database.accounts.updateOne(filter, { $set: { credentialsSentAt: at } }, { session });
  return true;
}

function sent(at: Date): UpdateFilter<StoredNotification> {
  return { $set: { state: 'SENT', sentAt: at, secrets: null, holder: null, lastError: null } };
}

function updateFor(outcome: Outcome, at: Date): UpdateFilter<StoredNotification> {
  if (outcome.state === 'SENT') return sent(outcome.at);
  if (outcome.state === 'WAIT')
    return { $set: { holder: null, nextAttemptAt: outcome.until }, $inc: { attempts: -1 } };
  if (outcome.state === 'CANCELLED') return { $set: { state: 'CANCELLED', holder: null, lastError: null } };
  const lastError = { code: outcome.code, message: outcome.message, at };
  if (outcome.state === 'RETRY') return { $set: { holder: null, nextAttemptAt: outcome.until, lastError } };
  return {
    $set: { state: 'DEAD', holder: null, lastError, ...(outcome.eraseSecrets && { secrets: null }) },
  };
}
