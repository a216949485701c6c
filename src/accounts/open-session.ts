import { randomUUID } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import type { Database } from '../database/collections.ts';

export interface NewSession {
  /** `_id` of the login as stored. */
  readonly loginId: unknown;
  /** `sessionEpoch` of its account when the credentials were checked. */
  readonly sessionEpoch: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Opens a session and answers its id, in a transaction where one is given. */
export async function openSession(
  database: Database,
  session: NewSession,
  transaction?: ClientSession,
): Promise<string> {
  const sessionId = randomUUID();
  await database.sessions.insertOne({ _id: sessionId, ...session }, transaction && { session: transaction });
  return sessionId;
}
