import type { Database } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { type FieldChange, type NewJournalEntry, writeJournalApart } from '../journal/write-journal.ts';
import type { CountedAttempt } from './count-attempt.ts';
import { loginAddress } from './viewer.ts';

export interface FailedAttempt {
  /** The login that was meant; null when none was. */
  readonly login: LoginRecord | null;
  readonly counted: Pick<CountedAttempt, 'locked' | 'failures' | 'locksUntil'>;
  readonly at: Date;
  /** Address of the login that is logged in already, or `nobody`. */
  readonly by: string;
  /** `addressKey` of the client; null where it is not known. */
  readonly clientAddress: string | null;
}

/**
 * Writes of a failed attempt what is worth knowing of it: that it was the first of a row, or that it locked the login. What
 * comes between is in the account, so that nobody can fill the journal by guessing. One command, whatever is written, and
 * also when nothing is.
 */
export async function journalFailure(database: Database, failed: FailedAttempt): Promise<void> {
  await writeJournalApart(database, entryOf(failed));
}

/** The journal's word for where a client is: its address as it is counted, by which a support desk tells one from another. */
export function clientAddressChange(clientAddress: string | null): FieldChange[] {
  return clientAddress === null ? [] : [{ field: 'clientAddress', before: null, after: clientAddress }];
}

function entryOf({ login, counted, at, by, clientAddress }: FailedAttempt): NewJournalEntry | null {
  const { locked, failures, locksUntil } = counted;
  const isFirst = failures === 1;
  if (login === null || locked || (!isFirst && locksUntil === null)) return null;
  const changes = [
    { field: 'failures', before: String(failures - 1), after: String(failures) },
    ...(locksUntil === null ? [] : [{ field: 'lockedUntil', before: null, after: locksUntil.toISOString() }]),
    ...clientAddressChange(clientAddress),
  ];
  const action = locksUntil === null ? 'LOGIN_FAILED' : 'LOGIN_LOCKED';
  return { at, actor: by, action, subjectIds: [loginAddress(login)], changes };
}
