import type { IncomingMessage, ServerResponse } from 'node:http';
import { sessionTransportHeader } from './session-cookie.ts';

/**
 * Lets pages of the allowed origins call the API.
 *
 * @returns Whether the request was a preflight and is answered.
 */
export function handleCors(
  request: IncomingMessage,
  response: ServerResponse,
  allowedOrigins: readonly string[],
): boolean {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  const allowed = origin !== undefined && allowedOrigins.includes(origin);
  if (allowed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'x-request-id, content-disposition');
    // For the cookie of the session, which browsers only send to their own site.
    response.setHeader('access-control-allow-credentials', 'true');
  }
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
    return false;
  if (allowed) {
    response.setHeader('access-control-allow-methods', 'POST');
    response.setHeader(
      'access-control-allow-headers',
      `authorization, content-type, ${sessionTransportHeader}`,
    );
    response.setHeader('access-control-max-age', '600');
  }
  response.statusCode = 204;
  response.end();
  return true;
}
