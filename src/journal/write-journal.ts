import { type ClientSession, ObjectId } from 'mongodb';
import type { Database, JournalEntry } from '../database/collections.ts';

/** What happened, by the name under which `auditEvents` shows it. Clients meet new ones. */
export type JournalAction =
  | 'ADMIN_CREATED'
  | 'CUSTOMER_CREATED'
  | 'CUSTOMER_UPDATED'
  | 'LOGIN_CREATED'
  | 'LOGIN_REMOVED'
  | 'DELIVERY_RECORD_CREATED'
  | 'LOGIN_ADOPTED'
  | 'DELIVERY_RECORD_ADOPTED'
  | 'LINK_CODE_SENT'
  | 'LINK_CONFIRMED'
  | 'CUSTOMER_LINKED'
  | 'LINK_COMPLETED'
  | 'LINK_CLEARED'
  | 'CUSTOMER_UNLINKED'
  | 'CREDENTIALS_ISSUED'
  | 'LOGGED_IN'
  | 'LOGIN_FAILED'
  | 'LOGIN_LOCKED'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_RESET_REQUESTED'
  | 'PASSWORD_RESET'
  | 'EMAIL_CHANGE_REQUESTED'
  | 'EMAIL_CHANGED'
  | 'LOGGED_OUT'
  | 'SESSIONS_ENDED'
  | 'REFRESH_TOKEN_REUSED'
  | 'STAFF_CREATED'
  | 'ROLE_CHANGED'
  | 'LOGIN_ACTIVATED'
  | 'LOGIN_DEACTIVATED'
  | 'LOGIN_UNLOCKED'
  | 'DELIVERY_BOY_ASSIGNED'
  | 'DELIVERY_BOY_UNASSIGNED'
  | 'NOTIFICATION_RESENT'
  | 'RECORD_CREATED'
  | 'RECORD_CHANGED'
  | 'RECORD_REPLACED'
  | 'RECORD_REMOVED';

export interface NewJournalEntry {
  readonly at: Date;
  /** Address of the login that acted, or `nobody` (who had not logged in), `system`, `command line`, `another application`. */
  readonly actor: string;
  readonly action: JournalAction;
  /** Addresses of what it is about: the customer's or record's own first, then the other half's. */
  readonly subjectIds: readonly [string, ...string[]];
  /** Never secrets. Default: none. */
  readonly changes?: readonly FieldChange[];
}

export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Writes what happened, in the transaction that makes it happen. One command. */
export async function writeJournal(
  database: Database,
  entries: readonly NewJournalEntry[],
  session: ClientSession,
): Promise<void> {
  if (entries.length > 0) await database.journal.insertMany(entries.map(toStored), { session });
}

/**
 * Writes what no transaction makes happen. For null the same command is sent and writes nothing, so that whoever waits for
 * an answer does not learn from the time it takes whether there was something to write. One command.
 */
export async function writeJournalApart(database: Database, entry: NewJournalEntry | null): Promise<void> {
  const { _id, ...stored } = toStored(entry ?? standIn);
  await database.journal.updateOne({ _id }, { $setOnInsert: stored }, { upsert: entry !== null });
}

const standIn: NewJournalEntry = {
  at: new Date(0),
  actor: 'nobody',
  action: 'LOGIN_FAILED',
  subjectIds: ['nobody'],
};

/** Writes what may have been written before under the same id, and then is left as it is. One command. */
export async function writeJournalOnce(
  database: Database,
  entries: readonly (NewJournalEntry & { readonly id: string })[],
  session: ClientSession,
): Promise<void> {
  if (entries.length === 0) return;
  const writes = entries.map((entry) => {
    const { _id, ...stored } = { ...toStored(entry), _id: entry.id };
    return { updateOne: { filter: { _id }, update: { $setOnInsert: stored }, upsert: true } };
  });
  await database.journal.bulkWrite(writes, { session });
}

/** The fields whose values differ, in the order in which they are given. */
export function changesBetween(
  before: Readonly<Record<string, string | null>>,
  after: Readonly<Record<string, string | null>>,
): FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }))
    .filter((change) => change.before !== change.after);
}

function toStored({ at, actor, action, subjectIds, changes = [] }: NewJournalEntry): JournalEntry {
  return {
    // Rises within a process: entries of one millisecond keep their order.
    _id: new ObjectId().toHexString(),
    at,
    actor,
    action,
    subjectId: subjectIds[0],
    subjectIds: [...new Set(subjectIds)],
    changes: changes.map((change) => ({ ...change })),
  };
}
