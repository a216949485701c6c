import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { isUnavailable } from '../database/unavailable.ts';
import { AppError } from '../errors.ts';

/** Codes that the GraphQL server itself gives to what it cannot parse, validate or coerce. */
const serverCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'QUERY_TOO_EXPENSIVE',
]);

/**
 * What of an error leaves the gateway: refusals as they are, an unreachable database as `UNAVAILABLE`, and of anything
 * unknown its code alone, while `report` gets the whole.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
  report: (error: unknown) => void,
): GraphQLFormattedError {
  const cause = unwrapResolverError(error);
  const place = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  };
  if (cause instanceof AppError) {
    return { ...place, message: cause.message, extensions: { ...cause.details, code: cause.code } };
  }
  if (isUnavailable(cause)) {
    report(cause);
    return {
      ...place,
      message: 'The database cannot be reached now. Try again.',
      extensions: { code: 'UNAVAILABLE' },
    };
  }
  const code = formatted.extensions?.code;
  if (typeof code === 'string' && serverCodes.has(code)) {
    return { ...place, message: formatted.message, extensions: { code } };
  }
  report(cause);
  return {
    ...place,
    message: 'Something went wrong in the gateway.',
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}
