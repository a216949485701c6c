import type { ClientSession } from 'mongodb';
import { inTransaction } from '../database/transaction.ts';
import { writeJournal } from '../journal/write-journal.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { endSessionsOf } from './end-sessions.ts';
import { refreshTokenDigest } from './refresh-tokens.ts';
import { readSessionHolder } from './session-holder.ts';
import { loginAddress, type Viewer } from './viewer.ts';

export interface LogOutInput {
  /** Of the session that ends; null: the viewer's. */
  readonly refreshToken: string | null;
  /** Every session of the login, on every device. */
  readonly everywhere: boolean;
}

/**
 * Ends the session of a refresh token, and the viewer's: either is enough, so that somebody whose access token has expired
 * logs out, too. Access and refresh tokens of a session end with it. To end what has ended already, or never was, is no
 * error: whoever asks is logged out afterwards.
 */
export async function logOut(
  dependencies: AccountsDependencies,
  viewer: Viewer | null,
  { refreshToken, everywhere }: LogOutInput,
): Promise<{ message: string }> {
  const { database, authenticator } = dependencies;
  const ending = [await ownerOfToken(dependencies, refreshToken), ownerOfViewer(viewer)].filter(
    (owner) => owner !== null,
  );
  try {
    if (ending.length > 0) {
      await inTransaction(database, async (transaction) => {
        for (const owner of ending) await end(dependencies, owner, everywhere, transaction);
      });
    }
  } finally {
    for (const { loginKey } of ending) authenticator.forget(loginKey);
  }
  return { message: messageFor(everywhere, ending) };
}

interface SessionOwner {
  readonly sessionId: string;
  readonly loginKey: string;
  readonly address: string;
  /** It was proved that the session is the caller's now; by a token that was exchanged long ago it is not. */
  readonly proved: boolean;
}

/** Nobody is told that a lost phone is logged out when it is not. */
function messageFor(everywhere: boolean, ended: readonly SessionOwner[]): string {
  if (!everywhere) return 'You are logged out.';
  return ended.some(({ proved }) => proved)
    ? 'You are logged out everywhere.'
    : 'You are logged out here. To log out everywhere, log in first.';
}

function ownerOfViewer(viewer: Viewer | null): SessionOwner | null {
  if (viewer === null) return null;
  const { sessionId, loginKey, id } = viewer;
  return { sessionId, loginKey, address: id, proved: true };
}

async function ownerOfToken(
  { database, now }: AccountsDependencies,
  refreshToken: string | null,
): Promise<SessionOwner | null> {
  const digest = refreshToken === null ? null : refreshTokenDigest(refreshToken);
  if (digest === null) return null;
  const token = await database.refreshTokens.findOne({ _id: digest, expiresAt: { $gt: now() } });
  const holder = token && (await readSessionHolder(database, token.sessionId, now()));
  if (token === null || holder === null) return null;
  const { session, login } = holder;
  return {
    sessionId: session._id,
    loginKey: login.key,
    address: loginAddress(login),
    proved: token.usedAt === null,
  };
}

/** The session of a used token ends as well: it may be what was stolen, and ends by being used anyway. */
async function end(
  { database, now }: AccountsDependencies,
  { sessionId, loginKey, address, proved }: SessionOwner,
  everywhere: boolean,
  transaction: ClientSession,
): Promise<void> {
  const all = everywhere && proved;
  const ended = all
    ? await endSessionsOf(database, loginKey, transaction)
    : (await database.sessions.deleteOne({ _id: sessionId }, { session: transaction })).deletedCount;
  if (ended === 0) return;
  const action = all ? 'SESSIONS_ENDED' : 'LOGGED_OUT';
  await writeJournal(database, [{ at: now(), actor: address, action, subjectIds: [address] }], transaction);
}
