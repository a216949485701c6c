import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionCookie } from '../accounts/session-cookie.ts';
import { AppError } from '../errors.ts';

export interface SessionCookieOptions {
  /** Where browsers reach the gateway, without a slash at the end. */
  readonly publicUrl: string;
  /** Origins of other pages that may use the cookie. */
  readonly corsOrigins: readonly string[];
}

/** The request header by which a client asks that its refresh token be kept in a cookie; its value is `cookie`. */
export const sessionTransportHeader = 'x-session-transport';

/**
 * The cookie of a request that asks for one; null for all others: their cookies are not even looked at.
 *
 * No foreign page can use it. A browser sends the cookie with requests of its own site only (`SameSite=Strict`); the header
 * that asks for it makes every other origin's request wait for a preflight that CORS refuses; and where the request comes
 * from is read from `Sec-Fetch-Site` and `Origin`, which no script can set.
 */
export function createSessionCookies(
  options: SessionCookieOptions,
): (request: IncomingMessage, response: ServerResponse) => SessionCookie | null {
  const { origin, protocol, pathname } = new URL(options.publicUrl);
  const isSecure = protocol === 'https:';
  const name = isSecure ? '__Secure-gateway-refresh' : 'gateway-refresh';
  const path = `${pathname.replace(/\/+$/, '')}/graphql`;
  const attributes = `Path=${path}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  const allowedOrigins = new Set([origin, ...options.corsOrigins]);

  return (request, response) => {
    if (request.headers[sessionTransportHeader] !== 'cookie') return null;
    const requireOwnPage = () => {
      if (!comesFrom(request, allowedOrigins)) {
        throw new AppError(
          'FORBIDDEN',
          'Sessions are kept in a cookie for pages of this site and of allowed origins only.',
        );
      }
    };
    const write = (value: string, maxAgeSeconds: number) => {
      requireOwnPage();
      // After the deadline it is too late: the client asks again.
      if (response.headersSent) return;
      response.setHeader('set-cookie', `${name}=${value}; Max-Age=${maxAgeSeconds}; ${attributes}`);
    };
    return {
      read() {
        requireOwnPage();
        return readCookie(request.headers.cookie, name);
      },
      set: (refreshToken, maxAgeSeconds) => write(refreshToken, maxAgeSeconds),
      clear: () => write('', 0),
    };
  };
}

/** Browsers leave out `Sec-Fetch-Site` where there is no TLS, and `Origin` nowhere but in old ones. */
function comesFrom({ headers }: IncomingMessage, allowedOrigins: ReadonlySet<string>): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return true;
  if (site === 'cross-site' || site === 'none') return false;
  return headers.origin !== undefined && allowedOrigins.has(headers.origin);
}

function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const [key, value] = pair.split('=', 2);
    if (key?.trim() === name) return value?.trim() || null;
  }
  return null;
}
