import { mustChangePassword } from '../customer-index/temporary-password-state.ts';
import type { Database } from '../database/collections.ts';
import { AppError } from '../errors.ts';
import type { AccessTokenClaims, AccessTokens } from './access-tokens.ts';
import { readSessionHolder } from './session-holder.ts';
import { SessionMemory } from './session-memory.ts';
import { toViewer, type Viewer } from './viewer.ts';

export interface AuthenticatorDependencies {
  readonly database: Database;
  readonly accessTokens: AccessTokens;
  readonly now: () => Date;
}

export interface AuthenticatorOptions {
  /**
   * How long what the database said of a session is believed while nobody tells of changes. Default: 1 s; that of a
   * revocation by another process.
   */
  readonly maxAgeMs?: number;
  /** Sessions remembered at once. Default: 10,000. */
  readonly maxSessions?: number;
  /**
   * Whether `forget`, `forgetSession` and `forgetAll` are called for every change by whomever: what is remembered is then
   * believed until they are. Default: no.
   */
  readonly isToldOfChanges?: () => boolean;
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
  /** After one session has ended. */
  forgetSession(sessionId: string): void;
  /** When changes may have been missed. */
  forgetAll(): void;
}

/** Tells who sends a request, by its access token and by what the database says of its session, login and account. */
export function createAuthenticator(
  dependencies: AuthenticatorDependencies,
  options: AuthenticatorOptions = {},
): Authenticator {
  const { accessTokens, now } = dependencies;
  const { maxAgeMs = 1_000, maxSessions = 10_000, isToldOfChanges = () => false } = options;
  const memory = new SessionMemory<Promise<SessionViewer | null>>(maxSessions);

  /** Requests that come while the database is being asked share its answer. */
  const readOnce = (claims: AccessTokenClaims): Promise<SessionViewer | null> => {
    const { sessionId, loginKey } = claims;
    const askedAtMs = now().getTime();
    const known = memory.get(sessionId);
    const ageMs = askedAtMs - (known?.askedAtMs ?? 0);
    const isBelieved = ageMs >= 0 && (ageMs < maxAgeMs || isToldOfChanges());
    if (known !== undefined && known.loginKey === loginKey && isBelieved) return known.value;
    const read = { loginKey, askedAtMs, value: readViewer(dependencies, claims) };
    memory.set(sessionId, read);
    read.value.catch(() => {
      if (memory.get(sessionId) === read) memory.forgetSession(sessionId);
    });
    return read.value;
  };

  /** What a change of the database tells of is forgotten; that time passes, nobody tells of. */
  const viewerOfSession = async (claims: AccessTokenClaims): Promise<Viewer | null> => {
    const read = await readOnce(claims);
    if (read === null || read.endsAtMs > now().getTime()) return read?.viewer ?? null;
    memory.forgetSession(claims.sessionId);
    return (await readOnce(claims))?.viewer ?? null;
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
    forget: (loginKey) => memory.forgetLogin(loginKey),
    forgetSession: (sessionId) => memory.forgetSession(sessionId),
    forgetAll: () => memory.forgetAll(),
  };
}

/** RFC 6750; the name of a scheme has no case. */
const bearerForm = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;

interface SessionViewer {
  readonly viewer: Viewer;
  /** When the session ends unless it is refreshed. */
  readonly endsAtMs: number;
}

/** Null when the session has ended, or its login may no longer log in. */
async function readViewer(
  { database, now }: AuthenticatorDependencies,
  { sessionId, loginKey }: AccessTokenClaims,
): Promise<SessionViewer | null> {
  const holder = await readSessionHolder(database, sessionId, now());
  if (holder === null || holder.login.key !== loginKey) return null;
  const { session, login, account } = holder;
  const viewer = toViewer(login, {
    sessionId,
    mustChangePassword: mustChangePassword(account, login),
    pendingEmail: account?.pendingEmail ?? null,
  });
  return viewer && { viewer, endsAtMs: session.expiresAt.getTime() };
}
