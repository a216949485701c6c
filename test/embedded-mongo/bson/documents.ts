import { Double, Int32, Long } from 'bson';
import { fromJs, valueFromJs } from '../../../src/embedded-mongo/bson/from-js.ts';
import { valueToText } from '../../../src/embedded-mongo/bson/to-text.ts';
import type { BsonDocument, BsonValue } from '../../../src/embedded-mongo/bson/value.ts';
import { MongoServerError } from '../../../src/embedded-mongo/errors.ts';

/** A document of a plain literal. */
export const doc = (plain: object): BsonDocument => fromJs(plain);

/** Documents of plain literals. */
export const docs = (...plain: object[]): BsonDocument[] => plain.map(fromJs);

/** A value of a plain one. */
export const value = (plain: unknown): BsonValue => valueFromJs(plain);

export const int = (number: number) => new Int32(number);
export const double = (number: number) => new Double(number);
export const long = (number: number | bigint) => Long.fromBigInt(BigInt(number));

/** A value as text that shows the order of fields and the type of numbers that are no Int32: `5L`, `5.0`. */
export function shown(result: BsonValue): string {
  if (result instanceof Map) {
    return `{${[...result].map(([name, field]) => ` ${name}: ${shown(field)}`).join(',')} }`;
  }
  if (Array.isArray(result)) return `[${result.map(shown).join(', ')}]`;
  if (result instanceof Long && result.constructor === Long) return `${result}L`;
  return valueToText(result);
}

/** What a refused call answers: `code codeName: message`; or what it gave, when it was not refused. */
export function refusal(call: () => unknown): string {
  try {
    return `not refused: ${String(call())}`;
  } catch (error) {
    if (error instanceof MongoServerError) return `${error.code} ${error.codeName}: ${error.message}`;
    throw error;
  }
}
