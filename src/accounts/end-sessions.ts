import type { ClientSession } from 'mongodb';
import type { Database } from '../database/collections.ts';
import { inTransaction } from '../database/transaction.ts';
import { writeJournal } from '../journal/write-journal.ts';

/** Who ends sessions, and when; for the journal. */
export interface EndingOfSessions {
  readonly at: Date;
  /** Address of the login that acts, or `command line`. */
  readonly actor: string;
}

/** Whose sessions end. */
export interface SessionsOwner {
  /** Record key of the login. */
  readonly loginKey: string;
  /** Its address, for the journal. */
  readonly address: string;
}

/**
 * Ends every session of one login, in the transaction that does what ends them. Two commands. Whoever calls this tells the
 * authenticator of its process to forget the login once the transaction is through; other processes see that the account
 * has changed.
 *
 * @returns How many sessions were open.
 */
export async function endSessionsOf(
  database: Database,
  loginKey: string,
  transaction: ClientSession,
): Promise<number> {
  // The epoch holds against a log-in that is under way, too: it has read the one of before.
  await database.accounts.updateOne(
    { _id: loginKey },
    { $inc: { sessionEpoch: 1 } },
    { upsert: true, session: transaction },
  );
  const { deletedCount } = await database.sessions.deleteMany({ loginKey }, { session: transaction });
  return deletedCount;
}

/** Ends every session of one login and writes it in the journal, `SESSIONS_ENDED`. Answers how many were open. */
export function endSessions(
  database: Database,
  owner: SessionsOwner,
  { at, actor }: EndingOfSessions,
): Promise<number> {
  return inTransaction(database, async (transaction) => {
    const ended = await endSessionsOf(database, owner.loginKey, transaction);
    await writeJournal(
      database,
      [{ at, actor, action: 'SESSIONS_ENDED', subjectIds: [owner.address] }],
      transaction,
    );
    return ended;
  });
}

/**
 * Ends every session of everybody and writes one entry in the journal, about `everybody`. Gateways that run see it within
 * a second or by their change streams. Not in one transaction: a session that is opened meanwhile may stay.
 *
 * @returns How many sessions were open.
 */
export async function endEverybodysSessions(
  database: Database,
  { at, actor }: EndingOfSessions,
): Promise<number> {
  const { deletedCount } = await database.sessions.deleteMany({});
  await inTransaction(database, (transaction) =>
    writeJournal(database, [{ at, actor, action: 'SESSIONS_ENDED', subjectIds: ['everybody'] }], transaction),
  );
  return deletedCount;
}
