import type { ClientSession } from 'mongodb';
import type { StoredRecords } from '../customer-index/link-graph.ts';
import type { CustomerDependencies } from '../customers/customer-access.ts';
import type { CustomerSource } from '../customers/customer-view.ts';
import { linkClaim } from '../customers/link-code.ts';
import { touchClaims } from '../database/claims.ts';
import type { DeliveryRecord, LoginRecord } from '../database/stored-documents.ts';
import { inTransaction } from '../database/transaction.ts';
import type { JournalAction } from '../journal/write-journal.ts';
import { type Cleared, writeClearing } from './write-clearing.ts';

/** Whose links are to be emptied, and everybody who has a say in what follows. */
export interface FoundClaims {
  readonly records: StoredRecords;
  readonly logins: readonly LoginRecord[];
  readonly deliveries: readonly DeliveryRecord[];
}

export interface ClearingTask {
  readonly action: JournalAction;
  readonly actor: string;
  /** Reads what is to be cleared; refuses what cannot be. */
  readonly find: (session?: ClientSession) => Promise<FoundClaims>;
}

/** Clears links in one transaction, and makes the sessions that it ends end at once. */
export async function clearInTransaction(
  { accounts, ...dependencies }: CustomerDependencies,
  { action, actor, find }: ClearingTask,
): Promise<readonly CustomerSource[]> {
  const { database, now } = dependencies;
  const at = now();
  const { records } = await find();
  let cleared: Cleared | null = null;
  try {
    cleared = await inTransaction(database, async (session) => {
      await touchClaims(database, claimsOf(records), at, session);
      // Read again: whoever writes one of these at the same time, the older application too, makes this begin again.
      const found = await find(session);
      return writeClearing({ accounts, ...dependencies }, { action, actor, at, ...found }, session);
    });
    return cleared.customers;
  } finally {
    // Also when nobody knows whether it was committed.
    for (const key of cleared?.endedLogins ?? records.logins.map((login) => login.key)) {
      accounts.authenticator.forget(key);
    }
    accounts.outbox.wake();
  }
}

/** Sending a code for a record, and linking it, decides about the same. */
function claimsOf({ deliveries }: StoredRecords): string[] {
  return deliveries.slice(0, mostTouched).map(({ key }) => linkClaim(key));
}

/** One record may have any number of claimants; those of one conflict also meet in the index rows that they write. */
const mostTouched = 20;
