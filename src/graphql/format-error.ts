import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isUnavailable } from '../database/unavailable.ts';
import { AppError } from '../errors.ts';

/** Codes that the GraphQL server itself gives to what it cannot parse, validate, coerce or show, and what clients get. */
const serverCodes: ReadonlyMap<unknown, string> = new Map([
  ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_PARSE_FAILED'],
  ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
  ['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_FOUND'],
  ['PERSISTED_QUERY_NOT_SUPPORTED', 'PERSISTED_QUERY_NOT_SUPPORTED'],
  ['BAD_USER_INPUT', 'BAD_USER_INPUT'],
  // Variables that are no object, no operation, two of them and no name: the list of codes is closed, and clients know it.
  ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ['OPERATION_RESOLUTION_FAILURE', 'BAD_USER_INPUT'],
  ['QUERY_TOO_EXPENSIVE', 'QUERY_TOO_EXPENSIVE'],
  ['FORBIDDEN', 'FORBIDDEN'],
]);

/**
 * What of an error leaves the gateway: refusals as they are, an unreachable database as `UNAVAILABLE`, and of anything
 * unknown its code alone.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = unwrapResolverError(error);
  const place = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  };
  if (cause instanceof AppError) {
    return { ...place, message: cause.message, extensions: { ...cause.details, code: cause.code } };
  }
  if (isUnavailable(cause)) {
    return {
      ...place,
      message: 'The database cannot be reached now. Try again.',
      extensions: { code: 'UNAVAILABLE' },
    };
  }
  const code = serverCodes.get(formatted.extensions?.code);
  if (code !== undefined) {
    return { ...place, message: withoutHints(formatted.message), extensions: { code } };
  }
  return {
    ...place,
    message: 'Something went wrong in the gateway.',
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** The error itself when it is the gateway's or its database's fault, and so belongs into the log; else null. */
export function faultOf(error: unknown): unknown {
  const cause = unwrapResolverError(error);
  if (cause instanceof AppError) return null;
  const code = error instanceof GraphQLError ? error.extensions.code : undefined;
  return serverCodes.has(code) && !isUnavailable(cause) ? null : cause;
}

/** Apollo takes them out of what validation says, not out of what is said of variables. */
function withoutHints(message: string): string {
  return message.replace(/ ?Did you mean .+\?$/s, '');
}
