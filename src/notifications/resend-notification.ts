import type { ClientSession } from 'mongodb';
import type { Database, StoredNotification } from '../database/collections.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError, badInput } from '../errors.ts';
import type { Acknowledgement } from '../graphql/acknowledgement.ts';
import { writeJournal } from '../journal/write-journal.ts';
import { credentialsAccountFilter } from './current-credentials.ts';
import type { NotificationViewer } from './list-failed-notifications.ts';
import { maskDestination } from './mask-destination.ts';
import { type NotificationKind, notificationKinds } from './notification-kinds.ts';
import type { Outbox } from './outbox.ts';

/** What sending again needs. */
export interface ResendDependencies {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly now: () => Date;
}

/**
 * Tries an undelivered message again, as if for the first time and under the same id.
 *
 * @throws AppError FORBIDDEN to all but admins; NOT_FOUND for what is no undelivered message; CONFLICT for one whose
 * password, code or link is no longer good; BAD_USER_INPUT naming `id`.
 */
export async function resendNotification(
  dependencies: ResendDependencies,
  viewer: NotificationViewer | null,
  id: string,
): Promise<Acknowledgement> {
  const { database, outbox, now } = dependencies;
  if (viewer?.role !== 'ADMIN') throw new AppError('FORBIDDEN', 'Only admins may send messages again.');
  if (id.length > maxIdLength) throw badInput('id', `id takes at most ${maxIdLength} characters.`);
  const at = now();
  const row = await inTransaction(database, (session) =>
    requeue(database, { id, actor: viewer.id, at }, session),
  );
  outbox.wake();
  return { message: `The message is on its way to ${maskDestination(row.destination)}.` };
}

const maxIdLength = 200;

async function requeue(
  database: Database,
  { id, actor, at }: { id: string; actor: string; at: Date },
  session: ClientSession,
): Promise<StoredNotification> {
  const row = await database.notifications.findOne({ _id: id, state: 'DEAD' }, { session });
  if (row === null) throw new AppError('NOT_FOUND', 'There is no undelivered message with this id.');
  if (!(await isStillGood(database, row, at, session))) throw new AppError('CONFLICT', whatToDoInstead(row));
  await database.notifications.updateOne(
    { _id: id, state: 'DEAD' },
    { $set: { state: 'PENDING', attempts: 0, nextAttemptAt: at, holder: null, lastError: null } },
    { session },
  );
  const [subjectId = id, ...others] = row.subjectIds;
  await writeJournal(
    database,
    [
      {
        at,
        actor,
        action: 'NOTIFICATION_RESENT',
        subjectIds: [subjectId, ...others],
        changes: [{ field: row.kind, before: null, after: maskDestination(row.destination) }],
      },
    ],
    session,
  );
  return row;
}

/** Whether the message says what is still true. */
async function isStillGood(
  database: Database,
  row: StoredNotification,
  at: Date,
  session: ClientSession,
): Promise<boolean> {
  if (row.expiresAt !== null && row.expiresAt <= at) return false;
  const hasSecrets = (notificationKinds[row.kind as NotificationKind]?.secrets.length ?? 0) > 0;
  if (hasSecrets && row.secrets === null) return false;
  const account = row.kind === 'CREDENTIALS' ? credentialsAccountFilter(row) : null;
  return account === null || (await database.accounts.findOne(account, { session })) !== null;
}

function whatToDoInstead({ kind }: StoredNotification): string {
  return kind === 'CREDENTIALS'
    ? 'The password in this message is no longer good. Send a new one with resendCredentials.'
    : 'What this message says is no longer good. It has to be asked for again; for a new temporary password, use resendCredentials.';
}
