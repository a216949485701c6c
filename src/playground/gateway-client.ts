/** Where the gateway answers operations: the address that the page itself was served from. */
export const ENDPOINT = '/graphql';

/** What a GraphQL server answers, as far as the playground looks into it. */
export interface GatewayAnswer {
  data?: Record<string, unknown> | null;
  errors?: readonly GatewayErrorEntry[];
}

export interface GatewayErrorEntry {
  message: string;
  extensions?: { code?: string };
}

/** A refusal: `code` is one of the gateway's closed list, or `UNREACHABLE` when no GraphQL answer came back. */
export class GatewayError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'GatewayError';
    this.code = code;
  }
}

export interface GatewayRequest {
  query: string;
  variables?: unknown;
  operationName?: string | null;
}

/**
 * Sends one operation and resolves to the whole answer, errors included. Throws a `GatewayError` with the code
 * `UNREACHABLE` when there is no GraphQL answer: no connection, or something that is not one in between.
 */
export async function sendOperation(
  request: GatewayRequest,
  headers: Record<string, string> = {},
): Promise<GatewayAnswer> {
  let response: Response;
  try {
    response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(request),
    });
  } catch {
    throw new GatewayError('UNREACHABLE', 'The gateway does not answer. Is it running?');
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!isAnswer(answer)) {
    throw new GatewayError('UNREACHABLE', `The answer (HTTP ${response.status}) is not from the gateway.`);
  }
  return answer;
}

/** Sends one operation and resolves to one root field of its data; throws the first error as a `GatewayError`. */
export async function requestField<T>(
  field: string,
  request: GatewayRequest,
  headers?: Record<string, string>,
): Promise<T> {
  const { data, errors } = await sendOperation(request, headers);
  const [error] = errors ?? [];
  if (error !== undefined) throw new GatewayError(codeOf(error), error.message);
  return data?.[field] as T;
}

/** The code of an error as the gateway gives it. */
export function codeOf(error: GatewayErrorEntry): string {
  return error.extensions?.code ?? 'INTERNAL_SERVER_ERROR';
}

function isAnswer(value: unknown): value is GatewayAnswer {
  return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
}
