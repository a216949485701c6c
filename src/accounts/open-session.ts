import { randomUUID } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { Database, StoredAccount } from '../database/collections.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { type RefreshTokens, refreshTokenDigest } from './refresh-tokens.ts';
import { viewerRole } from './viewer.ts';

/** A refresh token as it is given out, and when it stops holding if it is not used. */
export interface IssuedRefreshToken {
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
}

export interface OpenedSession extends IssuedRefreshToken {
  readonly sessionId: string;
}

export interface SessionOpening {
  readonly database: Database;
  readonly refreshTokens: RefreshTokens;
  readonly now: () => Date;
}

/**
 * Opens a session with its first refresh token, in a transaction where one is given. Two commands.
 *
 * @param login As its password was checked, or is from now on.
 * @param account As it was read before the password was checked, or is from now on.
 */
export async function openSession(
  { database, refreshTokens, now }: SessionOpening,
  login: LoginRecord,
  account: StoredAccount | null,
  transaction?: ClientSession,
): Promise<OpenedSession> {
  const sessionId = randomUUID();
  const createdAt = now();
  const use = { role: viewerRole(login.role), mustChangePassword: mustChangePassword(account, login) };
  const expiresAt = new Date(createdAt.getTime() + refreshTokens.idleMs(use));
  const options = transaction && { session: transaction };
  await database.sessions.insertOne(
    {
      _id: sessionId,
      loginId: login._id,
      loginKey: login.key,
      sessionEpoch: account?.sessionEpoch ?? 0,
      role: login.role,
      hashSalt: login.hashSalt,
      createdAt,
      expiresAt,
    },
    options,
  );
  const refreshToken = refreshTokens.first();
  await database.refreshTokens.insertOne(
    { _id: refreshTokenDigest(refreshToken) ?? '', sessionId, createdAt, expiresAt, usedAt: null },
    options,
  );
  return { sessionId, refreshToken, refreshExpiresAt: expiresAt };
}
