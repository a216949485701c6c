import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { Database, StoredRefreshToken } from '../database/collections.ts';
import { inTransaction } from '../database/transaction.ts';
import { AppError } from '../errors.ts';
import { writeJournal } from '../journal/write-journal.ts';
import { isWithinLimit } from '../throttles/throttle.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { passwordHasExpired } from './credentials.ts';
import type { IssuedRefreshToken } from './open-session.ts';
import { refreshTokenDigest } from './refresh-tokens.ts';
import { type Session, sessionFor } from './session.ts';
import { readSessionHolder, type SessionHolder } from './session-holder.ts';
import { loginAddress, viewerRole } from './viewer.ts';

/**
 * So long an exchanged token gives its successor again, unless that was used: an answer is lost where a phone loses its
 * network, and tabs of one browser refresh at once.
 */
export const refreshGraceMs = 10_000;

/**
 * Exchanges by one session: each leaves a record for as long as the session may stay unused. An app needs one in 15 minutes,
 * and one whenever its page is opened.
 */
export const refreshLimit = { name: 'refresh-session', points: 60, windowMs: 10 * 60_000 } as const;

/**
 * Exchanges a refresh token for its successor and a new access token, and keeps the session for as long again as it may
 * stay unused. Of several exchanges at once all are answered with the same successor.
 *
 * A token that was exchanged before is a stolen one, or its successor is: the session ends for whoever holds either, and
 * the journal tells of it.
 *
 * @throws AppError UNAUTHENTICATED for every token that is no good: unknown, used, expired, of a session that has ended.
 * Not INVALID_OR_EXPIRED_TOKEN, which is for the links and codes of messages: there one asks for another, here one has
 * to log in again, which is what clients do at UNAUTHENTICATED wherever it comes from. RATE_LIMITED after 60 in ten minutes:
 * the token goes on holding.
 */
export async function refreshSession(
  dependencies: AccountsDependencies,
  refreshToken: string | null,
): Promise<Session> {
  const { database, accessTokens, now } = dependencies;
  const digest = refreshToken === null ? null : refreshTokenDigest(refreshToken);
  if (refreshToken === null || digest === null) throw notAccepted();
  const presented = await database.refreshTokens.findOne({ _id: digest });
  const holder = presented && (await readSessionHolder(database, presented.sessionId, now()));
  if (presented === null || holder === null || isTooOld(dependencies, presented, holder)) throw notAccepted();
  if (presented.usedAt === null && !(await isWithinLimit(dependencies, refreshLimit, presented.sessionId))) {
    throw new AppError('RATE_LIMITED', 'This session is refreshed too often. Try again in ten minutes.');
  }
  const issued =
    (presented.usedAt === null ? await exchange(dependencies, refreshToken, presented, holder) : null) ??
    (await successorAgain(dependencies, refreshToken, digest));
  if (issued === null) {
    await endFamily(dependencies, holder);
    throw notAccepted();
  }
  const { session, login, account } = holder;
  return sessionFor(accessTokens, login, account, { sessionId: session._id, ...issued });
}

/** By the role that the login has now, and by the idle time that is configured now. */
function isTooOld(
  { refreshTokens, now }: AccountsDependencies,
  token: StoredRefreshToken,
  { login, account }: SessionHolder,
): boolean {
  const endsAt = Math.min(
    token.expiresAt.getTime(),
    token.createdAt.getTime() + refreshTokens.idleMs(sessionUse({ login, account })),
  );
  return endsAt <= now().getTime() || passwordHasExpired(account, login, now());
}

function sessionUse({ login, account }: Pick<SessionHolder, 'login' | 'account'>) {
  return { role: viewerRole(login.role), mustChangePassword: mustChangePassword(account, login) };
}

/** Null when another exchange came first. All or nothing: a session never waits for a token that nobody has. */
async function exchange(
  { database, refreshTokens, now }: AccountsDependencies,
  token: string,
  presented: StoredRefreshToken,
  holder: SessionHolder,
): Promise<IssuedRefreshToken | null> {
  const successor = await refreshTokens.successorOf(token);
  if (successor === null) throw new Error('The current signing key is private, and so derives a secret.');
  const createdAt = now();
  const expiresAt = new Date(createdAt.getTime() + refreshTokens.idleMs(sessionUse(holder)));
  const sessionId = holder.session._id;
  return inTransaction(database, async (transaction) => {
    const { matchedCount: taken } = await database.refreshTokens.updateOne(
      { _id: presented._id, usedAt: null },
      { $set: { usedAt: createdAt, keyId: successor.keyId } },
      { session: transaction },
    );
    if (taken === 0) return null;
    const { matchedCount: kept } = await database.sessions.updateOne(
      { _id: sessionId },
      { $set: { expiresAt } },
      { session: transaction },
    );
    // Logged out a moment ago.
    if (kept === 0) throw notAccepted();
    await database.refreshTokens.insertOne(
      {
        _id: refreshTokenDigest(successor.token) ?? '',
        sessionId,
        createdAt,
        expiresAt,
        usedAt: null,
      },
      { session: transaction },
    );
    return { refreshToken: successor.token, refreshExpiresAt: expiresAt };
  });
}

/** What an exchanged token was exchanged for; null when it is too late for that, or its successor was used. */
async function successorAgain(
  { database, refreshTokens, now }: AccountsDependencies,
  token: string,
  digest: string,
): Promise<IssuedRefreshToken | null> {
  const used = await database.refreshTokens.findOne({ _id: digest });
  const usedAtMs = used?.usedAt?.getTime() ?? 0;
  if (used === null || now().getTime() - usedAtMs >= refreshGraceMs) return null;
  const successor = await refreshTokens.successorOf(token, used.keyId);
  // The key is gone since: nobody did anything wrong.
  if (successor === null) throw notAccepted();
  const stored = await unusedToken(database, successor.token);
  return stored && { refreshToken: successor.token, refreshExpiresAt: stored.expiresAt };
}

function unusedToken(database: Database, token: string): Promise<StoredRefreshToken | null> {
  return database.refreshTokens.findOne({ _id: refreshTokenDigest(token) ?? '', usedAt: null });
}

/** Once, however many use the token. */
async function endFamily(
  { database, authenticator, now }: AccountsDependencies,
  { session, login }: SessionHolder,
): Promise<void> {
  const subjectIds = [loginAddress(login)] as const;
  try {
    await inTransaction(database, async (transaction) => {
      const { deletedCount } = await database.sessions.deleteOne(
        { _id: session._id },
        { session: transaction },
      );
      if (deletedCount === 0) return;
      await writeJournal(
        database,
        [{ at: now(), actor: 'system', action: 'REFRESH_TOKEN_REUSED', subjectIds }],
        transaction,
      );
    });
  } finally {
    authenticator.forget(login.key);
  }
}

/** One answer for every reason: whoever sends a token that never held learns nothing from it. */
function notAccepted(): AppError {
  return new AppError('UNAUTHENTICATED', 'The session has ended. Log in again.');
}
