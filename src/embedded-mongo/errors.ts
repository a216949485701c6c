import type { BsonDocument } from './bson/value.ts';
import { errorCodeNames } from './error-code-names.ts';

/**
 * A refusal as MongoDB words it: `code` and `codeName` are those of MongoDB 7.0's error_codes.yml, the message is
 * the server's own. `labels` become `errorLabels`; `extra` holds further fields of the reply (keyPattern,
 * keyValue, errInfo...).
 */
export class MongoServerError extends Error {
  readonly code: number;
  readonly codeName: string;
  labels: string[];
  readonly extra?: BsonDocument;

  constructor(
    code: number,
    message: string,
    options: { codeName?: string; labels?: string[]; extra?: BsonDocument } = {},
  ) {
    super(message);
    this.name = 'MongoServerError';
    this.code = code;
    this.codeName = options.codeName ?? codeNameOf(code);
    this.labels = options.labels ?? [];
    if (options.extra) this.extra = options.extra;
  }
}

/** The name MongoDB gives a code; assertion numbers without a name of their own are `Location<code>`. */
export function codeNameOf(code: number): string {
  return errorCodeNames[code] ?? `Location${code}`;
}

/** Code 2, BadValue. */
export const badValue = (message: string) => new MongoServerError(2, message);

/** Code 9, FailedToParse. */
export const failedToParse = (message: string) => new MongoServerError(9, message);

/** Code 14, TypeMismatch. */
export const typeMismatch = (message: string) => new MongoServerError(14, message);

/** Code 15, Overflow. */
export const overflow = (message: string) => new MongoServerError(15, message);

/** Code 22, InvalidBSON. */
export const invalidBson = (message: string) => new MongoServerError(22, message);

/** Code 28, PathNotViable. */
export const pathNotViable = (message: string) => new MongoServerError(28, message);

/** Code 59, CommandNotFound. */
export const commandNotFound = (command: string) => new MongoServerError(59, `no such command: '${command}'`);

/** Code 73, InvalidNamespace. */
export const invalidNamespace = (message: string) => new MongoServerError(73, message);

/** Code 168, InvalidPipelineOperator. */
export const invalidPipelineOperator = (message: string) => new MongoServerError(168, message);

/** Code 175, QueryPlanKilled. */
export const queryPlanKilled = (message: string) => new MongoServerError(175, message);

/** Code 238, NotImplemented: what MongoDB has and this server has not; the message names it. */
export const notImplemented = (what: string) =>
  new MongoServerError(238, `${what} is not implemented by the embedded server`);

/** Code 241, ConversionFailure. */
export const conversionFailure = (message: string) => new MongoServerError(241, message);
