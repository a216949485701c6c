import { useCallback, useEffect, useState } from 'react';
import {
  loadSession,
  type PlaygroundSession,
  requestLogin,
  requestLogOut,
  requestPasswordChange,
  saveSession,
} from './session.ts';

export interface SessionState {
  session: PlaygroundSession | null;
  /** When the last session ended without a log-out: its time had passed, or the gateway refused it. */
  endedAt: Date | null;
  /** Throws a `GatewayError`. */
  logIn(identifier: string, password: string): Promise<void>;
  /** Throws a `GatewayError`. */
  changePassword(currentPassword: string, newPassword: string): Promise<void>;
  logOut(): void;
  /** Ends the session because the gateway no longer accepts its token. */
  end(): void;
}

/** The page's one session: kept over reloads of this tab, ended when its token expires. */
export function useSession(): SessionState {
  const [session, setSession] = useState(() => loadSession(Date.now()));
  const [endedAt, setEndedAt] = useState<Date | null>(null);

  const replace = useCallback((next: PlaygroundSession | null, ended: Date | null) => {
    saveSession(next);
    setSession(next);
    setEndedAt(ended);
  }, []);
  const end = useCallback(() => replace(null, new Date()), [replace]);

  useEffect(() => {
    if (session === null) return;
    const remainingMs = Date.parse(session.expiresAt) - Date.now();
    const timer = setTimeout(end, Math.min(Math.max(remainingMs, 0), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [session, end]);

  return {
    session,
    endedAt,
    logIn: async (identifier, password) => replace(await requestLogin(identifier, password), null),
    changePassword: async (currentPassword, newPassword) => {
      if (session === null) return;
      replace(await requestPasswordChange(session, currentPassword, newPassword), null);
    },
    logOut: () => {
      if (session !== null) void requestLogOut(session);
      replace(null, null);
    },
    end,
  };
}

/** A longer delay than a 32-bit number of milliseconds would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;
