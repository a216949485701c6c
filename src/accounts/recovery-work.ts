import type { ClientSession } from 'mongodb';
import { inTransaction } from '../database/transaction.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { NotificationKind } from '../notifications/notification-kinds.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { findLogins } from './find-login.ts';
import { cancelMessages, voidRecovery } from './one-time-token.ts';
import { writeRecoveryCodes } from './recovery-codes.ts';
import { type RecoveryDestination, recoveryDestinations } from './recovery-destinations.ts';
import { limitOfRecovery } from './recovery-limits.ts';
import { type PreparedRecovery, prepareRecovery } from './recovery-messages.ts';
import {
  type ClaimedRequest,
  claimRecoveryRequest,
  finishRecoveryRequest,
  requestLifetimeMs,
} from './recovery-requests.ts';
import { loginAddress } from './viewer.ts';

/**
 * Works on the request for a new password that has waited for longest: finds whom it means and writes the messages that
 * offer them one, all of it in the transaction that takes the request away. So each request makes its messages once,
 * whenever a process dies.
 *
 * @param onBudgetSpent Told of an SMS that is not sent because anybody has asked for as many as there may be today.
 * @returns Whether there was one.
 */
export async function workOnRecovery(
  dependencies: AccountsDependencies,
  onBudgetSpent: () => void = () => {},
): Promise<boolean> {
  const { database, outbox, now } = dependencies;
  const request = await claimRecoveryRequest(database, now());
  if (request === null) return false;
  const at = now();
  const tooOld = at.getTime() - request.requestedAt.getTime() > requestLifetimeMs;
  const prepared = tooOld ? [] : await prepareAll(dependencies, request, at, onBudgetSpent);
  if (prepared.length === 0) {
    await finishRecoveryRequest(database, request);
    return true;
  }
  await inTransaction(database, (session) => writeAll(dependencies, request, prepared, at, session));
  outbox.wake();
  return true;
}

async function prepareAll(
  dependencies: AccountsDependencies,
  request: ClaimedRequest,
  at: Date,
  onBudgetSpent: () => void,
): Promise<PreparedRecovery[]> {
  const { database, indexSettings } = dependencies;
  const meant = await findLogins(database, request.identifier, indexSettings.defaultPhoneRegion);
  const destinations = recoveryDestinations(
    dependencies,
    meant.map(({ login }) => login),
  );
  const prepared: PreparedRecovery[] = [];
  for (const destination of destinations) {
    const limit = await limitOf(dependencies, request, destination);
    if (limit === null) prepared.push(await prepareRecovery(dependencies, destination, at));
    if (limit === 'SMS_BUDGET') onBudgetSpent();
  }
  return prepared;
}

/** A try that was interrupted has counted its messages already, and must not be the reason why none goes out. */
async function limitOf(
  dependencies: AccountsDependencies,
  { attempts }: ClaimedRequest,
  destination: RecoveryDestination,
): Promise<'DESTINATION' | 'SMS_BUDGET' | null> {
  return attempts > 1 ? null : limitOfRecovery(dependencies, destination);
}

/** What was sent before is void: the newest message holds. */
async function writeAll(
  dependencies: AccountsDependencies,
  request: ClaimedRequest,
  prepared: readonly PreparedRecovery[],
  at: Date,
  session: ClientSession,
): Promise<void> {
  const { database, outbox } = dependencies;
  // Another process has it: this one was away for longer than its claim.
  if (!(await finishRecoveryRequest(database, request, session))) return;
  for (const { destination, tokens, codes, message } of prepared) {
    const { key, to, logins } = destination;
    await voidRecovery(
      database,
      [...tokens, ...codes].map(({ loginKey }) => loginKey),
      session,
    );
    const shared = { loginKey: null, kind: sharedKind, destination: to.email ?? key };
    await cancelMessages(database, shared, session);
    if (tokens.length > 0) await database.tokens.insertMany([...tokens], { session });
    if (codes.length > 0) await writeRecoveryCodes(database, key, codes, at, session);
    const changes = [{ field: 'sentTo', before: null, after: message.sentTo.join(', ') }];
    await writeJournal(
      database,
      logins.map((login) => ({
        at,
        actor: 'system',
        action: 'PASSWORD_RESET_REQUESTED' as const,
        subjectIds: [loginAddress(login)] as const,
        changes,
      })),
      session,
    );
    await outbox.add([message], session);
  }
}

const sharedKind: NotificationKind = 'PASSWORD_RESET_SHARED';
