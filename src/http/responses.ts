import type { ServerResponse } from 'node:http';

/** @param cacheControl Default: nobody keeps it. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  cacheControl = 'no-store',
): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', cacheControl);
  response.end(JSON.stringify(value));
}

/** Headers that every answer carries; pages with scripts of their own set a policy of their own. */
export function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'no-referrer');
}
