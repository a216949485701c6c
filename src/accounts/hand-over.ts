import type { AccountsDependencies } from './accounts-dependencies.ts';
import type { Session } from './session.ts';
import type { SessionCookie } from './session-cookie.ts';

/**
 * Opens or refreshes a session and gives its refresh token to the client: in the answer, or in the browser's cookie where
 * there is one, and then not in the answer.
 *
 * @throws AppError FORBIDDEN when the request may not use the cookie that it asks for: nothing was opened then.
 */
export async function handOver(
  { now }: AccountsDependencies,
  cookie: SessionCookie | null,
  open: () => Promise<Session>,
): Promise<Session> {
  if (cookie === null) return open();
  // Refused before anything is opened.
  cookie.read();
  const session = await open();
  const { refreshToken, refreshExpiresAt } = session;
  if (refreshToken === null) return session;
  cookie.set(refreshToken, Math.ceil((refreshExpiresAt.getTime() - now().getTime()) / 1000));
  return { ...session, refreshToken: null };
}
