import type { Fetcher, FetcherParams, FetcherReturnType } from '@graphiql/toolkit';
import { codeOf, GatewayError, sendOperation } from './gateway-client.ts';
import { authorization, type PlaygroundSession } from './session.ts';

/** Whether the gateway shows its schema to this viewer; `unknown` until it was asked. */
export type SchemaAccess = 'unknown' | 'visible' | 'refused' | 'unreachable';

export interface FetcherListeners {
  onSchemaAccess(access: SchemaAccess): void;
  /** The gateway answered that the session's token is not, or no longer, good. */
  onUnauthenticated(): void;
}

/** Sends what the editor runs, in the session's name; a header typed in the editor comes on top. */
export function createFetcher(session: PlaygroundSession | null, listeners: FetcherListeners): Fetcher {
  return async (request, options) => {
    const isIntrospection = request.operationName === 'IntrospectionQuery';
    try {
      const answer = await sendOperation(withoutStaleName(request), {
        ...authorization(session),
        ...options?.headers,
      });
      const codes = (answer.errors ?? []).map(codeOf);
      if (isIntrospection) listeners.onSchemaAccess(codes.length === 0 ? 'visible' : 'refused');
      if (session !== null && codes.includes('UNAUTHENTICATED')) listeners.onUnauthenticated();
      return answer as Awaited<FetcherReturnType>;
    } catch (error) {
      if (isIntrospection) listeners.onSchemaAccess('unreachable');
      if (!(error instanceof GatewayError)) throw error;
      return { errors: [{ message: error.message, extensions: { code: error.code } }] } as never;
    }
  };
}

/**
 * The editor learns an operation's name a moment after the text changed; run sooner, it would ask for one that
 * is gone.
 */
function withoutStaleName(request: FetcherParams): FetcherParams {
  const { operationName, ...unnamed } = request;
  if (operationName == null) return unnamed;
  const isThere = new RegExp(`\\b(query|mutation|subscription)\\s+${operationName}\\b`).test(request.query);
  return isThere ? request : unnamed;
}
