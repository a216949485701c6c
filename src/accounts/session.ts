import type { LoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import type { AccessTokens } from './access-tokens.ts';
import { toViewer, type Viewer, type ViewerSession } from './viewer.ts';

/** Somebody who has just logged in, and the token that says so. */
export interface Session {
  readonly accessToken: string;
  readonly expiresAt: Date;
  /** Null when it is set as a cookie. */
  readonly refreshToken: string | null;
  readonly mustChangePassword: boolean;
  readonly viewer: Viewer;
}

/** The answer for a session that has been opened. */
export async function sessionFor(
  accessTokens: AccessTokens,
  login: LoginRecord,
  opened: ViewerSession,
): Promise<Session> {
  const viewer = toViewer(login, opened);
  if (viewer === null) throw new AppError('UNAUTHENTICATED', 'This login has no role that may log in.');
  const token = await accessTokens.issue({ loginKey: login.key, sessionId: opened.sessionId });
  return { ...token, refreshToken: null, mustChangePassword: opened.mustChangePassword, viewer };
}
