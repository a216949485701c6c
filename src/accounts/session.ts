import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { LoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { OpenedSession } from './open-session.ts';
import type { HolderAccount } from './session-holder.ts';
import { toViewer, type Viewer } from './viewer.ts';

/** Somebody who has just logged in, and the tokens that say so. */
export interface Session {
  readonly accessToken: string;
  readonly expiresAt: Date;
  /** Null when it is set as a cookie. */
  readonly refreshToken: string | null;
  /** When the refresh token stops holding if it is not used. */
  readonly refreshExpiresAt: Date;
  readonly mustChangePassword: boolean;
  readonly viewer: Viewer;
}

/** The answer for a session that has been opened or refreshed. */
export async function sessionFor(
  accessTokens: AccessTokens,
  login: LoginRecord,
  account: HolderAccount | null,
  opened: OpenedSession,
): Promise<Session> {
  const mustChange = mustChangePassword(account, login);
  const viewer = toViewer(login, {
    sessionId: opened.sessionId,
    mustChangePassword: mustChange,
    pendingEmail: account?.pendingEmail ?? null,
  });
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'This login has no role that may log in.');
  const token = await accessTokens.issue({ loginKey: login.key, sessionId: opened.sessionId });
  const { refreshToken, refreshExpiresAt } = opened;
  return { ...token, refreshToken, refreshExpiresAt, mustChangePassword: mustChange, viewer };
}
