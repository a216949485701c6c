import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { Database } from '../database/collections.ts';
import { loginProjection, recordKey, toLoginRecord } from '../database/stored-documents.ts';
import { AppError } from '../errors.ts';
import type { AccessTokenClaims, AccessTokens } from './access-tokens.ts';
import { BoundedMap } from './bounded-map.ts';
import { loginFilter } from './login-filter.ts';
import { toViewer, type Viewer } from './viewer.ts';

export interface AuthenticatorDependencies {
  readonly database: Database;
  readonly accessTokens: AccessTokens;
  readonly now: () => Date;
}

export interface AuthenticatorOptions {
  /** How long what the database said of a session is believed. Default: 1 s; that of a revocation by another process. */
  readonly maxAgeMs?: number;
  /** Sessions remembered at once. Default: 10,000. */
  readonly maxSessions?: number;
}

export interface Authenticator {
  /**
   * Who sends this `Authorization` header; null when it is absent.
   *
   * @throws AppError UNAUTHENTICATED when it holds anything but an access token of a session that still holds.
   */
  viewerOf(authorizationHeader: string | undefined): Promise<Viewer | null>;
  /** After a write to a login, its account or its sessions: the next request sees it. `loginKey`: its record key. */
  forget(loginKey: string): void;
}

/** Tells who sends a request, by its access token and by what the database says of its session, login and account. */
export function createAuthenticator(
  dependencies: AuthenticatorDependencies,
  options: AuthenticatorOptions = {},
): Authenticator {
  const { accessTokens, now } = dependencies;
  const { maxAgeMs = 1_000, maxSessions = 10_000 } = options;
  const remembered = new BoundedMap<string, RememberedRead>(maxSessions);

  /** Requests that come while the database is being asked share its answer. */
  const viewerOfSession = (claims: AccessTokenClaims): Promise<Viewer | null> => {
    const { sessionId, loginKey } = claims;
    const askedAtMs = now().getTime();
    const known = remembered.get(sessionId);
    const ageMs = askedAtMs - (known?.askedAtMs ?? 0);
    if (known !== undefined && known.loginKey === loginKey && ageMs >= 0 && ageMs < maxAgeMs)
      return known.viewer;
    const read = { loginKey, askedAtMs, viewer: readViewer(dependencies, claims) };
    remembered.set(sessionId, read);
    read.viewer.catch(() => {
      if (remembered.get(sessionId) === read) remembered.delete(sessionId);
    });
    return read.viewer;
  };

  return {
    async viewerOf(authorizationHeader) {
      const header = authorizationHeader?.trim() ?? '';
      if (header === '') return null;
      const accessToken = bearerForm.exec(header)?.[1];
      if (accessToken === undefined) {
        throw new AppError(
          'UNAUTHENTICATED',
          'The Authorization header must be "Bearer" and an access token.',
        );
      }
      const viewer = await viewerOfSession(await accessTokens.verify(accessToken));
      if (viewer === null) throw new AppError('UNAUTHENTICATED', 'This session has ended. Log in again.');
      return viewer;
    },

    forget(loginKey) {
      for (const [sessionId, read] of remembered) {
        if (read.loginKey === loginKey) remembered.delete(sessionId);
      }
    },
  };
}

interface RememberedRead {
  readonly loginKey: string;
  readonly askedAtMs: number;
  readonly viewer: Promise<Viewer | null>;
}

/** RFC 6750; the name of a scheme has no case. */
const bearerForm = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;

const accountProjection = {
  mustChangePassword: 1,
  temporarySalt: 1,
  sessionEpoch: 1,
  pendingEmail: 1,
} as const;

/** Null when the session has ended, or its login may no longer log in. */
async function readViewer(
  { database, now }: AuthenticatorDependencies,
  { sessionId, loginKey }: AccessTokenClaims,
): Promise<Viewer | null> {
  const [session, account] = await Promise.all([
    database.sessions.findOne({ _id: sessionId }),
    database.accounts.findOne({ _id: loginKey }, { projection: accountProjection }),
  ]);
  if (session === null || recordKey(session.loginId) !== loginKey) return null;
  if (session.expiresAt.getTime() <= now().getTime()) return null;
  if (session.sessionEpoch !== (account?.sessionEpoch ?? 0)) return null;
  const stored = await database.users.findOne(loginFilter(session.loginId), { projection: loginProjection });
  if (stored === null) return null;
  const login = toLoginRecord(stored);
  return login.isActive
    ? toViewer(login, {
        sessionId,
        mustChangePassword: mustChangePassword(account, login),
        pendingEmail: account?.pendingEmail ?? null,
      })
    : null;
}
