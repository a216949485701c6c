import { GatewayError, requestField, sendOperation } from './gateway-client.ts';

/** Who is logged in, as the gateway's `Session` says it. */
export interface PlaygroundSession {
  accessToken: string;
  /** ISO 8601. */
  expiresAt: string;
  mustChangePassword: boolean;
  viewer: { id: string; name: string | null; role: string };
}

/** Logs in by e-mail or phone. Throws a `GatewayError`. */
export function requestLogin(identifier: string, password: string): Promise<PlaygroundSession> {
  return requestField('login', { query: LOGIN, variables: { identifier, password } });
}

/** Chooses a new password; the answer replaces the session. Throws a `GatewayError`. */
export function requestPasswordChange(
  session: PlaygroundSession,
  currentPassword: string,
  newPassword: string,
): Promise<PlaygroundSession> {
  const request = { query: CHANGE_PASSWORD, variables: { currentPassword, newPassword } };
  return requestField('changePassword', request, authorization(session));
}

/** Ends the session in the gateway, too; it is forgotten here whatever comes of that. */
export async function requestLogOut(session: PlaygroundSession): Promise<void> {
  await sendOperation({ query: 'mutation LogOut { logout { message } }' }, authorization(session)).catch(
    () => {},
  );
}

/** The header that makes a request the session's. */
export function authorization(session: PlaygroundSession | null): Record<string, string> {
  return session === null ? {} : { authorization: `Bearer ${session.accessToken}` };
}

/** The session that this tab kept over a reload; null when there is none, or its time has passed. */
export function loadSession(nowMs: number): PlaygroundSession | null {
  try {
    const session: PlaygroundSession | null = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    return session !== null && Date.parse(session.expiresAt) > nowMs ? session : null;
  } catch {
    return null;
  }
}

/**
 * Keeps the session for this tab only, and forgets it with null. Never in localStorage: that outlives the tab
 * and is shared by all others.
 */
export function saveSession(session: PlaygroundSession | null): void {
  if (session === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(session));
}

/** Any thrown value as the code and text that a form shows. */
export function toGatewayError(error: unknown): GatewayError {
  return error instanceof GatewayError ? error : new GatewayError('UNREACHABLE', String(error));
}

const KEY = 'customer-gateway:session';

const SESSION_FIELDS = 'accessToken expiresAt mustChangePassword viewer { id name role }';

const LOGIN = `mutation LogIn($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) { ${SESSION_FIELDS} }
}`;

const CHANGE_PASSWORD = `mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
  changePassword(currentPassword: $currentPassword, newPassword: $newPassword) { ${SESSION_FIELDS} }
}`;
