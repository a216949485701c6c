import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { RequestContext } from '../context.ts';
import { BodyTooLargeError, readBody } from './request-body.ts';
import { sendJson } from './responses.ts';

export interface GraphqlEndpointOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly createContext: (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ) => Promise<RequestContext>;
  readonly report: (error: unknown, requestId: string) => void;
  /** Requests that take longer are answered UNAVAILABLE. Default: 45 s, longer than any wait for the database. */
  readonly deadlineMs?: number;
}

/** The largest body of a request, in bytes. */
export const maxBodyBytes = 100_000;

/** `POST /graphql`: one operation as JSON in, its answer as JSON out. */
export function createGraphqlEndpoint(options: GraphqlEndpointOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return sendError(response, 405, 'BAD_USER_INPUT', 'Send operations by POST.');
    }
    let text: string;
    try {
      text = await readBody(request, maxBodyBytes);
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) throw error;
      response.setHeader('connection', 'close');
      return sendError(response, 413, 'BAD_USER_INPUT', `A request may have at most ${maxBodyBytes} bytes.`);
    }
    const body = parseJson(text);
    if (body === undefined) return sendError(response, 400, 'BAD_USER_INPUT', 'The body is no JSON.');
    if (Array.isArray(body))
      return sendError(response, 400, 'BAD_USER_INPUT', 'Send one operation a request.');

    const answer = await beforeDeadline(
      options.apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: 'POST', headers: headersOf(request), search: '', body },
        context: () => options.createContext(request, response, requestId),
      }),
      options.deadlineMs ?? standardDeadlineMs,
    );
    if (answer === null)
      return sendError(response, 503, 'UNAVAILABLE', 'This takes too long now. Try again.');
    response.statusCode = answer.status ?? 200;
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    response.setHeader('cache-control', 'no-store');
    if (answer.body.kind === 'complete') response.end(answer.body.string);
    else sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'Answers in parts are not supported.');
  };
}

const standardDeadlineMs = 45_000;

/** Null when the work takes longer; a database operation that never ends must not keep its client waiting for ever. */
async function beforeDeadline<Result>(work: Promise<Result>, deadlineMs: number): Promise<Result | null> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, deadlineMs, null);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Those that Apollo reads. */
function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of ['content-type', 'accept', 'x-apollo-operation-name', 'apollo-require-preflight']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { errors: [{ message, extensions: { code } }] });
}
