/** The closed list of codes in `extensions.code`; clients may switch over it. */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'PASSWORD_CHANGE_REQUIRED',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'INVALID_CREDENTIALS',
  'INVALID_OR_EXPIRED_TOKEN',
  'RATE_LIMITED',
  'PLAN_CHANGED',
  'QUERY_TOO_EXPENSIVE',
  'UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A refusal that the caller may read: its message and details leave the gateway as they are. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** Further `extensions`, such as the argument that was wrong. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

/** `BAD_USER_INPUT` that names the field of an input object it is about. */
export function badField(field: string, message: string): AppError {
  return new AppError('BAD_USER_INPUT', message, { argument: 'input', field });
}

/** `BAD_USER_INPUT` that names the argument it is about. */
export function badInput(argument: string, message: string): AppError {
  return new AppError('BAD_USER_INPUT', message, { argument });
}
